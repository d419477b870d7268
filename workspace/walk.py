"""The walk over a repository's code: the files below a folder that Lacuna does not keep out of."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lacuna.syntax.errors import FileError
from lacuna.syntax.languages.registry import UnknownLanguageError, language_of
from lacuna.workspace.gitignore import Rules
from lacuna.workspace.ignoring import holds_secrets, rules_above

VIRTUAL = "pyvenv.cfg"
"""What marks a virtual environment."""
_OTHERS = frozenset({"node_modules", "site-packages", "dist-packages", "__pycache__"})
_DEEPEST = 200
"""Folders within one another that are entered."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file, or a folder with all that is in it, that the walk passes by."""

    path: Path
    reason: str
    """A sentence."""
    is_folder: bool
    is_unreadable: bool = False


def code_files(root: Path) -> Iterator[Path]:
    """Yield the files of `code`; raise FileError where a folder cannot be read, or lies too deep."""
    for one in code(root):
        if isinstance(one, Path):
            yield one
        elif one.is_unreadable:
            raise FileError(one.reason)


def code(root: Path) -> Iterator[Path | LeftOut]:
    """Yield the files below `root` in a language that Lacuna knows, each folder's in the order of their names.

    Links are not followed. What .gitignore and .lacunaignore files name, secrets by their name, hidden folders and
    those of others are passed by; that is told, too.
    """
    here = Path(os.path.abspath(root))  # noqa: PTH100 -- Path.absolute keeps "..", resolve follows links
    for one in entries(here, rules_above(here), _why_not):
        path = one.path if isinstance(one, LeftOut) else one
        is_folder = isinstance(one, LeftOut) and one.is_folder
        if not (is_folder or is_code(path)):
            continue
        shown = root / path.relative_to(here)
        if isinstance(one, LeftOut):
            yield replace(one, path=shown)
        elif holds_secrets(path):
            yield LeftOut(shown, "Files of this name hold secrets.", is_folder=False)
        else:
            yield shown


def entries(
    folder: Path, rules: Rules, why_not: Callable[[Path], str] = lambda _: "", depth: int = 0
) -> Iterator[Path | LeftOut]:
    """Yield the files below a folder, and what is passed by: what is ignored and folders that `why_not` is against.

    Links and `.git` are left out without a word. The order is that of the paths' parts.
    """
    rules = rules.within(folder)
    try:
        with os.scandir(folder) as scanned:
            found = sorted(scanned, key=lambda entry: entry.name)
    except OSError as error:
        yield LeftOut(
            folder, f"{folder} cannot be read: {error.strerror or error}.", is_folder=True, is_unreadable=True
        )
        return
    for entry in found:
        path, is_folder = Path(entry.path), entry.is_dir(follow_symlinks=False)
        if entry.name == ".git" or not (is_folder or entry.is_file(follow_symlinks=False)):
            continue
        if named := rules.naming(path, is_folder=is_folder):
            yield LeftOut(path, named.sentence("it"), is_folder)
        elif not is_folder:
            yield path
        elif reason := why_not(path):
            yield LeftOut(path, reason, is_folder)
        elif depth == _DEEPEST:
            yield LeftOut(path, f"{path} lies more than {_DEEPEST} folders deep.", is_folder, is_unreadable=True)
        else:
            yield from entries(path, rules, why_not, depth + 1)


def is_others(folder: str) -> bool:
    """Whether a folder of this name is hidden, or holds what others wrote, or no one."""
    return folder.startswith(".") or folder in _OTHERS


def _why_not(folder: Path) -> str:
    return "Others wrote what is in it." if is_others(folder.name) or os.path.lexists(folder / VIRTUAL) else ""


def is_code(path: Path) -> bool:
    """Whether a file's name ends as those of a language that Lacuna knows."""
    try:
        language_of(str(path))  # a whole path: a bare name might be a language's own
    except UnknownLanguageError:
        return False
    return True
