"""A tiny recipe on a few real files: seconds, not hours."""

import hashlib
import json
import sysconfig
from pathlib import Path

import pytest
import torch

from lacuna.export.convert import convert
from lacuna.export.convert.convert import Run
from lacuna.export.manifest import Corpus, Training
from lacuna.model.corpus.files import SourceFile
from lacuna.model.denoiser import Calibration, Sampling
from lacuna.model.tokenizer import Tokenizer
from lacuna.model.training import recipe as recipes
from lacuna.model.training.network import Denoiser
from lacuna.model.training.recipe import Recipe
from lacuna.model.training.text import Documents, tokenised

STDLIB = Path(sysconfig.get_path("stdlib"))
NAMES = ("bisect", "colorsys", "fnmatch", "queue", "reprlib", "sched", "textwrap")
TINY = """
seed = 5
vocabulary = 400
network = { width = 64, layers = 3, heads = 2, key_heads = 1, hidden = 96, near = 24, \
bigrams = 97, trigrams = 211, ngram_width = 32 }
causal = { steps = 3, rows = 4, micro = 2, length = 48, before = 32, unhinted = 0.25 }
optimiser = { matrix_rate = 0.01, other_rate = 0.004, weight_decay = 0.02, warm_up = 2, decay_from = 0.7, floor = 0.1, \
clip = 1.0, average = 0.9 }

[infill]
steps = 3
context = 6
micro = 3
chunks = [1, 4]
holes = 6
density = 2.0
levels = 3
canvases = [8, 16]
noisy = 0.8
committed = 0.3
wrong = 0.15
edited = 0.5
truncated = 0.3
beside = 0.7
existence_weight = 0.5
wrong_weight = 1.0
ordered_weight = 1.0
kinds = { rest-of-line = 0.5, statement = 0.3, lines = 0.2 }
"""


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Matrices this small gain nothing from a second."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def texts() -> tuple[str, ...]:
    return tuple((STDLIB / f"{name}.py").read_text(encoding="utf-8") for name in NAMES)


@pytest.fixture(scope="session")
def recipe_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "tiny.toml"
    path.write_text(TINY, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def recipe(recipe_file: Path) -> Recipe:
    return recipes.read(str(recipe_file))


@pytest.fixture(scope="session")
def tokenizer(texts: tuple[str, ...], recipe: Recipe) -> Tokenizer:
    return Tokenizer.train(texts, recipe.vocabulary)


@pytest.fixture(scope="session")
def documents(texts: tuple[str, ...], tokenizer: Tokenizer) -> Documents:
    files = (SourceFile("python", f"{name}.py", text) for name, text in zip(NAMES, texts, strict=True))
    return tokenised(tuple(files), tokenizer)


@pytest.fixture(scope="session")
def corpus_folder(texts: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus as `corpus.build` leaves one."""
    folder = tmp_path_factory.mktemp("corpus")
    files = zip(NAMES, texts, strict=True)
    data = "".join(json.dumps({"package": "python", "path": f"{name}.py", "text": text}) + "\n" for name, text in files)
    (folder / "train.jsonl").write_text(data, encoding="utf-8")
    outputs = {"train.jsonl": hashlib.sha256(data.encode()).hexdigest()}
    (folder / "corpus.json").write_text(json.dumps({"outputs": outputs}), encoding="utf-8")
    return folder


@pytest.fixture
def network(recipe: Recipe) -> Denoiser:
    """Random weights everywhere: a fresh network's layers are the identity."""
    generator = torch.Generator().manual_seed(11)
    made = Denoiser(recipe.network).eval().requires_grad_(requires_grad=False)
    for p in made.parameters():
        p.add_(torch.randn(p.shape, generator=generator) * (p.shape[-1] ** -0.5 if p.ndim == 2 else 0.3))
    return made


@pytest.fixture
def shipped(recipe: Recipe, tokenizer: Tokenizer, network: Denoiser, tmp_path: Path) -> Path:
    """An artifact of the tiny recipe's size."""
    tokenizer.save(tmp_path / "tokenizer.json")
    trained = Run(
        recipe.network,
        network.state_dict(),
        (tmp_path / "tokenizer.json").read_bytes(),
        Training("tiny", 0, 0, "none", {"rest-of-line": 1.0}),
        Corpus("none", "none"),
    )
    return convert.convert(
        trained,
        tmp_path / "shipped",
        convert.EIGHT_BITS,
        "tiny",
        Sampling(),
        calibration=Calibration(0.1, {"score": 0.9}),
    ).folder
