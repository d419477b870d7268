"""A site on its way into a plan: what a rule would write, trimmed to what changes, and what its blanks have got."""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from lacuna.refactor.plan import Alternative, Blank, Outcome, Part, Site, Verdict
from lacuna.refactor.rule import Hole, Replacement, Rule, Sketch
from lacuna.refactor.template import minimal
from lacuna.syntax.lines import line_number
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.spans import Span
from lacuna.workspace.textfile import line_end_at


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is being planned."""

    path: str
    hash: str
    parsed: Parsed
    oldest: tuple[int, int] | None
    """The oldest version of its language that the file is for, if anybody says."""

    @property
    def text(self) -> str:
        return self.parsed.text


@dataclass(frozen=True, slots=True)
class Draft:
    """What one rule would write at one place."""

    rule: Rule
    sketch: Sketch
    replacements: tuple[Replacement, ...]
    """The sketch's, trimmed to what changes."""
    offered: tuple[tuple[Alternative, ...], ...] = ()
    """For each blank, in the order of the text, as far as they were filled."""
    chosen: tuple[int, ...] = ()
    """Which one of them stands in each blank."""
    threshold: float = 0.0
    """The least confidence at which it is kept."""
    outcome: Outcome = Outcome.KEPT
    reason: str = ""
    verdicts: tuple[Verdict, ...] = ()

    @property
    def is_kept(self) -> bool:
        return self.outcome is Outcome.KEPT

    @property
    def holes(self) -> tuple[Hole, ...]:
        return tuple(piece for one in self.replacements for piece in one.pieces if isinstance(piece, Hole))

    @property
    def blanks(self) -> int:
        return len(self.holes)

    @property
    def answers(self) -> tuple[Alternative, ...]:
        """What stands in the blanks."""
        return tuple(offered[n] for offered, n in zip(self.offered, self.chosen, strict=True))

    @property
    def likelihood(self) -> float:
        """The product over the blanks that are filled."""
        return math.prod((answer.confidence for answer in self.answers), start=1.0)

    @property
    def confidence(self) -> float | None:
        return self.likelihood if self.offered and len(self.offered) == self.blanks else None

    def because(self, outcome: Outcome, reason: str) -> "Draft":
        return replace(self, outcome=outcome, reason=reason)

    def judged(self, *verdicts: Verdict) -> "Draft":
        """With what gates say, in their order; a gate that is asked again has the last word."""
        said = {verdict.gate: verdict for verdict in (*self.verdicts, *verdicts)}
        judged = replace(self, verdicts=tuple(said.values()))
        failed = next((verdict for verdict in verdicts if not verdict.is_passed), None)
        return judged.because(Outcome.GATED, failed.words) if failed else judged

    def variants(self) -> Iterator["Draft"]:
        """The draft with another candidate in one of its blanks, the likeliest first."""
        others = [
            replace(self, chosen=(*self.chosen[:n], other, *self.chosen[n + 1 :]))
            for n, offered in enumerate(self.offered)
            for other in range(len(offered))
            if other != self.chosen[n]
        ]
        fit = [other for other in others if other.likelihood >= self.threshold]
        yield from sorted(fit, key=lambda other: -other.likelihood)

    def parts(self, text: str) -> tuple[Part, ...]:
        answers = iter(zip(self.offered, self.chosen, strict=True))
        return tuple(_part(text, one, answers) for one in self.replacements)

    def site(self, text: str) -> Site:
        parts = self.parts(text)
        telling = [part for part in parts if part.start < part.end] or [part for part in parts if part.blanks] or parts
        line = line_number(text, telling[0].start)
        confidence = None if self.confidence is None else round(self.confidence, 6)
        return Site(self.rule.name, line, parts, confidence, self.outcome, self.reason, self.verdicts)


def drafts(rule: Rule, document: Document) -> Iterator[Draft]:
    """What a rule would write in a document; places where it would change nothing are left out."""
    for sketch in rule.sketcher.sketches(document.path, document.parsed):
        if sketch.left:
            yield Draft(rule, sketch, sketch.replacements, outcome=Outcome.LEFT, reason=sketch.left)
            continue
        trimmed = (minimal(document.text, one.span, one.pieces) for one in sketch.replacements)
        if changing := tuple(one for one in trimmed if one):
            yield Draft(rule, sketch, changing)


def _part(text: str, one: Replacement, answers: Iterator[tuple[tuple[Alternative, ...], int]]) -> Part:
    new, blanks = "", []
    for piece in one.pieces:
        if isinstance(piece, str):
            new += piece
            continue
        offered, chosen = next(answers, ((), 0))
        answer = offered[chosen].text if offered else ""
        blanks.append(Blank(len(new), len(new) + len(answer), offered))
        new += answer
    return Part(one.span.start, one.span.end, text[one.span.start : one.span.end], new, tuple(blanks))


@dataclass(frozen=True, slots=True)
class Gap:
    """A blank with nothing in it yet."""

    draft: int
    span: Span
    """Empty: where it stands."""
    old: str
    """What it alone takes the place of."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A text with drafts carried out; drafts are known by their places among those that were asked for."""

    text: str
    gaps: tuple[Gap, ...]
    written: tuple[tuple[int, Span], ...]
    """Where each replacement then stands, likewise."""


def composed(text: str, drafts: Sequence[Draft], asked: Collection[int] = ()) -> Composed:
    """Carry out drafts that do not overlap; the blanks of those `asked` that have nothing yet are holes."""
    ordered = sorted(
        ((one.span.start, one.span.end, n, one) for n, draft in enumerate(drafts) for one in draft.replacements),
        key=lambda found: found[:3],
    )
    answers = [iter(draft.answers) for draft in drafts]
    pieces, done, size = list[str](), 0, 0
    gaps, written, shared = list[Gap](), list[tuple[int, Span]](), set[object]()

    def write(piece: str) -> None:
        nonlocal size
        pieces.append(piece)
        size += len(piece)

    for start, end, n, one in ordered:
        if is_insertion(one):  # what several sites need is written once
            if (start, one.pieces) in shared:
                continue
            shared.add((start, one.pieces))
        write(text[done:start])
        begin, line_end, done = size, line_end_at(text, start), end
        for piece in one.pieces:
            if isinstance(piece, str):
                write(piece.replace("\n", line_end))
            elif answer := next(answers[n], None):
                write(answer.text.replace("\n", line_end))
            elif n in asked:
                gaps.append(Gap(n, Span(size, size), text[start:end] if len(one.pieces) == 1 else ""))
        written.append((n, Span(begin, size)))
    write(text[done:])
    return Composed("".join(pieces), tuple(gaps), tuple(written))


def is_insertion(one: Replacement) -> bool:
    """Whether known text is inserted; equal ones of several sites are one."""
    return one.span.start == one.span.end and all(isinstance(piece, str) for piece in one.pieces)
