"""The files beside each open document: which projects they are of, what is known of them, and what is to be read anew.

The event loop tells what changes and asks what is seen; one other thread does what is due, step by step.
"""

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

import numpy as np

from lacuna.infill.surroundings import LIMITS, Surroundings
from lacuna.lsp_server.configuration import Configuration
from lacuna.lsp_server.documents import Document
from lacuna.model.denoiser import Beside, Librarian, Tokens
from lacuna.syntax.languages.registry import SUFFIXES, UnknownLanguageError, language_of
from lacuna.workspace import uris
from lacuna.workspace.ignoring import holds_secrets
from lacuna.workspace.index import Index
from lacuna.workspace.projects import holds_everything, project_of
from lacuna.workspace.uris import globbed

_OURS = type(PurePath())
"""Paths of the system that this runs on; those of others cannot be looked up."""
MOST_PROJECTS = 4
"""Projects that are known at a time, those of the documents that were used last; they share what may be known."""
_PIECE = re.compile(r"(?s).{1,16384}(?:\n|\Z)|.{1,16384}")
"""Text that is read at a stretch."""
_REMEMBERED = 200
"""Documents of which it is known which was used last, those that are open apart."""
_LABOUR = 10
"""Making a library is followed by a rest that is as many times as long."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds."""

    first: float = 1.0
    """Of reading a project, after which what is known by then is seen, though there is more to read; and so on."""
    rest: float = 5.0
    """Least between two libraries of a project that is read."""
    walk: float = 10.0
    """Least between two walks through a project's folders."""
    doubt: float = 60.0
    """After which another walk finds what changed, where the client does not say what does."""
    trust: float = 5.0
    """So many times as long where it does: some say nothing of a folder that is moved or deleted."""


PACE = Pace()


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    of: Surroundings
    beside: Beside


@dataclass(eq=False)
class _Project:
    index: Index[Tokens]
    surroundings: Surroundings | None = None
    made_of: int = 0
    """What had changed in the index when the surroundings were made."""
    rests_until: float = 0.0
    walked: float = float("-inf")
    """When the last walk ended."""
    is_walk_due: bool = True
    has_asked: bool = False
    """Something was asked for since the last walk."""
    due: set[Path] = field(default_factory=set)
    """Files that are to be read again."""
    seen: dict[str, _Seen] = field(default_factory=dict)
    """What was seen last, by document."""


class Neighbours:
    """Knows the files beside each open document. `_lock` guards what both threads change; nobody holds it for long."""

    def __init__(self, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self._pace = pace
        self._clock = clock
        self._lock = threading.Lock()
        self._configuration: Configuration | None = None
        """None: before the client has told its settings, nothing may be read."""
        self._documents: dict[str, Document] = {}
        self._used: OrderedDict[str, Path] = OrderedDict()
        """Documents by URI, closed ones, too; the last used comes last."""
        self._homes: dict[str, Path | None] = {}
        """The root of each document's project; None where it has none, or is to be left alone."""
        self._projects: dict[Path, _Project] = {}
        self._asked: str | None = None
        """The document for which was asked last: of what changes in itself it need not be told."""
        self.is_watched = False
        """The client says which files change."""

    @property
    def files(self) -> int:
        """How many files are known beside open documents: one that is alone in its project is not beside itself."""
        count, documents = 0, tuple(self._documents)
        for root, project in tuple(self._projects.items()):
            if project.surroundings is not None:
                paths = project.surroundings.nearness.paths
                opened = [self._used.get(uri) for uri in documents if self._homes.get(uri) == root]
                count += len(paths) - (len(opened) == 1 and opened[0] in paths)
        return count

    # --- what the client tells

    def configure(self, configuration: Configuration) -> None:
        """Obey these settings from now on. What others let it read is forgotten."""
        with self._lock:
            if configuration != self._configuration:
                self._configuration = configuration
                self._homes.clear()
                self._projects = {}

    def put(self, document: Document) -> None:
        """A document was opened or changed."""
        path = _path_of(document.uri)
        if path is None:
            return
        with self._lock:
            self._documents[document.uri] = document
            self._used[document.uri] = path
            self._used.move_to_end(document.uri)
            closed = (uri for uri in self._used if uri not in self._documents)
            if len(self._used) > _REMEMBERED and (oldest := next(closed, None)):
                del self._used[oldest]
            project = self._project_of(document.uri)  # a new document's is found later
            if project is not None:
                project.due.add(path)

    def close(self, uri: str) -> None:
        """What is on disk holds again."""
        with self._lock:
            project = self._project_of(uri)
            if project is not None:
                project.due.add(self._used[uri])
                project.seen.pop(uri, None)
            self._documents.pop(uri, None)
            self._homes.pop(uri, None)
            if self._asked == uri:
                self._asked = None

    def changed_on_disk(self, uri: str, *, is_new: bool) -> None:
        """A file was written or removed, or there is a new one; folders, and what git ignores, decide about others."""
        path = _path_of(uri)
        with self._lock:
            for root, project in self._projects.items():
                if path is not None and path.is_relative_to(root):
                    project.due.add(path)
                    project.is_walk_due |= is_new or path.suffix not in SUFFIXES

    # --- what a request is told

    def beside(self, document: Document) -> Beside | None:
        """What is seen from a document, as far as it is known by now; reads nothing."""
        with self._lock:
            self._asked = document.uri
            project, recent = self._project_of(document.uri), tuple(reversed(self._used.values()))
        surroundings = project.surroundings if project else None
        if project is None or surroundings is None:
            return None
        project.has_asked = True
        seen = project.seen.get(document.uri)
        if seen is None or seen.of is not surroundings:
            path, language = self._used[document.uri], language_of(document.language)
            seen = _Seen(surroundings, surroundings.seen_from(path, document.text, language, recent))
            project.seen[document.uri] = seen
        return seen.beside

    def _project_of(self, uri: str) -> _Project | None:
        root = self._homes.get(uri)
        return None if root is None else self._projects.get(root)

    # --- what is due

    def due_in(self) -> float | None:
        """Seconds until something is to be done; None: nothing is in sight."""
        with self._lock:
            if self._configuration is None:
                return None
            if self._documents.keys() - self._homes.keys() or set(self._wanted()) != self._projects.keys():
                return 0
            now = self._clock()
            dates = [date for project in self._projects.values() for date in self._dates(project)]
            return min(dates) - now if dates else None

    def forget(self) -> None:
        """Forget all that is known, not what is open: there will be another model, or none."""
        with self._lock:
            self._projects = {}

    def brought_up_to_date(self, librarian: Librarian, breathe: Callable[[], None]) -> Generator[None, None, None]:
        """Do what is due; yields after each small step, and calls `breathe` within longer ones.

        Closing it leaves the rest to be done another time.
        """
        configuration = self._configuration
        if configuration is None:
            return
        yield from self._homes_found(configuration)

        def read(text: str) -> Tokens:
            pieces = []
            for piece in _PIECE.findall(text):
                pieces.append(librarian.tokens(piece))
                breathe()
            return np.concatenate(pieces)

        for root, project in self._projects_found(configuration, read):
            began = self._clock()
            for _ in self._read_again(root, project, configuration):
                if configuration is not self._configuration:  # there may be more to keep out of
                    return
                if self._clock() >= began + self._pace.first:
                    self._make_if_due(project, librarian, self._pace.first)
                yield
            self._make_if_due(project, librarian, self._pace.rest)
            yield

    def _homes_found(self, configuration: Configuration) -> Iterator[None]:
        """Find the project of each document that is new."""
        with self._lock:
            new = [document for uri, document in self._documents.items() if uri not in self._homes]
        for document in new:
            root = _root_of(document, configuration)
            with self._lock:
                if document.uri in self._documents and configuration is self._configuration:
                    self._homes[document.uri] = root
                    project = self._project_of(document.uri)
                    if project is not None:  # what is unsaved there, and files near it, may not be known
                        project.due.add(self._used[document.uri])
                        project.is_walk_due = True
            yield

    def _projects_found(
        self, configuration: Configuration, read: Callable[[str], Tokens]
    ) -> tuple[tuple[Path, _Project], ...]:
        """The projects that are to be known, each of which may know its share."""
        with self._lock:
            if configuration is not self._configuration:
                return ()
            wanted, known = self._wanted(), self._projects
            limits = LIMITS.shared(max(1, len(wanted)))
            self._projects = {
                root: known.get(root) or _Project(Index(root, read, limits, _left_out_of(root, configuration)))
                for root in wanted
            }
            found = tuple(self._projects.items())
        for _, project in found:
            project.index.limit(limits)
        return found

    def _wanted(self) -> tuple[Path, ...]:
        """Roots of the projects that are to be known: those of open documents, the last used first, then known ones."""
        of_documents = (self._homes.get(uri) for uri in reversed(self._used))
        roots = dict.fromkeys(root for root in (*of_documents, *self._projects) if root is not None)
        return tuple(roots)[:MOST_PROJECTS]

    def _dates(self, project: _Project) -> Iterator[float]:
        """When something of a project is to be done."""
        if project.made_of != project.index.changes or project.due - {self._used_by_asker()}:
            yield project.rests_until
        if project.is_walk_due:
            yield project.walked + self._pace.walk
        if project.has_asked:
            yield project.walked + self._doubt

    def _used_by_asker(self) -> Path | None:
        return self._used.get(self._asked) if self._asked else None

    def _read_again(self, root: Path, project: _Project, configuration: Configuration) -> Iterator[None]:
        """Read what changed, in all folders if a walk is due."""
        now = self._clock()
        is_walk = project.is_walk_due and now >= project.walked + self._pace.walk
        is_walk |= project.has_asked and now >= project.walked + self._doubt
        if is_walk:
            yield from self._homes_found_again(root, configuration)
        with self._lock:
            recent = [
                (self._used[uri], self._documents.get(uri))
                for uri in reversed(self._used)
                if self._homes.get(uri) == root
            ]
            unsaved = {path: document.text for path, document in recent if document is not None}
            due, project.due = project.due, project.due & {self._used_by_asker()}
            if is_walk:
                project.is_walk_due = project.has_asked = False
        try:
            if is_walk:
                yield from project.index.look([path.parent for path in unsaved], unsaved)
                project.walked = self._clock()
            else:
                yield from project.index.look_again(due - project.due, unsaved)
        except BaseException:  # closed half-way, too
            with self._lock:
                project.is_walk_due |= is_walk
                project.due |= due
            raise

    def _homes_found_again(self, root: Path, configuration: Configuration) -> Iterator[None]:
        """Find out which documents below a root are ignored by now, and which no longer are."""
        with self._lock:
            below = [
                document
                for uri, document in self._documents.items()
                if uri in self._homes and self._homes[uri] in (root, None) and self._used[uri].is_relative_to(root)
            ]
        for document in below:
            home = _root_of(document, configuration)
            with self._lock:
                if document.uri in self._homes and configuration is self._configuration:
                    self._homes[document.uri] = home
            yield

    @property
    def _doubt(self) -> float:
        return self._pace.doubt * (self._pace.trust if self.is_watched else 1)

    def _make_if_due(self, project: _Project, librarian: Librarian, rest: float) -> None:
        began = self._clock()
        if project.made_of == project.index.changes or began < project.rests_until:
            return
        changes = project.index.changes
        project.surroundings, project.made_of = Surroundings.of(librarian, project.index), changes
        ended = self._clock()
        project.rests_until = ended + max(rest, _LABOUR * (ended - began))


def _root_of(document: Document, configuration: Configuration) -> Path | None:
    """The folder of which other files may be read for a document."""
    settings, path = configuration.settings_of(document.uri), _path_of(document.uri)
    if path is None or not (settings.workspace and settings.has_language(document.language)):
        return None
    try:
        language = language_of(document.language)
    except UnknownLanguageError:
        return None
    if configuration.why_ignored(document.uri) is not None:
        return None
    roots = [root for root in _roots(configuration) if path.is_relative_to(root) and not holds_everything(root)]
    return max(roots, key=lambda root: len(root.parts)) if roots else project_of(path, language)


def _left_out_of(root: Path, configuration: Configuration) -> Callable[[Path], bool]:
    """Which files are not read, though git does not ignore them."""
    exclude = configuration.settings_of(root.as_uri()).exclude
    inner = [one for one in _roots(configuration) if one != root and one.is_relative_to(root)]

    def is_left_out(path: Path) -> bool:
        is_others = any(path.is_relative_to(one) for one in inner)
        return is_others or holds_secrets(path) or bool(exclude.check_file(globbed(path)).include)

    return is_left_out


def _roots(configuration: Configuration) -> list[Path]:
    return [Path(root) for root in configuration.roots if isinstance(root, _OURS)]


def _path_of(uri: str) -> Path | None:
    path = uris.path_of(uri)
    return Path(path) if isinstance(path, _OURS) and path.is_absolute() else None
