"""What was offered last for each document, so that what the user types along with it needs no inference."""

from dataclasses import dataclass

from lacuna.infill import ranking
from lacuna.infill.request import Answer, Candidate, Request
from lacuna.syntax.spans import Span

_CLOSERS = ")]}\"'"
_LONGEST_CLOSING = 4
"""Characters that editors close by themselves when one is typed."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Texts for one span of a text, best first; what each would make of the text parses."""

    text: str
    span: Span
    alternatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    text: str
    span: Span
    threshold: float
    usual: float
    """The artifact's threshold, for requests that name none."""
    sought: int
    """Alternatives that were looked for."""
    alternatives: tuple[tuple[str, float], ...]
    """All that were found, each with its confidence."""


class Offers:
    """Holds the last offer of each document. Whoever changes what may be offered must forget them."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}

    def __len__(self) -> int:
        return len(self._held)

    def forget(self, uri: str) -> None:
        self._held.pop(uri, None)

    def forget_all(self) -> None:
        self._held.clear()

    def take(self, uri: str, request: Request, answer: Answer) -> Offer | None:
        """Hold all that an answer for one span found; return as many alternatives as were asked for, or None."""
        (span,), (candidates,) = request.spans, answer.candidates or ((),)
        threshold = answer.threshold if request.threshold is None else request.threshold
        fit: dict[str, float] = {}
        for candidate in candidates if answer.edits else ():
            confidence = 0.0 if candidate.faults else candidate.confidence  # above no threshold, and asked for at 0
            is_wanted = confidence >= threshold and not (candidate.faults and request.is_unasked)
            if is_wanted and _may_be_shown(request.text, span, candidate):
                fit.setdefault(candidate.text, confidence)
        if not fit:
            return None
        most = request.alternatives
        self._held[uri] = _Held(request.text, span, threshold, answer.threshold, most, tuple(fit.items()))
        return Offer(request.text, span, tuple(fit)[:most])

    def along(self, uri: str, text: str, offset: int, threshold: float | None, most: int) -> Offer | None:
        """The rest of the offer if the user typed its beginning since it was made, and nothing else.

        None, too, if fewer alternatives were looked for than are wanted now.
        """
        held = self._held.get(uri)
        if held is None:
            return None
        threshold = held.usual if threshold is None else threshold
        if threshold < held.threshold or most > held.sought:
            return None
        start, rest = held.span.start, held.text[held.span.start :]
        if not start <= offset <= len(text) - len(rest) or text[:start] != held.text[:start] or not text.endswith(rest):
            return None
        typed = text[start:offset].replace("\r\n", "\n").replace("\r", "\n")
        closing = text[offset : len(text) - len(rest)]  # what the editor added behind the cursor
        if len(closing) > _LONGEST_CLOSING or closing.strip(_CLOSERS):
            return None
        left = {
            whole[len(typed) : len(whole) - len(closing)]: None
            for whole, confidence in held.alternatives
            if confidence >= threshold and whole.startswith(typed) and whole[len(typed) :].endswith(closing)
        }
        left.pop("", None)
        end = offset if closing else offset + held.span.end - start
        return Offer(text, Span(offset, end), tuple(left)[:most]) if left else None


def _may_be_shown(text: str, span: Span, candidate: Candidate) -> bool:
    """Whether the candidate adds something and parses: after an empty item some clients show nothing any more."""
    changes = candidate.text and candidate.text != text[span.start : span.end]
    return bool(changes) and candidate.parses and not ranking.repeats(text, span, candidate.text)
