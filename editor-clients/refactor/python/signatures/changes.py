"""What changed between two versions of some modules: definitions that are called otherwise now, attributes renamed."""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from lacuna.refactor.python.signatures.definitions import Outline, outline
from lacuna.refactor.python.signatures.parameters import CONSTRUCTOR, Binding, Definition, Parameter, Passing
from lacuna.refactor.python.signatures.renaming import renamed_fields, sources
from lacuna.refactor.python.signatures.words import alike
from lacuna.syntax.python.compiling import HOSTILE, quiet

_Thing = TypeVar("_Thing")
Key = tuple[str, str]
"""A path, and the qualified name of what is defined there."""

_ALIKE = 0.6
"""The least likeness of two definitions of different names that are taken for one."""
_AHEAD = 0.1
"""So much more alike than any other pair they must be."""
_MOST = 60
"""Definitions that went or came; of more, none is taken for another: pairs are compared."""


@dataclass(frozen=True, slots=True)
class Change:
    """A definition then and now."""

    old: Definition
    new: Definition
    sources: Mapping[str, str]
    """New parameters that had an old one, by name."""

    @property
    def is_renamed(self) -> bool:
        return self.old.name != self.new.name

    @property
    def becomes_method(self) -> bool:
        """Its first parameter is what it is called on now."""
        return not self.old.owner and bool(self.new.owner)

    @property
    def becomes_function(self) -> bool:
        """What it was called on is its first parameter now."""
        return bool(self.old.owner) and not self.new.owner

    @property
    def is_moved(self) -> bool:
        return self.becomes_method or self.becomes_function

    @property
    def unknown(self) -> str:
        return self.new.unknown or self.old.unknown

    @property
    def is_felt(self) -> bool:
        """Some call has to be written otherwise, apart from a name."""
        return self.is_moved or self._is_bound_otherwise() or self._takes_otherwise()

    def _is_bound_otherwise(self) -> bool:
        return (self.old.binding is Binding.INSTANCE) != (self.new.binding is Binding.INSTANCE)

    def _takes_otherwise(self) -> bool:
        before = {one.name: one for one in self.old.parameters}
        positional = [[one for one in side.parameters if one.is_positional] for side in (self.old, self.new)]
        order = [self.sources.get(one.name) for one in positional[1]]
        if Passing.REST not in _rests(self.old):  # what comes behind all others takes nothing from them
            order = order[: len(positional[0])]
        if order != [one.name for one in positional[0]] or _rests(self.old) - _rests(self.new):
            return True
        for one in self.new.parameters:
            source = before.get(self.sources.get(one.name, ""))
            if source is None and one.is_needed:
                return True
            if source and (source.name != one.name or _is_stricter(one, source)):
                return True
        return len(self.sources) < sum(not one.is_rest for one in self.old.parameters)


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed, by where it was."""

    calls: dict[Key, Change] = field(default_factory=dict)
    classes: dict[Key, str] = field(default_factory=dict)
    """Classes that have another name now, and which."""
    fields: dict[Key, str] = field(default_factory=dict)
    """Attributes that have another name now, and which."""

    def __bool__(self) -> bool:
        return bool(self.calls or self.classes or self.fields)

    def of_classes(self) -> dict[str, tuple[Key, ...]]:
        """Methods and attributes of classes that changed, by the name that they had."""
        found = defaultdict[str, list[Key]](list)
        for key in (*self.calls, *self.fields):
            owner, _, name = key[1].rpartition(".")
            if owner:
                found[name].append(key)
        return {name: tuple(keys) for name, keys in found.items()}

    def new_keys(self) -> frozenset[Key]:
        """Where what changed is now."""
        return frozenset(
            (
                *((one.new.path, one.new.qualname) for one in self.calls.values()),
                *((path, _sibling(name, new)) for (path, name), new in (*self.fields.items(), *self.classes.items())),
            )
        )


def changes(texts: Mapping[str, tuple[str, str]]) -> Changes:
    """Compare modules, each then and now; what does not parse is not compared."""
    modules = [
        (then, now)
        for path, (old, new) in texts.items()
        if (then := _outlined(path, old)) and (now := _outlined(path, new))
    ]
    found = Changes()
    for then, now in modules:
        found.classes.update(_renamed_classes(then, now))
    came = [one for _, now in modules for one in now.definitions.values()]
    gone, fresh = list[Definition](), {(one.path, one.qualname): one for one in came}
    for then, _ in modules:
        for old in then.definitions.values():
            new = fresh.pop((old.path, _now_called(old, found.classes)), None)
            if new is None:
                gone.append(old)
            else:
                _note(found, old, new)
    for old, new in _best(gone, list(fresh.values()), lambda old, new: _likeness(old, new, found.classes)):
        _note(found, old, new)
    for then, now in modules:
        found.fields.update(_renamed_fields(then, now, found))
    return found


def parsed(text: str) -> ast.Module | None:
    """The module, or None if the compiler does not take it."""
    try:
        with quiet():
            return ast.parse(text)
    except HOSTILE:
        return None


def _outlined(path: str, text: str) -> Outline | None:
    """None for what does not parse, or is nested too deep."""
    module = parsed(text)
    try:
        return outline(path, module) if module else None
    except RecursionError:
        return None


def _note(found: Changes, old: Definition, new: Definition) -> None:
    change = _change(old, new)
    if change.is_felt or change.is_renamed:
        found.calls[old.path, old.qualname] = change


def _change(old: Definition, new: Definition) -> Change:
    """With what a definition is called on among its parameters, where that is an argument on one side."""
    change = Change(old, new, {})
    if change.becomes_method and new.binding is Binding.INSTANCE and old.parameters:
        return replace(change, sources=sources(replace(old, parameters=old.parameters[1:]), new))
    if change.becomes_function and old.binding is Binding.INSTANCE and new.parameters:
        return replace(change, sources=sources(old, replace(new, parameters=new.parameters[1:])))
    if bool(old.owner) == bool(new.owner):
        return replace(change, sources=sources(old, new))
    unknown = replace(new, unknown="it moved between a class and its module")
    return Change(old, unknown, sources(old, new))


def _renamed_classes(then: Outline, now: Outline) -> Iterator[tuple[Key, str]]:
    gone = [one for name, one in then.classes.items() if name not in now.classes and "." not in name]
    come = [one for name, one in now.classes.items() if name not in then.classes and "." not in name]
    for old, new in _best(gone, come, lambda old, new: alike(old.body, new.body, {old.qualname: new.qualname})):
        yield (old.path, old.qualname), new.qualname


def _now_called(old: Definition, classes: Mapping[Key, str]) -> str:
    head, dot, rest = old.qualname.partition(".")
    return classes.get((old.path, head), head) + dot + rest


def _likeness(old: Definition, new: Definition, classes: Mapping[Key, str]) -> float:
    """How likely it is that one became the other: renamed in its module or class, or moved between these."""
    if CONSTRUCTOR in (old.name, new.name):
        return 0.0
    is_beside = (old.path, classes.get((old.path, old.owner), old.owner)) == (new.path, new.owner)
    if not is_beside and bool(old.owner) == bool(new.owner):
        return 0.0
    then, now = _row(old), _row(new)
    renamed = {old.name: new.name, f".{old.name}": f".{new.name}"}
    if not is_beside:
        renamed |= {then[0]: now[0]} if then and now else {}
    found = alike(then, now, renamed)
    is_told = old.name == new.name or len(old.body) > 4 or old.parameters == new.parameters
    return found + 0.2 * (old.name == new.name) if is_told else 0.0


def _row(one: Definition) -> tuple[str, ...]:
    receiver = [one.receiver] if one.receiver else []
    return (*receiver, *(parameter.name for parameter in one.parameters), *one.body)


def _best(
    gone: list[_Thing], come: list[_Thing], likeness: Callable[[_Thing, _Thing], float]
) -> Iterator[tuple[_Thing, _Thing]]:
    """Pairs of which each is clearly the best for both."""
    if max(len(gone), len(come)) > _MOST:
        return
    scores = {(i, j): likeness(old, new) for i, old in enumerate(gone) for j, new in enumerate(come)}
    for (i, j), score in scores.items():
        rivals = [other for (a, b), other in scores.items() if (a == i) != (b == j)]
        if score >= _ALIKE and score >= max(rivals, default=0.0) + _AHEAD:
            yield gone[i], come[j]


def _renamed_fields(then: Outline, now: Outline, found: Changes) -> Iterator[tuple[Key, str]]:
    for name, old in then.classes.items():
        new = now.classes.get(found.classes.get((old.path, name), name))
        constructor = found.calls.get((old.path, f"{name}.{CONSTRUCTOR}"))
        parameters = {before: after for after, before in constructor.sources.items()} if constructor else {}
        if new:
            for before, after in renamed_fields(old, new, parameters).items():
                yield (old.path, f"{name}.{before}"), after


def _rests(one: Definition) -> set[Passing]:
    return {parameter.passing for parameter in one.parameters if parameter.is_rest}


def _is_stricter(new: Parameter, old: Parameter) -> bool:
    if new.is_needed and not old.is_needed:
        return True
    return new.passing is not old.passing and new.passing is not Passing.EITHER


def _sibling(qualname: str, name: str) -> str:
    owner, dot, _ = qualname.rpartition(".")
    return owner + dot + name
