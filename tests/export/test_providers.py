"""CUDA, then CPU; which one, and why not the other."""

import numpy as np
import onnxruntime
import pytest

from lacuna.export import artifact
from lacuna.export.providers import CPU_NAME, CUDA_NAME, NOT_STARTED, Provider, ProviderError, choose, without_cuda
from lacuna.export.sessions import open_sessions, run

BOTH, CPU_ONLY = (CUDA_NAME, CPU_NAME), ("AzureExecutionProvider", CPU_NAME)


@pytest.mark.parametrize(
    ("wanted", "available", "name", "note"),
    [
        pytest.param(Provider.AUTO, BOTH, CUDA_NAME, "The CPU is not used: CUDA was found.", id="cuda comes first"),
        pytest.param(
            Provider.AUTO, CPU_ONLY, CPU_NAME, "CUDA is not used: the installed", id="cpu if there is no cuda"
        ),
        pytest.param(Provider.CPU, BOTH, CPU_NAME, "CUDA is not used: the CPU was asked for.", id="cpu when asked for"),
        pytest.param(Provider.CUDA, BOTH, CUDA_NAME, "The CPU is not used: CUDA was asked for.", id="cuda demanded"),
    ],
)
def test_choice(wanted: Provider, available: tuple[str, ...], name: str, note: str) -> None:
    choice = choose(wanted, available)
    assert choice.name == name
    assert choice.note.startswith(note)


def test_cuda_that_does_not_start_gives_way() -> None:
    choice = without_cuda(Provider.AUTO, NOT_STARTED)
    assert choice.name == CPU_NAME
    assert "does not start" in choice.note


@pytest.mark.parametrize("why", [NOT_STARTED, "it was not built in"])
def test_cuda_demanded_does_not_give_way(why: str) -> None:
    with pytest.raises(ProviderError, match="CUDA was asked for"):
        without_cuda(Provider.CUDA, why)


def test_cuda_demanded_of_a_runtime_without_it() -> None:
    with pytest.raises(ProviderError, match="built without it"):
        choose(Provider.CUDA, CPU_ONLY)


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_where_cuda_does_not_start_the_graphs_are_those_for_processors(made, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = artifact.load(made.eight_bits)
    feeds = {"tokens": np.array([5, 6, 7])}
    dims = loaded.manifest.dimensions
    shapes = [(dims.layers, 3, dims.key_heads, dims.head_width)] * 2
    expected = run(open_sessions(loaded, Provider.CPU, threads=1).encode, artifact.ENCODE, feeds, shapes)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: list(BOTH))
    running = open_sessions(loaded, Provider.AUTO, threads=1)
    assert running.choice == without_cuda(Provider.AUTO, NOT_STARTED)
    for found, wanted in zip(run(running.encode, artifact.ENCODE, feeds, shapes), expected, strict=True):
        np.testing.assert_array_equal(found, wanted)
