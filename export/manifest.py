"""What an artifact says of itself: the manifest, read so strictly that nothing is taken for what it is not."""

import json
import reprlib
from dataclasses import dataclass

import cattrs
from cattrs.errors import ClassValidationError

from lacuna.export import bounds
from lacuna.model.chunked.reading import Convention
from lacuna.model.denoiser import Calibration, Sampling
from lacuna.model.dimensions import Dimensions

FORMAT = 8
LARGEST_NUMBER = 1e18
LONGEST_REASON = 200
"""Characters of a complaint, which quotes names of somebody else."""


class ManifestError(ValueError):
    """No manifest that this version of Lacuna can trust; the message goes on after the file's name."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """What it was trained on."""

    name: str
    licences: str


@dataclass(frozen=True, slots=True)
class Training:
    """How it was trained."""

    recipe: str
    steps: int
    tokens: int
    """Positions that went through the network."""
    commit: str
    """The commit of this repository that trained it."""
    holes: dict[str, float]
    """How often each kind of hole was drawn, in proportion."""
    after: "Training | None" = None
    """How the weights that it began with were trained."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `manifest.json` says."""

    format: int
    name: str
    precision: str
    dimensions: Dimensions
    reading: Convention
    sampling: Sampling
    calibration: Calibration | None
    """None: an answer's confidence is the probability that the denoiser gave it."""
    corpus: Corpus
    training: Training
    scores: dict[str, float]
    files: dict[str, str]
    """Name -> SHA-256."""


def parsed(data: bytes) -> Manifest:
    """Read a manifest's bytes; raise ManifestError with the first thing that is wrong."""
    try:
        table = json.loads(data, object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError) as error:
        raise ManifestError("is not JSON") from error
    if not isinstance(table, dict) or "format" not in table:
        raise ManifestError("is not an artifact's manifest")
    if table["format"] != FORMAT:
        raise ManifestError(f"is of format {reprlib.repr(table['format'])}; this Lacuna reads format {FORMAT}")
    try:
        manifest = _strict_converter().structure(table, Manifest)
    except ClassValidationError as error:
        what = cattrs.transform_error(error)[0]
        raise ManifestError(f"is not an artifact's manifest: {what[:LONGEST_REASON]}") from error
    except RecursionError as error:
        raise ManifestError("is not an artifact's manifest: it goes too deep") from error
    if complaint := next(bounds.complaints(manifest.dimensions, manifest.sampling), None):
        raise ManifestError(complaint)
    return manifest


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a name stands twice in an object")
    return table


def _strict_converter() -> cattrs.Converter:
    """Takes nothing for what it is not: cattrs would make 1 of "1" and of 1.5."""
    converter = cattrs.Converter(forbid_extra_keys=True)

    def exactly(value: object, kind: type) -> object:
        if type(value) is not kind:
            raise TypeError(kind)  # the converter says where
        return value

    def number(value: object, kind: type) -> object:
        # Neither what JSON has no word for, NaN and infinities, nor what no float can be.
        if type(value) not in {int, kind} or not isinstance(value, int | float) or not abs(value) <= LARGEST_NUMBER:
            raise TypeError(kind)  # the converter says where
        return kind(value)

    converter.register_structure_hook(str, exactly)
    for kind in (int, float):
        converter.register_structure_hook(kind, number)
    return converter
