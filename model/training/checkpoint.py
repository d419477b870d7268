"""Checkpoints: everything a run needs to go on as if it had never stopped; written atomically, never unpickled."""

import contextlib
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout

from lacuna.model.training.network import Denoiser
from lacuna.model.training.recipe import RecipeError
from lacuna.syntax.errors import FileError
from lacuna.workspace import atomic

NAME = "checkpoint.pt"
LOCK = "lock"
PARTS = ("network", "average", "muon", "adam")
FIXED = ("seed", "vocabulary", "network")
"""Parts of a recipe that cannot change within a run; others may, from the next step on."""


class RunError(FileError):
    """The run's folder cannot be read or written."""


@contextlib.contextmanager
def alone(run: Path) -> Iterator[None]:
    """Keep other trainings out of the run's folder; raises RunError if one is at work there."""
    run.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(run / LOCK, timeout=0):
            yield
    except Timeout as error:
        raise RunError(f"another training is at work in {run}: wait for its end, or train in another folder") from error


@dataclass(slots=True)
class State:
    """What changes while training; the draw of a batch depends on `step` and the recipe's seed alone."""

    recipe: dict[str, Any]
    step: int
    tokens: int
    """Positions that went through the network so far."""
    network: Denoiser
    average: Denoiser
    muon: torch.optim.Optimizer
    adam: torch.optim.Optimizer


def save(run: Path, state: State) -> None:
    """Write the checkpoint of a run beside the old one, then in its place; raises RunError, the old one intact."""
    try:
        run.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(run / NAME) as file:
            torch.save(
                {
                    "recipe": state.recipe,
                    "step": state.step,
                    "tokens": state.tokens,
                    **{name: getattr(state, name).state_dict() for name in PARTS},
                },
                file,
            )
    except (OSError, RuntimeError) as error:
        # What failed in a write of torch's own is told only by the error within its error.
        cause = error if isinstance(error, OSError) else error.__context__
        reason = cause.strerror if isinstance(cause, OSError) else error
        raise RunError(f"no checkpoint could be written to {run} ({reason}); the one before is as it was") from error


def restore(run: Path, state: State) -> None:
    """Fill `state` from the run's checkpoint, if there is one.

    Raises RunError for one that cannot be read, RecipeError for one whose seed, vocabulary or network differs.
    """
    path = run / NAME
    try:
        stored = torch.load(path, weights_only=True, map_location="cpu")
    except FileNotFoundError:
        return
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise RunError(f"{path} is not a checkpoint that can be read; remove it to begin anew") from error
    if not stored.keys() >= {*PARTS}:
        raise RunError(f"{path} holds weights alone: export them, and train on from the artifact (--from)")
    differing = [part for part in FIXED if stored["recipe"][part] != state.recipe[part]]
    if differing:
        raise RecipeError(f"{path} was made with another recipe ({', '.join(differing)}): train in another folder")
    state.step, state.tokens = stored["step"], stored["tokens"]
    for name in PARTS:
        getattr(state, name).load_state_dict(stored[name])
