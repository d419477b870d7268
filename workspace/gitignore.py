"""The rules of a project's .gitignore and .lacunaignore files and of .git/info/exclude, as git reads them.

No file but these is opened.
"""

import functools
import re
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pathspec import GitIgnoreSpec

from lacuna.workspace import patterns, written

FILES = (".gitignore", ".lacunaignore")
"""Of two in one folder the second has the last word: it may bring back for Lacuna what git ignores."""
_EXCLUDE = ".git/info/exclude"
"""Has the first word: rules of a repository that are not part of it."""
_LARGEST = patterns.LARGEST
"""Bytes of such a file; what lies in the folder of a larger one counts as ignored."""


@dataclass(frozen=True, slots=True)
class Named:
    """Why a path is ignored."""

    file: Path
    """The file that says so, or that is too long to be read."""
    is_too_long: bool = False

    def sentence(self, path: str) -> str:
        """Say why the path, however it is called, is ignored."""
        if self.is_too_long:
            most = f"{_LARGEST >> 10} KiB or {patterns.MOST:,} patterns"
            return f"{self.file} has more than {most}; all that lies in its folder counts as ignored."
        return f"{self.file} names {path}."


@dataclass(frozen=True, slots=True)
class Rules:
    """The files that hold for what lies in a folder, the outermost first; none to begin with."""

    _reaching: tuple[tuple[Path, Path, GitIgnoreSpec | None], ...] = ()
    """Each with the folder that it speaks of. None: the file is too long."""

    def within(self, folder: Path) -> Self:
        """Add the files of a folder further in, if it has any."""
        files = (folder / name for name in (_EXCLUDE, *FILES))
        own = ((file, folder, _patterns_of(file)) for file in files)
        found = tuple(one for one in own if one[-1] is None or one[-1].patterns)
        return type(self)((*self._reaching, *found)) if found else self

    def naming(self, path: Path, *, is_folder: bool) -> Named | None:
        """The file because of which the path is ignored, if it is.

        Ask about each folder on the way first: no rule brings back what lies in an ignored folder.
        """
        named = None
        for file, folder, spec in self._reaching:  # the innermost with a word about it decides
            if spec is None:
                return Named(file, is_too_long=True)
            name = _composed(path.relative_to(folder).as_posix()) + ("/" if is_folder else "")
            include = spec.check_file(name).include
            if include is not None:
                named = Named(file) if include else None
        return named


def _patterns_of(file: Path) -> GitIgnoreSpec | None:
    try:
        found = file.lstat()
    except (OSError, ValueError):  # none, or a path that cannot be one
        return _NONE
    # Like git, follow no link; a pipe or a device could block for ever.
    return _read(file, found.st_mtime_ns, found.st_size) if stat.S_ISREG(found.st_mode) else _NONE


@functools.lru_cache(maxsize=256)
def _read(file: Path, _changed: int, _size: int) -> GitIgnoreSpec | None:
    try:
        data = written.data_of(file, _LARGEST + 1) or b""
    except OSError:
        return _NONE
    if len(data) > _LARGEST:
        return None
    text = _composed(data.decode("utf-8-sig", "surrogateescape"))
    try:
        return patterns.readable(re.split("\r?\n", text))
    except patterns.TooManyError:
        return None


def _composed(text: str) -> str:
    """Join letters and accents, which names of files on macOS have apart, and patterns that people write have not."""
    return unicodedata.normalize("NFC", text)


_NONE = GitIgnoreSpec(())
