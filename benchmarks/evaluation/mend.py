"""Mending: what rework does to functions with a planted fault that a test notices, and to the same without it."""

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lacuna.benchmarks.evaluation.doubt import Planted, in_body
from lacuna.benchmarks.evaluation.human_eval import CONFINED, Task
from lacuna.benchmarks.evaluation.metrics import Estimate, mean_over
from lacuna.benchmarks.evaluation.sandbox import Outcome
from lacuna.infill.opening import OpenModel
from lacuna.infill.request import Request, answered
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.nodes import every
from lacuna.syntax.parsing import Parsed, parse
from lacuna.syntax.spans import Kind, Span
from lacuna.workspace import textfile

TRIES = 8
"""Faults that are drawn for a function, at most, until its tests notice one."""

Run = Callable[[str, str], Outcome]
"""Runs a solution against its tests."""


@dataclass(frozen=True, slots=True)
class Case:
    """A function that passes its tests, and what it is with a fault."""

    problem: str
    tests: str
    sound: str
    body: Span
    """Of the function, behind its docstring."""
    faulty: Planted
    failed: Outcome
    """How the tests end with the fault."""


@dataclass(frozen=True, slots=True)
class Program:
    """What rework made of a text, and how its tests end."""

    text: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Reworked:
    """A function, with its fault and without, after rework at one strength."""

    problem: str
    strength: float
    faulty: Program
    sound: Program
    is_exact: bool
    """The faulty text is the sound one again."""
    is_unchanged: bool
    """The faulty text is as it was."""
    is_changed: bool
    """The sound text is not as it was."""

    @property
    def is_mended(self) -> bool:
        return self.faulty.outcome is Outcome.PASSED

    @property
    def is_harmed(self) -> bool:
        return self.sound.outcome is not Outcome.PASSED


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of the functions at one strength: the first three with their fault, the others without."""

    mended: Estimate
    exact: Estimate
    unchanged: Estimate
    harmed: Estimate
    changed: Estimate


@dataclass(frozen=True, slots=True)
class MendReport:
    data: str
    problems: int
    """Problems that were drawn from; those whose tests noticed no fault have no case."""
    seed: int
    threshold: float | None
    model: str
    isolation: str
    strengths: dict[float, Figures]
    cases: tuple[Case, ...]
    reworked: tuple[Reworked, ...]


def problems(tasks: Sequence[Task]) -> list[Task]:
    """The first row of each problem: with its answer every row is the whole program."""
    first: dict[str, Task] = {}
    for task in tasks:
        first.setdefault(task.problem, task)
    return list(first.values())


def planted(task: Task, seed: int, run: Run) -> Case | None:
    """Draw faults until the tests notice one; None if they notice none, or fail without one."""
    text = task.solution(task.canonical_solution)
    parsed = parse(text, PYTHON)
    body = _body(parsed, task.entry_point) if parsed else None
    if parsed is None or body is None or run(text, task.tests) is not Outcome.PASSED:
        return None
    generator = random.Random(f"{seed} {task.problem}")  # noqa: S311 -- a fixed sample, not a secret
    for _ in range(TRIES):
        faulty = in_body(task.problem, parsed, body, generator)
        if faulty is None:
            return None
        failed = run(faulty.text, task.tests)
        if failed not in (Outcome.PASSED, Outcome.SYNTAX):  # what does not compile needs no test
            return Case(task.problem, task.tests, text, body, faulty, failed)
    return None


def _body(parsed: Parsed, name: str) -> Span | None:
    """The statements of a function at the top of a text, without its docstring."""
    text = parsed.text
    definition = re.search(rf"^def\s+{re.escape(name)}\b", text, re.MULTILINE)
    bodies = every(parsed, Kind.BODY)
    body = next((body for body in bodies if definition and body.start > definition.end()), None)
    if body is None:
        return None
    start = next((one.end for one in every(parsed, Kind.DOCSTRING) if one.start == body.start), body.start)
    start += len(text[start : body.end]) - len(text[start : body.end].lstrip())
    return Span(start, body.end) if start < body.end else None


def rework(
    case: Case, opened: OpenModel, strengths: Sequence[float], threshold: float | None, run: Run
) -> Iterator[Reworked]:
    """Rework both texts of a case at each strength; equal texts run once."""
    ended = {case.sound: Outcome.PASSED, case.faulty.text: case.failed}
    for strength in strengths:
        faulty = _reworked(opened, case.faulty.text, case.faulty.body, strength, threshold)
        sound = _reworked(opened, case.sound, case.body, strength, threshold)
        for text in {faulty, sound} - ended.keys():
            ended[text] = run(text, case.tests)
        yield Reworked(
            case.problem,
            strength,
            Program(faulty, ended[faulty]),
            Program(sound, ended[sound]),
            is_exact=faulty == case.sound,
            is_unchanged=faulty == case.faulty.text,
            is_changed=sound != case.sound,
        )


def _reworked(opened: OpenModel, text: str, body: Span, strength: float, threshold: float | None) -> str:
    """What `lacuna fill --rework` makes of a text."""
    request = Request(text, PYTHON.name, (body,), threshold, replaces=True)
    answer = answered(opened.infill(opened.reworking(request, strength)))
    file = textfile.decode(Path(), text.encode())
    return textfile.with_edits(file, answer.edits).decode()


def report(
    cases: Sequence[Case],
    reworked: Sequence[Reworked],
    *,
    data: str,
    problems: int,
    seed: int,
    threshold: float | None,
    model: str,
    is_confined: bool,
) -> MendReport:
    strengths = dict.fromkeys(one.strength for one in reworked)
    return MendReport(
        data=data,
        problems=problems,
        seed=seed,
        threshold=threshold,
        model=model,
        isolation=CONFINED if is_confined else "",
        strengths={
            strength: _figures([one for one in reworked if one.strength == strength], seed) for strength in strengths
        },
        cases=tuple(cases),
        reworked=tuple(reworked),
    )


def _figures(reworked: Sequence[Reworked], seed: int) -> Figures:
    def share(of_each: Callable[[Reworked], bool]) -> Estimate:
        return mean_over(map(of_each, reworked), (one.problem for one in reworked), seed=seed)

    return Figures(
        mended=share(lambda one: one.is_mended),
        exact=share(lambda one: one.is_exact),
        unchanged=share(lambda one: one.is_unchanged),
        harmed=share(lambda one: one.is_harmed),
        changed=share(lambda one: one.is_changed),
    )


def to_json(found: MendReport) -> str:
    return json.dumps(asdict(found), indent=1) + "\n"
