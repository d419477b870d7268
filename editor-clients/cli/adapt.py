"""What `lacuna train --on PATH` does beside training: its corpus, its folders, and what the training gained."""

import hashlib
import os
import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from rich.table import Table

from lacuna.cli.terminal import say
from lacuna.export import shelf as models

if TYPE_CHECKING:  # torch takes a second, and `--help` needs none
    from lacuna.benchmarks.evaluation.held_out import Hole
    from lacuna.benchmarks.evaluation.metrics import Estimate
    from lacuna.export.chunked.engine import Engine

HOLES = 500
"""Number of holes in held-out files that are asked about before and after."""
_NAMED = 5
"""Files that are left out for one reason and named."""


@dataclass(frozen=True, slots=True)
class Own:
    """A repository to adapt to: where its corpus is, where it is trained, and where the artifact goes."""

    name: str
    corpus: Path
    run: Path
    artifact: Path


def prepare(root: Path) -> Own:
    """Build the corpus of a repository. Its run is found again as long as the text is the same, else begun anew."""
    from lacuna.model.corpus import building
    from lacuna.model.corpus.files import Role

    root = root.resolve()
    name = _name_of(root)
    folder = platformdirs.user_cache_path("lacuna") / "own" / name
    _tell_left_out(root)
    report = building.build_own(folder / "corpus", root)
    content = hashlib.sha256("".join(report.outputs[f"{role}.jsonl"] for role in Role).encode()).hexdigest()
    run = folder / content[:12]
    for old in folder.iterdir():
        if old.is_dir() and old not in (run, folder / "corpus"):
            _remove(old, root)
    return Own(name, folder / "corpus", run, models.shelf() / name)


def _name_of(root: Path) -> str:
    """Name a repository as no other is named, and no artifact that ships."""
    return f"{root.name or 'root'}-{hashlib.sha256(os.fsencode(root)).hexdigest()[:8]}"


def _remove(run: Path, root: Path) -> None:
    """Remove the run of a text that is no longer that of `root`, unless a training is at work there."""
    from lacuna.model.training.checkpoint import RunError, alone

    try:
        with alone(run):
            pass  # Windows removes no file that is locked
    except RunError:
        say(f"lacuna: keeps {run}, though {root} has other text now: a training is at work there.", is_error=True)
        return
    say(f"lacuna: removes {run}, an earlier run: {root} has other text now.", is_error=True)
    shutil.rmtree(run)


def _tell_left_out(root: Path) -> None:
    from lacuna.model.corpus import repository

    paths = defaultdict[str, list[str]](list)
    for one in repository.left_out(root):
        paths[one.reason].append(one.path.relative_to(root).as_posix() + "/" * one.is_folder)
    for reason, named in paths.items():
        others = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
        say(f"lacuna: left out {', '.join(named[:_NAMED])}{others}: {reason}", is_error=True)


def compare(own: Own, before: "Engine", after: "Engine") -> Iterator[Table | str]:
    """Ask both about the same rest-of-line holes in the held-out files."""
    from lacuna.benchmarks.evaluation import held_out, metrics
    from lacuna.model.corpus.files import Role, load

    asked = held_out.draw(load(own.corpus, Role.VALIDATION), HOLES, seed=0)
    files = [hole.file for hole in asked]
    title = f"{len(asked)} ends of lines in {len(set(files))} files that were not trained on"
    table = Table("", "exactly right", "nats an answer", title=title)
    (right, nats), (right_after, nats_after) = (_measured(asked, engine) for engine in (before, after))
    for name, exact, likely in (("before", right, nats), ("after", right_after, nats_after)):
        table.add_row(
            name, _percent(metrics.mean_over(exact, files, seed=0)), _number(metrics.mean_over(likely, files, seed=0))
        )
    gain, fewer = (
        metrics.difference(new, old, files, seed=0) for new, old in ((right_after, right), (nats_after, nats))
    )
    table.add_row("gain", _percent(gain), _number(fewer))
    yield table
    yield (
        "Nats: minus the log-probability of what stood there, the fewer the better. "
        f"95 % intervals, drawn by file. Use it with: lacuna model use {own.name}"
    )


def _measured(asked: Sequence["Hole"], engine: "Engine") -> tuple[list[float], list[float]]:
    """Ask about every hole: whether the answer is exactly right, and the nats of the right one."""
    from functools import partial

    from lacuna.benchmarks.evaluation import filling, likelihood, metrics
    from lacuna.benchmarks.evaluation.progress import tracked
    from lacuna.infill.infill import infill

    answer = partial(infill, engine)
    exact, nats = [], []
    for hole in tracked(asked, f"Asking {engine.name}"):
        exact.append(float(metrics.is_exact(filling.fill(answer, hole.shown, hole.place).text, hole.truth)))
        nats.append(likelihood.nats(engine, hole))
    return exact, nats


def _percent(found: "Estimate") -> str:
    return f"{100 * found.value:.1f} % ({100 * found.low:.1f} to {100 * found.high:.1f})"


def _number(found: "Estimate") -> str:
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"
