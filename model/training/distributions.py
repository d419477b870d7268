"""The source distributions behind the corpus: the recipe that pins them, fetching by hash, reading archives.

Nothing of a package is ever run or written to disk unpacked. What becomes of the files is decided elsewhere.
"""

import hashlib
import logging
import os
import sysconfig
import tarfile
import tomllib
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Protocol

from lacuna.syntax.errors import FileError

RECIPE = Path(__file__).with_name("corpus.toml")
STDLIB_LEFT_OUT = frozenset({"test", "idlelib", "turtledemo", "site-packages", "dist-packages", "ensurepip"})
CHUNK_BYTES = 1 << 16


class CorpusError(FileError):
    """The corpus cannot be built or read."""


class Role(StrEnum):
    """What a package's text may be used for; only `TRAIN` is ever trained on."""

    TEST = "test"
    VALIDATION = "validation"
    TRAIN = "train"


@dataclass(frozen=True, slots=True)
class Distribution:
    """One pinned source distribution."""

    name: str
    version: str
    sha256: str
    licence: str
    role: Role

    @property
    def archive(self) -> str:
        return f"{self.name}-{self.version}.tar.gz"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One Python file; its lines end in a line feed alone."""

    package: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class RawFile:
    """One Python file as it lies in its archive."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the corpus is made of; `package_bytes` is the most text one package may add, so that none dominates."""

    package_bytes: int
    test_share: float
    distributions: tuple[Distribution, ...]


class Index(Protocol):
    """Where archives come from."""

    def archive(self, distribution: Distribution) -> Iterator[bytes]:
        """Yield the archive's bytes in pieces; raises CorpusError when it cannot be had."""


def read_recipe(path: Path = RECIPE) -> Recipe:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    distributions = [Distribution(**(entry | {"role": Role(entry["role"])})) for entry in table["distribution"]]
    return Recipe(
        package_bytes=table["package_bytes"],
        test_share=table["test_share"],
        distributions=tuple(sorted(distributions, key=lambda distribution: distribution.name)),
    )


class PipIndex:
    """pip's own finder and session, so that its configuration (index, certificates, proxies) holds unchanged.

    `pip download` itself would build a source distribution's metadata, that is run the package's code.
    """

    def __init__(self) -> None:
        try:
            from pip._internal.commands import create_command  # noqa: PLC0415 (reading a built corpus needs no pip)
        except ImportError as error:
            message = "Building the corpus needs pip in the running environment: run `python -m ensurepip`."
            raise CorpusError(message) from error
        logging.getLogger("pip").setLevel(logging.ERROR)
        self._command = create_command("download")
        self._options, _ = self._command.parse_args(["--no-binary", ":all:", "--no-cache-dir", "--quiet"])

    def archive(self, distribution: Distribution) -> Iterator[bytes]:
        from pip._vendor.requests import RequestException  # noqa: PLC0415 (the same)

        with self._command.main_context():
            with warnings.catch_warnings(action="ignore"):  # of old pips about their own vendored packages
                session = self._command.get_default_session(self._options)
            finder = self._command._build_package_finder(self._options, session, ignore_requires_python=True)  # noqa: SLF001 (pip has no public finder)
            links = [
                candidate.link
                for candidate in finder.find_all_candidates(distribution.name)
                if str(candidate.version) == distribution.version and candidate.link.filename.endswith(".tar.gz")
            ]
            if not links:
                message = (
                    f"pip's index offers no source distribution of {distribution.name} {distribution.version}: "
                    "is this machine offline?"
                )
                raise CorpusError(message)
            try:
                # The default Accept-Encoding lets a server's gzip be undone, and the hash would not match.
                headers = {"Accept-Encoding": "identity"}
                with session.get(links[0].url_without_fragment, stream=True, headers=headers) as response:
                    response.raise_for_status()
                    yield from response.iter_content(CHUNK_BYTES)
            except RequestException as error:
                message = f"Downloading {distribution.archive} failed ({type(error).__name__}): try again when online."
                raise CorpusError(message) from error


def fetch(distribution: Distribution, index: Index, cache: Path, advance: Callable[[int], None]) -> Path:
    """Return the cached archive, downloaded if it is not there; its hash is checked every time."""
    cache.mkdir(parents=True, exist_ok=True)
    target = cache / distribution.archive
    if target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() == distribution.sha256:
        return target
    digest = hashlib.sha256()
    partial = target.with_suffix(f".{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            for piece in index.archive(distribution):
                digest.update(piece)
                file.write(piece)
                advance(len(piece))
        if digest.hexdigest() != distribution.sha256:
            message = (
                f"{distribution.archive} has sha256 {digest.hexdigest()}, but the recipe pins {distribution.sha256}."
            )
            raise CorpusError(message)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def python_files(archive: Path) -> Iterator[RawFile]:
    """Yield the archive's regular *.py members, read in memory, their paths without the top folder."""
    try:
        with tarfile.open(archive, "r:gz") as members:
            for member in members:
                path = PurePosixPath(member.name)
                if path.is_absolute() or ".." in path.parts:
                    message = f"{archive.name} holds a member outside its folder ({member.name!r}) and is not used."
                    raise CorpusError(message)
                if not member.isreg() or path.suffix != ".py" or len(path.parts) < 2:
                    continue
                file = members.extractfile(member)
                assert file is not None, "a regular member can be read"
                yield RawFile("/".join(path.parts[1:]), file.read())
    except (tarfile.TarError, EOFError, OSError) as error:
        message = f"{archive.name} is not a readable .tar.gz archive: {error}."
        raise CorpusError(message) from error


def standard_library_files(folder: Path | None = None) -> Iterator[RawFile]:
    """Yield the standard library's *.py files, without its own test suite and demos."""
    folder = folder or Path(sysconfig.get_path("stdlib"))
    for path in sorted(folder.rglob("*.py")):
        relative = path.relative_to(folder)
        if relative.parts[0] in STDLIB_LEFT_OUT or relative.parts[:2] == ("lib2to3", "tests"):
            continue
        yield RawFile(relative.as_posix(), path.read_bytes())
