"""What a baseline may offer: the rules that Lacuna keeps, too."""

import functools

from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.infill.ranking import repeats
from lacuna.syntax.check import SyntaxCheck
from lacuna.syntax.languages.registry import PYTHON


def may_offer(hole: Hole, text: str) -> bool:
    """Whether the answer says something, repeats nothing and leaves a document that parses: the gate of `infill`."""
    return bool(text.strip()) and not repeats(hole.shown, hole.place, text) and _check(hole).accepts((text,))


def is_sound(hole: Hole, text: str) -> bool:
    """Whether nothing around the hole fails to parse with the answer."""
    return _check(hole).is_sound((text,))


@functools.lru_cache(maxsize=512)  # the holes that baselines are tuned on; a check keeps what it has parsed
def _check(hole: Hole) -> SyntaxCheck:
    return SyntaxCheck(hole.shown, (hole.place,), PYTHON)
