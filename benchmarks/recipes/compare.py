"""What do the parts of the recipe bring? Small models, each trained with the same floating-point operations.

    python -m lacuna.benchmarks.recipes.compare CORPUS RUN OUT [--seed 1 --seed 2]

RUN lends its tokenizer. All arms are judged on the same holes of packages never trained on, in several settings: nats a
token of the answer from left to right, given the true ones before it and the text on both sides; and how often the one
wrong token that is planted in a canvas is the least likely there. OUT gets `curves.csv` and `curves.png`; an arm that
is there already is not trained again.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import click
import matplotlib as mpl
import torch
from torch import Tensor

from lacuna.model.corpus.files import Role, load
from lacuna.model.tokenizer import Tokenizer
from lacuna.model.training import causal, infilling, loop, recipe, text
from lacuna.model.training.batches import Batch
from lacuna.model.training.devices import multiplying_in, precision_of
from lacuna.model.training.measure import Part, flops_of_token
from lacuna.model.training.network import Denoiser
from lacuna.model.training.progress import say
from lacuna.model.training.recipe import InfillPhase, Recipe
from lacuna.model.training.text import Documents

mpl.use("Agg")
from matplotlib import pyplot as plt

CPU = torch.device("cpu")
PRECISION = precision_of("auto", CPU)
FIRST_KINDS = {
    "rest-of-line": 0.35,
    "within-line": 0.17,
    "lines": 0.28,
    "statement": 0.10,
    "expression": 0.08,
    "arguments": 0.04,
    "condition": 0.03,
    "body": 0.05,
}
"""The mix of holes that the first generation was trained with."""


@dataclass(frozen=True)
class Arm:
    """One way to train."""

    name: str
    change: Callable[[InfillPhase], InfillPhase]


ARMS = (
    Arm("recipe", lambda phase: phase),
    Arm("first mix of holes", lambda phase: replace(phase, kinds=FIRST_KINDS, truncated=0.0)),
    Arm("no old texts", lambda phase: replace(phase, edited=0.0)),
    Arm("no other files", lambda phase: replace(phase, beside=0.0)),
    Arm("no wrong tokens", lambda phase: replace(phase, wrong=0.0, committed=0.0)),
    Arm("short canvases", lambda phase: replace(phase, canvases=tuple(min(16, size) for size in phase.canvases))),
)
SETTINGS: Mapping[str, Callable[[InfillPhase], InfillPhase]] = {
    "typing": lambda phase: replace(phase, edited=0.0),
    "with the old text": lambda phase: replace(phase, edited=1.0),
    "several lines": lambda phase: replace(phase, edited=0.0, canvases=(64,), kinds={"lines": 0.5, "body": 0.5}),
}
LOCATED = "wrong tokens not found"
"""Judged by a share, and not by nats: 1 less how often the planted token is the least likely one of its canvas."""


@dataclass(frozen=True)
class Setting:
    """What all arms share."""

    recipe: Recipe
    documents: Documents
    held_out: Documents
    tokenizer: Tokenizer
    judged: int
    """Steps' worth of held-out holes in each setting."""
    causal_steps: int
    flops: float
    """Operations of the second phase."""


# ---------------------------------------------------------------------- training


def train(
    arm: Arm, setting: Setting, first: dict[str, Tensor], spent: float
) -> Iterator[tuple[float, dict[str, float]]]:
    """Operations spent so far and what is judged then, a few times on the way; `first`: the weights after phase one."""
    recipe_ = replace(setting.recipe, infill=arm.change(setting.recipe.infill))
    torch.manual_seed(recipe_.seed)
    network = Denoiser(recipe_.network)
    network.load_state_dict(first)
    network.is_ragged = PRECISION is torch.bfloat16
    optimisers = loop.optimisers(network, recipe_.optimiser)
    done, judged_at, step = 0.0, 0.0, 0
    while done < setting.flops:
        for drawn in infilling.draw(recipe_, setting.documents, setting.tokenizer, step):
            _part(network, drawn).loss.backward()
            done += flops_of(network, drawn.data, drawn.phase.levels)
        _update(network, optimisers, recipe_, step, done / setting.flops)
        step += 1
        if done >= min(setting.flops, judged_at + setting.flops / 3):
            judged_at = done
            figures = judged(network, setting)
            told = ", ".join(f"{name} {figure:.3f}" for name, figure in figures.items())
            say(f"seed {recipe_.seed}, {arm.name}: step {step}, {done / setting.flops:.0%}, {told}")
            yield done + spent, figures


def causal_phase(setting: Setting) -> tuple[dict[str, Tensor], float]:
    """The weights after the first phase, and what it cost."""
    torch.manual_seed(setting.recipe.seed)
    network = Denoiser(setting.recipe.network)
    weights = network.state_dict()
    optimisers = loop.optimisers(network, setting.recipe.optimiser)
    phase, tokens = setting.recipe.causal, 0
    for step in range(setting.causal_steps):
        for drawn in causal.draw(setting.recipe, setting.documents.tokens, step):
            part = _part(network, drawn)
            part.loss.backward()
            tokens += part.tokens
        _update(network, optimisers, setting.recipe, step, 0.0)
    attention = 12 * network.dims.width * network.dims.layers * phase.length / 2
    return {name: value.clone() for name, value in weights.items()}, tokens * (flops_of_token(network) + attention)


def _part(network: Denoiser, drawn: causal.Drawn | infilling.Drawn) -> Part:
    with multiplying_in(PRECISION, CPU):
        return drawn.part(network, CPU)


def flops_of(network: Denoiser, data: Batch, levels: int) -> float:
    """Operations of a step forward and backward, attention counted: 12 for each channel, query, key and layer."""
    dims, canvases = network.dims, levels + 1
    R, G, N = data.targets.shape
    tall, M = data.chunks.shape[1], data.far_index.shape[1]
    encoded = int((data.chunks > 0).sum())
    slots = R * canvases * G * (N + 1)
    near = 2 * dims.near + N + 1
    far = M + N + 1
    keys = encoded * tall * dims.layers + slots * (near * len(dims.local_layers) + far * len(dims.global_layers))
    return flops_of_token(network) * (encoded + slots) + 12 * dims.width * keys


def _update(
    network: Denoiser, optimisers: tuple[torch.optim.Optimizer, ...], recipe_: Recipe, step: int, share: float
) -> None:
    settings = recipe_.optimiser
    rate = min(1.0, (step + 1) / 20) * min(1.0, (1.0 - min(share, 1.0)) / (1.0 - settings.decay_from) + 0.02)
    torch.nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
    for optimiser, peak in zip(optimisers, (settings.matrix_rate, settings.other_rate), strict=True):
        for group in optimiser.param_groups:
            group["lr"] = peak * rate
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)


# ---------------------------------------------------------------------- judging


@torch.no_grad()
def judged(network: Denoiser, setting: Setting) -> dict[str, float]:
    """Nats a token in each setting, and the share of planted tokens that are not found."""
    plain = replace(setting.recipe.infill, levels=0)
    figures = {}
    for name, change in SETTINGS.items():
        parts = [_part(network, drawn) for drawn in _held_out(setting, change(plain))]
        figures[name] = sum(part.sums["ordered"].item() for part in parts) / sum(part.loss_tokens for part in parts)
    committed = replace(setting.recipe.infill, levels=1, noisy=1.0, committed=1.0, wrong=0.1, edited=0.0)
    found = torch.cat([located(network, drawn) for drawn in _held_out(setting, committed)])
    return figures | {LOCATED: 1.0 - found.float().mean().item()}


def _held_out(setting: Setting, phase: InfillPhase) -> Iterator[infilling.Drawn]:
    recipe_ = replace(setting.recipe, infill=phase, seed=0)
    for step in range(setting.judged):
        yield from infilling.draw(recipe_, setting.held_out, setting.tokenizer, step)


def located(network: Denoiser, drawn: infilling.Drawn) -> Tensor:
    """(canvases with one wrong token or more,) whether the least likely token of each is wrong."""
    wrong = drawn.corrupted.wrong[:, 0]  # (R, G, N)
    exists = torch.arange(wrong.shape[-1]) < torch.from_numpy(drawn.data.existing).unsqueeze(-1)
    with multiplying_in(PRECISION, CPU):
        hidden, at, _ = infilling.states(network, drawn, CPU)
        logs = network.logits(hidden[at[:, 0]]).float().log_softmax(-1)  # (R, G, N, V)
    there = logs.gather(-1, drawn.corrupted.slots[:, 0].unsqueeze(-1)).squeeze(-1)  # (R, G, N)
    least = there.masked_fill(~exists, torch.inf).argmin(-1, keepdim=True)
    return wrong.gather(-1, least).squeeze(-1)[wrong.any(-1)]


@click.command()
@click.argument("folder", metavar="CORPUS", type=click.Path(exists=True, path_type=Path))
@click.argument("run", type=click.Path(exists=True, path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", "seeds", type=int, multiple=True, default=(1, 2), show_default=True)
@click.option("--causal-steps", default=250, show_default=True)
@click.option("--flops", default=2e13, show_default=True, help="Of the second phase.")
@click.option("--judged", "asked", default=12, show_default=True, help="Steps of held-out holes in each setting.")
def main(
    folder: Path, run: Path, out: Path, seeds: tuple[int, ...], causal_steps: int, flops: float, asked: int
) -> None:
    """Train and judge every arm with every seed."""
    torch.set_num_threads(1)
    out.mkdir(parents=True, exist_ok=True)
    curves = out / "curves.csv"
    rows = [*csv.reader(curves.open(encoding="utf-8"))] if curves.exists() else []
    small = recipe.read("small")
    tokenizer = Tokenizer.load(run / text.TOKENIZER)
    documents = text.documents_of(run, folder, tokenizer)
    held_out = text.tokenised(tuple(load(folder, Role.VALIDATION)), tokenizer)
    for seed in seeds:
        setting = Setting(
            replace(small, seed=seed), documents, held_out, tokenizer, asked, causal_steps=causal_steps, flops=flops
        )
        missing = [arm for arm in ARMS if [arm.name, str(seed)] not in [row[:2] for row in rows]]
        if not missing:
            continue
        first, spent = causal_phase(setting)
        for arm in missing:
            rows += [
                [arm.name, str(seed), f"{done:.4g}", name, f"{figure:.4f}"]
                for done, figures in train(arm, setting, first, spent)
                for name, figure in figures.items()
            ]
            with curves.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)
    plot(rows, out / "curves.png")


def plot(rows: list[list[str]], path: Path) -> None:
    """A panel for each setting: its figure against operations, a line for each arm and seed."""
    names = [*SETTINGS, LOCATED]
    figure, panels = plt.subplots(1, len(names), figsize=(4 * len(names), 4))
    for axes, name in zip(panels, names, strict=True):
        for n, arm in enumerate(ARMS):
            for seed in sorted({row[1] for row in rows}):
                points = [
                    (float(row[2]), float(row[4])) for row in rows if row[:2] == [arm.name, seed] and row[3] == name
                ]
                if points:
                    axes.plot(
                        *zip(*points, strict=True), color=f"C{n}", marker="o", label=arm.name if seed == "1" else None
                    )
        axes.set(title=name, xlabel="operations")
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("nats a token")
    panels[0].legend(fontsize="small")
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    main()
