"""Drawing the holes that training fills: by the same `syntax` code that serves, and at random characters."""

import re
from collections.abc import Callable, Mapping

import numpy as np

from lacuna.syntax.languages.registry import language_of
from lacuna.syntax.lines import rest_of_line
from lacuna.syntax.nodes import every
from lacuna.syntax.parsing import parse
from lacuna.syntax.spans import Kind, Span

IN_WORD = 1 / 3
"""Share of random cuts inside a word; the others fall between words."""
EMPTY = 0.05
"""Share of cuts in a line that hide nothing."""
TRIES = 6
"""Draws for each hole wanted: holes that overlap others, or hide only white space, are dropped."""

Generator = np.random.Generator


def draw(text: str, count: int, kinds: Mapping[str, float], rng: Generator) -> list[Span]:
    """Draw at most `count` disjoint spans of a Python text, sorted, of kinds chosen with the given weights."""
    parsed = parse(text, language_of("python"))
    by_kind: dict[str, list[Span]] = {}
    names = sorted(kinds)
    weights = np.array([kinds[name] for name in names]) / sum(kinds.values())
    spans: list[Span] = []
    for name in rng.choice(names, TRIES * count, p=weights):
        if len(spans) == count:
            break
        if name in RANDOM:
            span = RANDOM[name](text, rng)
        elif parsed is None:
            continue
        else:
            if name not in by_kind:
                by_kind[name] = every(parsed, Kind(name))
            if not by_kind[name]:
                continue
            span = by_kind[name][rng.integers(len(by_kind[name]))]
        hides_nothing = span.start < span.end and not text[span.start : span.end].strip()
        if not hides_nothing and all(span.end < other.start or other.end < span.start for other in spans):
            spans.append(span)
    return sorted(spans, key=lambda span: span.start)


def shortened(text: str, span: Span, limit: int, rng: Generator) -> Span:
    """Let half of the spans that no canvas holds begin later, as if blocks before had been filled already."""
    if span.end - span.start <= limit or rng.random() < 0.5:
        return span
    return Span(_cut(text, span.start, span.end - 1, rng), span.end)


def _rest_of_line(text: str, rng: Generator) -> Span:
    line = _line(text, rng)
    if line.start == line.end or rng.random() < EMPTY:
        return Span(line.end, line.end)
    return Span(_cut(text, line.start, line.end - 1, rng), line.end)


def _within_line(text: str, rng: Generator) -> Span:
    line = _line(text, rng)
    start = _cut(text, line.start, max(line.start, line.end - 1), rng)
    if start == line.end or rng.random() < EMPTY:
        return Span(start, start)
    return Span(start, _cut(text, start + 1, line.end, rng))


def _lines(text: str, rng: Generator) -> Span:
    """Draw one to four whole lines, without the first one's indentation."""
    line = _line(text, rng)
    end = line.end
    for _ in range(int(rng.integers(0, 4))):
        if end < len(text):
            end = rest_of_line(text, end + 1).end
    return Span(line.start, end)


def _behind(text: str, rng: Generator) -> Span:
    """Draw what stands behind one of the tokens that somebody types before asking, up to the end of its line."""
    pattern = _BEFORE_CURSOR[rng.integers(len(_BEFORE_CURSOR))]
    # From a random place on, and then from the top: nothing is listed.
    found = pattern.search(text, int(rng.integers(len(text) + 1))) or pattern.search(text)
    if found is None:
        return _rest_of_line(text, rng)
    return Span(found.end(), max(found.end(), rest_of_line(text, found.end()).end))


_BEFORE_CURSOR = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"(?<![=!<>:])= ?(?!=)",
        r"\breturn ",
        r"\bassert ",
        r"\b(?:self|cls|[a-z]\w*)\.(?=\w)",
        r"\w\(",
        r"^\s*(?:import|from) ",
        r"^from [\w.]+ import ",
        r"^\s*@",
        r"\bdef (?:\w+\()?",
        r"\b(?:if|elif|while) ",
        r"[\[{,] *",
        r"# ",
        r"[\"']{1,3}(?=\w)",
    )
)


RANDOM: dict[str, Callable[[str, Generator], Span]] = {
    "behind": _behind,
    "rest-of-line": _rest_of_line,
    "within-line": _within_line,
    "lines": _lines,
}


def _line(text: str, rng: Generator) -> Span:
    """Draw the line about a random character, without its indentation."""
    at = int(rng.integers(len(text))) if text else 0
    start = text.rfind("\n", 0, at) + 1
    whole = rest_of_line(text, start)
    return Span(whole.end - len(text[start : whole.end].lstrip(" \t")), whole.end)


def _cut(text: str, start: int, end: int, rng: Generator) -> int:
    """Draw a place in [start, end], inside a word as often as IN_WORD says if a few tries find one."""
    wants_word = rng.random() < IN_WORD
    for _ in range(4):
        at = int(rng.integers(start, end + 1))
        in_word = 0 < at < len(text) and _is_word(text[at - 1]) and _is_word(text[at])
        if in_word == wants_word:
            break
    return at


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
