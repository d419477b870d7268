"""What an expression of a module is: a definition of the tree, a class or an instance of one, a module."""

import ast
import builtins
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lacuna.refactor.python.signatures.bodies import Returned
from lacuna.refactor.python.signatures.parameters import CONSTRUCTOR
from lacuna.refactor.python.signatures.scopes import Binds, Bound, Scope
from lacuna.refactor.python.signatures.spelling import Function, dotted, named_type
from lacuna.refactor.python.signatures.tree import ModuleRef, Ref, Tree

_DEEP = 12
"""Expressions that are followed one after another."""


@dataclass(frozen=True, slots=True)
class Instance:
    """An object of a class of the tree."""

    of: Ref


@dataclass(frozen=True, slots=True)
class Member:
    """A method or an attribute, and how it was reached."""

    ref: Ref
    is_on_class: bool = False
    """As `C.f`: an instance is given as an argument."""


@dataclass(frozen=True, slots=True)
class Above:
    """What `super()` gives in a class."""

    of: Ref


@dataclass(frozen=True, slots=True)
class Foreign:
    """Something that is not of the tree, or of a class that has no such attribute."""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A name that may be a definition of the tree or something else."""

    ref: Ref


Meaning = Ref | ModuleRef | Instance | Member | Above | Foreign | Ambiguous
_FOREIGN = Foreign()


@dataclass(frozen=True, slots=True)
class Resolver:
    """Tells what expressions of one module are; None where nothing is known."""

    path: str
    tree: Tree
    returned: Mapping[str, Sequence[Returned]] = field(default_factory=dict)
    """What the functions of the module return, by qualified name."""
    _known: dict[tuple[int, str], Meaning | None] = field(default_factory=dict)
    _given: dict[Ref, Meaning | None] = field(default_factory=dict)

    def meaning(self, node: ast.expr, scope: Scope, depth: int = 0) -> Meaning | None:
        found: Meaning | None = None
        match node:
            case _ if depth > _DEEP:
                pass
            case ast.Name(id=name):
                found = self._name(name, scope, depth)
            case ast.Attribute(value=value, attr=attr):
                found = self.attribute(self.meaning(value, scope, depth + 1), attr)
            case ast.Call(func=ast.Name(id="super"), args=given) if scope.home("super") is None:
                owner = self.meaning(given[0], scope, depth + 1) if given else self._own_class(scope)
                found = Above(owner) if isinstance(owner, Ref) else None
            case ast.Call(func=called):
                found = self._returned(self.meaning(called, scope, depth + 1), depth)
            case ast.Await(value=value) | ast.NamedExpr(value=value):
                found = self.meaning(value, scope, depth + 1)
        return found

    def attribute(self, owner: Meaning | None, name: str) -> Meaning | None:
        """What an attribute of something is."""
        found: Meaning | None = None
        match owner:
            case ModuleRef():
                found = self.tree.member(owner, name) or _FOREIGN
            case Ref() if self.tree.outline(owner):
                nested = Ref(owner.path, f"{owner.qualname}.{name}")
                is_class = self.tree.outline(nested) is not None
                found = nested if is_class else self._member(self.tree.lookup(owner, name), is_on_class=True)
            case Instance(of=of) if name == "__class__":
                found = of
            case Instance(of=of):
                found = self._member(self.tree.lookup(of, name)) or self._of_subclass(of, name)
            case Above(of=of):
                bases = (self.tree.lookup(base, name) for base in self.tree.bases(of))
                found = self._member(next(filter(None, bases), None)) or _FOREIGN
            case Member(ref=ref) if (kind := self.tree.type_of(ref)) and not self._is_method(ref):
                found = self.attribute(Instance(kind), name)
            case Foreign():
                found = owner
        return found

    def _returned(self, called: Meaning | None, depth: int) -> Meaning | None:
        """What a call gives."""
        match called:
            case Ref() if self.tree.outline(called):
                return Instance(called)
            case Ref() | Member():
                ref = called.ref if isinstance(called, Member) else called
                if isinstance(called, Member) and not self._is_method(ref):
                    return None
                of = self.tree.type_of(ref)
                return Instance(of) if of else self._by_body(ref, depth)
        return None

    def _by_body(self, ref: Ref, depth: int) -> Meaning | None:
        """What a function of this module gives by all that it returns: objects of one class, or a class."""
        if ref not in self._given and ref.path == self.path:
            self._given[ref] = None  # what returns itself is nothing
            change = self.tree.changes.calls.get(ref.key)
            every = self.returned.get(change.new.qualname if change else ref.qualname, ())
            if every and not self.tree.is_overridden(ref):
                found = [self.meaning(one.value, one.scope, depth + 1) for one in every]
                is_one = all(one == found[0] for one in found)
                self._given[ref] = found[0] if is_one and isinstance(found[0], Instance | Ref) else None
        return self._given.get(ref)

    def _is_method(self, ref: Ref) -> bool:
        owner, _, name = ref.qualname.rpartition(".")
        known = self.tree.outline(Ref(ref.path, owner))
        return known is not None and (name in known.methods or ref.key in self.tree.changes.calls)

    def _member(self, ref: Ref | None, *, is_on_class: bool = False) -> Member | None:
        return Member(ref, is_on_class) if ref else None

    def _of_subclass(self, of: Ref, name: str) -> Meaning | None:
        """A class may use what only classes that descend from it have; else it is something of its own."""
        for path, qualname in self.tree.of_classes.get(name, ()):
            if self.tree.descends(Ref(path, qualname.rpartition(".")[0]), of):
                return None
        return _FOREIGN

    # --- names

    def _name(self, name: str, scope: Scope, depth: int) -> Meaning | None:
        home = scope.home(name)
        if home is None:
            return self._by_star(name)
        known = (id(home), name)
        if known not in self._known:
            self._known[known] = None  # what is bound to itself is nothing
            self._known[known] = self._bound(name, home, depth)
        return self._known[known]

    def _by_star(self, name: str) -> Meaning | None:
        return self.tree.member(ModuleRef("", self.path), name)

    def _bound(self, name: str, home: Scope, depth: int) -> Meaning | None:
        found = [self._binding(name, one, home, depth) for one in home.things(name)]
        if all(one == found[0] for one in found):
            return found[0] if found else None
        ref = next((one for one in found if isinstance(one, Ref)), None)
        return Ambiguous(ref) if ref else None

    def _binding(self, name: str, bound: Bound, home: Scope, depth: int) -> Meaning | None:
        match bound.how:
            case Binds.IMPORT if bound.what:
                return self.tree.imported(bound.what, self.path) or _FOREIGN
            case Binds.FUNCTION | Binds.CLASS:
                return self._defined(name, home)
            case Binds.PARAMETER:
                return self._parameter(name, bound, home, depth)
            case Binds.VALUE:
                annotated = self._annotated(bound.annotation, home, depth) if bound.annotation else None
                return annotated or (self._value(bound.value, home, depth) if bound.value else None)
        return None

    def _defined(self, name: str, home: Scope) -> Meaning | None:
        prefix = home.class_name
        if isinstance(home.node, ast.Module) or prefix:
            return Ref(self.path, f"{prefix}.{name}" if prefix else name)
        return _FOREIGN

    def _parameter(self, name: str, bound: Bound, home: Scope, depth: int) -> Meaning | None:
        node = home.node
        if bound.value:
            return self._annotated(bound.value, home.above or home, depth)
        if not isinstance(node, Function) or home.above is None or not home.above.is_class:
            return None
        first = [*node.args.posonlyargs, *node.args.args][:1]
        decorators = {dotted(one) for one in node.decorator_list}
        owner = home.above.class_name
        if not owner or not first or first[0].arg != name or "staticmethod" in decorators:
            return None
        ref = Ref(self.path, owner)
        is_class = "classmethod" in decorators or node.name in ("__new__", "__init_subclass__", "__class_getitem__")
        return ref if is_class else Instance(ref)

    def _annotated(self, node: ast.expr, scope: Scope, depth: int) -> Meaning | None:
        """An object of a class that is named alone, or beside None."""
        if isinstance(node, ast.Tuple):  # of exceptions
            found = [self._annotated(one, scope, depth) for one in node.elts]
            return found[0] if found and all(one == found[0] for one in found) else None
        written = named_type(node)
        if not written:
            return None
        kind = self.meaning(ast.parse(written, mode="eval").body, scope, depth + 1)
        if isinstance(kind, Ref) and self.tree.outline(kind):
            return Instance(kind)
        is_elsewhere = isinstance(kind, Foreign) or (isinstance(kind, ModuleRef) and kind.path is None)
        return _FOREIGN if is_elsewhere or (kind is None and hasattr(builtins, written)) else None

    def _value(self, node: ast.expr, scope: Scope, depth: int) -> Meaning | None:
        found = self.meaning(node, scope, depth + 1)
        if isinstance(found, Member) and not self._is_method(found.ref):
            of = self.tree.type_of(found.ref)
            return Instance(of) if of else None
        return found if isinstance(found, Instance | Ref | ModuleRef) else None

    def _own_class(self, scope: Scope) -> Ref | None:
        method = scope.method
        owner = method.above.class_name if method and method.above else ""
        return Ref(self.path, owner) if owner else None


def constructor(tree: Tree, of: Ref) -> Ref | None:
    """What is called when a class is."""
    return tree.lookup(of, CONSTRUCTOR)
