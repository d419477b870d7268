"""The Python files of one's own repository: what .gitignore leaves of a folder."""

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

from pathspec import GitIgnoreSpec

from lacuna.model.training.distributions import CorpusError, RawFile

HELD_OUT = 10
"""One file in so many is held out."""

Rules = tuple[tuple[Path, GitIgnoreSpec], ...]
"""The .gitignore files that reach a folder, the outermost first."""


def python_files(root: Path, *, is_held_out: bool) -> Iterator[RawFile]:
    """Those that are held out or the others; which, depends on their paths alone. Links are not followed."""
    if not root.is_dir():
        raise CorpusError(f"There is no folder {root}.")
    for path in _walk(root, ()):
        relative = path.relative_to(root).as_posix()
        if (zlib.crc32(relative.encode("utf-8", "surrogateescape")) % HELD_OUT == 0) is is_held_out:
            yield RawFile(relative, path.read_bytes())


def _walk(folder: Path, rules: Rules) -> Iterator[Path]:
    own = folder / ".gitignore"
    if own.is_file():
        rules = (*rules, (folder, GitIgnoreSpec.from_lines(own.read_text("utf-8", "replace").splitlines())))
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        path, is_folder = Path(entry.path), entry.is_dir(follow_symlinks=False)
        if entry.name == ".git" or _is_ignored(path, is_folder=is_folder, rules=rules):
            continue
        if is_folder:
            yield from _walk(path, rules)
        elif entry.name.endswith(".py") and entry.is_file(follow_symlinks=False):
            yield path


def _is_ignored(path: Path, *, is_folder: bool, rules: Rules) -> bool:
    """As the innermost .gitignore with a word about it says."""
    verdict = None
    for folder, spec in rules:
        name = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
        included = spec.check_file(name).include
        verdict = verdict if included is None else included
    return bool(verdict)
