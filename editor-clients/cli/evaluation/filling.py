"""Holes through the `infill` that serves, offered whatever parses."""

from collections.abc import Sequence
from dataclasses import dataclass

from lacuna.cli.evaluation.gate import LANGUAGE
from lacuna.cli.exit_codes import ModelError
from lacuna.lsp_server.request import Answer, Infill, Request
from lacuna.syntax.errors import LacunaError
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


def fill(infill: Infill, text: str, *spans: Span, as_long_as: Sequence[str] | None = None) -> Filled:
    """What Lacuna would put there, however unsure it is; with texts given, in as many tokens as these have."""
    told = None if as_long_as is None else tuple(as_long_as)
    steps = 0
    try:
        for item in infill(Request(text, LANGUAGE, spans, threshold=0.0, as_long_as=told)):
            if isinstance(item, Answer):
                return Filled(
                    tuple(edit.new_text for edit in item.edits) or ("",) * len(spans),
                    item.reason.value if item.reason else "",
                    steps,
                    item.timings.total - item.timings.encode,
                    item.candidates[0][0].confidence if item.candidates[0] else 0.0,
                )
            steps += 1
    except LacunaError as error:
        raise ModelError(str(error)) from error
    raise AssertionError("an infill ends with its answer")
