"""Who answers: models through `infill`, the baselines, and the floors; each takes a question and fills its holes."""

import time
from collections.abc import Callable

from lacuna.benchmarks.evaluation.filling import Filled, fill
from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.benchmarks.evaluation.questions import Question
from lacuna.infill.request import Infill
from lacuna.syntax.spans import Span

Answerer = Callable[[Question], Filled]


def model(infill: Infill) -> Answerer:
    return lambda question: fill(infill, question.shown, *question.places)


def baseline(answer: Callable[[Hole], str]) -> Answerer:
    """Fill a question's holes in turn: a baseline knows single holes, and sees those that it has filled already."""

    def answered(question: Question) -> Filled:
        began = time.perf_counter()
        text, added = question.shown, 0
        texts = []
        for hole, place in zip(question.holes, question.places, strict=True):
            at = place.start + added
            texts.append(answer(Hole(hole.package, hole.path, text, Span(at, at))))
            text = text[:at] + texts[-1] + text[at:]
            added += len(texts[-1])
        reason = "" if any(texts) else "nothing found"
        return Filled(tuple(texts), reason, milliseconds=1000 * (time.perf_counter() - began))

    return answered


def empty(question: Question) -> Filled:
    """Answer nothing: a floor."""
    return Filled(("",) * len(question.holes))


def always_pass(question: Question) -> Filled:
    """Answer `pass`, indented like the line before, one deeper after a colon: a floor. It knows whether a line ends."""
    texts = []
    for hole in question.holes:
        above = [line for line in hole.text[: hole.span.start].split("\n") if line.strip()][-1:]
        before = above[0] if above else ""
        indentation = before[: len(before) - len(before.lstrip(" \t"))]
        deeper = "    " if before.rstrip().endswith(":") else ""
        texts.append(indentation + deeper + "pass" + ("\n" if hole.truth.endswith("\n") else ""))
    return Filled(tuple(texts))
