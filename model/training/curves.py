"""The curves of a run: one CSV row a step, and a picture of them."""

import csv
from pathlib import Path
from typing import Any, TextIO

import numpy as np

CSV, PNG = "losses.csv", "losses.png"
FIELDS = (
    "step", "phase", "rate", "norm", "tokens", "loss_tokens", "tokens_per_second", "loss_tokens_per_second",
    "flops_per_second", "causal", "tokens_nll", "full_nll", "existence", "committed",
)  # fmt: skip
LOSSES = FIELDS[9:]


class Log:
    """Appends rows; what a killed run wrote after its checkpoint is dropped first."""

    def __init__(self, run: Path, step: int) -> None:
        run.mkdir(parents=True, exist_ok=True)
        path = run / CSV
        kept = [row for row in rows(run) if int(row["step"]) <= step]
        self._file: TextIO = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.DictWriter(self._file, FIELDS, lineterminator="\n")
        self._writer.writeheader()
        self._writer.writerows(kept)
        self._file.flush()

    def write(self, row: dict[str, Any]) -> None:
        self._writer.writerow(
            {name: f"{value:.6g}" if isinstance(value, float) else value for name, value in row.items()}
        )
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def rows(run: Path) -> list[dict[str, str]]:
    """The rows logged so far."""
    path = run / CSV
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plot(run: Path) -> None:
    """Draw the losses against the tokens seen."""
    import matplotlib as mpl  # noqa: PLC0415  (slow to import, and needed only here)

    mpl.use("Agg")
    from matplotlib import pyplot  # noqa: PLC0415

    logged = rows(run)
    figure, axes = pyplot.subplots(figsize=(9, 5))
    for name in LOSSES:
        points = [(int(row["tokens"]), float(row[name])) for row in logged if row[name]]
        if points:
            x, y = np.array(points).T
            window = max(1, len(y) // 100)
            smooth = np.convolve(y, np.ones(window) / window, mode="valid")
            axes.plot(x[window - 1 :] / 1e6, smooth, label=name)
    axes.set(xlabel="million positions through the network", ylabel="nats per loss token", title=run.name)
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(run / PNG, dpi=120)
    pyplot.close(figure)
