"""A git repository, read without git, whose configuration can name commands: a file's content at a revision.

Filters of .gitattributes are not run either. Line ends are: a file that git would check out with others is the same.
"""

import os
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dulwich.errors import NotGitRepository
from dulwich.index import IndexEntry
from dulwich.objects import Blob, Commit, ObjectID, Tag, Tree
from dulwich.objectspec import parse_object
from dulwich.repo import Repo

from lacuna.syntax.errors import FileError, UsageError


class RevisionError(UsageError):
    """What names no commit."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A commit's files, by paths relative to a tree."""

    _above: tuple[bytes, ...]
    """The names that lead from the repository's root to the tree."""
    _root: ObjectID | None
    """None: the repository has no commit yet."""
    _repo: Repo
    _folders: dict[tuple[bytes, ...], Tree | None] = field(default_factory=dict)

    def holds(self, path: str, data: bytes) -> bool:
        """Whether the file of the commit has these bytes."""
        found = self.blob(path)
        return found is not None and any(
            Blob.from_string(text).get_id(self._repo.object_format) == found
            for text in (data, data.replace(b"\r\n", b"\n"))
        )

    def read(self, path: str) -> bytes | None:
        """The file's bytes, with the line ends that the repository keeps; None if the commit has no such file."""
        found = self.blob(path)
        if found is None:
            return None
        try:
            blob = self._repo.object_store[found]
        except KeyError as error:
            raise FileError(f"git has no copy of {path} here; it may have been left out of the clone.") from error
        return blob.data if isinstance(blob, Blob) else None

    def blob(self, path: str) -> ObjectID | None:
        """The hash by which git knows the file."""
        *folders, name = (*self._above, *os.fsencode(path).split(b"/"))
        tree = self._folder(tuple(folders))
        if tree is None or name not in tree:
            return None
        mode, found = tree[name]
        return None if mode & 0o170000 == 0o040000 else found

    def _folder(self, names: tuple[bytes, ...]) -> Tree | None:
        if names not in self._folders:
            self._folders[names] = self._looked_up(names)
        return self._folders[names]

    def _looked_up(self, names: tuple[bytes, ...]) -> Tree | None:
        found = self._root
        if names:
            outer = self._folder(names[:-1])
            found = outer[names[-1]][1] if outer is not None and names[-1] in outer else None
        try:
            folder = None if found is None else self._repo.object_store[found]
        except KeyError:  # a submodule's commit
            return None
        return folder if isinstance(folder, Tree) else None


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository that a tree lies in."""

    _repo: Repo
    _above: tuple[bytes, ...]

    def at(self, revision: str) -> Snapshot:
        """The files of a commit, named as git names them; raise RevisionError if there is none."""
        try:
            found = parse_object(self._repo, revision.encode()) if revision else None
            while isinstance(found, Tag):
                found = self._repo[found.object[1]]
        except (KeyError, ValueError) as error:
            raise RevisionError(f"{revision} names no commit of this repository.") from error
        if not isinstance(found, Commit):
            raise RevisionError(f"{revision!r} names no commit of this repository.")
        return Snapshot(self._above, found.tree, self._repo)

    def uncommitted(self) -> Callable[[str, bytes], bool]:
        """Make a function that tells of a path and its bytes whether the last commit, or the index, has others."""
        head = self._head()
        index = self._repo.open_index()

        def is_uncommitted(path: str, data: bytes) -> bool:
            name = b"/".join((*self._above, os.fsencode(path)))
            staged = index[name] if name in index else None  # noqa: SIM401 -- dulwich's has no get
            if not isinstance(staged, IndexEntry) or not head.holds(path, data):
                return True
            return staged.sha != head.blob(path)

        return is_uncommitted

    def _head(self) -> Snapshot:
        try:
            return self.at("HEAD")
        except RevisionError:
            return Snapshot(self._above, None, self._repo)


def repository(tree: Path) -> Repository | None:
    """The repository that holds a tree, whose path is absolute and without links; None if there is none."""
    try:
        repo = Repo.discover(tree)
    except NotGitRepository:
        return None
    except Exception as error:  # dulwich raises whatever a configuration that it cannot read leads to
        raise FileError(f"The git repository of {tree} cannot be read: {error}.") from error
    weakref.finalize(repo, repo.object_store.close)  # else its packs are closed late, with a warning
    root = Path(os.path.realpath(repo.path))
    if repo.bare or not tree.is_relative_to(root):
        return None
    return Repository(repo, tuple(os.fsencode(name) for name in tree.relative_to(root).parts))
