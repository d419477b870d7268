"""Questions about held-out files: how everyone answered, by kind of hole, length, package and size of file."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import mean

from lacuna.benchmarks.evaluation import held_out, metrics, questions
from lacuna.benchmarks.evaluation.baselines.settled import Settled
from lacuna.benchmarks.evaluation.filling import Filled
from lacuna.benchmarks.evaluation.metrics import Estimate, Paired
from lacuna.benchmarks.evaluation.questions import Question


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what everyone answered, and whether Python takes the document with it (see `questions.parses`)."""

    question: Question
    answers: Mapping[str, Filled]
    parses: Mapping[str, bool | None]

    def is_exact(self, system: str) -> bool:
        """Whether every hole of the question is right."""
        return all(map(metrics.is_exact, self.answers[system].texts, self.question.truths))

    def similarity(self, system: str) -> float:
        return mean(map(metrics.edit_similarity, self.answers[system].texts, self.question.truths))

    def length_error(self, system: str) -> float:
        lengths = zip(self.answers[system].texts, self.question.truths, strict=True)
        return mean(abs(len(text) - len(truth)) for text, truth in lengths)


def judged(question: Question, answers: Mapping[str, Filled]) -> Asked:
    return Asked(
        question,
        answers,
        {system: questions.parses(question, filled.texts) for system, filled in answers.items() if any(filled.texts)},
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """How one system answered some questions."""

    questions: int
    exact: Estimate
    """Share of questions with all holes right; the interval is drawn by file."""
    similarity: float
    parses: float | None
    """Share of answered questions whose file Python's own parser takes with the answers; None if none was answered."""
    empty: float
    """Share of questions without an answer."""
    length_error: float
    """Mean absolute difference from the true length, in characters."""
    steps: float
    """Mean number of predictions of the denoiser."""
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Answers:
    """How one system answered all questions, and groups of them."""

    all: Figures
    by_kind: dict[str, Figures]
    by_length: dict[str, Figures]
    """By the length of what is hidden, all holes of a question together."""
    by_file_lines: dict[str, Figures]
    by_package: dict[str, Figures]


@dataclass(frozen=True, slots=True)
class Gains:
    """How much more often the first system is right than another one, paired by question."""

    all: Paired
    by_kind: dict[str, Paired]


@dataclass(frozen=True, slots=True)
class ComparisonReport:
    role: str
    questions: int
    files: int
    packages: tuple[str, ...]
    digest: str
    """Hash of the holes: equal in two reports if they asked the same."""
    seed: int
    first: str
    systems: dict[str, Answers]
    gains: dict[str, Gains]
    models: dict[str, str]
    tuned: Settled | None


def report(
    rows: Sequence[Asked], *, role: str, seed: int, models: Mapping[str, str], tuned: Settled | None = None
) -> ComparisonReport:
    assert rows, "no questions, no report"
    asked = [hole for row in rows for hole in row.question.holes]
    first, *others = rows[0].answers
    return ComparisonReport(
        role=role,
        questions=len(rows),
        files=len({hole.file for hole in asked}),
        packages=tuple(sorted({hole.package for hole in asked})),
        digest=held_out.digest(asked),
        seed=seed,
        first=first,
        systems={system: _answers(rows, system, seed) for system in (first, *others)},
        gains={
            other: Gains(
                paired(rows, first, other, seed),
                {kind: paired(some, first, other, seed) for kind, some in _grouped(rows, _kind).items()},
            )
            for other in others
        },
        models=dict(models),
        tuned=tuned,
    )


def paired(rows: Sequence[Asked], first: str, other: str, seed: int) -> Paired:
    one, two = ([row.is_exact(system) for row in rows] for system in (first, other))
    return metrics.paired(one, two, [row.question.file for row in rows], seed=seed)


def _answers(rows: Sequence[Asked], system: str, seed: int) -> Answers:
    def by(key: Callable[[Asked], str], order: Callable[[str], int | str] | None = None) -> dict[str, Figures]:
        groups = _grouped(rows, key)
        names = sorted(groups, key=order) if order else groups
        return {name: figures(groups[name], system, seed) for name in names}

    return Answers(
        all=figures(rows, system, seed),
        by_kind=by(_kind),
        by_length=by(_length, metrics.first_number),
        by_file_lines=by(_file_lines, metrics.first_number),
        by_package=by(_package, str),
    )


def figures(rows: Sequence[Asked], system: str, seed: int) -> Figures:
    filled = [row.answers[system] for row in rows]
    parses = [row.parses[system] for row in rows if row.parses.get(system) is not None]
    return Figures(
        questions=len(rows),
        exact=metrics.mean_over(
            [float(row.is_exact(system)) for row in rows], [row.question.file for row in rows], seed=seed
        ),
        similarity=mean(row.similarity(system) for row in rows),
        parses=parses.count(True) / len(parses) if parses else None,
        empty=mean(not any(one.texts) for one in filled),
        length_error=mean(row.length_error(system) for row in rows),
        steps=mean(one.steps for one in filled),
        milliseconds=mean(one.milliseconds for one in filled),
    )


def _grouped(rows: Sequence[Asked], key: Callable[[Asked], str]) -> dict[str, list[Asked]]:
    groups: dict[str, list[Asked]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _kind(row: Asked) -> str:
    return row.question.kind


def _length(row: Asked) -> str:
    return metrics.characters_bucket("".join(row.question.truths))


def _file_lines(row: Asked) -> str:
    return metrics.file_lines_bucket(row.question.text)


def _package(row: Asked) -> str:
    return row.question.holes[0].package


def sample_line(row: Asked) -> str:
    asked = row.question
    return json.dumps(
        {
            "kind": asked.kind,
            "package": asked.holes[0].package,
            "path": asked.holes[0].path,
            "spans": [[hole.span.start, hole.span.end] for hole in asked.holes],
            "truths": asked.truths,
            "answers": {system: asdict(filled) for system, filled in row.answers.items()},
        }
    )


def to_json(found: ComparisonReport) -> str:
    return json.dumps(asdict(found), indent=2) + "\n"
