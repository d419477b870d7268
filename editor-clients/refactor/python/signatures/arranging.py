"""Which arguments a call has to have now: those that it has, in their new order and by their new names, and blanks."""

import ast
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lacuna.refactor.python.signatures.calls import Argument, Fitting
from lacuna.refactor.python.signatures.effects import dropped, keeps_order
from lacuna.refactor.python.signatures.parameters import Parameter, Passing
from lacuna.refactor.python.signatures.values import Value
from lacuna.refactor.rule import Hole, Piece


@dataclass(frozen=True, slots=True)
class Kept:
    """An argument that the call has already."""

    argument: Argument
    keyword: str = ""
    """The name that it is to be given by; empty: by its position, or as it is."""


@dataclass(frozen=True, slots=True)
class Added:
    """One that it lacks."""

    wanted: str
    """The parameter that it is for."""
    pieces: tuple[Piece, ...]
    keyword: str = ""


Item = Kept | Added


@dataclass(frozen=True, slots=True)
class Unclear:
    """Why it cannot be told, as a clause for people."""

    why: str


@dataclass(frozen=True, slots=True)
class Signatures:
    """Parameters then and now."""

    old: Sequence[Parameter]
    new: Sequence[Parameter]
    sources: Mapping[str, str]
    """New ones that had an old one, by name."""
    supplied: Mapping[str, tuple[Piece, ...]] = field(default_factory=dict)
    """What is known to be given for new ones that had none."""
    called: frozenset[str] = frozenset()
    """The names that what is called may have where it is called."""

    def blank(self, name: str) -> Hole:
        """For the argument of a new parameter."""
        return Hole(name, fits=Value(self.called), why=f"it is no value for {name}")


_OTHER_ORDER = Unclear("its arguments would be evaluated in another order")


def arranged(
    both: Signatures, given: Sequence[Argument], found: Fitting, subject: Argument | None = None
) -> tuple[Item, ...] | Unclear:
    """The arguments that mean the same to the new parameters; what is new and needed is a blank.

    The `subject` becomes what the call is on. What arguments do is still done, in the order in which it was.
    """
    remaining = {name: one for name, one in found.by_name.items() if one is not subject}
    left = Fitting(remaining, found.rest, found.named_rest)
    items = _matched(both, given, left)
    if isinstance(items, Unclear):
        return items
    if gone := dropped(given, _evaluated(subject, items)):
        name = next((name for name, one in found.by_name.items() if one is gone), "*args")
        return Unclear(f"what it gives for {name} would go, and evaluating that may do something")
    if keeps_order(given, _evaluated(subject, items)):
        return items
    items = _in_order(both, items, given, left)
    return items if keeps_order(given, _evaluated(subject, items)) else _OTHER_ORDER


def _evaluated(subject: Argument | None, items: Sequence[Item]) -> list[Argument]:
    """The arguments that the call had already, in their new order."""
    first = [subject] if subject else []
    return [*first, *(one.argument for one in items if isinstance(one, Kept))]


def _matched(both: Signatures, given: Sequence[Argument], found: Fitting) -> tuple[Item, ...] | Unclear:
    if reason := _lost(both, given, found):
        return Unclear(reason)
    if any(one.star == "*" for one in given):
        return _beside_star(both, given, found)
    places = _Places(both, given, found)
    positional, named = places.positional(), places.named()
    stars = [Kept(one) for one in given if one.star]
    if stars and (added := next((one for one in (*positional, *named) if isinstance(one, Added)), None)):
        return Unclear(f"{added.wanted} may be among what is given with **")
    return places.unclear or (*positional, *named, *stars)


def _in_order(both: Signatures, items: Sequence[Item], given: Sequence[Argument], found: Fitting) -> tuple[Item, ...]:
    """The arguments where they stood, by name from the first on that its position does not give any more.

    Where one of these has no name to be given by, all stay in the order that was asked for.
    """
    takers = {id(found.by_name[old]): new for new, old in both.sources.items() if old in found.by_name}
    kinds = {one.name: one.passing for one in both.new}
    positions = [one.name for one in both.new if one.is_positional]
    kept = {id(one) for one in _evaluated(None, items)}
    done, by_name = list[Item](), list[str]()
    for one in given:
        taker = takers.get(id(one), one.name)
        if id(one) in kept and not one.name and not by_name and positions[len(done) : len(done) + 1] == [taker]:
            done.append(Kept(one))
        elif id(one) in kept:
            done.append(Kept(one, taker))
            by_name.append(taker)
    added = [_by_name(item, item.wanted) for item in items if isinstance(item, Added)]
    by_name += [item.keyword for item in added]
    can_be = all(name and kinds.get(name) is not Passing.POSITIONAL for name in by_name)
    return (*done, *added) if can_be else tuple(items)


def _lost(both: Signatures, given: Sequence[Argument], found: Fitting) -> str:
    """What the call gives that nothing takes any more, or that stars may hide."""
    kinds = {one.passing for one in both.new}
    stars = {one.star for one in given}
    if found.rest and "*" not in stars and Passing.REST not in kinds:
        return "it gives more arguments than there are parameters now"
    names = {one.name for one in both.new}
    if any(one.name not in names for one in found.named_rest) and Passing.NAMED_REST not in kinds:
        return "it gives an argument that no parameter takes now"
    by_name = {one.name for one in both.new if one.passing in (Passing.EITHER, Passing.KEYWORD)}
    if "**" in stars:
        hidden = (one.name for one in both.old if not one.is_rest and one.name not in found.by_name)
        lost = next((name for name in hidden if name not in by_name or both.sources.get(name) != name), None)
        return f"what is given with ** may hold {lost}" if lost else ""
    return ""


@dataclass(slots=True)
class _Places:
    """Goes through the new parameters in order."""

    both: Signatures
    given: Sequence[Argument]
    found: Fitting
    late: list[Item] = field(default_factory=list)
    """What can only be given by name, though a position might have done."""
    unclear: Unclear | None = None

    def positional(self) -> list[Item]:
        """Arguments by position, as far as no parameter before them is left out or given by name."""
        done, is_open = list[Item](), True
        for one in self.both.new:
            if not one.is_positional:
                continue
            item = self._item(one)
            is_by_name = item is not None and bool(item.keyword) and one.passing is Passing.EITHER
            if item is None or (is_by_name and not self.found.rest):  # before others, all have to be by position
                is_open = False
            if item is None:
                continue
            if is_open:
                done.append(_by_position(item))
            elif one.passing is Passing.EITHER:
                self.late.append(_by_name(item, one.name))
            else:
                self.unclear = Unclear(f"{one.name} can only be given by its position, behind one that is left out")
        if self.found.rest and not is_open:
            self.unclear = Unclear("more arguments follow, and one before them is not given by its position")
        return [*done, *map(Kept, self.found.rest)]

    def named(self) -> list[Item]:
        """Arguments by name, in the order of the call; what is new stands behind what its parameter stands behind."""
        only = [(one, self._item(one)) for one in self.both.new if one.passing is Passing.KEYWORD]
        items = [*self.late, *(_by_name(item, one.name) for one, item in only if item)]
        order = {id(argument): number for number, argument in enumerate(self.given)}
        kept = [one for one in items if isinstance(one, Kept)]
        kept += [Kept(one, one.name) for one in self.found.named_rest]
        kept.sort(key=lambda one: order[id(one.argument)])
        done: list[Item] = list(kept)
        for number, item in enumerate(items):
            if isinstance(item, Added):
                done.insert(max((done.index(one) + 1 for one in items[:number]), default=0), item)
        return done

    def _item(self, parameter: Parameter) -> Item | None:
        argument = self.found.by_name.get(self.both.sources.get(parameter.name, ""))
        if argument:
            return Kept(argument, parameter.name if argument.name else "")
        is_in_stars = parameter.name in self.both.sources and any(one.star for one in self.given)
        is_given = any(one.name == parameter.name for one in self.found.named_rest)
        if is_given or is_in_stars or not parameter.is_needed:
            return None
        known = self.both.supplied.get(parameter.name) or _former(self.both, parameter)
        pieces = known or (self.both.blank(parameter.name),)
        is_by_name = (
            bool(self.given) and all(one.name for one in self.given) and parameter.name not in self.both.supplied
        )
        return Added(parameter.name, pieces, parameter.name if is_by_name else "")


def _former(both: Signatures, parameter: Parameter) -> tuple[Piece, ...]:
    """What a parameter was if it was left out, where that is the same anywhere."""
    old = next((one for one in both.old if one.name == both.sources.get(parameter.name)), None)
    if old and old.default:
        with contextlib.suppress(ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            ast.literal_eval(old.default)
            return (old.default,)
    return ()


def _beside_star(both: Signatures, given: Sequence[Argument], found: Fitting) -> tuple[Item, ...] | Unclear:
    """Beside `*` only names change, and what is given by name comes and goes: positions stay as they are."""
    old = [one.name for one in both.old if one.is_positional]
    new = [both.sources.get(one.name) for one in both.new if one.is_positional]
    is_open = any(one.passing is Passing.REST for one in both.old)
    if (new if is_open else new[: len(old)]) != old:
        return Unclear("what is given with * may be for parameters that stand elsewhere now")
    lacking = [
        one for one in both.new if one.is_needed and one.name not in both.sources and one.name not in found.by_name
    ]
    stars = {one.star for one in given}
    if lacking and ("**" in stars or any(one.is_positional for one in lacking)):
        return Unclear(f"{lacking[0].name} may be among what is given with {'**' if '**' in stars else '*'}")
    now = {before: after for after, before in both.sources.items()}
    kinds = {one.name: one.passing for one in both.new}
    items = list(_kept_beside_star(given, found, now, kinds))
    if any(item is None for item in items):
        return Unclear("what is given with * may be for parameters that are given by name now")
    return (*filter(None, items), *(Added(one.name, (both.blank(one.name),), one.name) for one in lacking))


def _kept_beside_star(
    given: Sequence[Argument], found: Fitting, now: Mapping[str, str], kinds: Mapping[str, Passing]
) -> Iterator[Kept | None]:
    """The arguments that stay, in order; None for one whose way of being given changed."""
    takers = {id(argument): name for name, argument in found.by_name.items()}
    for one in given:
        taker = takers.get(id(one))
        if taker is None:
            yield Kept(one, one.name)
        elif after := now.get(taker):
            is_wrong = kinds[after] is (Passing.POSITIONAL if one.name else Passing.KEYWORD)
            yield None if is_wrong else Kept(one, after if one.name else "")


def _by_position(item: Item) -> Item:
    return Kept(item.argument) if isinstance(item, Kept) else Added(item.wanted, item.pieces)


def _by_name(item: Item, name: str) -> Item:
    return Kept(item.argument, name) if isinstance(item, Kept) else Added(item.wanted, item.pieces, name)
