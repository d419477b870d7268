"""Which versions of its language a file's project is for."""

import functools
import tomllib
from pathlib import Path, PurePath

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from lacuna.syntax.gate import Version
from lacuna.workspace.uris import path_of

_LARGE = 1 << 20
"""Bytes beyond which a project file is not read."""
_MINORS = range(100)
_PATCH = 99
"""Of a minor version, its last release stands for all: `>=3.9.2` is for 3.9."""


def oldest_python_of(uri: str) -> Version | None:
    """The same for the file of a URI, if it is one of this machine's."""
    path = path_of(uri)
    return oldest_python(Path(path)) if isinstance(path, type(PurePath())) and path.is_absolute() else None


def oldest_python(file: Path) -> Version | None:
    """The oldest Python that the nearest pyproject.toml above a file says it is for; None where none says so."""
    for folder in file.parents:
        project = folder / "pyproject.toml"
        try:
            about = project.stat()
        except OSError:
            continue
        return _oldest(project, about.st_mtime_ns) if about.st_size <= _LARGE and project.is_file() else None
    return None


@functools.lru_cache(maxsize=64)
def _oldest(project: Path, changed: int) -> Version | None:  # noqa: ARG001 -- read anew when it changed
    try:
        wanted = tomllib.loads(project.read_text("utf-8"))["project"]["requires-python"]
        versions = SpecifierSet(wanted.strip())
    except (OSError, ValueError, LookupError, TypeError, AttributeError, InvalidSpecifier):  # as good as unsaid
        return None
    return next(((3, minor) for minor in _MINORS if versions.contains(f"3.{minor}.{_PATCH}")), None)
