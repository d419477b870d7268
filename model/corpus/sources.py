"""Where the corpus comes from: the list that pins source distributions, fetching by hash, reading archives.

Nothing of a package is ever run or written to disk unpacked. Which files are kept is decided in `selection`.
"""

import hashlib
import sysconfig
import tarfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from lacuna.model.corpus.files import CorpusError, RawFile, Role
from lacuna.workspace import atomic

LIST = Path(__file__).with_name("sources.toml")
STDLIB_LEFT_OUT = frozenset({"test", "idlelib", "turtledemo", "site-packages", "dist-packages", "ensurepip"})


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
class Sources:
    """What the corpus is made of."""

    package_bytes: int
    """The most text that one package may add, so that none dominates."""
    test_share: float
    """The most of it that may be the package's own tests."""
    distributions: tuple[Distribution, ...]


class Index(Protocol):
    """Where archives come from."""

    def archive(self, distribution: Distribution) -> Iterator[bytes]:
        """Yield the archive's bytes in pieces; raises CorpusError when it cannot be had."""


def read_sources(path: Path = LIST) -> Sources:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    distributions = [Distribution(**(entry | {"role": Role(entry["role"])})) for entry in table["distribution"]]
    return Sources(
        package_bytes=table["package_bytes"],
        test_share=table["test_share"],
        distributions=tuple(sorted(distributions, key=lambda distribution: distribution.name)),
    )


def fetch(distribution: Distribution, index: Index, cache: Path, advance: Callable[[int], None]) -> Path:
    """Return the cached archive, downloaded if it is not there; its hash is checked every time."""
    cache.mkdir(parents=True, exist_ok=True)
    target = cache / distribution.archive
    if target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() == distribution.sha256:
        return target
    digest = hashlib.sha256()
    with atomic.replacing(target) as file:
        for piece in index.archive(distribution):
            digest.update(piece)
            file.write(piece)
            advance(len(piece))
        if digest.hexdigest() != distribution.sha256:
            message = (
                f"{distribution.archive} has sha256 {digest.hexdigest()}, but {LIST.name} pins {distribution.sha256}."
            )
            raise CorpusError(message)
    return target


def archived_files(archive: Path) -> Iterator[RawFile]:
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
