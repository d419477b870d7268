"""What travels to a GPU machine without a network, and back: the training text as its tokens, the weights as float16.

    python -m lacuna.benchmarks.device.carry tokens CORPUS RUN FOLDER      here: RUN has the tokenizer
    python -m lacuna.benchmarks.device.carry corpus FOLDER CORPUS RUN      there
    python -m lacuna.benchmarks.device.carry weights RUN FOLDER            there
    python -m lacuna.benchmarks.device.carry checkpoint FOLDER RUN         here: for `lacuna export`

Tokens compress to less than the text they spell, and need not be made where time is dear.
"""

import io
import lzma
import shutil
from dataclasses import asdict
from itertools import pairwise
from json import dumps
from pathlib import Path

import click
import numpy as np
import torch

from lacuna.export.convert.restore import ORIGIN
from lacuna.model.corpus.files import REPORT, Role, SourceFile
from lacuna.model.tokenizer import Tokenizer
from lacuna.model.training import text
from lacuna.model.training.checkpoint import NAME as CHECKPOINT
from lacuna.workspace import atomic

PART = 15 * 2**20
"""Bytes of a part of a file that is carried."""
LINES = "lines.npy"
KEPT = (text.TOKENIZER, ORIGIN)
"""Files of a run beside its checkpoint, tokens and report."""

folder = click.Path(file_okay=False, path_type=Path)


@click.group()
def main() -> None:
    """Pack and unpack."""


@main.command()
@click.argument("source", type=folder)
@click.argument("run", type=folder)
@click.argument("destination", type=folder)
def tokens(source: Path, run: Path, destination: Path) -> None:
    """Pack the tokens of a corpus, in the words of the run's tokenizer."""
    destination.mkdir(parents=True, exist_ok=True)
    text.keep_report(run, source)
    documents = text.documents_of(run, source, Tokenizer.load(run / text.TOKENIZER))
    np.save(destination / LINES, np.array([document.count("\n") + 1 for document in documents.texts], np.uint32))
    _split(lzma.compress(documents.tokens.tobytes()), destination / "tokens")
    for name in (*KEPT, REPORT):
        if (run / name).exists():
            shutil.copy(run / name, destination)


@main.command(name="corpus")
@click.argument("source", type=folder)
@click.argument("destination", type=folder)
@click.argument("run", type=folder)
def unpacked(source: Path, destination: Path, run: Path) -> None:
    """Make of packed tokens the training text and a run that is to begin with it."""
    for made in (destination, run):
        made.mkdir(parents=True, exist_ok=True)
    shutil.copy(source / REPORT, destination)
    for name in KEPT:
        if (source / name).exists():
            shutil.copy(source / name, run)
    row = np.frombuffer(lzma.decompress(_joined(source / "tokens")), np.uint16)
    np.save(run / text.TOKENS, row)
    tokenizer = Tokenizer.load(run / text.TOKENIZER)
    line_ends = np.flatnonzero(row == tokenizer.newline)
    ends = line_ends[np.cumsum(np.load(source / LINES)) - 1]  # each document's last line end is not its own
    with (destination / f"{Role.TRAIN}.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for start, end in pairwise([-1, *ends.tolist()]):
            document = tokenizer.decode(row[start + 1 : end].tolist()).decode("utf-8", "surrogatepass")
            file.write(dumps(asdict(SourceFile("", "", document))) + "\n")


@main.command()
@click.argument("run", type=folder)
@click.argument("destination", type=folder)
def weights(run: Path, destination: Path) -> None:
    """Pack the averaged weights of a run's checkpoint, with its curves."""
    stored = torch.load(run / CHECKPOINT, weights_only=True, map_location="cpu")
    halved = {name: tensor.half() for name, tensor in stored["average"].items()}
    buffer = io.BytesIO()
    torch.save({name: stored[name] for name in ("recipe", "step", "tokens")} | {"average": halved}, buffer)
    destination.mkdir(parents=True, exist_ok=True)
    _split(buffer.getvalue(), destination / "weights")
    for curve in run.glob("losses.*"):
        shutil.copy(curve, destination)


@main.command()
@click.argument("source", type=folder)
@click.argument("run", type=folder)
def checkpoint(source: Path, run: Path) -> None:
    """Make of packed weights a checkpoint that can be exported; to train on, begin with what was exported."""
    if (run / CHECKPOINT).exists():
        raise click.ClickException(f"{run} has a checkpoint already: bring the weights to another folder.")
    stored = torch.load(io.BytesIO(_joined(source / "weights")), weights_only=True)
    stored["average"] = {name: tensor.float() for name, tensor in stored["average"].items()}
    with atomic.replacing(run / CHECKPOINT) as file:
        torch.save(stored, file)
    for curve in source.glob("losses.*"):
        shutil.copy(curve, run)


def _split(data: bytes, path: Path) -> None:
    for n, at in enumerate(range(0, len(data), PART)):
        path.with_suffix(f".{n:02}").write_bytes(data[at : at + PART])


def _joined(path: Path) -> bytes:
    parts = sorted(path.parent.glob(f"{path.name}.[0-9]*"))
    if not parts:
        raise click.ClickException(f"{path.parent} holds no packed {path.name}.")
    return b"".join(part.read_bytes() for part in parts)


if __name__ == "__main__":
    main()
