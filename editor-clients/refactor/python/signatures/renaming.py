"""Which parameter, and which attribute, was which before: by its name, else by how it is used."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lacuna.refactor.python.signatures.classes import ClassOutline
from lacuna.refactor.python.signatures.parameters import Definition, Parameter

_ALIKE = 0.5
"""The least share of uses in the same surroundings by which another name is taken for the same thing."""


def sources(old: Definition, new: Definition) -> dict[str, str]:
    """The old parameter of each new one that had one, by name."""
    before = {one.name: one for one in old.parameters if not one.is_rest}
    after = {one.name: one for one in new.parameters if not one.is_rest}
    found = {name: name for name in after if name in before}
    gone = [one for one in before.values() if one.name not in found]
    come = [one for one in after.values() if one.name not in found]
    places = _Places(old, new, found)
    return found | _paired(gone, come, places)


def renamed_fields(old: ClassOutline, new: ClassOutline, parameters: Mapping[str, str]) -> dict[str, str]:
    """The new name of each attribute that got another one; `parameters` were renamed in the class's methods."""
    gone = [one for one in old.fields if one.name not in new.defines]
    come = [one for one in new.fields if one.name not in old.defines]
    found = {}
    for one in gone:
        same = [
            other
            for other in come
            if (other.where, other.annotation) == (one.where, one.annotation)
            and other.value == parameters.get(one.value, one.value)
            and is_used_alike(f".{one.name}", f".{other.name}", old.body, new.body)
        ]
        if len(same) == 1:
            found[one.name] = same[0].name
    return {before: after for before, after in found.items() if [*found.values()].count(after) == 1}


def is_used_alike(old: str, new: str, before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether a word stands where the other one stands now; true if neither is there."""
    then, now = _uses(old, before), _uses(new, after)
    if not then and not now:
        return True
    return (then & now).total() >= _ALIKE * max(then.total(), now.total())


def _uses(name: str, body: Sequence[str]) -> Counter[tuple[str, str]]:
    """What stands before and behind each use of a name."""
    padded = ["", *("?" if word == name else word for word in body), ""]
    return Counter((padded[at - 1], padded[at + 1]) for at, word in enumerate(padded) if word == "?")


@dataclass(frozen=True, slots=True)
class _Places:
    old: Definition
    new: Definition
    found: Mapping[str, str]

    def is_same(self, one: Parameter, other: Parameter) -> bool:
        """Whether the same parameters that kept their names stand before both."""
        return self._before(self.old, one) == self._before(self.new, other)

    def _before(self, definition: Definition, parameter: Parameter) -> list[str]:
        names = [one.name for one in definition.parameters]
        return sorted(name for name in names[: names.index(parameter.name)] if name in self.found)

    def may_be(self, one: Parameter, other: Parameter) -> bool:
        """Whether a parameter may be the other one by another name."""
        is_used = one.name in self.old.body or other.name in self.new.body
        if is_used:
            return is_used_alike(one.name, other.name, self.old.body, self.new.body)
        return self.is_same(one, other) and (one.annotation, one.default) == (other.annotation, other.default)


def _paired(gone: Sequence[Parameter], come: Sequence[Parameter], places: _Places) -> dict[str, str]:
    """New names with old ones, where each has one alone that it may be, at the same place if there are several."""
    may = [(one, other) for one in gone for other in come if places.may_be(one, other)]
    at_place = [(one, other) for one, other in may if places.is_same(one, other)]
    return {other.name: one.name for one, other in (*_alone(may), *_alone(at_place))}


def _alone(pairs: Sequence[tuple[Parameter, Parameter]]) -> Iterator[tuple[Parameter, Parameter]]:
    firsts, seconds = Counter(one.name for one, _ in pairs), Counter(other.name for _, other in pairs)
    return ((one, other) for one, other in pairs if firsts[one.name] == 1 and seconds[other.name] == 1)
