"""The Python files of one's own repository: what .gitignore leaves of a folder."""

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

from lacuna.model.training.distributions import CorpusError, RawFile
from lacuna.workspace.gitignore import Rules

HELD_OUT = 10
"""One file in so many is held out."""


def python_files(root: Path, *, is_held_out: bool) -> Iterator[RawFile]:
    """Those that are held out or the others; which, depends on their paths alone. Links are not followed."""
    if not root.is_dir():
        raise CorpusError(f"There is no folder {root}.")
    for path in _walk(root, Rules()):
        relative = path.relative_to(root).as_posix()
        if (zlib.crc32(relative.encode("utf-8", "surrogateescape")) % HELD_OUT == 0) is is_held_out:
            yield RawFile(relative, path.read_bytes())


def _walk(folder: Path, rules: Rules) -> Iterator[Path]:
    rules = rules.within(folder)
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        path, is_folder = Path(entry.path), entry.is_dir(follow_symlinks=False)
        if entry.name == ".git" or rules.naming(path, is_folder=is_folder):
            continue
        if is_folder:
            yield from _walk(path, rules)
        elif entry.name.endswith(".py") and entry.is_file(follow_symlinks=False):
            yield path
