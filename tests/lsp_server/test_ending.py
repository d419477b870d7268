"""A campaign: servers that load at once, each left in some way at some moment. They end in time, and leave nothing."""

import asyncio
import gc
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from lacuna.export.artifact import embedded
from lacuna.lsp_server import ending
from tests.campaign import seeds
from tests.lsp_server.conftest import SCRIPTED, Pipes

TRIES = 5  # for each seed, all at the same time
IN_TIME = 40  # seconds, on a machine that loads several models
SERVE = (sys.executable, "-I", "-m", "lacuna.cli", "serve")
COMMANDS = {
    "real": SERVE,
    "one thread": (*SERVE, "--threads", "1"),
    "an artifact that is tried first": (*SERVE, "--model", "{artifact}"),
    "a native call without end": SCRIPTED,
}
DOCUMENT = {"uri": "file:///project/a.py", "languageId": "python", "version": 1, "text": "def total(prices):\n    \n"}
ASKED = {
    "textDocument": {"uri": DOCUMENT["uri"]},
    "position": {"line": 1, "character": 4},
    "context": {"triggerKind": 1},
}


def takes_leave(server: Pipes, _: subprocess.Popen) -> None:
    server.write({"id": "bye", "method": "shutdown"}, {"method": "exit"})


def exits(server: Pipes, _: subprocess.Popen) -> None:
    server.write({"method": "exit"})


def closes(server: Pipes, _: subprocess.Popen) -> None:
    server.process.stdin.close()
    server.process.stdin = None


def closes_in_mid_message(server: Pipes, client: subprocess.Popen) -> None:
    server.process.stdin.write(b"Content-Length: 100\r\n\r\n{")
    closes(server, client)


def dies(_: Pipes, client: subprocess.Popen) -> None:
    """Somebody else holds the pipes."""
    client.kill()
    client.wait()


def terminates(server: Pipes, _: subprocess.Popen) -> None:
    server.process.terminate()


def interrupts(server: Pipes, _: subprocess.Popen) -> None:
    server.process.send_signal(signal.SIGINT)


WAYS: dict[Callable[[Pipes, subprocess.Popen], None], int] = {
    takes_leave: 0,
    exits: 1,
    closes: 0,
    closes_in_mid_message: 0,
    dies: 1,
    terminates: -signal.SIGTERM,
    interrupts: 130,
}
"""With the exit code of each."""


@dataclass(frozen=True)
class Try:
    command: str
    way: Callable[[Pipes, subprocess.Popen], None]
    is_loaded: bool
    """It is left only after the model was loaded, while it answers a request."""
    moment: float
    """Seconds after that, else after the answer to `initialize`."""

    @classmethod
    def drawn(cls, chance: random.Random) -> "Try":
        command = chance.choices(list(COMMANDS), (4, 2, 1, 1))[0]
        is_loaded = chance.random() < 0.2 and COMMANDS[command] is not SCRIPTED
        return cls(command, chance.choice(list(WAYS)), is_loaded, chance.random() ** 2 * 3)


def ended(tried: Try, artifact: Path) -> tuple[int | None, str]:
    """The exit code, None if it does not end, and what was said on standard error."""
    server = Pipes(tuple(part.format(artifact=artifact) for part in COMMANDS[tried.command]))
    client = subprocess.Popen(["sleep", "600"])
    try:
        start = {"processId": client.pid, "rootUri": None, "capabilities": {}}
        server.ask(0, "initialize", start)
        server.write({"method": "initialized", "params": {}})
        if tried.is_loaded:
            while server.read().get("params", {}).get("state") != "ready":
                pass
        server.write({"method": "textDocument/didOpen", "params": {"textDocument": DOCUMENT}})
        server.write({"id": 1, "method": "textDocument/inlineCompletion", "params": ASKED})
        time.sleep(tried.moment)
        tried.way(server, client)
        try:
            code = server.process.wait(IN_TIME)
        except subprocess.TimeoutExpired:
            code = None
            server.process.kill()
        return code, server.process.stderr.read().decode()
    finally:
        client.kill()
        client.wait()
        server.kill()


def left(marker: Path) -> list[str]:
    """What runs with a path in its environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.fsencode(marker) in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text())
        except OSError:
            pass
    return found


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Of servers that begin in it; a background job's children would ignore Ctrl-C."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("SCRIPT_LOAD", "native")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield tmp_path / "cache"
    signal.signal(signal.SIGINT, before)


@seeds(2)
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_however_and_whenever_a_client_leaves_the_server_ends(cache: Path, tmp_path: Path, seed: int):
    chance = random.Random(seed)  # noqa: S311 -- to be repeated, not to be secret
    artifact = shutil.copytree(embedded(), tmp_path / "artifact")
    tries = [Try.drawn(chance) for _ in range(TRIES)]
    with ThreadPoolExecutor(TRIES) as pool:
        endings = list(pool.map(lambda tried: ended(tried, artifact), tries))
    wrong = [(tried, ending) for tried, ending in zip(tries, endings, strict=True) if ending != (WAYS[tried.way], "")]
    assert wrong == []
    latest = time.monotonic() + IN_TIME
    while left(cache) and time.monotonic() < latest:
        time.sleep(0.1)
    assert left(cache) == []


def test_a_process_that_ended_and_was_not_waited_for_is_not_alive():
    with subprocess.Popen(["true"]) as ended:
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        assert not ending.is_alive(ended.pid)


def test_this_process_and_those_of_others_are_alive():
    assert ending.is_alive(os.getpid())
    assert ending.is_alive(1)


def test_that_the_client_is_gone_is_no_error_of_a_task(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(ending, "at_last", lambda _: None)  # it would end this process, too
    gone = subprocess.Popen(["true"])
    gone.wait()

    async def converse() -> None:
        watch = asyncio.create_task(ending.with_client(lambda: gone.pid))
        await asyncio.sleep(IN_TIME)
        watch.cancel()

    with pytest.raises(SystemExit, match="1"):
        asyncio.run(converse())
    gc.collect()
    assert caplog.messages == []
