"""`lacuna export`: from a training run to an artifact, with proof that it says what the network says."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from lacuna.benchmarks.evaluation.sampling import Setting, changed, parsed
from lacuna.cli.evaluate.options import opened
from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.tables import show
from lacuna.cli.terminal import say
from lacuna.syntax.errors import FileError
from lacuna.workspace.textfile import read

if TYPE_CHECKING:  # torch takes a second, and `--help` needs none
    from lacuna.export.convert.parity import Parity


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("destination", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", help="What the artifact is called.  [default: RUN's name]")
@click.option("--recipe", default="small", show_default=True, help="The recipe that RUN was trained by.")
@click.option(
    "--float32",
    "reference",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the float32 artifact here, too.",
)
@click.option(
    "--parity",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Compare torch, float32 and 8 bits on holes in this file; may be given many times.",
)
@click.option(
    "--default",
    "defaults",
    multiple=True,
    type=Setting(),
    metavar="NAME=VALUE",
    help="A sampler default other than ours, such as threshold=0.4; may be given many times.",
)
@click.option(
    "--score",
    "scores",
    multiple=True,
    type=Setting(),
    metavar="NAME=NUMBER",
    help="A figure for the manifest, measured before; may be given many times.",
)
@click.option("--json", "results", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here.")
def export(  # noqa: PLR0913 -- a command has the options that it has
    *,
    run: Path,
    destination: Path,
    name: str | None,
    recipe: str,
    reference: Path | None,
    files: tuple[Path, ...],
    defaults: tuple[tuple[str, str], ...],
    scores: tuple[tuple[str, str], ...],
    results: Path | None,
) -> ExitCode:
    """Turn the checkpoint in the folder RUN into an artifact in the folder DESTINATION.

    With --parity the command fails (3) if the artifact does not say what the network says; it is written all the same.
    """
    from lacuna.export.chunked.engine import Engine
    from lacuna.export.convert import convert
    from lacuna.export.convert.parity import compare
    from lacuna.model.denoiser import Sampling

    name = name or run.resolve().name
    sampling = changed(Sampling(), dict(defaults))
    figures = {score: parsed(score, text, float) for score, text in scores}
    texts = [read(path).text for path in files]
    with tempfile.TemporaryDirectory() as temporary, opened(results) as keep_report:
        float32 = reference or Path(temporary) / "float32"
        try:
            trained = convert.read(run, recipe)
            convert.convert(trained, float32, convert.FLOAT32, f"{name} in float32", sampling)
            made = convert.convert(trained, destination, convert.EIGHT_BITS, name, sampling, figures)
            parity = (
                compare(trained.network(), Engine.load(float32), Engine.load(destination), texts) if texts else None
            )
        except OSError as error:
            raise FileError(f"{error.filename} cannot be written: {error.strerror}.") from error
        sizes = {file: len(data) for file, data in made.files.items()}
        reference_size = sum(path.stat().st_size for path in float32.iterdir())
        report = {
            "artifact": str(destination),
            "name": name,
            "bytes": sizes,
            "total_bytes": sum(sizes.values()),
            "float32_bytes": reference_size,
            "training": asdict(made.manifest.training),
            "parity": asdict(parity) | {"holds": parity.holds} if parity else None,
        }
        keep_report(json.dumps(report, indent=2) + "\n")
    say(f"{destination}: {report['total_bytes']:,} bytes (float32: {reference_size:,})")
    if parity is None:
        return ExitCode.DONE
    _show(parity)
    return ExitCode.DONE if parity.holds else ExitCode.MODEL


def _show(parity: "Parity") -> None:
    table = Table(
        "measure", "value", "bound", title=f"{parity.slots:,} slots, {parity.holes} holes, {parity.files} files"
    )
    for row in _rows(parity):
        table.add_row(*row)
    show([table])


def _rows(parity: "Parity") -> Iterator[tuple[str, str, str]]:
    from lacuna.export.convert.parity import AGREEMENT_BOUND, CONFIDENT, LOGITS_BOUND

    yield "float32 against torch: largest difference of a logit", f"{parity.float32_logits:.1e}", f"<= {LOGITS_BOUND}"
    yield "the same, of an existence logit", f"{parity.float32_existence:.1e}", ""
    agreeing = f"same best token in 8 bits, {parity.confident:,} slots of confidence >= {CONFIDENT}"
    yield agreeing, f"{parity.agreement:.2%}", f">= {AGREEMENT_BOUND:.0%}"
    yield "the same, all slots", f"{parity.agreement_all:.2%}", ""
    yield "mean KL(float32 || 8 bits), nats", f"{parity.mean_kl:.2e}", ""
