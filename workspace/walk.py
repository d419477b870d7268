"""The walk over a repository's code: the files below a folder that Lacuna does not keep out of."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from lacuna.syntax.errors import FileError
from lacuna.syntax.languages.registry import UnknownLanguageError, language_of
from lacuna.workspace.gitignore import Rules
from lacuna.workspace.ignoring import holds_secrets, rules_above


def code_files(root: Path, is_left_out: Callable[[Path], bool] = holds_secrets) -> Iterator[Path]:
    """Yield the files below `root` in a language that Lacuna knows, each folder's in the order of their names.

    Links are not followed; `.git`, what .gitignore files name and what `is_left_out` says are left out.
    Raise FileError where a folder cannot be read.
    """
    here = Path(os.path.abspath(root))  # noqa: PTH100 -- Path.absolute keeps "..", resolve follows links
    for path in _walk(here, rules_above(here)):
        if is_code(path) and not is_left_out(path):
            yield root / path.relative_to(here)


def _walk(folder: Path, rules: Rules) -> Iterator[Path]:
    rules = rules.within(folder)
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise FileError(f"{folder} cannot be read: {error.strerror or error}.") from error
    for entry in found:
        path, is_folder = Path(entry.path), entry.is_dir(follow_symlinks=False)
        if entry.name == ".git" or rules.naming(path, is_folder=is_folder):
            continue
        if is_folder:
            yield from _walk(path, rules)
        elif entry.is_file(follow_symlinks=False):
            yield path


def is_code(path: Path) -> bool:
    """Whether a file's name ends as those of a language that Lacuna knows."""
    try:
        language_of(str(path))  # a whole path: a bare name might be a language's own
    except UnknownLanguageError:
        return False
    return True
