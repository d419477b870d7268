"""What the worker runs, what it drops and whom it tells. Every step of the scripted infill waits for the test."""

import queue
import subprocess
import sys
import threading
import weakref
from concurrent.futures import CancelledError

import pytest

from lacuna.infill.request import Answer, Draft, Model, Request, Timings, Tokens
from lacuna.lsp_server.worker import (
    Kind,
    OutdatedError,
    PreemptedError,
    State,
    StoppedError,
    SupersededError,
    Worker,
)
from lacuna.syntax.errors import LacunaError
from lacuna.syntax.spans import Span

PATIENCE = 10  # seconds until a test gives up; none waits that long when all is well


def model_of(infill):
    return Model("scripted", "NoneExecutionProvider", infill, warm=infill)


def asking(name):
    return Request(text=name, language="python", spans=(Span(0, 0),), threshold=0.0)


def answer_to(request):
    return Answer(
        edits=(),
        candidates=(),
        reason=None,
        timings=Timings(parse=0, encode=0, steps=(), total=0),
        tokens=Tokens(context=0, encoded=0, slots=0),
        provider="scripted",
        model=request.text,
        threshold=0.0,
    )


class ScriptedInfill:
    """Says which step begins and takes it only when the test lets it."""

    STEPS = 3

    def __init__(self):
        self.begun = queue.Queue()
        self.closed = queue.Queue()
        self.permits = threading.Semaphore(0)
        self.fails_with = {}

    def __call__(self, request):
        try:
            for step in range(self.STEPS):
                self.begun.put((request.text, step))
                assert self.permits.acquire(timeout=PATIENCE)
                if request.text in self.fails_with:
                    raise self.fails_with[request.text]
                yield Draft(step=step, holes=((None,),))
            return answer_to(request)
        finally:
            self.closed.put(request.text)

    def wait_for(self, *step):
        assert self.begun.get(timeout=PATIENCE) == step

    def let(self, steps):
        self.permits.release(steps)

    def begun_so_far(self):
        return [self.begun.get() for _ in range(self.begun.qsize())]


@pytest.fixture
def infill():
    return ScriptedInfill()


@pytest.fixture
def worker(infill):
    worker = Worker(lambda: model_of(infill))
    worker.start()
    yield worker
    worker.stop()
    infill.let(1000)
    assert worker.join(PATIENCE)


def answered(future):
    return future.result(PATIENCE).model


def test_a_request_is_answered(worker, infill):
    future = worker.submit("a.py", Kind.AUTOMATIC, asking("one"))
    infill.let(3)
    assert answered(future) == "one"
    assert infill.begun_so_far() == [("one", 0), ("one", 1), ("one", 2)]
    assert infill.closed.get(timeout=PATIENCE) == "one"


def test_of_a_burst_only_the_first_and_the_last_run(worker, infill):
    first = worker.submit("a.py", Kind.AUTOMATIC, asking("0"))
    infill.wait_for("0", 0)
    burst = [worker.submit("a.py", Kind.AUTOMATIC, asking(str(i))) for i in range(1, 50)]
    infill.let(100)
    assert answered(burst[-1]) == "49"
    for future in [first, *burst[:-1]]:
        assert isinstance(future.exception(PATIENCE), SupersededError)
    assert infill.begun_so_far() == [("49", 0), ("49", 1), ("49", 2)]


def test_another_document_waits_for_its_turn(worker, infill):
    one = worker.submit("a.py", Kind.AUTOMATIC, asking("one"))
    infill.wait_for("one", 0)
    two = worker.submit("b.py", Kind.AUTOMATIC, asking("two"))
    three = worker.submit("c.py", Kind.AUTOMATIC, asking("three"))
    infill.let(9)
    assert [answered(future) for future in (one, two, three)] == ["one", "two", "three"]
    assert [name for name, step in infill.begun_so_far() if step == 0] == ["two", "three"]


@pytest.mark.parametrize("document", ["a.py", "b.py"], ids=["same document", "other document"])
def test_an_automatic_request_never_kills_an_explicit_one(worker, infill, document):
    explicit = worker.submit("a.py", Kind.EXPLICIT, asking("explicit"))
    infill.wait_for("explicit", 0)
    automatic = worker.submit(document, Kind.AUTOMATIC, asking("automatic"))
    infill.let(6)
    assert answered(explicit) == "explicit"
    assert answered(automatic) == "automatic"


def test_an_explicit_request_takes_the_worker_from_an_automatic_one(worker, infill):
    automatic = worker.submit("a.py", Kind.AUTOMATIC, asking("automatic"))
    infill.wait_for("automatic", 0)
    explicit = worker.submit("b.py", Kind.EXPLICIT, asking("explicit"))
    assert isinstance(automatic.exception(PATIENCE), PreemptedError)
    infill.let(4)
    assert answered(explicit) == "explicit"
    assert infill.begun_so_far() == [("explicit", 0), ("explicit", 1), ("explicit", 2)]


def test_a_filling_lets_others_go_between_two_of_its_steps(worker, infill):
    filling = worker.submit("a.py", Kind.FILLING, asking("filling"))
    infill.wait_for("filling", 0)
    warming = worker.warm("b.py", asking("warming"))
    automatic = worker.submit("b.py", Kind.AUTOMATIC, asking("automatic"))
    infill.let(9)
    assert [answered(future) for future in (automatic, filling)] == ["automatic", "filling"]
    warming.result(PATIENCE)
    steps = [f"{name} {step}" for name, step in infill.begun_so_far()]
    others = [f"{name} {step}" for name in ("automatic", "warming") for step in range(3)]
    assert steps == [*others, "filling 1", "filling 2"]


def test_a_filling_that_gives_way_is_dropped_with_its_document_and_by_a_newer_one(worker, infill):
    filling = worker.submit("a.py", Kind.FILLING, asking("filling"))
    infill.wait_for("filling", 0)
    automatic = worker.submit("b.py", Kind.AUTOMATIC, asking("automatic"))
    infill.let(1)
    infill.wait_for("automatic", 0)
    newer = worker.submit("a.py", Kind.FILLING, asking("newer"))
    assert isinstance(filling.exception(PATIENCE), SupersededError)
    worker.withdraw("a.py")
    assert isinstance(newer.exception(PATIENCE), OutdatedError)
    infill.let(9)
    assert answered(automatic) == "automatic"
    assert "filling" in {infill.closed.get(timeout=PATIENCE) for _ in range(2)}


def test_the_more_urgent_of_those_that_wait_goes_first(worker, infill):
    running = worker.submit("a.py", Kind.EXPLICIT, asking("running"))
    infill.wait_for("running", 0)
    warming = worker.warm("b.py", asking("BACKGROUND"))
    waiting = [worker.submit("b.py", kind, asking(kind.name)) for kind in (Kind.AUTOMATIC, Kind.EXPLICIT)]
    infill.let(12)
    assert [answered(future) for future in (running, *waiting)] == ["running", "AUTOMATIC", "EXPLICIT"]
    warming.result(PATIENCE)
    assert [name for name, step in infill.begun_so_far() if step == 0] == ["EXPLICIT", "AUTOMATIC", "BACKGROUND"]


def test_an_explicit_request_displaced_by_a_newer_one_says_so(worker, infill):
    older = worker.submit("a.py", Kind.EXPLICIT, asking("older"))
    infill.wait_for("older", 0)
    newer = worker.submit("a.py", Kind.EXPLICIT, asking("newer"))
    with pytest.raises(SupersededError, match="newer request took its place"):
        older.result(PATIENCE)
    infill.let(4)
    assert answered(newer) == "newer"


def test_a_cancelled_request_starts_no_step_after_the_one_that_runs(worker, infill):
    future = worker.submit("a.py", Kind.EXPLICIT, asking("cancelled"))
    infill.wait_for("cancelled", 0)
    assert future.cancel()
    infill.let(100)
    assert infill.closed.get(timeout=PATIENCE) == "cancelled"
    assert infill.begun_so_far() == []
    with pytest.raises(CancelledError):
        future.result()


def test_a_request_cancelled_while_it_waits_starts_no_step_at_all(worker, infill):
    running = worker.submit("a.py", Kind.AUTOMATIC, asking("running"))
    infill.wait_for("running", 0)
    waiting = worker.submit("b.py", Kind.AUTOMATIC, asking("waiting"))
    last = worker.submit("c.py", Kind.AUTOMATIC, asking("last"))
    assert waiting.cancel()
    infill.let(6)
    assert [answered(running), answered(last)] == ["running", "last"]
    assert "waiting" not in [name for name, _ in infill.begun_so_far()]


def test_a_changed_document_outdates_what_runs_and_what_waits_for_it_and_nothing_else(worker, infill):
    running = worker.submit("a.py", Kind.EXPLICIT, asking("running"))
    infill.wait_for("running", 0)
    waiting = worker.submit("a.py", Kind.AUTOMATIC, asking("waiting"))
    other = worker.submit("b.py", Kind.AUTOMATIC, asking("other"))
    worker.withdraw("a.py")
    for future in (running, waiting):
        assert isinstance(future.exception(PATIENCE), OutdatedError)
    infill.let(4)
    assert answered(other) == "other"


@pytest.mark.parametrize("error", [LacunaError("The model is gone."), ZeroDivisionError("bug")], ids=["ours", "a bug"])
def test_an_error_reaches_who_asked_and_the_worker_lives_on(worker, infill, error):
    infill.fails_with["bad"] = error
    bad = worker.submit("a.py", Kind.EXPLICIT, asking("bad"))
    good = worker.submit("b.py", Kind.EXPLICIT, asking("good"))
    infill.let(4)
    assert bad.exception(PATIENCE) is error
    assert answered(good) == "good"


class Panic(BaseException):
    """As libraries in Rust raise it: no `Exception`."""


def test_a_panic_reaches_who_asked_as_an_error_and_the_worker_lives_on(worker, infill):
    infill.fails_with["bad"] = Panic("called unwrap")
    bad = worker.submit("a.py", Kind.EXPLICIT, asking("bad"))
    good = worker.submit("b.py", Kind.EXPLICIT, asking("good"))
    infill.let(4)
    assert isinstance(bad.exception(PATIENCE), RuntimeError)
    assert answered(good) == "good"


def test_an_error_after_the_request_was_dropped_is_logged_without_the_request(worker, infill, caplog):
    infill.fails_with["secret source"] = ZeroDivisionError("bug")
    dropped = worker.submit("a.py", Kind.EXPLICIT, asking("secret source"))
    infill.wait_for("secret source", 0)
    dropped.cancel()
    good = worker.submit("b.py", Kind.EXPLICIT, asking("good"))
    infill.let(4)
    assert answered(good) == "good"
    assert "An infill failed after it was dropped" in caplog.text
    assert "secret source" not in caplog.text


def test_requests_wait_while_the_model_is_loaded():
    infill, may_load = ScriptedInfill(), threading.Event()

    def load():
        assert may_load.wait(PATIENCE)
        return model_of(infill)

    worker = Worker(load)
    worker.start()
    older = worker.submit("a.py", Kind.AUTOMATIC, asking("older"))
    newer = worker.submit("a.py", Kind.AUTOMATIC, asking("newer"))
    assert isinstance(older.exception(PATIENCE), SupersededError)
    assert not newer.done()
    may_load.set()
    infill.let(3)
    assert answered(newer) == "newer"
    assert worker.loaded.result(PATIENCE) is None
    worker.stop()
    assert worker.join(PATIENCE)


def test_a_model_that_cannot_be_loaded_fails_every_request_with_the_reason():
    error = LacunaError("model.onnx does not match its hash.")

    def load():
        raise error

    worker = Worker(load)
    worker.start()
    assert worker.loaded.exception(PATIENCE) is error
    for _ in range(2):
        assert worker.submit("a.py", Kind.EXPLICIT, asking("any")).exception(PATIENCE) is error
    worker.stop()
    assert worker.join(PATIENCE)


def test_a_panic_while_the_model_is_loaded_fails_every_request():
    def load():
        raise Panic("called unwrap")

    worker = Worker(load)
    worker.start()
    assert isinstance(worker.loaded.exception(PATIENCE), RuntimeError)
    assert worker.state is State.FAILED
    assert isinstance(worker.submit("a.py", Kind.EXPLICIT, asking("any")).exception(PATIENCE), RuntimeError)
    worker.stop()
    assert worker.join(PATIENCE)


def test_an_automatic_request_takes_the_worker_from_warming(worker, infill):
    warming = worker.warm("a.py", asking("warming"))
    infill.wait_for("warming", 0)
    automatic = worker.submit("a.py", Kind.AUTOMATIC, asking("automatic"))
    assert isinstance(warming.exception(PATIENCE), PreemptedError)
    infill.let(4)
    assert answered(automatic) == "automatic"


# --- the model in memory


def test_the_model_is_told_to_forget():
    forgotten = threading.Event()
    model = Model("scripted", "NoneExecutionProvider", ScriptedInfill(), warm=ScriptedInfill(), forget=forgotten.set)
    worker = Worker(lambda: model)
    worker.forget()  # there is none yet
    worker.start()
    worker.loaded.result(PATIENCE)
    worker.forget()
    assert forgotten.is_set()
    worker.stop()
    assert worker.join(PATIENCE)


class Watched:
    """What a worker told, in its order."""

    def __init__(self, load):
        self.worker = Worker(load)
        self._told = queue.Queue()
        self.worker.start(lambda: self._told.put((self.worker.state, self.worker.busy)))

    def wait_for(self, state, busy=None):
        while self._told.get(timeout=PATIENCE) != (state, busy):
            pass

    def end(self):
        self.worker.stop()
        assert self.worker.join(PATIENCE)


def open_infill(request):
    yield Draft(step=0, holes=((None,),))
    return answer_to(request)


def test_it_tells_what_it_does():
    watched = Watched(lambda: model_of(open_infill))
    watched.wait_for(State.LOADING)
    watched.wait_for(State.READY)
    assert watched.worker.model.name == "scripted"
    watched.worker.submit("a.py", Kind.EXPLICIT, asking("one"))
    watched.wait_for(State.READY, Kind.EXPLICIT)
    watched.wait_for(State.READY)
    watched.end()


def test_after_idleness_the_model_leaves_memory_and_comes_back_with_the_next_request():
    models = []

    def load():
        def infill(request):  # one for each load, so that its end can be seen
            return (yield from open_infill(request))

        models.append(weakref.ref(infill))
        return model_of(infill)

    watched = Watched(load)
    watched.wait_for(State.READY)
    assert answered(watched.worker.submit("a.py", Kind.AUTOMATIC, asking("one"))) == "one"
    watched.worker.unload_after(0)
    watched.wait_for(State.UNLOADED)
    assert watched.worker.model is None
    assert models[0]() is None
    watched.worker.unload_after(float("inf"))
    assert answered(watched.worker.submit("a.py", Kind.AUTOMATIC, asking("two"))) == "two"
    watched.wait_for(State.LOADING, Kind.AUTOMATIC)
    assert len(models) == 2
    watched.end()


def test_a_model_that_is_gone_when_it_is_wanted_again_is_tried_anew_for_who_asks_explicitly():
    loads = [model_of(open_infill), LacunaError("The folder is gone."), model_of(open_infill)]

    def load():
        outcome = loads.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    watched = Watched(load)
    watched.wait_for(State.READY)
    watched.worker.unload_after(0)
    watched.wait_for(State.UNLOADED)
    watched.worker.unload_after(float("inf"))
    for _ in range(2):
        gone = watched.worker.submit("a.py", Kind.AUTOMATIC, asking("one"))
        assert str(gone.exception(PATIENCE)) == "The folder is gone."
    assert watched.worker.state is State.FAILED
    assert answered(watched.worker.submit("a.py", Kind.EXPLICIT, asking("two"))) == "two"
    watched.end()


def test_stopping_drops_everything_and_ends_the_thread_after_the_running_step(worker, infill):
    running = worker.submit("a.py", Kind.EXPLICIT, asking("running"))
    infill.wait_for("running", 0)
    waiting = worker.submit("b.py", Kind.AUTOMATIC, asking("waiting"))
    worker.stop()
    late = worker.submit("c.py", Kind.EXPLICIT, asking("late"))
    for future in (running, waiting, late):
        assert isinstance(future.exception(PATIENCE), StoppedError)
    infill.let(1)
    assert worker.join(PATIENCE)
    assert infill.begun_so_far() == []


def test_a_step_that_hangs_does_not_keep_the_process_alive():
    program = """
import threading
from lacuna.infill.request import Model, Request
from lacuna.lsp_server.worker import Kind, Worker

begun = threading.Event()

def hanging(request):
    begun.set()
    threading.Event().wait()
    yield

worker = Worker(lambda: Model("", "", hanging, hanging))
worker.start()
worker.submit("a.py", Kind.EXPLICIT, Request("", "python", (), 0.0))
begun.wait()
worker.stop()
"""
    ended = subprocess.run([sys.executable, "-c", program], timeout=PATIENCE, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
