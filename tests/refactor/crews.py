"""What processes that plan are given in tests: rules that do as a file says, and a denoiser by the book."""

import functools
import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lacuna.export.providers import Provider
from lacuna.infill.infill import infill
from lacuna.infill.opening import ModelOptions, OpenModel
from lacuna.model.denoiser import Scene
from lacuna.refactor.crew import Item, Result, Work, looked_through
from lacuna.refactor.plan import Skipped
from lacuna.refactor.preparing import Preparation, artifact_hash, version
from lacuna.refactor.proposing import Proposer, Task
from lacuna.refactor.rule import Rule, Sketch
from lacuna.syntax.errors import ModelError
from lacuna.syntax.parsing import Parsed
from tests.infill.scripted import Scripted
from tests.refactor.sketchers import rule

MODEL = ModelOptions(None, Provider.AUTO, None)
RENAME = rule(r"\bold\b", "new")
ANNOTATE = rule(r"def (\w+)\((\w+)\)", r"def \1(\2: ⟦…⟧)", "annotate")


@dataclass(frozen=True)
class Poison:
    """Does what a file's first line says, before anything is found in it."""

    def sketches(self, path: str, parsed: Parsed) -> Iterator[Sketch]:  # noqa: ARG002 -- as the Protocol has it
        match parsed.text.split("\n", 1)[0]:
            case "# compute":
                while True:
                    pass
            case "# sleep":
                time.sleep(60)
            case "# die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "# fail":
                raise LookupError
        yield from ()


POISON = Rule("poison", "", "python", Poison(), "", has_blanks=False)


def answers(scene: Scene) -> dict[str, float]:
    before = scene.text[: scene.spans[0].start]
    return {"int": 0.9, "str": 0.1} if before.endswith(": ") else {"": 1.0}


def opening(_: ModelOptions) -> OpenModel:
    return OpenModel(functools.partial(infill, Scripted(answers)))


def slow(_: ModelOptions) -> OpenModel:
    """Each blank takes a second of computing."""

    def answer(scene: Scene) -> dict[str, float]:
        end = time.process_time() + 1
        while time.process_time() < end:
            pass
        return answers(scene)

    return OpenModel(functools.partial(infill, Scripted(answer)))


def unhurried(_: ModelOptions) -> OpenModel:
    """Each blank takes a little while."""

    def answer(scene: Scene) -> dict[str, float]:
        time.sleep(0.4)
        return answers(scene)

    return OpenModel(functools.partial(infill, Scripted(answer)))


def unopened(_: ModelOptions) -> OpenModel:
    raise ModelError("This model cannot run.")


def dying(_: ModelOptions) -> OpenModel:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def preparation(*rules: Rule, tree: Path = Path("/tree"), how=opening) -> Preparation:
    artifact = artifact_hash(MODEL) if any(one.has_blanks for one in rules) else ""
    return Preparation(rules, tree, 0.3, how, MODEL, version(), artifact)


def tasks(*texts: str, rules: int = 1) -> list[Task]:
    return [Task(f"{n}.py", text.encode(), None, tuple(range(rules))) for n, text in enumerate(texts)]


@dataclass(frozen=True, slots=True)
class Alone:
    """One process, the driver's own, without limits."""

    proposer: Proposer

    def results(self, work: Work, items: Iterable[Item]) -> Iterator[Result]:
        return (item if isinstance(item, Skipped) else looked_through(self.proposer, work, item) for item in items)
