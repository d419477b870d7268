"""The rules of a project's .gitignore and .lacunaignore files, as git reads them. No file but these is opened."""

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pathspec import GitIgnoreSpec

FILES = (".gitignore", ".lacunaignore")
"""Of two in one folder the second has the last word: it may bring back for Lacuna what git ignores."""
_LARGEST = 1 << 20
"""Bytes of such a file that are read."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The files that hold for what lies in a folder, the outermost first; none to begin with."""

    _reaching: tuple[tuple[Path, GitIgnoreSpec], ...] = ()

    def within(self, folder: Path) -> Self:
        """Add the files of a folder further in, if it has any."""
        own = ((folder / name, _patterns_of(folder / name)) for name in FILES)
        found = tuple((file, patterns) for file, patterns in own if patterns.patterns)
        return type(self)((*self._reaching, *found)) if found else self

    def naming(self, path: Path, *, is_folder: bool) -> Path | None:
        """The file because of which the path is ignored, if it is.

        Ask about each folder on the way first: no rule brings back what lies in an ignored folder.
        """
        named_by = None
        for file, patterns in self._reaching:  # the innermost with a word about it decides
            name = _composed(path.relative_to(file.parent).as_posix()) + ("/" if is_folder else "")
            include = patterns.check_file(name).include
            if include is not None:
                named_by = file if include else None
        return named_by


def _patterns_of(file: Path) -> GitIgnoreSpec:
    try:
        found = file.stat()
    except (OSError, ValueError):  # none, or a path that cannot be one
        return _NONE
    return _read(file, found.st_mtime_ns, found.st_size)


@functools.lru_cache(maxsize=256)
def _read(file: Path, _changed: int, _size: int) -> GitIgnoreSpec:
    try:
        with file.open("rb") as opened:
            text = opened.read(_LARGEST).decode("utf-8-sig", "surrogateescape")
    except OSError:
        return _NONE
    return GitIgnoreSpec(pattern for line in re.split("\r?\n", _composed(text)) for pattern in _pattern(line))


def _pattern(line: str) -> Iterator[Any]:
    try:
        yield from GitIgnoreSpec.from_lines([line]).patterns
    except (ValueError, re.error):  # git skips a pattern that it cannot read
        return


def _composed(text: str) -> str:
    """Join letters and accents, which names of files on macOS have apart, and patterns that people write have not."""
    return unicodedata.normalize("NFC", text)


_NONE = GitIgnoreSpec(())
