"""Which answers may be offered, and in what order."""

from collections.abc import Iterable
from dataclasses import dataclass

from lacuna.infill.places import Filled, Place
from lacuna.infill.request import Candidate, Reason, Request
from lacuna.syntax import beside
from lacuna.syntax.check import SyntaxCheck
from lacuna.syntax.languages.registry import language_of
from lacuna.syntax.lines import line_start, rest_of_line, split_lines
from lacuna.syntax.spans import Span

UNSOUND = 0.1
"""What an unsound answer counts, where a sound one counts 1."""
REFUSED = 0.01
"""What an answer counts that may not be offered: it ends a search only if all that is open is so much less likely."""
WORDY = 3
"""A tail of fewer characters, such as brackets that close, may well stand twice."""

_BESIDE = 4_000
"""Code points within which the lines next to a span are looked for."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the document is like with an answer in it."""

    parses: bool
    """It has no syntax error that is the answer's fault."""
    is_sound: bool
    """Nothing about the spans is wrong any more, whatever was wrong there, and nothing is doubtful."""
    repeats: bool
    """The answer says again what stands beside it anyway."""
    runs_on: bool
    """The answer makes something else of what stands right behind it."""
    changes: bool
    """The answer says something in every hole, more than a mark that nobody misses, and changes the document."""

    @property
    def may_be_offered(self) -> bool:
        return self.parses and not self.repeats and not self.runs_on and self.changes

    @property
    def worth(self) -> float:
        """What the answer's probability counts in a comparison."""
        return (1.0 if self.is_sound else UNSOUND) * (1.0 if self.may_be_offered else REFUSED)


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer to the place in hand."""

    filled: Filled
    """The request's holes with it."""
    verdict: Verdict

    @property
    def confidence(self) -> float:
        return self.filled.confidences[-1]

    @property
    def candidate(self) -> Candidate:
        """The text of the hole in hand."""
        return Candidate(self.filled.texts[-1], self.confidence, self.verdict.parses)


def verdict(request: Request, place: Place, text: str, texts: tuple[str, ...], check: SyntaxCheck) -> Verdict:
    """Judge a text for a place, with which the request's first spans have `texts`; the others are stood in for."""
    return Verdict(
        parses=check.accepts(texts),
        is_sound=check.is_sound(texts),
        repeats=repeats(place.scene.text, place.span, text),
        runs_on=_runs_on(request, place, text, check),
        changes=all(map(str.strip, texts)) and texts != request.before and not _is_idle(request, text, check),
    )


def is_complete(request: Request, check: SyntaxCheck) -> bool:
    """Whether nothing is missing at the request's span: in the middle of what is whole, in no unknown word."""
    (span,), language = request.spans, language_of(request.language)
    return (
        not beside.is_gap(request.text, span)
        and beside.cuts_known_word(request.text, span, language)
        and check.accepts(("",))
    )


def _is_idle(request: Request, answer: str, check: SyntaxCheck) -> bool:
    """Whether nobody asked, nothing is wrong, and an answer adds no more than a mark, such as a comma at the end."""
    return request.is_unasked and not any(map(str.isalnum, answer)) and check.is_sound(("",) * len(request.spans))


def _runs_on(request: Request, place: Place, answer: str, check: SyntaxCheck) -> bool:
    text, span, language = place.scene.text, place.span, language_of(request.language)
    if beside.tears(text, span, answer, language):
        return True
    if not check.accepts(("",) * len(request.spans)):  # something is missing: what follows may well be for the answer
        return beside.takes_arguments(text, span, answer)
    return request.is_unasked and (
        beside.takes_over(text, span, answer, language) or beside.turns(text, span, answer, language)
    )


def rank(answers: Iterable[Judged]) -> list[Judged]:
    """Sort answers: those that may be offered come first, then the product of confidence and worth decides."""
    return sorted(answers, key=lambda one: (not one.verdict.may_be_offered, -one.verdict.worth * one.confidence))


def refusal(best: Judged, threshold: float) -> Reason | None:
    """Why the best answer is not offered, if it is not."""
    if not best.verdict.changes:
        return Reason.EMPTY
    if not best.verdict.parses:
        return Reason.NO_PARSE
    if best.verdict.repeats:
        return Reason.REPEATS
    if best.verdict.runs_on:
        return Reason.RUNS_ON
    return Reason.BELOW_THRESHOLD if best.confidence < threshold else None


def repeats(text: str, span: Span, answer: str) -> bool:
    """Whether the answer says again what stands beside it: some of the rest of its line, or a whole line next to it."""
    lines = split_lines(answer)
    end = rest_of_line(text, span.end).end
    rest = text[span.end : end].strip()
    sizes = range(WORDY, min(len(rest), len(lines[-1].strip())) + 1)
    if any(lines[-1].strip().endswith(rest[:size]) and _is_wordy(rest[:size]) for size in sizes):
        return True
    start = line_start(text, span.start)
    if lines[-1]:
        lines[-1] += text[span.end : end]
    else:
        end = span.end  # what follows is a line of its own
    lines[0] = text[start : span.start] + lines[0]
    written = [line.strip() for line in lines if line.strip()]
    if not written:
        return False
    pairs = ((written[0], _last_line(text, start)), (written[-1], _next_line(text, end)))
    return any(_is_wordy(one) and one == other for one, other in pairs)


def without_overlap(text: str, span: Span, answer: str) -> str:
    """The answer less what of its end stands after it anyway, such as the brackets that an editor closed."""
    rest = text[span.end : rest_of_line(text, span.end).end].rstrip()
    for size in range(min(len(rest), len(answer)), 0, -1):
        if answer.endswith(rest[:size]):
            return answer[: len(answer) - size]
    return answer


def with_line_end(text: str, span: Span, answer: str) -> str:
    """The answer with a line end, if it stands at the start of a line whose rest is another line's."""
    is_at_start = span.start == line_start(text, span.start)
    rest = text[span.end : rest_of_line(text, span.end).end]
    if not (is_at_start and rest.strip() and answer.strip()) or answer.endswith("\n"):
        return answer
    return answer + "\n"


def off_indentation(text: str, span: Span, answer: str) -> str:
    """The answer with a line end, if it would else run into the indentation of the line that it stands above."""
    ended = with_line_end(text, span, answer)
    return ended if text[span.end : span.end + 1].isspace() else answer


def _is_wordy(text: str) -> bool:
    return len(text) >= WORDY and any(character.isalnum() for character in text)


def _last_line(text: str, offset: int) -> str:
    """The last line before that is not blank, stripped."""
    return split_lines(text[max(0, offset - _BESIDE) : offset].rstrip())[-1].strip()


def _next_line(text: str, offset: int) -> str:
    """The next line that is not blank, stripped."""
    return split_lines(text[offset : offset + _BESIDE].lstrip())[0].strip()
