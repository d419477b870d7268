"""The index of a project: what is kept of its files, nearest first and no more than fits. It writes nothing to disk."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from lacuna.workspace import written
from lacuna.workspace.ignoring import holds_secrets
from lacuna.workspace.outwards import outwards
from lacuna.workspace.written import Stamp

Kept = TypeVar("Kept", bound=Sized)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of what is known."""

    files: int
    """Files that are looked at."""
    kept: int
    """The lengths, summed up, of what is kept of them."""

    def shared(self, parts: int) -> "Limits":
        """What each of several indexes may know."""
        return Limits(self.files // parts, self.kept // parts)


@dataclass(frozen=True, slots=True)
class _Known(Generic[Kept]):
    stamp: Stamp | None
    """None: it is the unsaved text, in an editor, that was read."""
    text: str
    """That text; of a file on disk none is held."""
    kept: Kept | None
    """None: it is no file that is made use of, and need not be read again to know this."""

    @property
    def size(self) -> int:
        return 0 if self.kept is None else len(self.kept)


class Index(Generic[Kept]):
    """Keeps what `read` makes of the texts below a folder. One thread at a time.

    Unsaved texts go before what is on disk. Files that are ignored by git, left out, secret, binary, generated, huge or
    behind links are never read.
    """

    def __init__(
        self,
        root: Path,
        read: Callable[[str], Kept],
        limits: Limits,
        is_left_out: Callable[[Path], bool] = holds_secrets,
    ) -> None:
        self.root = root
        self.changes = 0
        """Rises whenever something else is kept than before."""
        self._limits = limits
        self._read = read
        self._is_left_out = is_left_out
        self._known: dict[Path, _Known[Kept]] = {}
        self._size = 0

    def files(self) -> tuple[tuple[Path, ...], tuple[Kept, ...]]:
        """The files of which something is kept, and what that is."""
        found = [(path, known.kept) for path, known in self._known.items() if known.kept is not None]
        return tuple(path for path, _ in found), tuple(kept for _, kept in found)

    def limit(self, limits: Limits) -> None:
        """Keep no more than this from now on."""
        self._limits = limits
        for path in reversed(list(self._known)):
            if not self._is_full():
                break
            self._forget(path)

    def look(self, near: Iterable[Path] = (), unsaved: Mapping[Path, str] | None = None) -> Iterator[None]:
        """Find what is there by now, the nearest to the folders `near` first; yields after each small step.

        `unsaved` are texts of the project's files that are open in an editor. What has not changed is not read again.
        Closing it leaves what was found so far.
        """
        texts = {} if unsaved is None else unsaved
        met = set[Path]()
        for path in self._paths(near, texts):
            if path is not None and path not in met:
                met.add(path)
                if len(met) > self._limits.files or not self._has_room(path, texts.get(path), met):
                    met.discard(path)
                    break
            yield
        for path in self._known.keys() - met:
            self._forget(path)

    def look_again(self, paths: Iterable[Path], unsaved: Mapping[Path, str]) -> Iterator[None]:
        """The same for files that are known, or open, alone."""
        for path in paths:
            if path in unsaved or path in self._known:
                self._has_room(path, unsaved.get(path), {*unsaved, path})
            yield

    def _paths(self, near: Iterable[Path], unsaved: Mapping[Path, str]) -> Iterator[Path | None]:
        yield from unsaved
        for files in outwards(self.root, near, self._is_left_out):
            yield None
            yield from files

    def _has_room(self, path: Path, unsaved: str | None, met: set[Path]) -> bool:
        """Keep what a file holds now. If that is too much, files that were not met go, then the file itself."""
        known = self._now(path, unsaved)
        if known is self._known.get(path):
            return True
        self._forget(path)
        if known is None:
            return True
        self._known[path] = known
        self._size += known.size
        self.changes += known.kept is not None
        if self._is_full():
            for other in [*(one for one in self._known if one not in met), path]:
                self._forget(other)
                if not self._is_full():
                    break
        return path in self._known

    def _now(self, path: Path, unsaved: str | None) -> _Known[Kept] | None:
        """What is known of a file by now, read only if it has changed; None if it is gone."""
        before = self._known.get(path)
        if unsaved is not None:
            if before is not None and before.stamp is None and before.text == unsaved:
                return before
            is_worth = written.is_by_people(unsaved) and not self._is_left_out(path)
            return _Known(None, unsaved, self._read(unsaved) if is_worth else None)
        stamp = written.stamp_of(path)
        if stamp is None or (before is not None and stamp == before.stamp):
            return before if stamp else None
        text = written.read(path, self.root) if stamp[1] <= written.LARGEST else None
        return _Known(stamp, "", None if text is None else self._read(text))

    def _is_full(self) -> bool:
        return len(self._known) > self._limits.files or self._size > self._limits.kept

    def _forget(self, path: Path) -> None:
        known = self._known.pop(path, None)
        if known is not None and known.kept is not None:
            self._size -= known.size
            self.changes += 1
