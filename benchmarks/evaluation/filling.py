"""Holes through the `infill` that serves, offered whatever parses."""

from dataclasses import dataclass

from lacuna.infill.request import Draft, Infill, Request, answered
from lacuna.syntax.languages.registry import PYTHON
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
    """How sure the model is of its best candidate, offered or not; 0 where there is none."""

    @property
    def text(self) -> str:
        """What stands in the only hole."""
        (text,) = self.texts
        return text


def fill(infill: Infill, text: str, *spans: Span) -> Filled:
    """What Lacuna would put there, however unsure it is."""
    drafts: list[Draft] = []
    answer = answered(infill(Request(text, PYTHON.name, spans, threshold=0.0)), drafts.append)
    return Filled(
        tuple(edit.new_text for edit in answer.edits) or ("",) * len(spans),
        answer.reason.value if answer.reason else "",
        len(drafts),
        answer.timings.total - answer.timings.encode,
        answer.candidates[0][0].confidence if answer.candidates[0] else 0.0,
    )
