"""Checkpoints: everything a run needs to go on as if it had never stopped; written atomically, never unpickled."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from lacuna.model.training.network import Denoiser
from lacuna.model.training.recipe import RecipeError

NAME = "checkpoint.pt"


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
    """Write the checkpoint of a run beside the old one, then in its place."""
    run.mkdir(parents=True, exist_ok=True)
    temporary = run / f"{NAME}.partial"
    torch.save(
        {
            "recipe": state.recipe,
            "step": state.step,
            "tokens": state.tokens,
            **{name: getattr(state, name).state_dict() for name in ("network", "average", "muon", "adam")},
        },
        temporary,
    )
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(run / NAME)


def restore(run: Path, state: State) -> None:
    """Fill `state` from the run's checkpoint, if there is one; refuse one whose network or seed differs."""
    path = run / NAME
    if not path.exists():
        return
    stored = torch.load(path, weights_only=True, map_location="cpu")
    for part in ("seed", "vocabulary", "network"):
        if stored["recipe"][part] != state.recipe[part]:
            message = f"{path} was made with another recipe: its {part} differs"
            raise RecipeError(message)
    state.step, state.tokens = stored["step"], stored["tokens"]
    for name in ("network", "average", "muon", "adam"):
        getattr(state, name).load_state_dict(stored[name])
