"""A blank in place of what stands for a body that is not written yet."""

from collections.abc import Iterator
from dataclasses import dataclass

from lacuna.refactor.rule import Hole, Replacement, Sketch
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.stubs import says_nothing, stubs

_BODY = Hole(fits=lambda text: not says_nothing(text, PYTHON), why="it is no more than what stands there")


@dataclass(frozen=True, slots=True)
class StubBodies:
    def sketches(self, path: str, parsed: Parsed) -> Iterator[Sketch]:  # noqa: ARG002 -- the Protocol's
        return (Sketch((Replacement(span, (_BODY,)),)) for span in stubs(parsed))
