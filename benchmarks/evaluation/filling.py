"""Holes through the `infill` that serves, offered whatever parses."""

from dataclasses import dataclass

from lacuna.benchmarks.evaluation.gate import LANGUAGE
from lacuna.infill.request import Answer, Infill, Request
from lacuna.syntax.spans import Span


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the holes, and what it took."""

    texts: tuple[str, ...]
    """Empty where nothing was offered."""
    reason: str = ""
    """Why nothing was offered, else empty."""
    steps: int = 0
    milliseconds: float = 0.0
    """Without encoding the context, which whoever answered before may have done."""
    confidence: float = 0.0
    """Of the best candidate, offered or not; 0 where there is none."""

    @property
    def text(self) -> str:
        """Of the only hole."""
        (text,) = self.texts
        return text


def fill(infill: Infill, text: str, *spans: Span) -> Filled:
    """What Lacuna would put there, however unsure it is."""
    *drafts, answer = infill(Request(text, LANGUAGE, spans, threshold=0.0))
    assert isinstance(answer, Answer), "an infill ends with its answer"
    return Filled(
        tuple(edit.new_text for edit in answer.edits) or ("",) * len(spans),
        answer.reason.value if answer.reason else "",
        len(drafts),
        answer.timings.total - answer.timings.encode,
        answer.candidates[0][0].confidence if answer.candidates[0] else 0.0,
    )
