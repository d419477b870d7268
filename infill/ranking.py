"""Which answers may be offered, and in what order."""

from collections.abc import Iterable
from dataclasses import dataclass

from lacuna.infill.request import Candidate, Reason
from lacuna.syntax.check import SyntaxCheck
from lacuna.syntax.lines import line_start, rest_of_line, split_lines
from lacuna.syntax.spans import Span

UNSOUND = 0.1
"""What an answer counts that is not sound, against one that is."""
REFUSED = 0.01
"""What an answer counts that may not be offered: a search goes on until all that is left is so much less likely."""
WORDY = 3
"""A tail of fewer characters, such as brackets that close, may well stand twice."""


_BESIDE = 4_000
"""Code points within which the lines next to a span are looked for."""


@dataclass(frozen=True, slots=True)
class Joint:
    """One text for each hole of a request, or for the first of them."""

    texts: tuple[str, ...]
    confidences: tuple[float, ...]
    """Of each text, those before it given."""
    parses: bool
    is_sound: bool
    """Leaves nothing about the spans that does not parse, whatever was wrong there, and nothing that is doubtful."""
    repeats: bool
    """Says again what stands beside it anyway."""
    changes: bool
    """Says something in every hole, and the document with it is another document."""

    @property
    def may_be_offered(self) -> bool:
        return self.parses and not self.repeats and self.changes

    @property
    def worth(self) -> float:
        """What its probability counts in a comparison."""
        return (1.0 if self.is_sound else UNSOUND) * (1.0 if self.may_be_offered else REFUSED)

    def candidate(self, hole: int) -> Candidate:
        return Candidate(self.texts[hole], self.confidences[hole], self.parses)


def judged(
    text: str, spans: tuple[Span, ...], texts: tuple[str, ...], confidences: tuple[float, ...], check: SyntaxCheck
) -> Joint:
    """What there is to say of an answer, which may be one to the first spans alone."""
    return Joint(
        texts,
        confidences,
        parses=check.accepts(texts),
        is_sound=check.is_sound(texts),
        repeats=any(repeats(text, span, answer) for span, answer in zip(spans, texts, strict=False)),
        changes=all(map(str.strip, texts)) and texts != tuple(text[span.start : span.end] for span in spans),
    )


def rank(answers: Iterable[Joint]) -> list[Joint]:
    """Those that may be offered first, then the surer ones."""
    return sorted(answers, key=lambda joint: (not joint.may_be_offered, -joint.worth * joint.confidences[-1]))


def refusal(best: Joint, threshold: float) -> Reason | None:
    """Why the best answer is not offered, if it is not."""
    if not best.changes:
        return Reason.EMPTY
    if not best.parses:
        return Reason.NO_PARSE
    if best.repeats:
        return Reason.REPEATS
    return Reason.BELOW_THRESHOLD if best.confidences[-1] < threshold else None


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
