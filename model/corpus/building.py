"""Building the training corpus: permissively licensed Python, with packages held out; or the files of a repository.

Where files come from is decided in `sources` and `repository`, which are kept in `selection`; reading is in `files`.
"""

import functools
import hashlib
import json
import platform
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from lacuna.model.bars import Described
from lacuna.model.corpus import repository
from lacuna.model.corpus.files import REPORT, CorpusError, RawFile, Role, SourceFile
from lacuna.model.corpus.selection import Dropped, Duplicates, contaminated, examine, is_test, probes_of
from lacuna.model.corpus.sources import (
    Distribution,
    Index,
    Sources,
    archived_files,
    fetch,
    read_sources,
    standard_library_files,
)
from lacuna.workspace import atomic


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of text."""

    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class PackageReport:
    """A package's part in the corpus; `sha256` is that of its archive, empty for the standard library."""

    name: str
    version: str
    licence: str
    sha256: str
    role: Role
    kept: Amount


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """What was built, and what was left out, by reason; also written to the corpus folder."""

    python: str
    package_bytes: int
    probes: int
    roles: Mapping[Role, Amount]
    outputs: Mapping[str, str]
    dropped: Mapping[Dropped, int]
    packages: tuple[PackageReport, ...]


@dataclass(frozen=True, slots=True)
class Package:
    """A package about to be read; one's own code has no licence to check."""

    name: str
    version: str
    licence: str
    sha256: str
    role: Role
    files: Callable[[], Iterator[RawFile]]


def build(
    destination: Path, cache: Path, probes: Path | None, index: Index, sources: Sources | None = None
) -> CorpusReport:
    """Build the corpus into `destination`; the same inputs give the same bytes. Raises CorpusError.

    cache: a folder where archives are kept. probes: a benchmark whose text is left out. sources: by default our list.
    """
    leaks = probes_of(probes) if probes else frozenset()
    sources = sources or read_sources()
    packages = [*_downloaded(sources.distributions, index, cache), _standard_library()]
    return _built(destination, packages, sources.package_bytes, sources.test_share, leaks)


def build_own(destination: Path, root: Path) -> CorpusReport:
    """Build a corpus of the Python files below `root`, every tenth held out for validation. Raises CorpusError."""
    files = {
        role: functools.partial(repository.python_files, root, is_held_out=role is Role.VALIDATION)
        for role in (Role.VALIDATION, Role.TRAIN)
    }
    packages = [Package(f"own {role}", "", "", "", role, files[role]) for role in files]
    report = _built(destination, packages, package_bytes=sys.maxsize, test_share=0.5, leaks=frozenset())
    for role in files:
        if not report.roles[role].files:
            raise CorpusError(f"{root} has too few Python files of use to train on and to hold out for a test.")
    return report


def _built(
    destination: Path, packages: list[Package], package_bytes: int, test_share: float, leaks: frozenset[str]
) -> CorpusReport:
    dropped: Counter[Dropped] = Counter()
    duplicates = Duplicates()
    kept: dict[str, list[SourceFile]] = {}

    # Held-out packages come first, so that their text wins over a training package's copy of it.
    order = list(Role)
    packages.sort(key=lambda package: (order.index(package.role), package.name))
    with _progress(MofNCompleteColumn()) as progress:
        task = progress.add_task("Filtering", total=len(packages))
        for package in packages:
            progress.update(task, description=f"Filtering {package.name}")
            kept[package.name] = list(_selected(package, package_bytes, test_share, duplicates, leaks, dropped))
            progress.advance(task)
        progress.update(task, description="Filtered")

    destination.mkdir(parents=True, exist_ok=True)
    outputs = {}
    for role in order:
        files = [file for package in packages if package.role is role for file in kept[package.name]]
        files.sort(key=lambda file: (file.package, file.path))
        data = "".join(json.dumps(asdict(file), ensure_ascii=False) + "\n" for file in files).encode("utf-8")
        atomic.write(destination / f"{role}.jsonl", data)
        outputs[f"{role}.jsonl"] = hashlib.sha256(data).hexdigest()
    reports = tuple(
        PackageReport(
            package.name, package.version, package.licence, package.sha256, package.role, _amount(kept[package.name])
        )
        for package in packages
    )
    report = CorpusReport(
        python=platform.python_version(),
        package_bytes=package_bytes,
        probes=len(leaks),
        roles={role: _sum(one.kept for one in reports if one.role is role) for role in order},
        outputs=outputs,
        dropped=dict(sorted(dropped.items())),
        packages=reports,
    )
    atomic.write(destination / REPORT, (json.dumps(asdict(report), indent=2) + "\n").encode("utf-8"))
    return report


def _downloaded(distributions: tuple[Distribution, ...], index: Index, cache: Path) -> Iterator[Package]:
    with _progress(DownloadColumn()) as progress:
        task = progress.add_task("Downloading", total=None)
        for distribution in distributions:
            progress.update(task, description=f"Downloading {distribution.name}")
            archive = fetch(distribution, index, cache, lambda size: progress.advance(task, size))
            yield Package(
                distribution.name,
                distribution.version,
                distribution.licence,
                distribution.sha256,
                distribution.role,
                functools.partial(archived_files, archive),
            )
        progress.update(task, description="Downloaded")


def _standard_library() -> Package:
    return Package("python", platform.python_version(), "PSF-2.0", "", Role.TRAIN, standard_library_files)


def _selected(
    package: Package,
    package_bytes: int,
    test_share: float,
    duplicates: Duplicates,
    probes: frozenset[str],
    dropped: Counter[Dropped],
) -> Iterator[SourceFile]:
    """Yield what is kept of a package, in hash order: code up to its share of the cap, then tests in proportion."""
    files = sorted(package.files(), key=lambda raw: hashlib.sha256(f"{package.name}/{raw.path}".encode()).digest())
    code_bytes, test_bytes = 0, 0
    code_cap = int(package_bytes * (1 - test_share))
    for raw in (file for file in files if not is_test(file.path)):
        result = _judged(package, raw, code_cap - code_bytes, Dropped.PACKAGE_CAP, duplicates, probes)
        if isinstance(result, Dropped):
            dropped[result] += 1
            continue
        code_bytes += len(result.text.encode())
        yield result
    test_cap = int(code_bytes * test_share / (1 - test_share))
    for raw in (file for file in files if is_test(file.path)):
        result = _judged(package, raw, test_cap - test_bytes, Dropped.TEST_CAP, duplicates, probes)
        if isinstance(result, Dropped):
            dropped[result] += 1
            continue
        test_bytes += len(result.text.encode())
        yield result


def _judged(
    package: Package,
    raw: RawFile,
    room: int,
    over: Dropped,
    duplicates: Duplicates,
    probes: frozenset[str],
) -> SourceFile | Dropped:
    # The cap is asked first: parsing what would not fit anyway is most of the work.
    if len(raw.data) > room:
        return over
    result = examine(package.name, raw, is_own=not package.licence)
    if isinstance(result, Dropped):
        return result
    if contaminated(result.text, probes):
        return Dropped.CONTAMINATED
    drop = duplicates.drop_train if package.role is Role.TRAIN else duplicates.drop_held_out
    return drop(result.text) or result


def _amount(files: list[SourceFile]) -> Amount:
    return Amount(len(files), sum(len(file.text.encode()) for file in files))


def _sum(amounts: Iterable[Amount]) -> Amount:
    listed = list(amounts)
    return Amount(sum(amount.files for amount in listed), sum(amount.bytes for amount in listed))


def _progress(column: DownloadColumn | MofNCompleteColumn) -> Progress:
    return Progress(Described(), BarColumn(), column, TimeElapsedColumn(), console=Console(stderr=True))
