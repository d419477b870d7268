"""The training loop: reads top to bottom, resumes exactly, shows what it does."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from torch.optim.swa_utils import get_ema_multi_avg_fn

from lacuna.model.tokenizer import Tokenizer
from lacuna.model.training import checkpoint, curves, progress
from lacuna.model.training.ahead import drawn_ahead
from lacuna.model.training.devices import multiplying_in
from lacuna.model.training.measure import Tally, flops_of_token
from lacuna.model.training.network import Denoiser, fuse
from lacuna.model.training.recipe import Optimiser, Recipe, RecipeError
from lacuna.model.training.text import Documents


def train(  # noqa: PLR0913 -- what is trained, and how long
    recipe: Recipe,
    documents: Documents,
    tokenizer: Tokenizer,
    run: Path,
    *,
    device: torch.device,
    seconds: float,
    precision: torch.dtype = torch.float32,
    initial: Mapping[str, torch.Tensor] | None = None,
    is_compiled: bool = False,
    workers: int = 0,
    until: int | None = None,
    save_every: float = 300.0,
    is_interrupted: Callable[[], bool] = lambda: False,
) -> checkpoint.State:
    """Train in folder `run`, from its checkpoint or else from the weights `initial`; leave a checkpoint there.

    Ends with the recipe, with its step `until`, after `seconds` of wall time, or with the step in which
    `is_interrupted` turned true.
    `workers` processes draw the steps ahead of the network; without any it waits for each draw.
    A resumed run repeats an uninterrupted one to the last digit on the same machine with as many threads.
    Raises RecipeError, RunError and, where the folder cannot be written, OSError.
    """
    # 1. State
    if len(documents.tokens) < recipe.causal.length + 2:
        raise RecipeError(f"the corpus has fewer tokens than one row of the recipe ({recipe.causal.length})")
    torch.manual_seed(recipe.seed)
    network = Denoiser(recipe.network).to(device)
    if initial is not None:
        network.load_state_dict(initial)
    average = Denoiser(recipe.network).to(device)
    average.load_state_dict(network.state_dict())
    if is_compiled:
        fuse(network, precision)
    settings = recipe.optimiser
    muon, adam = optimisers(network, settings)
    state = checkpoint.State(asdict(recipe), 0, 0, network, average, muon, adam)
    checkpoint.restore(run, state)
    flops = flops_of_token(network)
    began = saved = time.monotonic()
    curves.begin(run, state.step)
    if state.step:
        progress.say(f"resuming at step {state.step} of {recipe.steps}")

    # 2. Steps
    last = recipe.steps if until is None else min(until, recipe.steps)
    steps = iter(drawn_ahead(recipe, documents, tokenizer, range(state.step, last), workers))
    with progress.shown("training", recipe.steps, state.step) as show:
        while state.step < last and time.monotonic() - began < seconds and not is_interrupted():
            started = time.monotonic()
            rate = rate_at(recipe, state.step)
            for optimiser, peak in ((muon, settings.matrix_rate), (adam, settings.other_rate)):
                optimiser.zero_grad(set_to_none=True)
                for group in optimiser.param_groups:
                    group["lr"] = peak * rate
            tally = Tally()
            for drawn in next(steps):
                with multiplying_in(precision, device):
                    part = drawn.part(network, device)
                part.loss.backward()
                tally.add(part)
            norm = torch.nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
            muon.step()
            adam.step()
            _move_average(average, network, min(settings.average, (state.step + 1) / (state.step + 10)))
            state.step += 1
            state.tokens += tally.tokens

            # 3. Report and save
            means = tally.means()  # waits for the device
            took = time.monotonic() - started
            row: curves.Row = {
                "step": state.step,
                "phase": "causal" if state.step <= recipe.causal.steps else "infill",
                "rate": rate,
                "norm": norm.item(),
                "tokens": state.tokens,
                "loss_tokens": tally.loss_tokens,
                "tokens_per_second": tally.tokens / took,
                "loss_tokens_per_second": tally.loss_tokens / took,
                "flops_per_second": flops * tally.tokens / took,
                **means,
            }
            curves.append(run, row)
            show(state.step, _note(row))
            if time.monotonic() - saved > save_every:
                checkpoint.save(run, state)
                curves.plot(run)
                saved = time.monotonic()
    checkpoint.save(run, state)
    curves.plot(run)
    return state


def optimisers(network: Denoiser, settings: Optimiser) -> tuple[torch.optim.Optimizer, torch.optim.Optimizer]:
    """Make Muon for the layers' matrices and AdamW for the rest, at their peak rates."""
    matrices = [p for name, p in network.named_parameters() if p.ndim == 2 and name.startswith("layers")]
    chosen = {id(p) for p in matrices}
    others = [p for p in network.parameters() if id(p) not in chosen]
    muon = torch.optim.Muon(
        matrices, lr=settings.matrix_rate, weight_decay=settings.weight_decay, adjust_lr_fn="match_rms_adamw"
    )
    return muon, torch.optim.AdamW(others, lr=settings.other_rate, betas=(0.9, 0.95), weight_decay=0.0)


def rate_at(recipe: Recipe, step: int) -> float:
    """Compute the share of the peak learning rate at a step."""
    settings = recipe.optimiser
    decay_from = settings.decay_from * recipe.steps
    warm = min(1.0, (step + 1) / max(1, settings.warm_up))
    cool = 1.0 - (1.0 - settings.floor) * max(0.0, step - decay_from) / max(1.0, recipe.steps - decay_from)
    return warm * cool


def _move_average(average: Denoiser, network: Denoiser, decay: float) -> None:
    get_ema_multi_avg_fn(decay)(list(average.parameters()), list(network.parameters()), None)


def _note(row: curves.Row) -> str:
    loss = row.get("causal", row.get("ordered", 0.0))  # not every infilling step has noisy canvases
    return (
        f"loss {loss:.3f}  {row['tokens_per_second']:,.0f} tokens/s  "
        f"{row['loss_tokens_per_second']:,.0f} loss tokens/s  {float(row['flops_per_second']) / 1e9:.0f} GFLOP/s"
    )
