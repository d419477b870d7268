"""The walk outwards: code of a project, folder by folder, those nearest to where people work first."""

import itertools
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from lacuna.workspace.gitignore import Rules
from lacuna.workspace.ignoring import holds_secrets, rules_above
from lacuna.workspace.walk import VIRTUAL, is_code, is_others

MOST_FOLDERS = 5_000
"""Folders of a project that are looked into."""
_MOST_ENTRIES = 20_000
"""Entries of one folder that are looked at."""


def outwards(
    root: Path, starts: Iterable[Path], is_left_out: Callable[[Path], bool] = holds_secrets
) -> Iterator[tuple[Path, ...]]:
    """Yield the code files of each folder below `root`, in the order of their names; folders near to `starts` first.

    How near a folder is, is counted in steps from folder to folder. Without a start within `root` the walk begins
    there. Links are not followed; what git ignores and what `is_left_out` says is left out, as is what cannot be read.
    """
    rules = _Rules(root)
    waiting = deque(dict.fromkeys(rules.nearest_walked(start) for start in starts) or [root])
    met = set(waiting)
    for _ in range(MOST_FOLDERS):
        if not waiting:
            return
        folder = waiting.popleft()
        files, folders = _looked_into(folder, rules.within(folder))
        yield tuple(file for file in files if not is_left_out(file))
        next_ones = [folder.parent, *folders] if folder != root else folders
        new = [one for one in next_ones if one not in met]
        met.update(new)
        waiting.extend(new)


class _Rules:
    """What git ignores in each folder below a root."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._by_folder = {root: rules_above(root).within(root)}

    def within(self, folder: Path) -> Rules:
        """The rules that hold for what lies in a folder, which is the root or below it."""
        if folder not in self._by_folder:
            self._by_folder[folder] = self.within(folder.parent).within(folder)
        return self._by_folder[folder]

    def nearest_walked(self, start: Path) -> Path:
        """The last folder on the way to `start` that a walk from the root would enter."""
        folder = self._root
        if start.is_relative_to(folder):
            for name in start.relative_to(folder).parts:
                inner = folder / name
                if inner.is_symlink() or not inner.is_dir() or _is_passed_by(inner, self.within(folder)):
                    break
                folder = inner
        return folder


def _looked_into(folder: Path, rules: Rules) -> tuple[list[Path], list[Path]]:
    """The code files of a folder, and its folders that are entered."""
    files, folders = list[Path](), list[Path]()
    try:
        with os.scandir(folder) as entries:
            found = sorted(itertools.islice(entries, _MOST_ENTRIES), key=lambda entry: entry.name)
    except OSError:  # it may be gone again
        return files, folders
    if any(entry.name == VIRTUAL for entry in found):
        return files, folders
    for entry in found:
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            if not _is_passed_by(path, rules):
                folders.append(path)
        elif is_code(path) and entry.is_file(follow_symlinks=False) and not rules.naming(path, is_folder=False):
            files.append(path)
    return files, folders


def _is_passed_by(folder: Path, rules: Rules) -> bool:
    return is_others(folder.name) or rules.naming(folder, is_folder=True) is not None
