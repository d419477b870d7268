"""`lacuna eval slots`: what the embedded denoiser itself says of masked slots, counted."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from lacuna.benchmarks.evaluation import slots
from lacuna.benchmarks.evaluation.holes import Hole
from lacuna.cli.exit_codes import ExitCode
from lacuna.export.artifact import Defaults, embedded
from lacuna.export.engine import Engine
from lacuna.model.sampler import Prediction
from lacuna.model.tokenizer import MASK
from lacuna.syntax.spans import Span

TEXT = "def total(items):\n    result = sum(items)\n    return result\n"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.load(embedded(), threads=1)


def hole(start: str) -> Hole:
    at = TEXT.index(start) + len(start)
    return Hole("p", "p.py", TEXT, Span(at, TEXT.index("\n", at)))


class Knowing:
    """An engine whose denoiser says the truth of every slot, or is wrong about all."""

    def __init__(self, engine: Engine, truth: list[int], shift: int) -> None:
        self.manifest, self.tokenizer, self.context = engine.manifest, engine.tokenizer, engine.context
        self._truth, self._shift, self.asked = truth, shift, np.zeros(0)

    def denoise(self, _context: object, canvases: np.ndarray, lengths: np.ndarray) -> Prediction:
        assert canvases.shape[-1] == len(self._truth) == lengths.max() == lengths.min()
        self.asked = canvases
        logits = np.zeros((*canvases.shape, self.tokenizer.size), np.float32)
        logits[..., np.arange(len(self._truth)), (np.array(self._truth) + self._shift)] = 1.0
        return Prediction(logits, np.zeros(canvases.shape, np.float32))


@pytest.mark.parametrize(("shift", "share"), [(0, 1.0), (1, 0.0)], ids=["all right", "all wrong"])
def test_masked_slots_are_compared_with_what_was_hidden(engine: Engine, shift: int, share: float):
    # The hole begins at the piece that its cursor follows: ` sum`.
    truth = list(engine.tokenizer.encode_text(" sum(items)"))
    knowing = Knowing(engine, truth, shift)
    counted = slots.count(knowing, hole("result = s"), np.random.default_rng(0))
    assert counted is not None
    assert counted.masked == tuple(max(1, round(s * len(truth))) for s in slots.SHARES)
    assert counted.right == tuple(round(share * n) for n in counted.masked)
    for n, canvas in zip(counted.masked, knowing.asked[:, 0], strict=True):
        assert (canvas == MASK).sum() == n
        assert all(token in (MASK, true) for token, true in zip(canvas, truth, strict=True))


def test_holes_longer_than_a_canvas_are_left_out(engine: Engine):
    manifest = SimpleNamespace(defaults=Defaults(canvas=2), dimensions=engine.manifest.dimensions)
    small = SimpleNamespace(manifest=manifest, tokenizer=engine.tokenizer, context=engine.context)
    assert slots.count(small, hole("result = "), np.random.default_rng(0)) is None


def test_the_report_adds_up(engine: Engine):
    holes = [hole("result = "), hole("    return "), hole("def ")]
    counted = [slots.Counted((1, 1, 2), (1, 0, 1)), None, slots.Counted((1, 2, 4), (1, 2, 1))]
    report = slots.report(holes, counted, role="test", seed=0, model="embedded")
    assert (report.holes, report.left_out) == (2, 1)
    assert report.slots == {"15%": 2, "50%": 3, "100%": 6}
    assert [report.accuracy[share].value for share in report.slots] == pytest.approx([1.0, 2 / 3, 2 / 6])


def test_the_command_asks_the_real_model(run, tmp_path):
    for role in ("validation", "test"):
        row = {"package": role, "path": "a.py", "text": TEXT}
        (tmp_path / f"{role}.jsonl").write_text(json.dumps(row) + "\n")
    ended = run("eval", "slots", tmp_path, "--count", 3, "--json", tmp_path / "report.json")
    assert ended.code == ExitCode.DONE
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["holes"] + report["left_out"] == 3
    assert report["slots"]["100%"] >= report["slots"]["50%"] >= report["slots"]["15%"] > 0
    assert b"masked" in ended.out
