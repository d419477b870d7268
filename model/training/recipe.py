"""A training recipe: every number that decides what is learned, read from TOML, kept in the checkpoint.

A recipe may name a `base`, one of ours or a file beside it, and then says only what differs.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cattrs
from cattrs.errors import ClassValidationError

from lacuna.model.corpus.drawing import RANDOM
from lacuna.model.dimensions import Dimensions
from lacuna.model.tokenizer import SPECIAL
from lacuna.syntax.errors import UsageError
from lacuna.syntax.spans import Kind

RECIPES = Path(__file__).parent / "recipes"
_OURS = f"ours are: {', '.join(sorted(path.stem for path in RECIPES.glob('*.toml')))}"

Table = dict[str, Any]
"""Values and tables by name, as TOML has them."""


class RecipeError(UsageError):
    """The recipe cannot be read, or is not the one a run was begun with."""


@dataclass(frozen=True, slots=True)
class CausalPhase:
    """Plain text, every token predicted from those before it."""

    steps: int
    rows: int
    """Rows of a step, taken `micro` at a time."""
    micro: int
    length: int
    """Tokens of a row."""
    before: int
    """Tokens before a row in which hints are looked up, too."""
    unhinted: float
    """Share of the rows without hints: context has none."""


@dataclass(frozen=True, slots=True)
class InfillPhase:
    """Holes in chunked text."""

    steps: int
    context: int
    """Chunks of a step in all, taken about `micro` at a time."""
    micro: int
    chunks: tuple[int, int]
    """Fewest and most chunks of a row; the rows of a step have the same number, more or less."""
    holes: int
    """Most holes of a row."""
    density: float
    """Holes for each chunk, about."""
    levels: int
    """Noise levels of a hole, stratified. Without any, only the level in order is left, and what is trained is an
    autoregressive model that fills in the middle."""
    noisy: float
    """Share of the steps that have noise levels; the others have the level in order alone."""
    canvases: tuple[int, ...]
    """Canvas capacities, one drawn for each step."""
    committed: float
    """Share of canvases without a masked slot."""
    wrong: float
    """Share of the committed slots that hold a wrong token."""
    edited: float
    """Share of rows whose holes say what stood in them before."""
    truncated: float
    """Share of rows that end with their last hole."""
    beside: float
    """Share of rows that see other files of their package."""
    ordered_weight: float
    existence_weight: float
    wrong_weight: float
    kinds: dict[str, float]
    """How often each kind of hole is drawn; see `corpus.drawing`."""


@dataclass(frozen=True, slots=True)
class Optimiser:
    """Muon for matrices, AdamW for the rest; linear warm-up, constant rate, linear decay to `floor`."""

    matrix_rate: float
    other_rate: float
    weight_decay: float
    warm_up: int
    decay_from: float
    """Share of all steps after which the rate decays."""
    floor: float
    clip: float
    average: float
    """Decay of the exponential moving average of the weights."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One training in two phases."""

    seed: int
    vocabulary: int
    network: Dimensions
    causal: CausalPhase
    infill: InfillPhase
    optimiser: Optimiser

    @property
    def steps(self) -> int:
        return self.causal.steps + self.infill.steps


def read(name_or_path: str) -> Recipe:
    """Read a recipe of ours by name, or one at a path; raises RecipeError."""
    path = _path_of(name_or_path, Path())
    if not path.is_file():
        raise RecipeError(f"there is no recipe {name_or_path!r} ({_OURS})")
    return _structured(_table(path, ()), path)


def _path_of(name: str, folder: Path) -> Path:
    ours = RECIPES / f"{name}.toml"
    return ours if ours.exists() else folder / name


def _table(path: Path, above: tuple[Path, ...]) -> Table:
    """Read a recipe's table, with its base's values where it has none.

    above: the recipes that are based on this one.
    """
    if path.resolve() in above:
        raise RecipeError(f"{path} is not a recipe: its bases lead back to itself")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecipeError(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f"{path} is not a recipe: {error}") from error
    base = table.pop("base", None)
    if base is None:
        return table
    if not isinstance(base, str) or not _path_of(base, path.parent).is_file():
        raise RecipeError(f"{path} is not a recipe: there is no recipe {base!r} to base it on ({_OURS})")
    below = _path_of(base, path.parent)
    merged = _table(below, (*above, path.resolve()))
    _structured(merged, below)  # so that a fault is told of the file that has it
    return _laid_over(merged, table)


def _laid_over(base: Table, table: Table) -> Table:
    """Put the table's values in place of the base's; tables within them are laid over one another in the same way."""
    both = {
        key: _laid_over(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
        for key, value in table.items()
    }
    return base | both


def _structured(table: Table, path: Path) -> Recipe:
    try:
        network = table["network"] | {"vocabulary": table["vocabulary"]}
        recipe = cattrs.Converter(forbid_extra_keys=True).structure(table | {"network": network}, Recipe)
    except ClassValidationError as error:
        raise RecipeError(f"{path} is not a recipe: {'; '.join(cattrs.transform_error(error))}") from error
    except (KeyError, TypeError) as error:
        raise RecipeError(f"{path} is not a recipe: {error}") from error
    faults = list(_faults(recipe))
    if faults:
        raise RecipeError(f"{path} makes no sense: {'; '.join(faults)}")
    return recipe


def _faults(recipe: Recipe) -> Iterator[str]:
    """Yield what would otherwise stop a run in its middle."""
    network, causal, infill = recipe.network, recipe.causal, recipe.infill
    if network.width % (2 * network.heads) or network.heads % network.key_heads:
        yield "the heads must divide half the network's width, and the key heads the heads"
    if network.layers < network.global_every:
        yield "there must be a global layer"
    if not SPECIAL + 256 < recipe.vocabulary <= 2**16:
        yield f"the vocabulary must lie between {SPECIAL + 257} and {2**16}"
    if min(causal.rows, causal.micro, causal.length, infill.context, infill.micro, infill.holes) < 1:
        yield "rows, lengths, chunks and holes must be at least 1"
    if infill.levels < 0 or not (infill.levels or infill.ordered_weight):
        yield "there must be a noise level, or the level in order a weight"
    if not 1 <= infill.chunks[0] <= infill.chunks[1] or not infill.canvases or min(infill.canvases) < 1:
        yield "a step needs chunks and a canvas"
    unknown = sorted(infill.kinds.keys() - {*Kind, *RANDOM})
    if unknown or not infill.kinds:
        yield f"there are no holes of the kind {', '.join(unknown)}" if unknown else "no kind of hole is drawn"
