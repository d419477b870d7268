"""Trees then and now as case files, and what the rule makes of them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lacuna.refactor.python.signatures.sketching import AdaptCalls, adapt_calls
from lacuna.refactor.rule import Sketch
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.parsing import parse

BLANK = "⟦⟧"
_SECTION = re.compile(r"^=== (old|new|both|expected|left)(?: (\S+))?\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Case:
    old: Mapping[str, str]
    new: Mapping[str, str]
    expected: Mapping[str, str]
    """All files as they are to be."""
    left: tuple[str, ...]
    """Path, line and reason of what is left alone."""


def read(path: Path) -> Case:
    """Sections are `=== old PATH`, `new`, `both` (the same in both trees), `expected`, and `left`."""
    _, *pieces = _SECTION.split(path.read_text("utf-8"))
    sections = list(zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True))
    old = {name: text for kind, name, text in sections if kind in ("old", "both")}
    new = {name: text for kind, name, text in sections if kind in ("new", "both")}
    expected = new | {name: text for kind, name, text in sections if kind == "expected"}
    left = next((text for kind, _, text in sections if kind == "left"), "")
    return Case(old, new, expected, tuple(left.split("\n")[:-1]))


def rule(old: Mapping[str, str], new: Mapping[str, str]) -> AdaptCalls:
    changed = {path: (old.get(path), text) for path, text in new.items() if old.get(path) != text}
    return adapt_calls(changed, new.items(), new)


def sketches(adapting: AdaptCalls, path: str, text: str) -> list[Sketch]:
    whole = parse(text, PYTHON)
    assert whole
    return list(adapting.sketches(path, whole))


def written(text: str, found: list[Sketch], blank: str = BLANK) -> str:
    """The text with all that is to be rewritten; equal insertions are one, as in plans."""
    rows = {
        (one.span.start, one.span.end, "".join(piece if isinstance(piece, str) else blank for piece in one.pieces))
        for sketch in found
        if not sketch.left
        for one in sketch.replacements
    }
    pieces, done = [], 0
    for start, end, new in sorted(rows):
        assert done <= start, "replacements are disjoint"
        pieces += [text[done:start], new]
        done = end
    return "".join(pieces) + text[done:]


def reasons(path: str, text: str, found: list[Sketch]) -> Iterator[str]:
    for sketch in found:
        if sketch.left:
            (one,) = sketch.replacements
            line = text.count("\n", 0, one.span.start) + 1
            yield f"{path}:{line}: {sketch.left}"
