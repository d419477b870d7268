"""What do the parts of the recipe bring? Small models, each trained with the same floating-point operations.

    python -m lacuna.benchmarks.recipes.compare CORPUS RUN OUT [--seed 1 --seed 2]

RUN lends its tokenizer. Every arm is judged by the same figure on the same holes of packages never trained on: nats
of the answer from left to right (each token, and that it exists, given the true ones before it and the text on both
sides), its end included. OUT gets `curves.csv` and `curves.png`; an arm that is there already is not trained again.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import click
import matplotlib as mpl
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lacuna.benchmarks.recipes import whole
from lacuna.model.corpus.files import Role, load
from lacuna.model.corpus.rows import Row, draw_row
from lacuna.model.tokenizer import MASK, PAD, SPECIAL, Tokenizer
from lacuna.model.training import causal, infilling, loop, recipe, text
from lacuna.model.training.batches import Batch, batch
from lacuna.model.training.loss import losses
from lacuna.model.training.measure import flops_of_token
from lacuna.model.training.network import Denoiser
from lacuna.model.training.progress import say
from lacuna.model.training.recipe import Recipe
from lacuna.model.training.text import Documents

mpl.use("Agg")
from matplotlib import pyplot as plt

CPU = torch.device("cpu")
PREFIXES = 12
"""Tokens of an answer that are judged."""
CANVAS = 16
"""Slots, when judged."""


class Work(NamedTuple):
    """One micro-batch of an arm."""

    loss: Tensor
    flops: float


class Question(NamedTuple):
    """Rows with holes to judge on, and what is asked of them: the first 0, 1, ... true tokens, then masked slots."""

    rows: list[Row]
    data: Batch
    prefixes: Tensor  # (R, PREFIXES + 1, G, N)
    hints: tuple[Tensor, Tensor]


Step = Callable[[Denoiser, Recipe, Documents, Tokenizer, int], Iterator[Work]]
Judge = Callable[[Denoiser, Question], Tensor]


@dataclass(frozen=True)
class Arm:
    """One way to train."""

    name: str
    step: Step
    judge: Judge
    levels: int = 2
    has_causal_phase: bool = True


# ---------------------------------------------------------------------- steps


def chunked(
    network: Denoiser, recipe_: Recipe, documents: Documents, tokenizer: Tokenizer, step: int
) -> Iterator[Work]:
    """The recipe's own step; without levels that of an autoregressive model."""
    for drawn in infilling.draw(recipe_, documents, tokenizer, step):
        yield Work(drawn.part(network, CPU).loss, flops_of(network, drawn.data, recipe_.infill.levels))


def padded(network: Denoiser, recipe_: Recipe, documents: Documents, tokenizer: Tokenizer, step: int) -> Iterator[Work]:
    """A canvas of a fixed size that its answer's end fills with PAD: no slot lacks existence."""
    phase = replace(recipe_.infill, existence_weight=0.0)
    generator = torch.Generator().manual_seed(recipe_.seed * 2**32 + step)
    data = list(infilling.batches(recipe_, documents, tokenizer, step))
    existing = sum(int(micro.existing.sum()) for micro in data)
    for micro in data:
        full = np.where(micro.hidden >= 0, micro.targets.shape[-1], 0)
        fixed = replace(micro, existing=full, lengths=full)
        drawn = infilling.noised(fixed, phase, existing, generator)
        yield Work(drawn.part(network, CPU).loss, flops_of(network, fixed, phase.levels))


def unchunked(
    network: Denoiser, recipe_: Recipe, documents: Documents, tokenizer: Tokenizer, step: int
) -> Iterator[Work]:
    """Every token attends to every other; each noise level reads the context anew."""
    phase = recipe_.infill
    rng = np.random.default_rng((recipe_.seed, 2, step))
    generator = torch.Generator().manual_seed(recipe_.seed * 2**32 + step)
    capacity, chunks = int(rng.choice(phase.canvases)), int(rng.integers(phase.chunks[0], phase.chunks[1] + 1))
    rows = [
        draw_row(documents.texts, tokenizer, phase, chunks, rng) for _ in range(max(1, round(phase.context / chunks)))
    ]
    rows = [row for row in rows if row.hidden]
    data = [batch([row], phase, recipe_.network.near, capacity, rng) for row in rows]
    existing = sum(int(one.existing.sum()) for one in data)
    for row, one in zip(rows, data, strict=True):
        noised = infilling.noised(one, phase, existing, generator).corrupted
        lengths = np.repeat(one.lengths[:, None], phase.levels, 1)
        hidden, existence, T = whole.denoise(network, [row], noised.slots.numpy(), lengths)
        logits = network.logits(hidden[noised.masked | noised.committed])
        truth = (torch.from_numpy(array) for array in (one.targets, one.hidden, one.lengths))
        found = losses(logits, existence, noised, *truth)
        loss = found.tokens + phase.existence_weight * found.existence + phase.committed_weight * found.committed
        positions = phase.levels * T
        attention = 12 * network.dims.width * network.dims.layers * positions * T
        yield Work(loss / max(1, existing), flops_of_token(network) * positions + attention)


def flops_of(network: Denoiser, data: Batch, levels: int) -> float:
    """Operations of a step forward and backward, attention counted: 12 for each channel, query, key and layer."""
    dims, canvases = network.dims, levels + 1
    R, G, N = data.targets.shape
    tall, M = data.chunks.shape[1], data.far_index.shape[1]
    encoded = int((data.chunks > 0).sum())
    slots = R * canvases * G * (N + 1)
    near = 2 * dims.near + N + 1
    far = M + G * (N + 1)
    keys = encoded * tall * dims.layers + slots * (near * len(dims.local_layers) + far * len(dims.global_layers))
    return flops_of_token(network) * (encoded + slots) + 12 * dims.width * keys


# ---------------------------------------------------------------------- judging


def by_existence(network: Denoiser, asked: Question, *, in_order: bool = False) -> Tensor:
    """(R, G) nats of each answer: the slots to the right are masked, or (in order) not seen."""
    data, prefixes = asked.data, asked.prefixes
    B = prefixes.shape[1]
    near, far = infilling.context(network, data, CPU)
    anchors = torch.from_numpy(data.anchors)[:, None].expand(-1, B, -1, -1)
    lengths = torch.from_numpy(data.lengths)[:, None].expand(-1, B, -1)
    hidden, existence = network.denoise(
        torch.cat([anchors, prefixes], -1),
        lengths,
        asked.hints,
        near,
        far,
        torch.zeros(len(prefixes), dtype=torch.bool),
        torch.full((B,), in_order),
    )
    return _nats(network.logits(_next(hidden)), _next(existence), data)


def in_order(network: Denoiser, asked: Question) -> Tensor:
    """The same for an autoregressive model."""
    return by_existence(network, asked, in_order=True)


def by_padding(network: Denoiser, asked: Question) -> Tensor:
    """The same where PAD says that the answer ends."""
    data, prefixes = asked.data, asked.prefixes
    B = prefixes.shape[1]
    near, far = infilling.context(network, data, CPU)
    anchors = torch.from_numpy(data.anchors)[:, None].expand(-1, B, -1, -1)
    lengths = torch.from_numpy(data.lengths)[:, None].expand(-1, B, -1)
    joint = torch.zeros(len(prefixes), dtype=torch.bool)
    canvases = torch.cat([anchors, prefixes], -1)
    hidden, _ = network.denoise(canvases, lengths, asked.hints, near, far, joint)
    logs = network.logits(_next(hidden)).log_softmax(-1)
    ended = logs[..., PAD]
    goes_on = torch.log1p(-ended.exp().clamp(max=1 - 1e-6))
    return _nats(logs, goes_on - ended, data)


def by_whole(network: Denoiser, asked: Question) -> Tensor:
    """The same where context is not blind."""
    lengths = np.repeat(asked.data.lengths[:, None], asked.prefixes.shape[1], 1)
    hidden, existence, _ = whole.denoise(network, asked.rows, asked.prefixes.numpy(), lengths)
    return _nats(network.logits(_next(hidden)), _next(existence), asked.data)


def _prefixes(data: Batch) -> Tensor:
    """(R, PREFIXES + 1, G, N): the first 0, 1, ... true tokens, then masked slots."""
    targets = torch.from_numpy(data.targets)[:, None]
    slot, shown = torch.arange(targets.shape[-1]), torch.arange(PREFIXES + 1).view(1, -1, 1, 1)
    exists = slot < torch.from_numpy(data.existing)[:, None, :, None]
    return torch.where((slot < shown) & exists, targets, MASK)


def _next(said: Tensor) -> Tensor:
    """What is said (R, B, G, N, ...) of the slot after each prefix: (R, B, G, ...)."""
    return torch.stack([said[:, b, :, b] for b in range(said.shape[1])], 1)


def _nats(logits: Tensor, existence: Tensor, data: Batch) -> Tensor:
    """Logits (R, B, G, V) and existence (R, B, G) after each prefix -> (R, G)."""
    targets = torch.from_numpy(data.targets)
    logits[..., :SPECIAL] = -torch.inf
    B = existence.shape[1]
    hidden = torch.from_numpy(data.hidden)[:, None]  # (R, 1, G)
    shown = torch.arange(B).view(1, B, 1)
    truth = targets[..., :B].transpose(1, 2)  # (R, B, G)
    goes_on, ends = (shown < hidden) & (hidden >= 0), shown == hidden
    token = F.cross_entropy(logits.movedim(-1, 1), truth.clamp(min=SPECIAL), reduction="none")
    nats = torch.where(goes_on, token + F.softplus(-existence), 0.0) + torch.where(ends, F.softplus(existence), 0.0)
    return nats.sum(1)


ARMS = (
    Arm("recipe", chunked, by_existence),
    Arm("no causal phase", chunked, by_existence, has_causal_phase=False),
    Arm("fixed canvas", padded, by_padding),
    Arm("autoregressive", chunked, in_order, levels=0),
    Arm("full attention", unchunked, by_whole),
)


# ---------------------------------------------------------------------- training


@dataclass(frozen=True)
class Setting:
    """What all arms share."""

    recipe: Recipe
    documents: Documents
    tokenizer: Tokenizer
    judged: list[Question]
    causal_steps: int
    flops: float
    """Operations of the second phase, in an arm that has a first one."""


def train(arm: Arm, setting: Setting, first: dict[str, Tensor], spent: float) -> Iterator[tuple[float, float]]:
    """Operations spent so far and nats an answer, a few times on the way; `first`: the weights after phase one."""
    recipe_ = replace(setting.recipe, infill=replace(setting.recipe.infill, levels=arm.levels))
    torch.manual_seed(recipe_.seed)
    network = Denoiser(recipe_.network)
    if arm.has_causal_phase:
        network.load_state_dict(first)
    optimisers = loop.optimisers(network, recipe_.optimiser)
    budget = setting.flops if arm.has_causal_phase else setting.flops + spent
    done, judged_at, step = 0.0, 0.0, 0
    while done < budget:
        for work in arm.step(network, recipe_, setting.documents, setting.tokenizer, step):
            work.loss.backward()
            done += work.flops
        _update(network, optimisers, recipe_, step, done / budget)
        step += 1
        if done >= min(budget, judged_at + budget / 3):
            judged_at = done
            nats = judged(arm, network, setting)
            say(f"seed {recipe_.seed}, {arm.name}: step {step}, {done / budget:.0%}, {nats:.3f} nats")
            yield done + (spent if arm.has_causal_phase else 0.0), nats


def causal_phase(setting: Setting) -> tuple[dict[str, Tensor], float]:
    """The weights after the first phase, and what it cost."""
    torch.manual_seed(setting.recipe.seed)
    network = Denoiser(setting.recipe.network)
    weights = network.state_dict()
    optimisers = loop.optimisers(network, setting.recipe.optimiser)
    phase, tokens = setting.recipe.causal, 0
    for step in range(setting.causal_steps):
        for drawn in causal.draw(setting.recipe, setting.documents.tokens, step):
            part = drawn.part(network, CPU)
            part.loss.backward()
            tokens += part.tokens
        _update(network, optimisers, setting.recipe, step, 0.0)
    attention = 12 * network.dims.width * network.dims.layers * phase.length / 2
    return {name: value.clone() for name, value in weights.items()}, tokens * (flops_of_token(network) + attention)


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


@torch.no_grad()
def judged(arm: Arm, network: Denoiser, setting: Setting) -> float:
    """Mean nats of an answer."""
    nats = torch.cat([arm.judge(network, one)[torch.from_numpy(one.data.hidden) >= 0] for one in setting.judged])
    return float(nats.mean())


def questions(texts: tuple[str, ...], tokenizer: Tokenizer, recipe_: Recipe, count: int) -> list[Question]:
    """Holes as the recipe draws them, of canvases that are all full."""
    rng = np.random.default_rng(7)
    found = []
    for _ in range(count):
        rows = [draw_row(texts, tokenizer, recipe_.infill, 6, rng) for _ in range(2)]
        rows = [row for row in rows if row.hidden]
        data = batch(rows, recipe_.infill, recipe_.network.near, CANVAS, rng)
        for r, row in enumerate(rows):
            for g, tokens in enumerate(row.hidden):
                data.existing[r, g] = min(len(tokens), CANVAS)
                data.targets[r, g] = [*tokens[:CANVAS], *[PAD] * (CANVAS - len(tokens))]
        full = replace(data, lengths=np.where(data.hidden >= 0, CANVAS, 0))
        prefixes = _prefixes(full)
        found.append(Question(rows, full, prefixes, infilling.hints(full, prefixes)))
    return found


@click.command()
@click.argument("folder", metavar="CORPUS", type=click.Path(exists=True, path_type=Path))
@click.argument("run", type=click.Path(exists=True, path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", "seeds", type=int, multiple=True, default=(1, 2), show_default=True)
@click.option("--causal-steps", default=250, show_default=True)
@click.option("--flops", default=2e13, show_default=True, help="Of the second phase.")
@click.option("--questions", "asked", default=24, show_default=True, help="Batches of two rows to judge on.")
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
    held_out = tuple(file.text for file in load(folder, Role.VALIDATION))
    judged_on = questions(held_out, tokenizer, small, asked)
    for seed in seeds:
        setting = Setting(replace(small, seed=seed), documents, tokenizer, judged_on, causal_steps, flops)
        missing = [arm for arm in ARMS if [arm.name, str(seed)] not in [row[:2] for row in rows]]
        if not missing:
            continue
        first, spent = causal_phase(setting)
        for arm in missing:
            rows += [
                [arm.name, str(seed), f"{at:.4g}", f"{nats:.4f}"] for at, nats in train(arm, setting, first, spent)
            ]
            with curves.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(rows)
            plot(rows, out / "curves.png")


def plot(rows: list[list[str]], path: Path) -> None:
    """One colour for each arm, one line for each seed."""
    figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    for n, arm in enumerate(ARMS):
        for seed in sorted({row[1] for row in rows if row[0] == arm.name}):
            points = [(float(at), float(nats)) for name, by, at, nats in rows if (name, by) == (arm.name, seed)]
            axes.plot(*zip(*points, strict=True), color=f"C{n}", marker=".", label=arm.name if seed == "1" else None)
    axes.set_xlabel("floating-point operations")
    axes.set_ylabel("nats an answer, held-out packages")
    axes.legend()
    figure.savefig(path, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    main()
