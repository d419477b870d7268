"""HumanEval-Infilling through the `infill` that serves: completions, whether their programs pass, and a report."""

import gzip
import json
import time
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median

from lacuna.cli.evaluation import metrics, sandbox
from lacuna.cli.evaluation.filling import fill
from lacuna.cli.evaluation.metrics import Estimate
from lacuna.cli.evaluation.sandbox import Outcome
from lacuna.cli.exit_codes import FileError
from lacuna.lsp_server.request import Infill
from lacuna.syntax.spans import Span

_FIELDS = ("task_id", "entry_point", "prompt", "suffix", "canonical_solution", "test")
_PACKED = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Task:
    """One row of the data, as it is named there."""

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

    def program(self, completion: str) -> str:
        return f"{self.prompt}{completion}{self.suffix}\n{self.test}\ncheck({self.entry_point})"


@dataclass(frozen=True, slots=True)
class Completion:
    """What stands in the hole of one task, and what it took."""

    task: Task
    text: str
    reason: str
    """Why nothing was offered, else empty."""
    steps: int
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Scored:
    completion: Completion
    outcome: Outcome

    @property
    def is_passed(self) -> bool:
        return self.outcome is Outcome.PASSED

    @property
    def is_exact(self) -> bool:
        return metrics.is_exact(self.completion.text, self.completion.task.canonical_solution)


@dataclass(frozen=True, slots=True)
class Group:
    """Figures over rows of like length."""

    rows: int
    passed: Estimate
    exact: Estimate


@dataclass(frozen=True, slots=True)
class Report:
    data: str
    rows: int
    problems: int
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
    milliseconds: float
    """Median of an answer."""
    outcomes: dict[Outcome, int]
    reasons: dict[str, int]
    by_lines: dict[str, Group]
    by_characters: dict[str, Group]
    isolation: str
    seed: int
    true_length: bool
    """Whether the model was told how many tokens to write."""


def read(path: Path) -> tuple[Task, ...]:
    """Raises FileError for what is no such data. Reads gzip whatever the name."""
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
    """Every n-th row, of these the first ones."""
    return tasks[::every][:limit]


def complete(task: Task, infill: Infill, *, true_length: bool) -> Completion:
    """What Lacuna would put between prompt and suffix, however unsure it is; at the true length if that is given."""
    at = len(task.prompt)
    began = time.perf_counter()
    filled = fill(infill, task.prompt + task.suffix, Span(at, at), task.canonical_solution if true_length else None)
    return Completion(task, filled.text, filled.reason, filled.steps, (time.perf_counter() - began) * 1000)


def score(completion: Completion) -> Scored:
    return Scored(completion, sandbox.run(completion.task.program(completion.text)))


def report(rows: Sequence[Scored], *, data: str, seed: int, true_length: bool) -> Report:
    texts = [(row.completion.text, row.completion.task.canonical_solution) for row in rows]
    whole = _group(rows, seed)
    return Report(
        data=data,
        rows=whole.rows,
        problems=whole.passed.clusters,
        passed=whole.passed,
        exact=whole.exact,
        exact_to_the_byte=mean(text == truth for text, truth in texts),
        edit_similarity=mean(metrics.edit_similarity(text, truth) for text, truth in texts),
        empty=mean(not text for text, _ in texts),
        length_error=mean(abs(len(text) - len(truth)) for text, truth in texts),
        length_bias=mean(len(text) - len(truth) for text, truth in texts),
        steps=mean(row.completion.steps for row in rows),
        milliseconds=median(row.completion.milliseconds for row in rows),
        outcomes=dict(Counter(row.outcome for row in rows).most_common()),
        reasons=dict(Counter(row.completion.reason for row in rows if row.completion.reason).most_common()),
        by_lines=_grouped(rows, metrics.lines_bucket, seed),
        by_characters=_grouped(rows, metrics.characters_bucket, seed),
        isolation=" ".join(sandbox.isolation()),
        seed=seed,
        true_length=true_length,
    )


def _group(rows: Sequence[Scored], seed: int) -> Group:
    problems = [row.completion.task.problem for row in rows]
    return Group(
        rows=len(rows),
        passed=metrics.mean_over([row.is_passed for row in rows], problems, seed=seed),
        exact=metrics.mean_over([row.is_exact for row in rows], problems, seed=seed),
    )


def _grouped(rows: Sequence[Scored], bucket: Callable[[str], str], seed: int) -> dict[str, Group]:
    groups: dict[str, list[Scored]] = {}
    for row in rows:
        groups.setdefault(bucket(row.completion.task.canonical_solution), []).append(row)
    return {name: _group(groups[name], seed) for name in sorted(groups, key=metrics.first_number)}


def sample_line(row: Scored) -> str:
    """As the independent scorer reads it, and what we found."""
    return json.dumps(
        {
            "task_id": row.completion.task.task_id,
            "completion": row.completion.text,
            "passed": row.is_passed,
            "outcome": row.outcome,
            "exact": row.is_exact,
            "reason": row.completion.reason,
            "steps": row.completion.steps,
            "milliseconds": round(row.completion.milliseconds, 3),
        }
    )


def to_json(found: Report) -> str:
    return json.dumps(asdict(found), indent=2) + "\n"
