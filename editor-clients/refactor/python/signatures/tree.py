"""What is known of a whole tree: its modules, what they import from one another, classes with their bases."""

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from lacuna.refactor.python.signatures.changes import Changes, Key, parsed
from lacuna.refactor.python.signatures.classes import ClassOutline
from lacuna.refactor.python.signatures.definitions import Outline, outline
from lacuna.refactor.python.signatures.imported import Imported, imports_of
from lacuna.refactor.python.signatures.modules import Modules, modules
from lacuna.refactor.python.signatures.parameters import CONSTRUCTOR, Parameter
from lacuna.refactor.python.signatures.spelling import statements

_DEEP = 12
"""Imports and base classes that are followed one after another."""
_MOST = 1_000_000
"""Code points of a module that is looked through."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class ModuleRef:
    """A module; of one outside of the tree, and of a folder without a file of its own, only the name is known."""

    name: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Ref:
    """A definition of the tree."""

    path: str
    qualname: str

    @property
    def key(self) -> Key:
        return self.path, self.qualname


@dataclass(frozen=True, slots=True)
class Tree:
    """Definitions of a tree as far as some changes need them."""

    modules: Modules
    changes: Changes
    imports: dict[str, dict[str, Imported]] = field(default_factory=dict)
    """Names that modules bind by imports, by path."""
    stars: dict[str, tuple[Imported, ...]] = field(default_factory=dict)
    classes: dict[Key, ClassOutline] = field(default_factory=dict)
    returns: dict[Key, str] = field(default_factory=dict)
    """The class of what functions of modules return, as it is named there."""
    takers: dict[str, dict[Key, tuple[Parameter, ...] | None]] = field(default_factory=dict)
    """What each definition of a name that changed takes now, receivers aside; None if that is not known."""
    of_classes: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    """Methods and attributes that changed, by the name that they had."""
    words: frozenset[str] = frozenset()
    """A module without any of them is not concerned."""

    def concerns(self, text: str) -> bool:
        """Whether a module may have something to do with what changed."""
        return not self.words.isdisjoint(_WORD.findall(text))

    def imported(self, what: Imported, importer: str) -> ModuleRef | Ref | None:
        """What an import binds."""
        where = self._module(what.module, what.up, importer)
        if not what.name:
            return ModuleRef(what.module, where)
        return self.member(ModuleRef(what.module, where), what.name)

    def member(self, module: ModuleRef, name: str, depth: int = 0) -> ModuleRef | Ref | None:
        """What a module's attribute is: a definition that changed, a class, another module."""
        dotted = f"{module.name}.{name}" if module.name else name
        path = module.path
        if path is None:
            return ModuleRef(dotted, self.modules.absolute(dotted, ""))
        if (path, name) in self.changes.calls or (path, name) in self.returns or self._class(path, name):
            return Ref(path, name)
        if depth < _DEEP:
            if what := self.imports.get(path, {}).get(name):
                where = self._module(what.module, what.up, path)
                target = ModuleRef(what.module, where)
                return self.member(target, what.name, depth + 1) if what.name else target
            for star in self.stars.get(path, ()):
                where = self._module(star.module, star.up, path)
                if where and (found := self.member(ModuleRef(star.module, where), name, depth + 1)):
                    return found
        if below := self.modules.below(path, name):
            return ModuleRef(dotted, below)
        return None

    def _module(self, name: str, up: int, importer: str) -> str | None:
        return self.modules.relative(name, up, importer) if up else self.modules.absolute(name, importer)

    def _class(self, path: str, name: str) -> bool:
        return (path, name) in self.classes or (path, name) in self.changes.classes

    # --- classes

    def outline(self, ref: Ref) -> ClassOutline | None:
        """A class of the tree, by its name then or now."""
        now = self.changes.classes.get(ref.key, ref.qualname)
        return self.classes.get((ref.path, now))

    def then(self, ref: Ref) -> Ref:
        """A class by the name that it had."""
        names = (old for (path, old), new in self.changes.classes.items() if (path, new) == ref.key)
        return Ref(ref.path, next(names, ref.qualname))

    def lookup(self, owner: Ref, name: str, depth: int = 0) -> Ref | None:
        """Where a class has an attribute from: a method that changed, an attribute renamed, or what is defined now."""
        owner = self.then(owner)
        ref = Ref(owner.path, f"{owner.qualname}.{name}")
        if ref.key in self.changes.calls or ref.key in self.changes.fields:
            return ref
        known = self.outline(owner)
        if known is None or depth > _DEEP:
            return None
        if name in known.defines or (name == CONSTRUCTOR and "__new__" in known.methods):
            return ref
        found = (self.lookup(base, name, depth + 1) for base in self.bases(owner))
        return next(filter(None, found), None)

    def type_of(self, ref: Ref) -> Ref | None:
        """The class of an attribute, or of what a function or method returns."""
        owner, _, name = ref.qualname.rpartition(".")
        written = self.returns.get(ref.key, "")
        if known := self.outline(Ref(ref.path, owner)) if owner else None:
            name = self.changes.fields.get(ref.key, name)
            written = next((one.type for one in known.fields if one.name == name), known.returns.get(name, ""))
        if written == "Self":
            return Ref(ref.path, owner)
        found = self.named(written, ref.path) if written else None
        return found if isinstance(found, Ref) and self.outline(found) else None

    def bases(self, owner: Ref) -> Iterator[Ref]:
        """The base classes that are in the tree."""
        known = self.outline(owner)
        for written in known.bases if known else ():
            found = self.named(written, owner.path)
            if isinstance(found, Ref):
                yield found

    def named(self, written: str, path: str) -> ModuleRef | Ref | None:
        """What a dotted name means at the top of a module."""
        head, *rest = written.split(".")
        found = self.member(ModuleRef("", path), head)
        for name in rest:
            if isinstance(found, Ref):
                found = Ref(found.path, f"{found.qualname}.{name}")
            elif found:
                found = self.member(found, name)
        return found

    def is_overridden(self, ref: Ref) -> bool:
        """Whether a class that descends from a method's has one of its own in its place."""
        owner, _, name = ref.qualname.rpartition(".")
        above = self.then(Ref(ref.path, owner))
        others = (self.then(Ref(*key)) for key, one in self.classes.items() if name in one.defines)
        return bool(owner) and any(other != above and self.descends(other, above) for other in others)

    def descends(self, owner: Ref, other: Ref, depth: int = 0) -> bool:
        """Whether a class is another one or has it among its bases."""
        if self.then(owner) == self.then(other):
            return True
        return depth < _DEEP and any(self.descends(base, other, depth + 1) for base in self.bases(owner))


def tree(changes: Changes, files: Iterable[tuple[str, str]], paths: Iterable[str]) -> Tree:
    """Look through a tree's modules as they are now; those without any word that changed only for their classes."""
    found = Tree(modules(paths), changes, of_classes=changes.of_classes())
    wanted = names_of(changes)
    has_owners = any(old.owner for old in (change.old for change in changes.calls.values())) or bool(changes.fields)
    words = set(wanted)
    for path, text in files:
        is_near = not wanted.isdisjoint(_WORD.findall(text))
        if not is_near and not (has_owners and "class " in text) and not path.endswith("__init__.py"):
            continue
        module = parsed(text) if len(text) <= _MOST else None
        known = None
        with contextlib.suppress(RecursionError):
            known = outline(path, module) if module else None
        if module is None or known is None:
            continue
        found.classes.update({(path, name): _bare(one) for name, one in known.classes.items()})
        found.returns.update({(path, name): written for name, written in known.returns.items()})
        bound = list(imports_of(statements(module.body)))
        found.imports[path] = {name: what for name, what in bound if what.name != "*"}
        words |= {name for name, what in bound if what.name in wanted}
        if stars := tuple(what for _, what in bound if what.name == "*"):
            found.stars[path] = stars
        for name, taken in _taken(known):
            if (last := name.rpartition(".")[2]) in wanted:
                found.takers.setdefault(last, {})[path, name] = taken
    return replace(found, words=frozenset(words))


def _taken(known: Outline) -> Iterator[tuple[str, tuple[Parameter, ...] | None]]:
    """What functions, methods and attributes take, by qualified name."""
    attributes = (f"{owner}.{name}" for owner, one in known.classes.items() for name in one.defines)
    for name in {*attributes, *known.definitions}:
        definition = known.definitions.get(name)
        yield name, None if definition is None or definition.unknown else definition.parameters


def _bare(known: ClassOutline) -> ClassOutline:
    """Without what only comparisons need."""
    return replace(known, body=(), fields=tuple(replace(one, value="") for one in known.fields))


def names_of(changes: Changes) -> frozenset[str]:
    """Every word that changed definitions have or had, or that their classes have."""
    keys = [*changes.calls, *changes.fields, *changes.classes, *changes.new_keys()]
    return frozenset(word for _, qualname in keys for word in qualname.split(".") if word != CONSTRUCTOR)
