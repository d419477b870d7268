"""What a request's holes have got so far, and the place to write next."""

from collections.abc import Iterator
from dataclasses import dataclass

from lacuna.infill.request import Left, Reason, Request
from lacuna.model.denoiser import Scene
from lacuna.syntax.check import SyntaxCheck, filled
from lacuna.syntax.spans import Span
from lacuna.workspace.changes import Edit


@dataclass(frozen=True, slots=True)
class Place:
    """Where to write next: at a hole, or at the open end of one."""

    hole: int
    """Which of the request's holes it is."""
    scene: Scene
    """The text with the answers so far, and the spans of this place and of the holes to come."""

    indentation: str = ""
    """Indentation that the hole's text begins with, whatever is written: the scene has it before the place."""

    @property
    def span(self) -> Span:
        """What the next text replaces, in the scene's text."""
        return self.scene.spans[0]


@dataclass(frozen=True, slots=True)
class Filled:
    """What the first holes of a request have got so far."""

    texts: tuple[str, ...] = ()
    confidences: tuple[float, ...] = ()
    """The probability that each text is right, given those before it."""
    blocks: int = 0
    """Canvases that were written for the last of these holes."""
    is_open: bool = False
    """The last text filled its canvas to the end and goes on: its end is the next place."""
    left: tuple[Left, ...] = ()
    """Holes that stay open; their texts only stand in for what is missing."""

    def place(self, request: Request, check: SyntaxCheck) -> Place | None:
        """The next place to write; None if there is none. `check` is the one of the request."""
        done = len(self.texts)
        if done == len(request.spans) and not self.is_open:
            return None
        spans, texts, indentation = request.spans[:done], self.texts, ""
        if not self.is_open and (indentation := check.indentation(done)):
            start = request.spans[done].start
            spans, texts = (*spans, Span(start, start)), (*texts, indentation)
        text = filled(request.text, spans, texts)
        longer = len(text) - len(request.text)
        to_come = tuple(Span(span.start + longer, span.end + longer) for span in request.spans[done:])
        if not self.is_open:
            return Place(done, Scene(text, to_come, request.replaced[done:], request.beside), indentation)
        # What the last hole replaced is gone from the text: its end is an empty span.
        last = filled(request.text, request.spans[: done - 1], self.texts[:-1])
        end = request.spans[done - 1].start + len(last) - len(request.text) + len(self.texts[-1])
        return Place(done - 1, Scene(text, (Span(end, end), *to_come), ("", *request.replaced[done:]), request.beside))

    def edits(self, request: Request) -> Iterator[Edit]:
        """What is written: a text for each hole that is not left open."""
        left = {one.hole for one in self.left}
        pairs = enumerate(zip(request.spans, self.texts, strict=True))
        return (Edit(span, text) for hole, (span, text) in pairs if hole not in left)

    def written(self, text: str, confidence: float, *, is_open: bool) -> "Filled":
        """With a text written at the next place."""
        if self.is_open:
            texts = (*self.texts[:-1], self.texts[-1] + text)
            confidences = (*self.confidences[:-1], self.confidences[-1] * confidence)
            return Filled(texts, confidences, self.blocks + 1, is_open, self.left)
        return Filled((*self.texts, text), (*self.confidences, confidence), 1, is_open, self.left)

    def without(self, hole: int, stand_in: str, reason: Reason, detail: str) -> "Filled":
        """With a hole, the first or last that has no text for good, left open."""
        left = (*self.left, Left(hole, reason, detail))
        return Filled((*self.texts[:hole], stand_in), (*self.confidences[:hole], 1.0), left=left)
