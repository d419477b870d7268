"""What a keystroke costs in documents of several lengths: the document's change, then the `infill` that serves."""

import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np

from lacuna.benchmarks.keystroke.documents import Text
from lacuna.benchmarks.memory import peak_mib, resident_mib
from lacuna.infill.opening import Apart
from lacuna.infill.request import Infill, Request, answered
from lacuna.lsp_server import where
from lacuna.lsp_server.documents import ContentChange, Document
from lacuna.model.denoiser import Sampling
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.lines import rest_of_line
from lacuna.syntax.spans import Span
from lacuna.workspace.positions import Encoding, Position

EDITORS = Encoding.UTF16
"""What editors count columns in."""
SEED = 0
RATIO_AIMS = {1000: 1.5, 5000: 2.0}
"""Lines -> most that a keystroke may take there, as a multiple of one at 100 lines."""
BASE = 100
MEDIAN_AIMS = {1000: 150.0}
"""Lines -> milliseconds on two cores."""
_MIB = 1024**2


@dataclass(frozen=True, slots=True)
class Parts:
    """Milliseconds."""

    update: float
    """The document's change, and where the cursor is."""
    parse: float
    """Blocks, chunks and the choice of context; at the end the check of the answers."""
    encode: float
    steps: float
    total: float


@dataclass(frozen=True, slots=True)
class Counts:
    encoded: int
    """Context tokens that were encoded anew."""
    attended: int
    """Context tokens in all."""
    slots: int
    """Slots that the first step denoised."""
    steps: int


@dataclass(frozen=True, slots=True)
class Keystroke:
    """One request as an editor makes it."""

    parts: Parts
    counts: Counts
    model: str
    provider: str


class Typist:
    """Types in one document. Each line but the one in hand is whole: the document stays sound."""

    def __init__(self, text: Text, apart: Apart) -> None:
        self.lines = text.lines
        self._text = text
        self._apart = apart
        self._whole = Document.opened(f"lines:{text.lines}", PYTHON.name, 0, text.text)
        self._now = self._whole
        self._place = 0

    @property
    def cache_bytes(self) -> int:
        return self._apart.cache.size

    def open(self, place: int) -> Keystroke:
        """Open the document with the line at this offset of the passage unfinished, and ask there."""
        self._place = self._text.passage.start + place
        span = self._rest()
        text = self._text.text[: span.start] + self._text.text[span.end :]
        return self._asked(lambda: Document.opened(self._whole.uri, PYTHON.name, 1, text))

    def type(self, place: int) -> Keystroke:
        """Finish the line in hand; in another one type the character at `place` over its rest, and ask behind it."""
        left = self._rest()
        back = self._now.range_of(Span(left.start, left.start), EDITORS)
        finished = ContentChange(back, self._text.text[left.start : left.end])
        self._place = self._text.passage.start + place
        rest = self._rest()
        over = self._whole.range_of(Span(self._place, rest.end), EDITORS)
        typed = ContentChange(over, self._text.text[self._place])
        version = self._now.version + 1
        return self._asked(lambda: self._now.changed(version, (finished, typed), EDITORS))

    def _rest(self) -> Span:
        """What the line in hand lacks, in the whole document."""
        return rest_of_line(self._text.text, self._place + 1)

    def _asked(self, updated: Callable[[], Document]) -> Keystroke:
        cursor = self._whole.position_at(self._place + 1, EDITORS)
        began = time.perf_counter()
        self._now = updated()
        span = _span(self._now, cursor)
        update_ms = 1000 * (time.perf_counter() - began)
        answer = answered(self._apart.infill(Request(self._now.text, PYTHON.name, (span,), threshold=0.0)))
        total_ms = 1000 * (time.perf_counter() - began)
        timings, tokens = answer.timings, answer.tokens
        return Keystroke(
            Parts(update_ms, timings.parse, timings.encode, sum(timings.steps), total_ms),
            Counts(tokens.encoded, tokens.context, tokens.slots, len(timings.steps)),
            answer.model,
            answer.provider,
        )


@dataclass(frozen=True, slots=True)
class Spread:
    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Size:
    """What was found at one length of document."""

    lines: int
    cold_open_ms: Parts
    """Its first request, with an empty cache."""
    milliseconds: dict[str, Spread]
    """By part of a keystroke."""
    counts: dict[str, Spread]
    cache_mib: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """Median over the rounds: how many times a keystroke takes as long as in the shortest document."""

    lines: int
    over: int
    total: float


@dataclass(frozen=True, slots=True)
class Aim:
    what: str
    at_most: float
    found: float
    is_met: bool


@dataclass(frozen=True, slots=True)
class KeystrokeReport:
    model: str
    provider: str
    threads: int | None
    """As asked; null is the engine's choice."""
    cores: int | None
    python: str
    defaults: Sampling
    runs: int
    load_ms: float
    sizes: tuple[Size, ...]
    ratios: tuple[Ratio, ...]
    aims: tuple[Aim, ...]
    resident_mib: float
    peak_mib: float


def warm_up(infill: Infill, text: Text) -> None:
    """A first request of any document: what is slow only once in a process is no keystroke's cost."""
    answered(infill(Request(text.text, PYTHON.name, (Span(text.passage.end, text.passage.end),), threshold=0.0)))


def report(
    typists: Sequence[Typist],
    opened: Sequence[Keystroke],
    rounds: Sequence[Sequence[Keystroke]],
    *,
    defaults: Sampling,
    threads: int | None,
    load_ms: float,
) -> KeystrokeReport:
    """`opened` and each of the rounds hold one keystroke a typist, shortest document first."""
    columns = list(zip(*rounds, strict=True))
    sizes = tuple(map(_size, typists, opened, columns))
    ratios = tuple(
        Ratio(longer.lines, typists[0].lines, _median_ratio(columns[n], columns[0]))
        for n, longer in enumerate(typists[1:], start=1)
    )
    return KeystrokeReport(
        model=opened[0].model,
        provider=opened[0].provider,
        threads=threads,
        cores=os.cpu_count(),
        python=platform.python_version(),
        defaults=defaults,
        runs=len(rounds),
        load_ms=load_ms,
        sizes=sizes,
        ratios=ratios,
        aims=_aims(sizes, ratios),
        resident_mib=resident_mib(),
        peak_mib=peak_mib(),
    )


def to_json(found: KeystrokeReport) -> str:
    return json.dumps(asdict(found))


def _span(document: Document, cursor: Position) -> Span:
    return where.at_cursor(document.text, document.offset_at(cursor, EDITORS))


def _size(typist: Typist, opened: Keystroke, keystrokes: Sequence[Keystroke]) -> Size:
    return Size(
        typist.lines,
        opened.parts,
        {part.name: _spread([getattr(one.parts, part.name) for one in keystrokes]) for part in fields(Parts)},
        {count.name: _spread([getattr(one.counts, count.name) for one in keystrokes]) for count in fields(Counts)},
        typist.cache_bytes / _MIB,
    )


def _spread(values: Sequence[float]) -> Spread:
    median, p95 = np.percentile(values, (50, 95))
    return Spread(float(median), float(p95))


def _median_ratio(longer: Sequence[Keystroke], shortest: Sequence[Keystroke]) -> float:
    """By round: what slows the machine slows both."""
    ratios = [one.parts.total / other.parts.total for one, other in zip(longer, shortest, strict=True)]
    return float(np.median(ratios))


def _aims(sizes: Sequence[Size], ratios: Sequence[Ratio]) -> tuple[Aim, ...]:
    measured = [
        *(
            (f"{ratio.lines:,} lines / {ratio.over:,} lines", RATIO_AIMS[ratio.lines], ratio.total)
            for ratio in ratios
            if ratio.over == BASE and ratio.lines in RATIO_AIMS
        ),
        *(
            (f"median ms at {size.lines:,} lines", MEDIAN_AIMS[size.lines], size.milliseconds["total"].median)
            for size in sizes
            if size.lines in MEDIAN_AIMS
        ),
    ]
    return tuple(Aim(what, at_most, found, found <= at_most) for what, at_most, found in measured)
