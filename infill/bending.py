"""What an answer makes of what stands right behind it: words that nobody knows, other arguments, another meaning."""

import functools
from collections.abc import Callable, Iterator

from lacuna.infill.places import Place
from lacuna.infill.request import Request
from lacuna.syntax import beside
from lacuna.syntax.check import SyntaxCheck
from lacuna.syntax.languages.language import Language
from lacuna.syntax.languages.registry import language_of
from lacuna.syntax.prose import prose_at
from lacuna.syntax.spans import Span


def runs_on(request: Request, place: Place, answer: str, check: SyntaxCheck) -> bool:
    """Whether an answer makes something else of what stands behind it, which nobody means; or, unasked, bends it."""
    text, span, language = place.scene.text, place.span, language_of(request.language)
    if beside.tears(text, span, answer, language):
        return True
    if _is_lacking(request, check):  # what follows may well be for the answer
        return beside.takes_arguments(text, span, answer) and not _is_prose(place, answer, language)
    if not request.is_unasked:
        return False
    is_renamed = beside.renames(text, span, answer, language) and not _is_prose(place, answer, language)
    return is_renamed or any(bent(request, place, answer, check))


def bent(request: Request, place: Place, answer: str, check: SyntaxCheck) -> Iterator[str]:
    """What an answer makes of what stands behind it and is whole without it, in words: whoever asked may mean it."""
    if _is_lacking(request, check):
        return
    text, span, language = place.scene.text, place.span, language_of(request.language)
    stood = text[span.start : span.end]  # what that did to the rest of its line an answer may do, too
    bends: dict[str, Callable[[str, Span, str], bool]] = {
        "it takes over what stands behind it": beside.takes_over,
        "it turns round what stands behind it": functools.partial(beside.turns, language=language),
        "it cuts off what stands behind it": functools.partial(beside.cuts_off, language=language),
    }
    found = [words for words, does in bends.items() if does(text, span, answer) and not does(text, span, stood)]
    if found and not _is_prose(place, answer, language):
        yield from found


def _is_prose(place: Place, answer: str, language: Language) -> bool:
    """Whether an answer stands in a comment or a string, from its beginning to its end: there it calls nothing."""
    text, span = place.scene.text, place.span
    after, end = text[: span.start] + answer + text[span.end :], span.start + len(answer)
    return prose_at(text, language, span.start) is not None and prose_at(after, language, end) is not None


def _is_lacking(request: Request, check: SyntaxCheck) -> bool:
    """Whether something is missing in the request's spans."""
    return not check.accepts(("",) * len(request.spans))
