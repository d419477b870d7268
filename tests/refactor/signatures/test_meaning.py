"""An adapted call gives the new function what the old call gave the old one: Python itself is the oracle."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.refactor.signatures import trees

KINDS = ("positional", "either", "keyword")


@dataclass(frozen=True)
class Taken:
    """A parameter, by what it is for."""

    number: int
    name: str
    kind: str
    default: str | None


def written(taken: Sequence[Taken], *, rest: bool, named: bool) -> str:
    """A function that tells what it was given."""
    by_kind = {kind: [one for one in taken if one.kind == kind] for kind in KINDS}
    parts = [f"{one.name}={one.default}" if one.default else one.name for one in by_kind["positional"]]
    parts += ["/"] if by_kind["positional"] else []
    parts += [f"{one.name}={one.default}" if one.default else one.name for one in by_kind["either"]]
    parts += ["*rest"] if rest else ["*"] if by_kind["keyword"] else []
    parts += [f"{one.name}={one.default}" if one.default else one.name for one in by_kind["keyword"]]
    parts += ["**named"] if named else []
    body = "".join(f"    told({one.number!r}, {one.name})\n" for one in sorted(taken, key=lambda one: one.number))
    body += "    told('rest', rest)\n" if rest else ""
    body += "    told('named', named)\n" if named else ""
    return f"def f({', '.join(parts)}):\n{body}    return 1\n"


def ordered(taken: Sequence[Taken]) -> list[Taken]:
    """By kind; by position, none with a default before one without."""
    positional = [one for kind in KINDS[:2] for one in taken if one.kind == kind]
    first = next((n for n, one in enumerate(positional) if one.default), len(positional))
    filled = [
        Taken(one.number, one.name, one.kind, one.default or str(900 + one.number) if n >= first else None)
        for n, one in enumerate(positional)
    ]
    return [*filled, *(one for one in taken if one.kind == "keyword")]


@st.composite
def signatures(draw: st.DrawFn) -> tuple[list[Taken], list[Taken]]:
    count = draw(st.integers(1, 4))
    kinds = st.sampled_from(("either", "either", *KINDS))
    old = ordered(
        [
            Taken(n, f"p{n}", draw(kinds), draw(st.sampled_from((None, None, str(900 + n)))))
            for n in draw(st.permutations(range(count)))
        ]
    )
    staying = draw(st.lists(st.sampled_from(old), unique=True, min_size=0, max_size=count))
    new = [
        Taken(one.number, draw(st.sampled_from((one.name, one.name, f"q{one.number}"))), draw(kinds), one.default)
        for one in staying
    ]
    return old, ordered(new)


def value(draw: st.DrawFn, number: int) -> str:
    """What is evaluated to the number as text: a call, something that depends on the calls before it, or a constant."""
    return draw(st.sampled_from((f"v({number})", f"seen.at[{number}]", f"'{number}'")))


@st.composite
def calls(draw: st.DrawFn, old: Sequence[Taken], *, rest: bool, named: bool) -> str:
    """A call that the old function takes."""
    positional = [one for one in old if one.kind != "keyword"]
    needed = max((n + 1 for n, one in enumerate(positional) if one.kind == "positional" and not one.default), default=0)
    count = draw(st.integers(needed, len(positional)))
    by_name = [
        one
        for one in old
        if one not in positional[:count] and one.kind != "positional" and (one.default is None or draw(st.booleans()))
    ]
    given = [value(draw, n) for n in range(count)]
    given += [value(draw, 40 + n) for n in range(draw(st.integers(0, 2)))] if rest and count == len(positional) else []
    if draw(st.integers(0, 5)) == 0:
        starred = draw(st.integers(0, len(given)))
        given[starred:] = [f"*[{', '.join(given[starred:])}]"]
    by_name = draw(st.permutations(by_name))
    doubly = draw(st.integers(0, len(by_name))) if draw(st.integers(0, 5)) == 0 else len(by_name)
    given += [f"{one.name}={value(draw, 60 + one.number)}" for one in by_name[:doubly]]
    if by_name[doubly:]:
        given.append(f"**{{{', '.join(f'{one.name!r}: {value(draw, 60 + one.number)}' for one in by_name[doubly:])}}}")
    given += [f"extra{n}={value(draw, 80 + n)}" for n in range(draw(st.integers(0, 1)))] if named else []
    separator = draw(st.sampled_from((", ", ",", ",\n    ")))
    end = draw(st.sampled_from(("", ",", ",\n"))) if given else ""
    return f"f({separator.join(given)}{end})"


class Seen:
    """What the calls among the arguments did, and, at every time, what they had done until then."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def __call__(self, number: int) -> str:
        self.done.append(str(number))
        return str(number)

    @property
    def at(self) -> "Seen":
        return self

    def __getitem__(self, number: int) -> str:
        return f"{number} after {self.done}"


def told(source: str, call: str) -> tuple[dict[Any, Any], list[str]]:
    """What the function was given, and what was done meanwhile."""
    found: dict[Any, Any] = {}
    seen = Seen()
    exec(source + call, {"told": found.__setitem__, "v": seen, "seen": seen})  # noqa: S102 -- what was drawn above
    return found, seen.done


@settings(max_examples=300)
@given(signatures(), st.booleans(), st.booleans(), st.data())
def test_a_call_gives_what_it_gave_and_does_what_it_did(
    both: tuple[list[Taken], list[Taken]],
    rest: bool,  # noqa: FBT001 -- Hypothesis'
    named: bool,  # noqa: FBT001 -- the same
    data: st.DataObject,
):
    old, new = both
    call = data.draw(calls(old, rest=rest, named=named))
    then, now = written(old, rest=rest, named=named), written(new, rest=rest, named=named)
    use = f"from m import f\n\n{call}\n"
    found = trees.sketches(trees.rule({"m.py": then, "use.py": use}, {"m.py": now, "use.py": use}), "use.py", use)
    if any(sketch.left for sketch in found):
        return
    adapted = trees.written(use, found).removeprefix("from m import f\n")
    (before, done), (after, done_now) = told(then, call), told(now, adapted)
    same = {one.number for one in new} | {"rest", "named"}
    assert ({key: value for key, value in before.items() if key in same}, done) == (after, done_now), adapted
