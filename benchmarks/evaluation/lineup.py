"""The systems that a measurement compares: opened where they answer, in this process or in several."""

import enum
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lacuna.benchmarks.evaluation import answering, sampling
from lacuna.benchmarks.evaluation.answering import Answerer
from lacuna.benchmarks.evaluation.baselines import settled as baselines
from lacuna.benchmarks.evaluation.baselines.settled import Baselines
from lacuna.benchmarks.evaluation.filling import Filled
from lacuna.benchmarks.evaluation.questions import Question
from lacuna.infill import many
from lacuna.infill.infill import infill
from lacuna.infill.opening import ModelOptions, Opening, open_engine
from lacuna.infill.request import Infill
from lacuna.syntax.errors import UsageError


class System(enum.StrEnum):
    """Who can answer."""

    LACUNA = "lacuna"
    NGRAM = "ngram"
    COPIER = "copier"
    EMPTY = "empty"
    PASS = "pass"  # noqa: S105 -- the statement


@dataclass(frozen=True, slots=True)
class Column:
    """One system with its settings: a column of the report."""

    label: str
    system: System
    model: ModelOptions
    settings: tuple[tuple[str, str], ...] = ()
    """Sampler defaults other than the artifact's."""
    is_calibrated: bool = True
    """False: its confidence is what the denoiser says."""


@dataclass(frozen=True, slots=True)
class Library:
    """What baselines are made of."""

    corpus: Path
    tokenizer: Path
    work: Path
    tuning: int
    """Holes of the role validation that they are tuned on."""

    def prepare(self) -> Baselines:
        tuned_on = baselines.tuning_holes(self.corpus, self.tuning)
        return baselines.prepare(self.corpus, self.tokenizer, self.work, tuned_on)


@dataclass(frozen=True, slots=True)
class Lineup:
    """The columns of a report; the first is the one that the others are compared with."""

    columns: tuple[Column, ...]
    opening: Opening
    library: Library | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(column.label for column in self.columns)

    def models(self) -> dict[str, str]:
        """Where each model's artifact is."""
        return {one.label: str(one.model.artifact) for one in self.columns if one.system is System.LACUNA}

    def prepared(self) -> Baselines | None:
        """The baselines, if any of them answers; trained and tuned now unless that was done before."""
        if not {System.NGRAM, System.COPIER} & {column.system for column in self.columns}:
            return None
        if self.library is None:
            raise UsageError("The systems ngram and copier need --corpus, which they are trained and tuned on.")
        return self.library.prepare()

    def open(self, ready: Baselines | None) -> dict[str, Answerer]:
        """Everyone, ready to answer; raises ModelError, UsageError, FileError."""
        return {column.label: self._opened(column, ready) for column in self.columns}

    def _opened(self, column: Column, ready: Baselines | None) -> Answerer:
        match column.system:
            case System.EMPTY:
                return answering.empty
            case System.PASS:
                return answering.always_pass
            case System.NGRAM:
                assert ready, "a baseline answers: it was prepared"
                return answering.baseline(ready.ngram)
            case System.COPIER:
                assert ready, "a baseline answers: it was prepared"
                return answering.baseline(ready.copier)
            case System.LACUNA:
                return answering.model(self._infill(column))

    def _infill(self, column: Column) -> Infill:
        if column.is_calibrated and not column.settings:
            return self.opening(column.model).infill
        engine = _engine(column.model)
        changed = sampling.changed(engine.sampling, dict(column.settings))
        return functools.partial(infill, engine, sampling=changed, is_calibrated=column.is_calibrated)


_engine = functools.cache(open_engine)
"""What one column has encoded the others need not."""


def answers(
    lineup: Lineup, questions: Sequence[Question], jobs: int, ready: Baselines | None = None
) -> Iterator[Mapping[str, Filled]]:
    """What everyone answers to each question, in order; with several jobs, each a process with everyone in it.

    ready: what `lineup.prepared()` gave. Several processes read it from disk, where that has put it.
    """
    prepare = functools.partial(_everyone, lineup, ready) if jobs == 1 else functools.partial(_everyone_anew, lineup)
    return many.in_order(prepare, questions, jobs)


def _everyone(lineup: Lineup, ready: Baselines | None) -> Callable[[Question], Mapping[str, Filled]]:
    answerers = lineup.open(ready)
    return lambda question: {label: answer(question) for label, answer in answerers.items()}


def _everyone_anew(lineup: Lineup) -> Callable[[Question], Mapping[str, Filled]]:
    return _everyone(lineup, lineup.prepared())
