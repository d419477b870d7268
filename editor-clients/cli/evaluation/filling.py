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


def fill(infill: Infill, text: str, span: Span) -> Filled:
    """What Lacuna would put there, however unsure it is."""
    steps = 0
    try:
        for item in infill(Request(text, LANGUAGE, (span,), threshold=0.0)):
            if isinstance(item, Answer):
                new_text = "".join(edit.new_text for edit in item.edits)
                return Filled(new_text, item.reason.value if item.reason else "", steps)
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
