"""The tree that a plan is for: its root, and which file a plan's path names there, if Lacuna may touch it."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from pathspec import GitIgnoreSpec

from lacuna.syntax.errors import FileError
from lacuna.workspace.ignoring import holds_secrets, why_ignored

_NOTHING = GitIgnoreSpec(())


class RefusedError(FileError):
    """A file that a plan names and that stays as it is; the sentence begins with its path."""


def tree_of(paths: Sequence[Path]) -> Path:
    """The root of the repository that holds all the paths, else the innermost folder that does; no link leads to it.

    Raise FileError if a path is not there.
    """
    folder = Path(os.path.commonpath([real(path) for path in paths]))
    if not folder.is_dir():
        folder = folder.parent
    return next((parent for parent in (folder, *folder.parents) if os.path.lexists(parent / ".git")), folder)


def located(tree: Path, path: str) -> Path:
    """Find the file that a plan's path names; raise RefusedError unless it is a regular one and no link leads to it."""
    place = tree
    for name in _names(path):
        place /= name
        try:
            mode = place.lstat().st_mode
        except (FileNotFoundError, NotADirectoryError) as error:
            raise RefusedError(f"{path} is gone.") from error
        except OSError as error:
            raise RefusedError(f"{path} cannot be read: {error.strerror or error}.") from error
        if stat.S_ISLNK(mode):
            raise RefusedError(f"{path} is a link, or lies behind one; Lacuna follows none.")
    if place == tree or not stat.S_ISREG(mode):
        raise RefusedError(f"{path} is not a regular file.")
    return place


def permitted(tree: Path, path: str) -> Path:
    """Find a plan's file; raise RefusedError, too, if it is git's own, of a secret's name, or ignored by now."""
    place = located(tree, path)
    if any(name.casefold() == ".git" for name in _names(path)):
        raise RefusedError(f"{path} is git's own.")
    if holds_secrets(PurePosixPath(path)):
        raise RefusedError(f"{path} is left alone: files of this name hold secrets.")
    if why := why_ignored(place, _NOTHING, (tree,)):
        raise RefusedError(f"{path} is left alone: {why}")
    return place


def is_path(text: str) -> bool:
    """Whether the system can have a file of this path."""
    try:
        return b"\0" not in os.fsencode(text) and text != ""
    except UnicodeEncodeError:
        return False


def _names(path: str) -> tuple[str, ...]:
    """The folders and the file that a plan's path is made of; two paths of one file would be two files to a plan."""
    plain = PurePosixPath(path)
    if plain.is_absolute() or ".." in plain.parts:
        raise RefusedError(f"{path} leaves the tree.")
    if not is_path(path) or str(plain) != path:
        raise RefusedError(f"{path!r} is not a path as plans have them.")
    return plain.parts


def real(path: Path) -> Path:
    """The path without links; raise FileError if it is not there."""
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:  # no path at all is a ValueError
        raise FileError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from error
