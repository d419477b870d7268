"""The artifact: a folder with the exported model. Read only after every hash matches and no path leaves the folder."""

import hashlib
import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cattrs
from cattrs.errors import ClassValidationError

from lacuna.export import external
from lacuna.model.chunked.reading import Convention
from lacuna.model.denoiser import Calibration, Sampling
from lacuna.model.dimensions import Dimensions
from lacuna.syntax.errors import ModelError

FORMAT = 7
MANIFEST = "manifest.json"
ENCODE, DENOISE, WEIGHTS, TOKENIZER = "encode.onnx", "denoise.onnx", "weights.bin", "tokenizer.json"
ON_CUDA = {ENCODE: "encode.cuda.onnx", DENOISE: "denoise.cuda.onnx"}
"""The graphs again, over the same weights, in operations that CUDA has."""
GRAPHS = (ENCODE, DENOISE, *ON_CUDA.values())
FILES = frozenset({*GRAPHS, WEIGHTS, TOKENIZER})
PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


class ArtifactError(ModelError):
    """The folder is no artifact that this version of Lacuna can trust and run."""


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


@dataclass(frozen=True, slots=True)
class Artifact:
    """A verified artifact: these bytes are what the manifest names, whatever happens to the folder."""

    folder: Path
    manifest: Manifest
    files: Mapping[str, bytes]


def embedded() -> Path:
    """The artifact that ships with the package."""
    # An editable install links the modules one by one; the artifact lies beside what the link points to.
    return Path(__file__).resolve().parent / "embedded"


def load(folder: Path) -> Artifact:
    """Read and verify; raise ArtifactError with the first thing that is wrong."""
    try:
        return _load(folder)
    except OSError as error:  # such as a folder that goes meanwhile
        raise ArtifactError(f"{folder} cannot be read: {error.strerror}.") from error


def _load(folder: Path) -> Artifact:
    if not folder.is_dir():
        raise ArtifactError(f"There is no artifact at {folder}.")
    manifest = _manifest(folder)
    for name in manifest.files:
        if not PLAIN_NAME.fullmatch(name):
            raise ArtifactError(f"The manifest of {folder} names {name!r}, which is not a plain file name.")
    if manifest.files.keys() != FILES:
        raise ArtifactError(
            f"The manifest of {folder} lists {_names(manifest.files)}; an artifact is made of {_names(FILES)}."
        )
    if surplus := {path.name for path in folder.iterdir()} - FILES - {MANIFEST}:
        raise ArtifactError(f"{folder} holds {_names(surplus)}, which its manifest does not list.")
    files = {name: _verified(folder / name, digest) for name, digest in sorted(manifest.files.items())}
    for name in GRAPHS:
        _check_locations(folder / name, files[name])
    if manifest.reading != Convention():
        raise ArtifactError(f"{folder} was trained on other special tokens or chunk sizes than this Lacuna reads.")
    return Artifact(folder, manifest, files)


def write(folder: Path, manifest: Manifest, files: Mapping[str, bytes]) -> Artifact:
    """Write an artifact beside `folder`, verify it, then put it in its place; the manifest gets the files' hashes."""
    manifest = replace(manifest, files={name: _sha256(data) for name, data in sorted(files.items())})
    if folder.exists() and not (folder / MANIFEST).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise ArtifactError(f"{folder} exists and is not an artifact; it is left as it is.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as temporary:
        fresh = Path(temporary) / "new"
        fresh.mkdir()
        for name, data in files.items():
            (fresh / name).write_bytes(data)
        (fresh / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
        artifact = load(fresh)
        if folder.exists():
            folder.rename(Path(temporary) / "old")
        fresh.rename(folder)
    return replace(artifact, folder=folder)


def _manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    if path.is_symlink() or not path.is_file():
        raise ArtifactError(f"{folder} is not an artifact: it has no {MANIFEST}.")
    try:
        table = json.loads(path.read_bytes())
    except ValueError as error:
        raise ArtifactError(f"{path} is not JSON.") from error
    if not isinstance(table, dict) or "format" not in table:
        raise ArtifactError(f"{path} is not an artifact's manifest.")
    if table["format"] != FORMAT:
        raise ArtifactError(
            f"{folder} is an artifact of format {table['format']!r}; this Lacuna reads format {FORMAT}."
        )
    try:
        return _strict_converter().structure(table, Manifest)
    except ClassValidationError as error:
        raise ArtifactError(f"{path} is not an artifact's manifest: {cattrs.transform_error(error)[0]}.") from error


def _strict_converter() -> cattrs.Converter:
    """Takes nothing for what it is not: cattrs would make 1 of "1" and of 1.5."""
    converter = cattrs.Converter(forbid_extra_keys=True)

    def exactly(value: object, kind: type) -> object:
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise TypeError(f"{value!r} is no {kind.__name__}")
        return value

    for kind in (int, float, str):
        converter.register_structure_hook(kind, exactly)
    return converter


def _verified(path: Path, digest: str) -> bytes:
    if path.is_symlink():
        raise ArtifactError(f"{path} is a link; the files of an artifact must lie in its folder.")
    if not path.is_file():
        raise ArtifactError(f"{path.parent} lacks {path.name}.")
    data = path.read_bytes()
    if _sha256(data) != digest:
        raise ArtifactError(f"{path} is damaged or was changed: its SHA-256 is not the manifest's.")
    return data


def _check_locations(path: Path, model: bytes) -> None:
    try:
        outside = external.locations(model) - {WEIGHTS}
    except external.NotOnnxError as error:
        raise ArtifactError(f"{path} is not an ONNX graph.") from error
    if outside:
        raise ArtifactError(f"{path} wants its weights from {_names(outside)} instead of {WEIGHTS}.")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _names(names: Mapping[str, str] | set[str] | frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
