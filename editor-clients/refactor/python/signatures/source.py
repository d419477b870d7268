"""Where the rule `adapt-calls` gets a tree from: the files as they are, and as a git revision has them."""

from collections.abc import Iterator
from pathlib import Path

from lacuna.refactor.python.signatures.sketching import AdaptCalls, adapt_calls
from lacuna.refactor.repository import repository
from lacuna.refactor.rulesource import Grounds
from lacuna.syntax.errors import FileError, UsageError
from lacuna.workspace import textfile, walk, written

_LARGEST = 1 << 20
"""Bytes of a file that is looked through."""


class AdaptedCalls:
    """Makes the rule for one tree."""

    has_blanks = True
    is_of_tree = True

    def sketcher(self, grounds: Grounds) -> AdaptCalls:
        """Raise UsageError without a revision, or where there is no git repository that has it."""
        if grounds.since is None:
            raise UsageError("adapt-calls compares definitions with those of a git revision: give --since REV.")
        repo = repository(grounds.tree)
        if repo is None:
            raise UsageError(f"adapt-calls needs a git repository, and {grounds.tree} lies in none.")
        then, changed = repo.at(grounds.since), dict[str, tuple[str | None, str]]()
        paths = []
        for path, data in _files(grounds.tree):
            paths.append(path)
            if not then.holds(path, data) and (now := _text(path, data)) is not None:
                before = then.read(path)
                changed[path] = (None if before is None else _text(path, before), now)
        files = ((path, text) for path, data in _files(grounds.tree) if (text := _text(path, data)) is not None)
        return adapt_calls(changed, files, paths)


def _files(tree: Path) -> Iterator[tuple[str, bytes]]:
    """The Python files of a tree that people would have looked through; what cannot be read is no reason to stop."""
    for file in walk.code_files(tree):
        if file.suffix == ".py":
            try:
                data = written.data_of(file, _LARGEST + 1)
            except OSError:
                continue
            if data is not None and len(data) <= _LARGEST:
                yield file.relative_to(tree).as_posix(), data


def _text(path: str, data: bytes) -> str | None:
    try:
        return textfile.decode(Path(path), data).text
    except FileError:  # no text
        return None
