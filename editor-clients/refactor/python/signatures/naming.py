"""Names of one file that have to be others: of functions, methods, classes, attributes, and in imports."""

import ast
from dataclasses import dataclass, field

from lacuna.refactor.python.signatures.arranging import Unclear
from lacuna.refactor.python.signatures.changes import Key
from lacuna.refactor.python.signatures.file import File, Found
from lacuna.refactor.python.signatures.imported import Imported
from lacuna.refactor.python.signatures.resolving import Ambiguous, Member
from lacuna.refactor.python.signatures.scopes import Placed, Scope
from lacuna.refactor.python.signatures.spelling import Function
from lacuna.refactor.python.signatures.telling import BOUND_TWICE, alone, called_by, is_old_name, method_alone
from lacuna.refactor.python.signatures.tree import Ref
from lacuna.refactor.rule import Replacement
from lacuna.syntax.spans import Span


@dataclass(slots=True)
class Names:
    """Goes through a file's names."""

    file: File
    found: list[Found] = field(default_factory=list)

    def go(self, every: list[Placed]) -> list[Found]:
        taken = {new for one in every if (new := self._collides(one))}
        for one in every:
            match one.node:
                case ast.ImportFrom():
                    self._imported(one.node, one.scope, taken)
                case ast.Name() | ast.Attribute():
                    self._name(one, taken)
                case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List(elts=items) | ast.Tuple(elts=items)):
                    self._exported(items, one.scope)
                case ast.ClassDef():
                    self._overriding(one.node, one.scope)
        return self.found

    # --- what a name is called now

    def _key(self, node: ast.expr, scope: Scope, parent: ast.AST) -> Key | Unclear | None:
        """Which changed thing an expression is, if it is one."""
        resolver = self.file.resolver
        match resolver.meaning(node, scope):
            case Ref(path=path, qualname=name) | Member(ref=Ref(path=path, qualname=name)):
                return path, name
            case Ambiguous(ref=ref) if is_old_name(node, ref, resolver):
                return BOUND_TWICE if _is_read(node) else None
            case None if isinstance(node, ast.Attribute):
                return self._by_name_alone(node, scope, parent)
        return None

    def _by_name_alone(self, node: ast.Attribute, scope: Scope, parent: ast.AST) -> Key | Unclear | None:
        name, resolver = node.attr, self.file.resolver
        fields = [key for key in resolver.tree.of_classes.get(name, ()) if key in resolver.tree.changes.fields]
        if fields:
            return alone(fields, name, resolver)
        return method_alone(name, called_by(node, parent), scope, self.file)

    def _now(self, key: Key) -> str:
        """The name that it has now; empty if it is the same, or if more than its name is another."""
        changes = self.file.resolver.tree.changes
        if name := changes.classes.get(key) or changes.fields.get(key):
            return name
        change = changes.calls.get(key)
        is_plain = change and change.is_renamed and not change.is_moved
        return change.new.name if change and is_plain else ""

    def _collides(self, one: Placed) -> str:
        """The new name of what is read here, if that is bound to something else here."""
        if not isinstance(one.node, ast.Name):
            return ""
        key = self._key(one.node, one.scope, one.parent)
        now = self._now(key) if isinstance(key, tuple) else ""
        if not now or one.node.id != _last(key) or one.scope.home(now) is None:
            return ""
        meant = self.file.resolver.meaning(ast.Name(now, ast.Load()), one.scope)
        is_new = isinstance(meant, Ref) and meant.key in self.file.resolver.tree.changes.new_keys()
        return "" if is_new else now

    # --- where names stand

    def _name(self, one: Placed, taken: set[str]) -> None:
        node = one.node
        assert isinstance(node, ast.Name | ast.Attribute), "the caller looked"
        written = node.id if isinstance(node, ast.Name) else node.attr
        if written not in self.file.resolver.tree.words:
            return
        span = self.file.places.span(node) if isinstance(node, ast.Name) else self.file.places.name_of_attribute(node)
        key = self._key(node, one.scope, one.parent)
        is_called = called_by(node, one.parent) is not None
        if isinstance(key, Unclear):
            if not is_called:
                self.found.append(Found(span, why=key.why))
        elif key and (now := self._now(key)) and written == _last(key):
            why = f"{now} is bound to something else here" if now in taken and isinstance(node, ast.Name) else ""
            self.found.append(Found(span, () if why else (Replacement(span, (now,)),), why))
        if isinstance(key, tuple) and not is_called and self._is_handed_on(key, one):
            self.found.append(
                Found(span, why=f"{written} is called otherwise now, and who calls it from here is not seen")
            )

    def _is_handed_on(self, key: Key, one: Placed) -> bool:
        change = self.file.resolver.tree.changes.calls.get(key)
        is_read = _is_read(one.node) and not isinstance(one.parent, ast.Attribute)
        return change is not None and change.is_felt and is_read

    def _is_ambiguous(self, name: str, scope: Scope) -> bool:
        return isinstance(self.file.resolver.meaning(ast.Name(name, ast.Load()), scope), Ambiguous)

    def _imported(self, node: ast.ImportFrom, scope: Scope, taken: set[str]) -> None:
        resolver = self.file.resolver
        for alias in node.names:
            if alias.name not in resolver.tree.words:
                continue
            what = resolver.tree.imported(Imported(node.module or "", node.level, alias.name), resolver.path)
            now = self._now(what.key) if isinstance(what, Ref) else ""
            if not now or alias.name != _last(what.key if isinstance(what, Ref) else ("", "")):
                continue
            span = self.file.places.span(alias)
            if now in taken and not alias.asname:
                self.found.append(Found(span, why=f"{now} is bound to something else here"))
            elif not alias.asname and self._is_ambiguous(alias.name, scope):
                self.found.append(Found(span, why=BOUND_TWICE.why))
            elif alias.asname == alias.name:
                self.found.append(Found(span, (Replacement(span, (f"{now} as {now}",)),)))
            else:
                name = Span(span.start, span.start + len(alias.name))
                self.found.append(Found(name, (Replacement(name, (now,)),)))

    def _exported(self, items: list[ast.expr], scope: Scope) -> None:
        """The names in `__all__`."""
        resolver = self.file.resolver
        for item in items:
            if isinstance(item, ast.Constant) and item.value in resolver.tree.words:
                what = resolver.tree.named(str(item.value), resolver.path)
                now = self._now(what.key) if isinstance(what, Ref) else ""
                span = self.file.places.span(item)
                quoted = self.file.text[span.start : span.end]
                if now and quoted[1:-1] == item.value and not self._is_ambiguous(quoted[1:-1], scope):
                    inner = Span(span.start + 1, span.end - 1)
                    self.found.append(Found(inner, (Replacement(inner, (now,)),)))

    def _overriding(self, node: ast.ClassDef, scope: Scope) -> None:
        """Methods in place of one that changed."""
        resolver = self.file.resolver
        above = scope.class_name
        own = Ref(resolver.path, f"{above}.{node.name}" if above else node.name)
        for one in node.body:
            if (
                isinstance(one, Function)
                and (own.path, f"{own.qualname}.{one.name}") not in resolver.tree.changes.calls
            ):
                found = (resolver.tree.lookup(base, one.name) for base in resolver.tree.bases(own))
                ref = next(filter(None, found), None)
                change = resolver.tree.changes.calls.get(ref.key) if ref else None
                names = [each.arg for each in (*one.args.posonlyargs, *one.args.args, *one.args.kwonlyargs)][1:]
                if change and one.name != "__init__" and names != [each.name for each in change.new.parameters]:
                    span = self.file.places.span(one)
                    why = (
                        f"it stands in place of {change.old.qualname}, which changed, and definitions stay as they are"
                    )
                    self.found.append(Found(self.file.head(span), why=why))


def _is_read(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", None), ast.Load)


def _last(key: Key | Unclear | None) -> str:
    return key[1].rpartition(".")[2] if isinstance(key, tuple) else ""
