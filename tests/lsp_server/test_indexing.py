"""The thread that reads other files: that it works when nobody waits, gives way, and ends at once."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from lacuna.infill.request import Model, Request
from lacuna.lsp_server.configuration import Configuration
from lacuna.lsp_server.documents import Document
from lacuna.lsp_server.indexing import Indexing
from lacuna.lsp_server.neighbours import Pace
from lacuna.lsp_server.worker import Kind, State, Worker
from lacuna.syntax.spans import Span
from tests.librarian import Librarian, Seen

PATIENCE = 30  # seconds until a test gives up; none waits that long when all is well
PACE = Pace(first=0, rest=0, walk=0, doubt=60)
REQUEST = Request("x = ", "python", (Span(4, 4),), None)


class Held:
    """Steps that wait until the test lets them go on."""

    def __init__(self):
        self.begun, self.may_go_on = threading.Event(), threading.Event()

    def step(self):
        self.begun.set()
        assert self.may_go_on.wait(PATIENCE)


class Slow(Librarian):
    """A librarian that waits before each text."""

    def __init__(self):
        super().__init__()
        self.held = Held()

    def tokens(self, text):
        self.held.step()
        return super().tokens(text)


class Server:
    """A worker and an index beside it, as a session has them."""

    def __init__(self, root: Path, librarian: Librarian | None = None, **options):
        self.librarian = Librarian() if librarian is None else librarian
        self.loads = 0
        self.infills = Held()
        self.told: list[int] = []
        self.worker = Worker(self._load)
        self.index = Indexing(self.worker, PACE)
        self.index.start(lambda: self.told.append(self.index.files))
        self.index.configure(Configuration(roots=(root,), **options))
        self.document = Document.opened((root / "open.py").as_uri(), "python", 1, "open")

    def _load(self):
        self.loads += 1
        return Model("scripted", "none", self._infill, self._infill, self.librarian)

    def _infill(self, _):
        self.infills.step()
        yield

    def begin(self):
        self.worker.start(self.index.wake)
        self.index.put(self.document)

    def ask(self) -> Future:
        return self.worker.submit("other", Kind.AUTOMATIC, REQUEST)

    def seen(self):
        return self.index.beside(self.document)

    def end(self):
        self.worker.stop()
        self.index.stop()
        assert self.index.join(PATIENCE)
        self.infills.may_go_on.set()
        assert self.worker.join(PATIENCE)


def until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < ends, "it does not come about"
        time.sleep(0.005)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text("a")
    return tmp_path


@pytest.fixture
def started():
    servers = []

    def start(*given, **said):
        servers.append(Server(*given, **said))
        servers[-1].begin()
        return servers[-1]

    yield start
    for server in servers:
        if isinstance(server.librarian, Slow):
            server.librarian.held.may_go_on.set()
        server.end()


def test_files_are_read_in_a_thread_of_their_own_and_told(root: Path, started):
    server = started(root)
    until(lambda: server.seen() == Seen(("a",)))
    assert server.librarian.threads == {"index"}
    assert server.told[-1] == server.index.files == 1


def test_while_the_worker_is_busy_nothing_is_read(root: Path, started):
    server = started(root)
    until(lambda: server.seen() == Seen(("a",)))
    asked = server.ask()
    assert server.infills.begun.wait(PATIENCE)
    (root / "b.py").write_text("b")
    server.index.changed_on_disk((root / "b.py").as_uri(), is_new=True)
    time.sleep(0.1)  # time in which it might have been read
    assert "b" not in server.librarian.texts
    server.infills.may_go_on.set()
    asked.result(PATIENCE)
    until(lambda: server.seen() == Seen(("a", "b")))


def test_what_is_being_read_pauses_when_the_worker_begins(root: Path, started):
    for n in range(10):
        (root / f"m{n}.py").write_text("m")
    server = started(root, Slow())
    assert server.librarian.held.begun.wait(PATIENCE)
    asked = server.ask()
    assert server.infills.begun.wait(PATIENCE)
    server.librarian.held.may_go_on.set()
    time.sleep(0.1)  # time in which more might have been read
    assert len(server.librarian.texts) == 1, "what was begun"
    server.infills.may_go_on.set()
    asked.result(PATIENCE)
    until(lambda: server.seen() is not None and len(server.seen().texts) == 11)


def test_an_unloaded_model_is_not_kept_and_its_files_are_read_again_for_the_next_one(root: Path, started):
    server = started(root)
    until(lambda: server.seen() is not None)
    server.worker.unload_after(0)
    until(lambda: server.worker.state is State.UNLOADED)
    until(lambda: server.index.files == 0)
    assert server.seen() is None
    assert server.index._librarian is None  # noqa: SLF001 -- what is looked for is a leak
    server.worker.unload_after(600)
    first, server.librarian = server.librarian, Librarian()
    server.infills.may_go_on.set()
    server.ask().result(PATIENCE)
    until(lambda: server.seen() == Seen(("a",)))
    assert server.librarian.texts, "the next one reads for itself"
    assert server.loads == 2
    assert first is not server.librarian


def test_a_model_that_makes_no_use_of_other_files_has_none_read(root: Path, monkeypatch: pytest.MonkeyPatch):
    server = Server(root)
    server.librarian = None
    monkeypatch.setattr("os.scandir", lambda _: pytest.fail("it walks"))
    server.begin()
    server.worker.loaded.result(PATIENCE)
    time.sleep(0.05)
    assert (server.seen(), server.told) == (None, [])
    server.end()


@pytest.mark.parametrize("moment", ["idle", "not started", "reading", "waiting"])
def test_it_ends_at_once_at_any_moment(root: Path, moment: str):
    server = Server(root, Slow() if moment == "reading" else Librarian())
    if moment != "not started":
        server.begin()
        server.worker.loaded.result(PATIENCE)
    if moment == "reading":
        assert server.librarian.held.begun.wait(PATIENCE)
        server.index.stop()
        assert not server.index.join(0), "it is in the middle of a text"
        server.librarian.held.may_go_on.set()
    if moment == "idle":
        until(lambda: server.seen() is not None)
    if moment == "waiting":
        server.ask()
        assert server.infills.begun.wait(PATIENCE)
    server.end()
    assert len(server.librarian.texts) <= 2


def test_a_thread_that_hangs_cannot_keep_the_process_alive(root: Path):
    server = Server(root)
    assert server.index._thread.daemon  # noqa: SLF001
    server.end()


def test_a_mistake_costs_the_hints_alone_and_the_log_quotes_nothing(root: Path, caplog: pytest.LogCaptureFixture):
    class Failing(Librarian):
        def library(self, _):
            raise ValueError("the text of a file")

    server = Server(root, Failing())
    server.begin()
    assert server.index.join(PATIENCE), "the thread has ended"
    assert (server.seen(), server.index.files) == (None, 0)
    assert "ValueError" in caplog.text
    assert "the text of a file" not in caplog.text
    server.end()
