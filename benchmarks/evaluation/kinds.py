"""Questions in files never trained on, by kind of hole, drawn as in use: by syntax and at random characters."""

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from lacuna.benchmarks.evaluation import held_out
from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.benchmarks.evaluation.hole_kind import HoleKind
from lacuna.benchmarks.evaluation.questions import Question
from lacuna.model.corpus import drawing
from lacuna.model.corpus.files import SourceFile
from lacuna.syntax.spans import Span

LONGEST = 10
"""Most lines that a hole may have: nobody fills more."""
JOINT = {
    HoleKind.WITHIN_LINE.value: 2.0,
    HoleKind.EXPRESSION.value: 1.0,
    HoleKind.ARGUMENTS.value: 1.0,
    HoleKind.CONDITION.value: 1.0,
}
"""How often a joint hole is of each kind, in proportion."""
APART = 8
"""Mean number of lines from one joint hole to the next, about."""
ROUNDS = 8
"""How often every file is drawn from before a package counts as used up."""


def draw(
    files: Iterable[SourceFile], count: int, kinds: Sequence[HoleKind], *, seed: int, apart_from: Iterable[Hole] = ()
) -> tuple[Question, ...]:
    """At most `count` questions, as many of each kind, of each as many from each package.

    None is about the end of a line that `apart_from` asks about. The questions of one kind do not depend on which other
    kinds there are, only on how many of them are wanted.
    """
    files, taken = list(files), list(apart_from)
    share, more = divmod(count, len(kinds))
    return tuple(
        question
        for number, kind in enumerate(kinds)
        for question in _of_kind(files, share + (number < more), kind, seed, taken)
    )


def _of_kind(files: Sequence[SourceFile], count: int, kind: HoleKind, seed: int, taken: list[Hole]) -> list[Question]:
    if kind is HoleKind.REST_OF_LINE:
        return [Question(kind, (hole,)) for hole in held_out.draw(files, count, seed=seed, apart_from=taken)]
    packages: dict[str, list[SourceFile]] = {}
    for file in files:
        packages.setdefault(file.package, []).append(file)
    known = {(hole.file, hole.span.end) for hole in taken}
    share, more = divmod(count, max(1, len(packages)))
    questions: list[Question] = []
    for number, name in enumerate(sorted(packages)):
        generator = random.Random(f"{seed}/{kind}/{name}")  # noqa: S311 -- a fixed sample, not a secret
        fresh = (q for q in _in_turn(packages[name], kind, generator) if not _holes_of(q) & known)
        questions += islice(fresh, share + (number < more))
    return questions


def _holes_of(question: Question) -> set[tuple[str, int]]:
    return {(hole.file, hole.span.end) for hole in question.holes}


def _in_turn(files: Sequence[SourceFile], kind: HoleKind, generator: random.Random) -> Iterator[Question]:
    """A question about every file that has one, in random order, then another about every file, and so on."""
    shuffled = sorted(files, key=lambda file: file.path)
    generator.shuffle(shuffled)
    asked: set[tuple[str, tuple[Span, ...]]] = set()
    for _ in range(ROUNDS):
        for file in shuffled:
            spans = _spans(file.text, kind, np.random.default_rng(generator.getrandbits(64)))
            if spans and (file.path, spans) not in asked:
                asked.add((file.path, spans))
                yield Question(kind, tuple(Hole(file.package, file.path, file.text, span) for span in spans))


def _spans(text: str, kind: HoleKind, rng: np.random.Generator) -> tuple[Span, ...]:
    """Draw the spans of one question of the kind; none if the text has no place for it."""
    if kind is not HoleKind.JOINT:
        return tuple(_fillable(text, drawing.draw(text, 1, {kind.value: 1.0}, rng)))
    size = int(rng.integers(2, 4))
    spans = _fillable(text, drawing.draw(text, max(size, text.count("\n") // APART), JOINT, rng))
    first = int(rng.integers(max(1, len(spans) - size + 1)))
    return tuple(spans[first : first + size]) if len(spans) >= size else ()


def _fillable(text: str, spans: Iterable[Span]) -> list[Span]:
    hidden = ((span, text[span.start : span.end]) for span in spans)
    return [span for span, truth in hidden if truth.strip() and truth.count("\n") < LONGEST]
