"""What the user may know of the server: what it is doing, how fast it answers, and why nothing was shown."""

import enum
import statistics
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from lacuna.infill.request import Reason, Timings

METHOD = "lacuna/status"
_REMEMBERED = 100
"""Answers that the latency is taken of."""


class Why(enum.StrEnum):
    """Why the last request showed nothing."""

    BELOW_THRESHOLD = "below-threshold"
    IGNORED = "ignored"
    NO_PARSE = "no-parse"
    NOTHING = "nothing"
    COMPLETE = "complete"
    """Nobody asked, and the cursor stands in the middle of what is whole."""
    FAULTY = "known-wrong"
    """Nobody asked, and what was found would make the file worse, as can be known without running it."""
    CONFLICT = "conflict"
    """There are conflict markers in the file."""
    NO_REPLACEMENT = "no-replacement"
    """What was found may not take the place of the code that is selected."""
    STALE = "stale"
    CANCELLED = "cancelled"
    LOADING = "loading"
    """Not yet: it waits for the model."""
    WARMING = "warming"
    """Not yet: it waits until the text about the cursor is encoded."""
    OUT_OF_BUDGET = "out-of-budget"
    """It took longer than a completion is worth."""
    DISABLED = "disabled"
    FAILED = "failed"


WHY = {
    Reason.BELOW_THRESHOLD: Why.BELOW_THRESHOLD,
    Reason.NO_PARSE: Why.NO_PARSE,
    Reason.REPEATS: Why.NOTHING,
    Reason.RUNS_ON: Why.NOTHING,
    Reason.COMPLETE: Why.COMPLETE,
    Reason.FAULTY: Why.FAULTY,
    Reason.CONFLICT: Why.CONFLICT,
    Reason.OTHER_KIND: Why.NO_REPLACEMENT,
    Reason.LESS: Why.NO_REPLACEMENT,
    Reason.TOO_LONG: Why.NO_REPLACEMENT,
    Reason.EMPTY: Why.NOTHING,
    Reason.WARMING: Why.WARMING,
}


@dataclass(frozen=True, slots=True)
class Parts:
    """Milliseconds."""

    parse: float
    encode: float
    steps: float


@dataclass(frozen=True, slots=True)
class Latency:
    """How long the last hundred answers took, in milliseconds: two quantiles, and the median of each part."""

    median: float
    p95: float
    parts: Parts


@dataclass(frozen=True, slots=True)
class Status:
    """What is sent as `lacuna/status`, by these names."""

    state: str
    busy: str | None
    model: str | None
    provider: str | None
    files: int
    latency: Latency | None
    reason: Why | None
    message: str | None


class Latencies:
    """The timings of the last answers."""

    def __init__(self) -> None:
        self._timings: deque[Timings] = deque(maxlen=_REMEMBERED)

    def add(self, timings: Timings) -> None:
        self._timings.append(timings)

    def summary(self) -> Latency | None:
        """None before the first answer."""
        if not self._timings:
            return None
        totals = sorted(timings.total for timings in self._timings)
        parts = Parts(
            _median(timings.parse for timings in self._timings),
            _median(timings.encode for timings in self._timings),
            _median(sum(timings.steps) for timings in self._timings),
        )
        return Latency(_median(totals), round(totals[-(-95 * len(totals) // 100) - 1], 1), parts)


class Outcomes:
    """What became of the last request. They are numbered: a late one says nothing about a newer one."""

    def __init__(self) -> None:
        self._last = 0
        self.why: Why | None = None
        self.message: str | None = None

    def begin(self) -> int:
        """Number a new request; what becomes of older ones is not recorded any more."""
        self._last += 1
        return self._last

    def showed(self, request: int) -> None:
        if request == self._last:
            self.why = self.message = None

    def showed_nothing(self, request: int, why: Why, message: str) -> None:
        if request == self._last:
            self.why, self.message = why, message


def _median(milliseconds: Iterable[float]) -> float:
    return round(statistics.median(milliseconds), 1)
