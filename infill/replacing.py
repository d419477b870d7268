"""Which answers may take the place of code: those that say something, are of its kind and say not much less."""

from collections.abc import Callable

from lacuna.infill.places import Place
from lacuna.infill.request import Reason, Request
from lacuna.syntax.kept import keeps_kind
from lacuna.syntax.languages.registry import language_of
from lacuna.syntax.stubs import is_stub, says_nothing

LEAST = 0.5
"""Tokens of an answer for each that it would replace."""

Size = Callable[[str], int]
"""Of a text, in a denoiser's tokens."""


def is_too_long(request: Request, size: Size, most: int) -> bool:
    """Whether what a request replaces at some span has more than so many tokens."""
    return request.replaces and any(size(before) > most for before in request.before)


def loss(request: Request, place: Place, answer: str, whole: str, size: Size) -> Reason | None:
    """Why an answer may not take the place of what stands there; None if it may, or nothing stands there.

    `whole` is the hole's text with it: an answer may go on where another one filled its canvas.
    """
    text, span, before = place.scene.text, place.span, request.before[place.hole]
    language = language_of(request.language)
    if not before.strip():
        return None
    stands_in = is_stub(before, language)
    if stands_in and says_nothing(whole, language):
        return Reason.EMPTY
    if not request.replaces:
        return None
    if not keeps_kind(text, span, answer, language):
        return Reason.OTHER_KIND
    return Reason.LESS if not stands_in and size(answer) < LEAST * size(before) else None
