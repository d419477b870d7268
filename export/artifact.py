"""The artifact: a folder with the exported model. Read only after every hash matches and no path leaves the folder."""

import hashlib
import itertools
import json
import os
import re
import reprlib
import stat
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from lacuna.export import bounds, graph
from lacuna.export import manifest as manifests
from lacuna.export.manifest import Manifest
from lacuna.model.chunked.reading import Convention
from lacuna.syntax.errors import ModelError

MANIFEST = "manifest.json"
ENCODE, DENOISE, WEIGHTS, TOKENIZER = "encode.onnx", "denoise.onnx", "weights.bin", "tokenizer.json"
ON_CUDA = {ENCODE: "encode.cuda.onnx", DENOISE: "denoise.cuda.onnx"}
"""The graphs again, over the same weights, in operations that CUDA has."""
GRAPHS = (ENCODE, DENOISE, *ON_CUDA.values())
FILES = frozenset({*GRAPHS, WEIGHTS, TOKENIZER})
LARGEST = {
    MANIFEST: bounds.MANIFEST_BYTES,
    TOKENIZER: bounds.TOKENIZER_BYTES,
    WEIGHTS: bounds.WEIGHTS_BYTES,
    **dict.fromkeys(GRAPHS, graph.LARGEST),
}
"""Bytes of each file."""
SHOWN_NAMES = 8
"""Names of somebody else that a sentence quotes."""
PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


class ArtifactError(ModelError):
    """The folder is no artifact that this version of Lacuna can trust and run."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A verified artifact: these bytes are what the manifest names, whatever happens to the folder."""

    folder: Path
    manifest: Manifest
    digest: str
    """The SHA-256 of the manifest's file, and so of everything."""
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
    manifest, digest = _manifest(folder)
    for name in manifest.files:
        if not PLAIN_NAME.fullmatch(name):
            raise ArtifactError(f"The manifest of {folder} names {reprlib.repr(name)}, which is not a plain file name.")
    if manifest.files.keys() != FILES:
        raise ArtifactError(
            f"The manifest of {folder} lists {_names(manifest.files)}; an artifact is made of {_names(FILES)}."
        )
    if surplus := _surplus(folder):
        raise ArtifactError(f"{folder} holds {_names(surplus)}, which its manifest does not list.")
    files = {name: _verified(folder / name, digest) for name, digest in sorted(manifest.files.items())}
    for name in GRAPHS:
        try:
            graph.check(files[name], WEIGHTS, len(files[WEIGHTS]))
        except graph.GraphError as error:
            raise ArtifactError(f"{folder / name} is no graph that Lacuna runs: it {error}.") from error
    if manifest.reading != Convention():
        raise ArtifactError(f"{folder} was trained on other special tokens or chunk sizes than this Lacuna reads.")
    return Artifact(folder, manifest, digest, files)


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


def _manifest(folder: Path) -> tuple[Manifest, str]:
    """What it says, and its SHA-256."""
    path = folder / MANIFEST
    if path.is_symlink() or not path.is_file():
        raise ArtifactError(f"{folder} is not an artifact: it has no {MANIFEST}.")
    data = _read(path)
    try:
        return manifests.parsed(data), _sha256(data)
    except manifests.ManifestError as error:
        raise ArtifactError(f"{path} {error}.") from error


def _verified(path: Path, digest: str) -> bytes:
    data = _read(path)
    if _sha256(data) != digest:
        raise ArtifactError(f"{path} is damaged or was changed: its SHA-256 is not the manifest's.")
    return data


def _read(path: Path) -> bytes:
    """The bytes of a regular file of a sane size; a pipe could block for ever, a sparse file fill the memory."""
    if path.is_symlink():
        raise ArtifactError(f"{path} is a link; the files of an artifact must lie in its folder.")
    if not path.is_file():
        raise ArtifactError(f"{path.parent} lacks {path.name}.")
    # What lies there may be another thing by now.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as opened:
        found = os.fstat(opened.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise ArtifactError(f"{path} is not a regular file.")
        data = opened.read(LARGEST[path.name] + 1) if found.st_size <= LARGEST[path.name] else None
    if data is None or len(data) > LARGEST[path.name]:
        raise ArtifactError(f"{path} is larger than {LARGEST[path.name] >> 20} MiB.")
    return data


def _surplus(folder: Path) -> set[str]:
    """Names of files that are none of an artifact's; the first few of very many."""
    with os.scandir(folder) as entries:
        others = (entry.name for entry in entries if entry.name not in FILES | {MANIFEST})
        return set(itertools.islice(others, SHOWN_NAMES))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _names(names: Iterable[str]) -> str:
    """The first few, whatever characters are in them."""
    plain = [name if PLAIN_NAME.fullmatch(name) else reprlib.repr(name) for name in sorted(names)]
    return ", ".join(plain[:SHOWN_NAMES]) or "nothing"
