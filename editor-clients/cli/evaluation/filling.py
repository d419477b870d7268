"""One hole through the `infill` that serves, offered whatever parses; and the rule that baselines must keep as well."""

import functools
from dataclasses import dataclass

from lacuna.cli.evaluation.holes import Hole
from lacuna.cli.exit_codes import ModelError
from lacuna.lsp_server.ranking import repeats
from lacuna.lsp_server.request import Answer, Infill, Request
from lacuna.syntax.check import SyntaxCheck
from lacuna.syntax.errors import LacunaError
from lacuna.syntax.languages import language_of
from lacuna.syntax.spans import Span

LANGUAGE = "python"


@dataclass(frozen=True, slots=True)
class Filled:
    text: str
    reason: str
    """Why nothing was offered, else empty."""
    steps: int
    confidence: float
    """Of the best candidate, offered or not; 0 where there is none."""


def fill(infill: Infill, text: str, span: Span, as_long_as: str | None = None) -> Filled:
    """What Lacuna would put there, however unsure it is; with a text given, in as many tokens as that has."""
    given = None if as_long_as is None else (as_long_as,)
    steps = 0
    try:
        for item in infill(Request(text, LANGUAGE, (span,), threshold=0.0, as_long_as=given)):
            if isinstance(item, Answer):
                new_text = "".join(edit.new_text for edit in item.edits)
                best = item.candidates[0][0].confidence if item.candidates[0] else 0.0
                return Filled(new_text, item.reason.value if item.reason else "", steps, best)
            steps += 1
    except LacunaError as error:
        raise ModelError(str(error)) from error
    raise AssertionError("an infill ends with its answer")


def may_offer(hole: Hole, text: str) -> bool:
    """The gate of `infill`, for the baselines: it says something, repeats nothing, and the document still parses."""
    return bool(text.strip()) and not repeats(hole.shown, hole.place, text) and _check(hole).accepts((text,))


@functools.lru_cache(maxsize=4096)
def _check(hole: Hole) -> SyntaxCheck:
    return SyntaxCheck(hole.shown, (hole.place,), language_of(LANGUAGE))
