"""An artifact holds the weights that it was made of."""

import json
from dataclasses import asdict, replace

import cattrs
import pytest
import torch

from lacuna.export import artifact
from lacuna.export.artifact import ArtifactError
from lacuna.export.convert import restore
from lacuna.export.convert.convert import EIGHT_BITS, Run, convert
from lacuna.export.manifest import Training
from lacuna.model.training.network import Denoiser
from lacuna.model.training.recipe import RecipeError


def test_float32_weights_come_back_as_they_were(made) -> None:
    restored = restore.weights(artifact.load(made.float32))
    expected = made.network.state_dict()
    assert restored.keys() == expected.keys()
    for name, tensor in expected.items():
        assert torch.equal(restored[name], tensor), name


def test_8_bit_weights_come_back_rounded_and_do_not_change_any_more(made, tmp_path) -> None:
    shipped = artifact.load(made.eight_bits)
    restored = restore.weights(shipped)
    for name, tensor in made.network.state_dict().items():
        assert torch.allclose(restored[name], tensor, atol=float(tensor.abs().max()) / 127), name
    run = Run(made.run.dims, restored, made.run.tokenizer, made.run.training, made.run.corpus)
    again = restore.weights(convert(run, tmp_path / "again", EIGHT_BITS, "again", shipped.manifest.sampling))
    for name, tensor in restored.items():
        torch.testing.assert_close(again[name], tensor, msg=f"rounding what is rounded changes nothing: {name}")


def test_the_embedded_artifact_can_be_trained_on() -> None:
    restored = restore.weights(artifact.load(artifact.embedded()))
    assert all(torch.isfinite(tensor).all() for tensor in restored.values())


def test_a_run_keeps_how_its_weights_were_trained(made, tmp_path) -> None:
    shipped = artifact.load(made.eight_bits).manifest
    restore.begin(made.eight_bits, shipped.dimensions, tmp_path)
    restore.begin(made.float32, shipped.dimensions, tmp_path)  # resumed: what it began with stays
    origin = cattrs.structure(json.loads((tmp_path / restore.ORIGIN).read_bytes()), Training)
    assert origin == shipped.training


@pytest.mark.parametrize("behind", [1, 2, 3])
def test_a_run_counts_the_trainings_behind_its_weights(made, tmp_path, behind: int) -> None:
    training = artifact.load(made.eight_bits).manifest.training
    for _ in range(behind - 1):
        training = replace(training, after=training)
    (tmp_path / restore.ORIGIN).write_text(json.dumps(asdict(training)))
    assert restore.trainings(tmp_path) == behind


def test_more_hidden_units_change_nothing_at_first(made, tmp_path) -> None:
    dims = made.network.dims
    wider = replace(dims, hidden=2 * dims.hidden)
    network = Denoiser(wider)
    network.load_state_dict(restore.begin(made.float32, wider, tmp_path))
    tokens = torch.arange(8, 48).view(2, 20)
    for was, now in zip(made.network.encode(tokens), network.encode(tokens), strict=True):
        torch.testing.assert_close(now, was)
    added = network.layers[0].up.weight[dims.hidden :]
    assert added.abs().min() > 0, "they can learn: only their ways out are zero"


@pytest.mark.parametrize("change", [{"hidden": 64}, {"width": 128}, {"layers": 7}], ids=str)
def test_no_other_dimensions_can_be_gone_on_with(made, tmp_path, change: dict[str, int]) -> None:
    with pytest.raises(RecipeError, match="has other dimensions than the recipe"):
        restore.begin(made.float32, replace(made.network.dims, **change), tmp_path)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda m: replace(m, precision="3 bits"), "holds weights in 3 bits, which cannot be read"),
        (lambda m: replace(m, dimensions=replace(m.dimensions, layers=7)), r"lack the weights 'layers\.6"),
    ],
    ids=["another precision", "more layers than there are"],
)
def test_what_is_not_there_is_named(made, change, sentence: str) -> None:
    whole = artifact.load(made.eight_bits)
    with pytest.raises(ArtifactError, match=sentence):
        restore.weights(replace(whole, manifest=change(whole.manifest)))
