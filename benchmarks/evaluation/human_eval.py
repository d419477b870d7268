"""HumanEval-Infilling: rows as questions, whether the programs with the answers pass, and a report."""

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import mean, median

from lacuna.benchmarks.evaluation import metrics, sandbox
from lacuna.benchmarks.evaluation.baselines.settled import Settled
from lacuna.benchmarks.evaluation.filling import Filled
from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.benchmarks.evaluation.metrics import Estimate, Paired
from lacuna.benchmarks.evaluation.questions import Question
from lacuna.benchmarks.evaluation.sandbox import Outcome
from lacuna.syntax.errors import FileError, UsageError
from lacuna.syntax.spans import Span

_FIELDS = ("task_id", "entry_point", "prompt", "suffix", "canonical_solution", "test")
CONFINED = "namespaces of their own for users, mounts, processes and network"
_PACKED = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Task:
    """One row of the data; fields are named as there."""

    task_id: str
    entry_point: str
    prompt: str
    suffix: str
    canonical_solution: str
    test: str

    @property
    def problem(self) -> str:
        """`SingleLineInfilling/HumanEval/0/L2` is about `HumanEval/0`."""
        return "/".join(self.task_id.split("/")[1:3]) or self.task_id

    @property
    def question(self) -> Question:
        return self._question(self.canonical_solution)

    @property
    def line_question(self) -> Question:
        """The question without the last line end: the hole is shown as an empty line, as in an editor."""
        if not (self.canonical_solution.endswith("\n") and self.prompt.endswith("\n")):
            raise UsageError(f"--whole-lines makes no sense here: {self.task_id} hides no whole lines.")
        return self._question(self.canonical_solution[:-1])

    def _question(self, hidden: str) -> Question:
        text, at = self.prompt + self.canonical_solution + self.suffix, len(self.prompt)
        return Question("infilling", (Hole(self.problem, self.task_id, text, Span(at, at + len(hidden))),))

    def solution(self, completion: str) -> str:
        return f"{self.prompt}{completion}{self.suffix}\n"

    @property
    def tests(self) -> str:
        return f"{self.test}\ncheck({self.entry_point})"


@dataclass(frozen=True, slots=True)
class Scored:
    """A row, what each system put there, and how the programs ended."""

    task: Task
    filled: Mapping[str, Filled]
    outcomes: Mapping[str, Outcome]

    def is_passed(self, system: str) -> bool:
        return self.outcomes[system] is Outcome.PASSED

    def is_exact(self, system: str) -> bool:
        return metrics.is_exact(self.filled[system].text, self.task.canonical_solution)


@dataclass(frozen=True, slots=True)
class Group:
    """How one system did on rows of like length."""

    rows: int
    passed: Estimate
    exact: Estimate


@dataclass(frozen=True, slots=True)
class Scores:
    """How one system did on all rows."""

    passed: Estimate
    exact: Estimate
    exact_to_the_byte: float
    edit_similarity: float
    empty: float
    """Share of rows without an answer."""
    length_error: float
    """Mean absolute difference from the true length, in characters."""
    length_bias: float
    """Mean of answered less true length."""
    steps: float
    """Mean number of predictions of the denoiser for an answer."""
    milliseconds: float
    """Median time of an answer."""
    outcomes: dict[Outcome, int]
    reasons: dict[str, int]
    by_lines: dict[str, Group]
    by_characters: dict[str, Group]


@dataclass(frozen=True, slots=True)
class Gain:
    """The first system less another, paired by row; intervals drawn by problem."""

    passed: Paired
    exact: Paired


@dataclass(frozen=True, slots=True)
class HumanEvalReport:
    data: str
    rows: int
    problems: int
    is_whole_lines: bool
    """Whether the hole was shown as an empty line, whose end every answer then got."""
    first: str
    systems: dict[str, Scores]
    gains: dict[str, Gain]
    models: dict[str, str]
    tuned: Settled | None
    isolation: str
    seed: int


def read(path: Path) -> tuple[Task, ...]:
    """Read the rows, from gzip whatever the name. Raises FileError for a file that holds none."""
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if data.startswith(_PACKED) else data).decode("utf-8")
        rows = [json.loads(line) for line in text.split("\n") if line.strip()]
        tasks = tuple(Task(**{name: _text(row[name]) for name in _FIELDS}) for row in rows)
    except OSError as error:  # gzip's own error too
        raise FileError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (KeyError, TypeError, ValueError, EOFError, zlib.error) as error:
        raise FileError(f"{path} holds no HumanEval-Infilling rows: {error!r}.") from error
    if not tasks:
        raise FileError(f"{path} holds no rows.")
    return tasks


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def chosen(tasks: Sequence[Task], *, every: int, limit: int | None) -> Sequence[Task]:
    """Take every n-th row, and of these the first `limit`."""
    return tasks[::every][:limit]


def with_line_end(filled: Filled) -> Filled:
    """Complete an answer to a `line_question` with the line end that was not asked for."""
    return replace(filled, texts=(filled.text + "\n",)) if filled.text else filled


def score(task: Task, filled: Mapping[str, Filled], *, is_confined: bool) -> Scored:
    """Run the row's program with each answer; equal answers run once."""
    texts = {one.text for one in filled.values()}
    ended = {text: sandbox.run(task.solution(text), task.tests, is_confined=is_confined) for text in texts}
    return Scored(task, filled, {system: ended[one.text] for system, one in filled.items()})


def report(
    rows: Sequence[Scored],
    *,
    data: str,
    seed: int,
    is_whole_lines: bool,
    is_confined: bool,
    models: Mapping[str, str],
    tuned: Settled | None = None,
) -> HumanEvalReport:
    first, *others = rows[0].filled
    return HumanEvalReport(
        data=data,
        rows=len(rows),
        problems=len({row.task.problem for row in rows}),
        is_whole_lines=is_whole_lines,
        first=first,
        systems={system: _scores(rows, system, seed) for system in (first, *others)},
        gains={other: _gain(rows, first, other, seed) for other in others},
        models=dict(models),
        tuned=tuned,
        isolation=CONFINED if is_confined else "",
        seed=seed,
    )


def _scores(rows: Sequence[Scored], system: str, seed: int) -> Scores:
    whole = _group(rows, system, seed)
    filled = [row.filled[system] for row in rows]
    texts = [(row.filled[system].text, row.task.canonical_solution) for row in rows]
    return Scores(
        passed=whole.passed,
        exact=whole.exact,
        exact_to_the_byte=mean(text == truth for text, truth in texts),
        edit_similarity=mean(metrics.edit_similarity(text, truth) for text, truth in texts),
        empty=mean(not text for text, _ in texts),
        length_error=mean(abs(len(text) - len(truth)) for text, truth in texts),
        length_bias=mean(len(text) - len(truth) for text, truth in texts),
        steps=mean(one.steps for one in filled),
        milliseconds=median(one.milliseconds for one in filled),
        outcomes=dict(Counter(row.outcomes[system] for row in rows).most_common()),
        reasons=dict(Counter(one.reason for one in filled if one.reason).most_common()),
        by_lines=_grouped(rows, system, metrics.lines_bucket, seed),
        by_characters=_grouped(rows, system, metrics.characters_bucket, seed),
    )


def _gain(rows: Sequence[Scored], first: str, other: str, seed: int) -> Gain:
    problems = [row.task.problem for row in rows]
    passed = [[row.is_passed(system) for row in rows] for system in (first, other)]
    exact = [[row.is_exact(system) for row in rows] for system in (first, other)]
    return Gain(
        metrics.paired(passed[0], passed[1], problems, seed=seed),
        metrics.paired(exact[0], exact[1], problems, seed=seed),
    )


def _group(rows: Sequence[Scored], system: str, seed: int) -> Group:
    problems = [row.task.problem for row in rows]
    return Group(
        rows=len(rows),
        passed=metrics.mean_over([row.is_passed(system) for row in rows], problems, seed=seed),
        exact=metrics.mean_over([row.is_exact(system) for row in rows], problems, seed=seed),
    )


def _grouped(rows: Sequence[Scored], system: str, bucket: Callable[[str], str], seed: int) -> dict[str, Group]:
    groups: dict[str, list[Scored]] = {}
    for row in rows:
        groups.setdefault(bucket(row.task.canonical_solution), []).append(row)
    return {name: _group(groups[name], system, seed) for name in sorted(groups, key=metrics.first_number)}


def sample_line(row: Scored, system: str) -> str:
    """One line of JSON: the fields that the independent scorer reads, and our own figures."""
    filled = row.filled[system]
    return json.dumps(
        {
            "task_id": row.task.task_id,
            "completion": filled.text,
            "system": system,
            "passed": row.is_passed(system),
            "outcome": row.outcomes[system],
            "exact": row.is_exact(system),
            "reason": filled.reason,
            "steps": filled.steps,
            "milliseconds": round(filled.milliseconds, 3),
        }
    )


def to_json(found: HumanEvalReport) -> str:
    return json.dumps(asdict(found), indent=2) + "\n"
