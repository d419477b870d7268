"""What goes into an infill and what comes out of it: requests, drafts, answers."""

import enum
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lacuna.syntax.gate import Version
from lacuna.syntax.spans import Span
from lacuna.workspace.changes import Edit

if TYPE_CHECKING:  # `lacuna fill --help` needs no numpy
    from lacuna.model.denoiser import Beside, Librarian


class Scope(enum.StrEnum):
    """How much of an answer is offered at most; `lacuna.infill.scope` cuts it."""

    LINE = "line"
    """To the end of the first line with something on it."""
    STATEMENT = "statement"
    """To the end of the statement that the answer begins or goes on with."""
    BLOCK = "block"
    """All of it."""


MOST = 64
"""Holes that are filled together, at most: a request is answered whole."""


@dataclass(frozen=True, slots=True)
class Request:
    """Spans of one text to be filled, all or none."""

    text: str
    language: str
    spans: tuple[Span, ...]
    """Sorted and disjoint."""
    threshold: float | None
    """Least confidence of each hole at which an answer is offered; 0 offers whatever parses, None is the artifact's."""
    scope: Scope = Scope.BLOCK
    alternatives: int = 1
    """Candidates to look for, for each hole; fewer may come, or a few more that were found on the way."""
    is_unasked: bool = False
    """An editor shows of itself what comes: where nothing is missing, the answer is COMPLETE."""
    is_patient: bool = True
    """Whoever asks waits even if much of the context is to be encoded first; else the answer is WARMING."""
    oldest: Version | None = None
    """The oldest version of the language that the text is for, where anybody says."""
    beside: "Beside | None" = None
    """Other files of the workspace, from the model's librarian."""
    replaces: bool = False
    """What stands at the spans is code: an answer of another kind, or one that says much less, is not offered."""

    old: tuple[str, ...] = ()
    """What stood at each span before it was taken out; without it, what is replaced."""
    is_partial: bool = False
    """Not all or none: a hole for which nothing can be offered stays open, and the others are filled."""

    @property
    def is_rework(self) -> bool:
        """Code is written anew in parts: where nothing better is found, what stands there stays."""
        return self.is_partial and self.replaces

    @property
    def before(self) -> tuple[str, ...]:
        """What stands at each span."""
        return tuple(self.text[span.start : span.end] for span in self.spans)

    @property
    def replaced(self) -> tuple[str, ...]:
        """The code that each answer takes the place of; nothing where there was none, or only a mark."""
        return self.old or (self.before if self.replaces else ("",) * len(self.spans))


@dataclass(frozen=True, slots=True)
class Draft:
    """The best candidate's canvases between two steps; None is a masked slot.

    A hole that stays open has none; of code that is reworked it has what stays there.
    """

    step: int
    holes: tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One text for one hole, given the best candidates of the holes before it."""

    text: str
    confidence: float
    """Calibrated probability that this text is exactly right, given the answers to the holes before it."""
    parses: bool
    """The document with it has no new syntax error, and the language's own compiler has nothing new to refuse."""
    faults: tuple[str, ...] = ()
    """What else is known to be wrong with it without running it; unasked, nothing of that kind is offered."""
    may_be_offered: bool = True
    """Whatever its confidence is."""
    evidence: Mapping[str, float] = field(default_factory=dict)
    """What its confidence rests on, by name."""


class Reason(enum.StrEnum):
    """Why an answer offers nothing."""

    BELOW_THRESHOLD = "below threshold"
    NO_PARSE = "no parse"
    REPEATS = "repeats what stands beside it"
    RUNS_ON = "runs into what stands behind it"
    """It makes an unknown word with it, takes it for its own arguments, or turns it round."""
    COMPLETE = "nothing is missing here"
    """Nobody asked, and the cursor stands in the middle of what is whole."""
    FAULTY = "known to be wrong"
    """The file would be worse than it was, by what can be known without running it; and nobody asked, or code that
    is reworked may as well stay as it is."""
    CONFLICT = "a conflict is to be resolved first"
    """There are conflict markers: in the file, if nobody asked, else in what would be replaced."""
    OTHER_KIND = "is of another kind than what it would replace"
    LESS = "says much less than what it would replace"
    TOO_LONG = "what stands there is longer than what can be written at once"
    """Known before anything is inferred."""
    EMPTY = "nothing to add"
    WARMING = "the file is being read"
    """Much of the context is still to be encoded. `Model.warm` changes that."""


def in_words(reason: Reason, detail: str) -> str:
    return f"{reason} ({detail})" if detail else reason.value


@dataclass(frozen=True, slots=True)
class Left:
    """A hole that stays open, and why."""

    hole: int
    """Which of the request's holes it is."""
    reason: Reason
    detail: str

    @property
    def explained(self) -> str:
        """The reason in words, with its detail."""
        return in_words(self.reason, self.detail)


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds."""

    parse: float
    encode: float
    steps: tuple[float, ...]
    total: float


@dataclass(frozen=True, slots=True)
class Tokens:
    """Context tokens attended, of these encoded anew, and slots of a canvas."""

    context: int
    encoded: int
    slots: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request led to: edits if something is offered, else the reason."""

    edits: tuple[Edit, ...]
    candidates: tuple[tuple[Candidate, ...], ...]
    """For each hole, best first."""
    reason: Reason | None
    timings: Timings
    tokens: Tokens
    provider: str
    model: str
    threshold: float
    """Least confidence at which the artifact offers an answer where nobody says otherwise."""
    detail: str = ""
    """More about the reason: what is wrong, or how much confidence is missing."""
    left: tuple[Left, ...] = ()
    """Holes of a partial request that stay open."""

    @property
    def offered(self) -> Iterator[tuple[Edit, tuple[Candidate, ...]]]:
        """Each edit with the candidates of its hole."""
        left = {one.hole for one in self.left}
        filled = (some for hole, some in enumerate(self.candidates) if hole not in left)
        return zip(self.edits, filled, strict=False)  # nothing offered, no edits

    @property
    def explained(self) -> str:
        """The reason in words, with its detail."""
        return in_words(self.reason or Reason.EMPTY, self.detail)


Infill = Callable[[Request], Generator[Draft, None, Answer]]
"""Yields a draft after every step and returns the answer; closing it cancels."""

Warm = Callable[[Request], Generator[int, None, None]]
"""Encodes what a request's spans will see; yields, after each part, the tokens that are left. Closing it cancels."""


@dataclass(frozen=True, slots=True)
class Model:
    """A denoiser in memory, and what it can do."""

    name: str
    provider: str
    infill: Infill
    warm: Warm
    librarian: "Librarian | None" = None
    """None: it makes no use of other files."""
    forget: Callable[[], None] = lambda: None
    """Let go of what is kept of texts; may be called in any thread."""


def answered(drafts: Generator[Draft, None, Answer], show: Callable[[Draft], None] | None = None) -> Answer:
    """Run an infill to its end, showing each draft; whatever interrupts it, no step starts after that."""
    try:
        while True:
            draft = next(drafts)
            if show is not None:
                show(draft)
    except StopIteration as ended:
        answer = ended.value
        assert isinstance(answer, Answer), "an infill returns its answer"
        return answer
    finally:
        drafts.close()
