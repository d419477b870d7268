"""What an answer makes of what stands right behind it: words that nobody knows, other arguments, another meaning."""

from collections.abc import Iterator

from lacuna.infill.places import Place
from lacuna.infill.request import Request
from lacuna.syntax import beside
from lacuna.syntax.check import SyntaxCheck
from lacuna.syntax.languages.registry import language_of


def runs_on(request: Request, place: Place, answer: str, check: SyntaxCheck) -> bool:
    """Whether an answer makes something else of what stands behind it, which nobody means; or, unasked, bends it."""
    text, span, language = place.scene.text, place.span, language_of(request.language)
    if beside.tears(text, span, answer, language):
        return True
    if _is_lacking(request, check):  # what follows may well be for the answer
        return beside.takes_arguments(text, span, answer)
    is_bent = beside.renames(text, span, answer, language) or any(bent(request, place, answer, check))
    return request.is_unasked and is_bent


def bent(request: Request, place: Place, answer: str, check: SyntaxCheck) -> Iterator[str]:
    """What an answer makes of what stands behind it and is whole without it, in words: whoever asked may mean it."""
    if _is_lacking(request, check):
        return
    text, span, language = place.scene.text, place.span, language_of(request.language)
    stood = text[span.start : span.end]  # what that did to the rest of its line an answer may do, too
    if beside.takes_over(text, span, answer) and not beside.takes_over(text, span, stood):
        yield "it takes over what stands behind it"
    if beside.turns(text, span, answer, language) and not beside.turns(text, span, stood, language):
        yield "it turns round what stands behind it"
    if beside.cuts_off(text, span, answer, language) and not beside.cuts_off(text, span, stood, language):
        yield "it cuts off what stands behind it"


def _is_lacking(request: Request, check: SyntaxCheck) -> bool:
    """Whether something is missing in the request's spans."""
    return not check.accepts(("",) * len(request.spans))
