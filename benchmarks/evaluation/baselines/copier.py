"""The copying baseline: the rest of whichever line of the same document looks most alike."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from lacuna.benchmarks.evaluation.baselines.guesses import Guesses, Weights
from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.syntax.lines import split_lines

START: Weights = (1.0, 0.5, 2.0, 4.0, 4.0, 2.0, 1.0, 1.0)
"""A weight for each of `_features`, and last the one for frequency."""
FOUND = 400
"""Places compared with the cursor's, longest match first."""
LONGEST = 60
"""Characters left of the cursor that are matched."""

_WORD = re.compile(r"\w+|[^\w\s]")


def guesses(hole: Hole) -> Guesses:
    """Find rests of lines whose beginnings end as the text left of the cursor does."""
    line_start = hole.text.rfind("\n", 0, hole.span.start) + 1
    prefix = hole.text[line_start : hole.span.start]
    above = split_lines(hole.text[:line_start])[:-1]
    following, *below = split_lines(hole.text[hole.span.end :])
    lines = [*above, prefix, *below]
    here = len(above)
    words = _Words(lines)
    beside = (words.of(here - 1), words.of(here + 1))

    found: dict[str, tuple[float, ...]] = {}
    times: Counter[str] = Counter()
    for number, column, matched in _places(lines, here, prefix):
        rest = _up_to(lines[number][column:], following)
        if not rest:
            continue
        likeness = (_likeness(beside[0], words.of(number - 1)), _likeness(beside[1], words.of(number + 1)))
        features = _features(prefix, column, matched, likeness, abs(number - here))
        times[rest] += 1
        if rest not in found or sum(features) > sum(found[rest]):
            found[rest] = features
    rows = [(*features, float(np.log(times[rest]))) for rest, features in found.items()]
    return Guesses(tuple(found), np.array(rows, dtype=np.float64).reshape(len(rows), len(START)))


def _places(lines: Sequence[str], here: int, prefix: str) -> Iterator[tuple[int, int, int]]:
    """Line, column and length of match wherever something like the text left of the cursor ends."""
    near = sorted((n for n in range(len(lines)) if n != here), key=lambda n: abs(n - here))
    seen: set[tuple[int, int]] = set()
    for length in range(min(len(prefix), LONGEST), 0, -1):
        wanted = prefix[-length:]
        for number in near:
            line = lines[number]
            start = line.find(wanted)
            while start >= 0:
                column = start + length
                if (number, column) not in seen and line[column:].strip():
                    seen.add((number, column))
                    yield number, column, length
                    if len(seen) == FOUND:
                        return
                start = line.find(wanted, start + 1)
    if prefix:
        return
    for number in near[:FOUND]:
        if lines[number].strip() and not lines[number][0].isspace():
            yield number, 0, 0


def _up_to(rest: str, following: str) -> str:
    """Cut a line's rest before the text that follows the hole in its line, or before that text's first word.

    Empty where it has neither; all of it where nothing follows.
    """
    word = _WORD.search(following)
    if word is None:
        return rest
    at = rest.find(following)
    return rest[: max(0, at if at >= 0 else rest.find(following[: word.end()]))]


def _features(
    prefix: str, column: int, matched: int, likeness: tuple[float, float], distance: int
) -> tuple[float, ...]:
    starts_word = matched == len(prefix) or not (prefix[-matched:][:1].isalnum() and prefix[-matched - 1].isalnum())
    return (
        float(matched),
        float(len(prefix[len(prefix) - matched :].strip())),
        float(starts_word),
        *likeness,
        float(matched == len(prefix) == column),
        -float(np.log1p(distance)),
    )


class _Words:
    """The words of a document's lines; the lines outside it have none."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._words: dict[int, frozenset[str]] = {}

    def of(self, number: int) -> frozenset[str]:
        if number not in self._words:
            is_inside = 0 <= number < len(self._lines)
            self._words[number] = frozenset(_WORD.findall(self._lines[number]) if is_inside else ())
        return self._words[number]


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard's index of two sets of words; 1 for two that are empty."""
    return len(one & other) / len(one | other) if one or other else 1.0
