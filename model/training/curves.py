"""The curves of a run: one CSV row a step, and a picture of them."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from lacuna.workspace import atomic

CSV, PNG = "losses.csv", "losses.png"
FIELDS = (
    "step", "phase", "rate", "norm", "tokens", "loss_tokens", "tokens_per_second", "loss_tokens_per_second",
    "flops_per_second", "causal", "ordered", "ends", "tokens_nll", "existence", "wrong",
)  # fmt: skip
LOSSES = FIELDS[9:]

Row = Mapping[str, str | int | float]


def begin(run: Path, step: int) -> None:
    """Make the table ready for the rows after `step`: what a killed run wrote after its checkpoint is dropped."""
    run.mkdir(parents=True, exist_ok=True)
    kept = [row for row in rows(run) if int(row["step"]) <= step]
    table = io.StringIO()
    writer = csv.DictWriter(table, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(kept)
    atomic.write(run / CSV, table.getvalue().encode())


def append(run: Path, row: Row) -> None:
    """Add the row of one step."""
    shown = {name: f"{value:.6g}" if isinstance(value, float) else value for name, value in row.items()}
    with (run / CSV).open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, FIELDS, lineterminator="\n").writerow(shown)


def rows(run: Path) -> list[dict[str, str]]:
    """Read the rows logged so far; a last one that was torn is left out."""
    try:
        text = (run / CSV).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return list(csv.DictReader(io.StringIO(text[: text.rfind("\n") + 1])))


def plot(run: Path) -> None:
    """Draw the losses against the tokens seen."""
    import matplotlib as mpl  # noqa: PLC0415  (slow to import, and needed only here)

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415  (the same)

    logged = rows(run)
    figure, axes = plt.subplots(figsize=(9, 5))
    for name in LOSSES:
        points = [(int(row["tokens"]), float(row[name])) for row in logged if row[name]]
        if points:
            x, y = np.array(points).T
            window = max(1, len(y) // 100)
            smooth = np.convolve(y, np.ones(window) / window, mode="valid")
            axes.plot(x[window - 1 :] / 1e6, smooth, label=name)
    axes.set(xlabel="million positions through the network", ylabel="nats per loss token", title=run.name)
    axes.grid(alpha=0.3)
    if axes.lines:
        axes.legend()
    figure.tight_layout()
    with atomic.replacing(run / PNG) as file:
        figure.savefig(file, dpi=120, format="png")
    plt.close(figure)
