"""A tiny network with random weights, its tokenizer, and its artifacts, in float32 and in 8 bits."""

import bisect
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from lacuna.export import artifact
from lacuna.export.chunked.engine import Engine
from lacuna.export.convert import convert
from lacuna.export.convert.convert import Run
from lacuna.export.manifest import Corpus, Training
from lacuna.model.denoiser import Sampling
from lacuna.model.dimensions import Dimensions
from lacuna.model.tokenizer import Tokenizer
from lacuna.model.training.network import Denoiser

TEXT = Path(textwrap.__file__).read_text(encoding="utf-8")
OTHER_TEXT = Path(bisect.__file__).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Made:
    """Everything that the tests of this folder start from."""

    run: Run
    network: Denoiser
    float32: Path
    eight_bits: Path


@pytest.fixture(scope="session")
def text() -> str:
    return TEXT


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("artifacts")
    tokenizer = Tokenizer.train([TEXT, OTHER_TEXT], 320)
    tokenizer.save(folder / "tokenizer.json")
    torch.manual_seed(1)
    network = random_network(Dimensions(tokenizer.size, 64, 6, 4, 2, 96, near=40, bigrams=97, trigrams=211))
    run = Run(
        network.dims,
        network.state_dict(),
        (folder / "tokenizer.json").read_bytes(),
        Training("tiny", 0, 0, "none", {"rest-of-line": 1.0}),
        Corpus("none", "none"),
    )
    for precision, name in ((convert.FLOAT32, "float32"), (convert.EIGHT_BITS, "eight_bits")):
        convert.convert(run, folder / name, precision, f"tiny {name}", Sampling())
    return Made(run, network, folder / "float32", folder / "eight_bits")


@pytest.fixture(scope="session")
def engines(made: Made) -> dict[str, Engine]:
    folders = {"float32": made.float32, "eight_bits": made.eight_bits, "embedded": artifact.embedded()}
    return {
        name: Engine.load(folder, threads=1)
        for name, folder in folders.items()
        if (folder / artifact.MANIFEST).exists()
    }


@pytest.fixture(params=["float32", "eight_bits", "embedded"])
def engine(request: pytest.FixtureRequest, engines: dict[str, Engine]) -> Engine:
    """Each artifact in turn; its cache is what the tests before it left."""
    return engines[request.param]


def random_network(dims: Dimensions) -> Denoiser:
    """Every parameter matters: a fresh network's layers add nothing, as their last matrices are zero."""
    network = Denoiser(dims).eval()
    for name, parameter in network.named_parameters():
        if parameter.ndim == 2 and "biases" not in name:
            torch.nn.init.normal_(parameter, std=parameter.shape[1] ** -0.5)
        else:
            torch.nn.init.normal_(parameter, mean=0.8, std=0.3)
    return network.requires_grad_(requires_grad=False)
