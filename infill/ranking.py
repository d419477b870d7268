"""Which answers may be offered, and in what order."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lacuna.infill import bending, replacing
from lacuna.infill.places import Filled, Place
from lacuna.infill.replacing import Size
from lacuna.infill.request import Candidate, Reason, Request
from lacuna.model.denoiser import SCORE
from lacuna.syntax import beside
from lacuna.syntax.check import SyntaxCheck, filled
from lacuna.syntax.conflicts import has_marker, is_conflicted
from lacuna.syntax.gate import Fault, FaultKind, Gate, Judge, gate_of, judge_of
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
    loss: Reason | None
    """Why it may not take the place of the code that stands there."""
    faults: tuple[str, ...]
    """What is known to be wrong with it, though it parses."""
    is_unasked: bool
    """Nobody asked for it."""

    @property
    def may_be_offered(self) -> bool:
        is_fine = self.parses and not self.repeats and not self.runs_on and self.changes and not self.loss
        return is_fine and not (self.faults and self.is_unasked)

    @property
    def is_fine(self) -> bool:
        """It may be offered, and nothing is known against it."""
        return self.may_be_offered and self.is_sound and not self.faults

    @property
    def worth(self) -> float:
        """What the answer's probability counts in a comparison."""
        return (1.0 if self.is_sound and not self.faults else UNSOUND) * (1.0 if self.may_be_offered else REFUSED)


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer to the place in hand."""

    filled: Filled
    """The request's holes with it."""
    verdict: Verdict
    evidence: Mapping[str, float]
    """What its confidence rests on."""

    @property
    def confidence(self) -> float:
        return self.filled.confidences[-1]

    @property
    def candidate(self) -> Candidate:
        """The text of the hole in hand."""
        verdict = self.verdict
        return Candidate(
            self.filled.texts[-1],
            self.confidence,
            verdict.parses,
            verdict.faults,
            verdict.may_be_offered,
            self.evidence,
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """What a request's answers are judged by."""

    request: Request
    check: SyntaxCheck
    gate: Gate | None
    judge: Judge | None
    """Of what code becomes that is reworked; its parts lie too near each other for the gate."""
    size: Size

    @classmethod
    def of(cls, request: Request, size: Size = len) -> "Rules":
        language = language_of(request.language)
        check = SyntaxCheck(request.text, request.spans, language, stays=request.is_rework)
        gate, judge = gate_of(language), judge_of(language) if request.is_rework else None
        return cls(
            request,
            check,
            gate(request.text, request.spans, request.oldest) if gate else None,
            judge(request.text, request.oldest) if judge else None,
            size,
        )

    @property
    def is_whole(self) -> bool:
        """Whether nobody asked, and the request's span is right behind what ends its line, which is sound as it is.

        A word that nobody knows is one that is being typed.
        """
        text, (span, *others) = self.request.text, self.request.spans
        return (
            self.request.is_unasked
            and not others
            and beside.is_behind_line(text, span)
            and beside.cuts_known_word(text, span, language_of(self.request.language))
            and self.check.is_sound(("",))
        )

    def verdict(self, place: Place, text: str, texts: tuple[str, ...], *, is_brief: bool = False) -> Verdict:
        """Judge a text for a place, with which the request's first spans have `texts`; others are stood in for.

        If brief, without what costs as much as all the rest: a search judges many that are not offered in the end.
        """
        request, check = self.request, self.check
        parses = check.accepts(texts) and not _writes_marker(request, place, text)
        repeated = repeats(place.scene.text, place.span, text) or _says_twice(request, texts)
        runs_on = bending.runs_on(request, place, text, check)
        is_text = self._is_text(texts)
        is_worth_asking = parses and is_text and not repeated and not runs_on
        faults = self._faults(self.gate, texts, is_brief=is_brief) if self.gate and is_worth_asking else ()
        bent = bending.bent(request, place, text, check) if is_worth_asking else ()
        return Verdict(
            parses=parses and not any(fault.kind is FaultKind.REFUSED for fault in faults),
            is_sound=check.is_sound(texts),
            repeats=repeated,
            runs_on=runs_on,
            changes=is_text and not _is_idle(request, text, check),
            loss=replacing.loss(request, place, text, texts[-1], self.size) if is_worth_asking else None,
            faults=(*(fault.words for fault in faults), *bent),
            is_unasked=request.is_unasked,
        )

    def no_better(self, ranked: Sequence[Judged]) -> tuple[Reason, str] | None:
        """Why the best of some answers is no better than the code that may stay there; None if it is."""
        if not self.request.is_rework:
            return None
        texts = ranked[0].filled.texts
        before = self.request.before[len(texts) - 1]
        stands = next((one for one in ranked if one.filled.texts[-1] == before), None)
        if stands is not None and ranked[0].evidence[SCORE] <= stands.evidence[SCORE]:
            return Reason.EMPTY, "what stands there is likelier"
        if self.judge is None:
            return None
        after = filled(self.request.text, self.request.spans, self.check.completed(texts))
        faults = self.judge.faults(after, [(before, texts[-1])])
        return (Reason.FAULTY, ", ".join(fault.words for fault in faults)) if faults else None

    def _faults(self, gate: Gate, texts: tuple[str, ...], *, is_brief: bool) -> tuple[Fault, ...]:
        """What the gate has against texts, but for refusals of what stands in for holes to come, whatever these get."""
        faults = gate.faults(self.check.completed(texts), is_brief=is_brief)
        if len(texts) == len(self.request.spans) or not any(fault.kind is FaultKind.REFUSED for fault in faults):
            return faults
        anyway = gate.faults(self.check.completed(texts[:-1]), is_brief=True)
        return tuple(fault for fault in faults if fault.kind is not FaultKind.REFUSED or fault not in anyway)

    def _is_text(self, texts: tuple[str, ...]) -> bool:
        """Whether the holes say something, and not just what stood there; of a partial request the last of them."""
        before = self.request.before
        if self.request.is_partial:
            return bool(texts[-1].strip()) and texts[-1] != before[len(texts) - 1]
        return all(map(str.strip, texts)) and texts != before


def why_not(rules: Rules) -> Reason | None:
    """Why nothing is to be offered for a request, whatever the answer: known before anything is inferred."""
    request = rules.request
    if not request.spans:
        return Reason.EMPTY
    if any(has_marker(request.text, span) for span in request.spans):
        return Reason.CONFLICT
    if not request.is_unasked:
        return None
    if is_conflicted(request.text):
        return Reason.CONFLICT
    return Reason.COMPLETE if is_complete(request, rules.check) else None


def is_complete(request: Request, check: SyntaxCheck) -> bool:
    """Whether nothing is missing at the request's span: in the middle of what is whole, in no unknown word."""
    (span,), language = request.spans, language_of(request.language)
    return (
        not beside.is_gap(request.text, span, language)
        and beside.cuts_known_word(request.text, span, language)
        and check.is_sound(("",))
    )


def _is_idle(request: Request, answer: str, check: SyntaxCheck) -> bool:
    """Whether nobody asked, nothing is wrong, and an answer adds no more than a mark, such as a comma at the end."""
    return request.is_unasked and not any(map(str.isalnum, answer)) and check.is_sound(("",) * len(request.spans))


def rank(answers: Iterable[Judged]) -> list[Judged]:
    """Sort answers, each text once whatever lines end it.

    Those that may be offered come first, of these the ones without a fault; then the product of confidence and worth
    decides. An answer that spoils a better one by the lines that it adds is none.
    """
    best: dict[str, Judged] = {}
    for judged in sorted(answers, key=_rank):
        text = judged.filled.texts[-1].rstrip()
        fine = (known for known, one in best.items() if one.verdict.is_fine)
        if judged.verdict.is_fine or not any(known and text.startswith(f"{known}\n") for known in fine):
            best.setdefault(text, judged)
    return list(best.values())


def _rank(one: Judged) -> tuple[bool, bool, float]:
    is_fine = one.verdict.may_be_offered
    return (not is_fine, is_fine and bool(one.verdict.faults), -one.verdict.worth * one.confidence)


def refusal(ranked: Sequence[Judged], threshold: float) -> tuple[Reason, str] | None:
    """Why the best of some answers is not offered, and more about it; None if it is.

    Where none may be offered, the best is the likeliest, whatever is wrong with the others.
    """
    if not ranked:
        return Reason.NO_PARSE, ""
    best = ranked[0] if ranked[0].verdict.may_be_offered else max(ranked, key=lambda one: one.confidence)
    verdict, confidence = best.verdict, best.confidence
    if verdict.loss:
        return verdict.loss, ""
    reasons = (
        (not verdict.parses, Reason.NO_PARSE, ", ".join(verdict.faults)),
        (not verdict.changes, Reason.EMPTY, ""),
        (verdict.repeats, Reason.REPEATS, ""),
        (verdict.runs_on, Reason.RUNS_ON, ""),
        (not verdict.may_be_offered, Reason.FAULTY, ", ".join(verdict.faults)),
        (confidence < threshold, Reason.BELOW_THRESHOLD, f"{_digits(confidence, threshold)} of {threshold:g}"),
    )
    return next(((reason, detail) for holds, reason, detail in reasons if holds), None)


def _digits(confidence: float, threshold: float) -> str:
    """A confidence with as many digits as show that it is below a threshold."""
    texts = (f"{confidence:.{digits}f}" for digits in range(2, 17))
    return next((text for text in texts if float(text) < threshold), str(confidence))


def _writes_marker(request: Request, place: Place, answer: str) -> bool:
    """Whether an answer writes one more conflict marker into a text that has some."""
    begins_line = place.span.start == line_start(place.scene.text, place.span.start)
    return is_conflicted(request.text) and has_marker(answer if begins_line else f" {answer}")


def _says_twice(request: Request, texts: tuple[str, ...]) -> bool:
    """Whether the last of some texts is that of the hole right before it: only white space stands between the two."""
    if len(texts) < 2:
        return False
    one, other = request.spans[len(texts) - 2 : len(texts)]
    return not request.text[one.end : other.start].strip() and texts[-1].strip() == texts[-2].strip()


def repeats(text: str, span: Span, answer: str) -> bool:
    """Whether the answer says again what stands beside it: some of the rest of its line, or a whole line next to it.

    A line that it writes twice in a row is one such, the line that it completes included.
    """
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
    around = (_last_line(text, start), *written, _next_line(text, end))
    return any(_is_wordy(one) and one == other for one, other in itertools.pairwise(around))


def without_overlap(text: str, span: Span, answer: str) -> str:
    """The answer less what of its end stands after it anyway, such as the brackets that an editor closed."""
    rest = text[span.end : rest_of_line(text, span.end).end].rstrip()
    for size in range(min(len(rest), len(answer)), 0, -1):
        if answer.endswith(rest[:size]):
            return answer[: len(answer) - size]
    return answer


def without_doubled_blank(text: str, span: Span, answer: str) -> str:
    """The answer less the blanks that end its last line, if one stands behind it anyway."""
    words = answer.rstrip(" \t")
    is_doubled = text.startswith((" ", "\t"), span.end) and words != "" and not words.endswith("\n")
    return words if is_doubled else answer


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
