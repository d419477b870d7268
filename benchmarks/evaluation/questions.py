"""A question: holes of one text, which a system fills together."""

import ast
import functools
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.syntax.spans import Span


@dataclass(frozen=True, slots=True)
class Question:
    """Holes of one file, sorted and disjoint."""

    kind: str
    holes: tuple[Hole, ...]

    @property
    def text(self) -> str:
        return self.holes[0].text

    @property
    def file(self) -> str:
        return self.holes[0].file

    @property
    def truths(self) -> tuple[str, ...]:
        return tuple(hole.truth for hole in self.holes)

    @property
    def shown(self) -> str:
        """The text without the answers: all that a system may see."""
        return self.filled([""] * len(self.holes))

    @property
    def places(self) -> tuple[Span, ...]:
        """Where the answers belong in what is shown."""
        hidden, places = 0, []
        for hole in self.holes:
            places.append(Span(hole.span.start - hidden, hole.span.start - hidden))
            hidden += len(hole.truth)
        return tuple(places)

    def filled(self, texts: Sequence[str]) -> str:
        """The document with these answers in it."""
        pieces, end = [], 0
        for hole, text in zip(self.holes, texts, strict=True):
            pieces += [self.text[end : hole.span.start], text]
            end = hole.span.end
        return "".join(pieces) + self.text[end:]


def parses(question: Question, texts: Sequence[str]) -> bool | None:
    """Whether Python's own parser takes the document with these answers; None if it does not take the original."""
    return _is_python(question.filled(texts)) if _is_python(question.text) else None


@functools.lru_cache(maxsize=64)
def _is_python(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an escape that means nothing
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return False
    return True
