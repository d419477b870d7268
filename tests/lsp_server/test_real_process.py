"""The process of `lacuna serve` with the embedded model: what it takes when idle, others beside it, how it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PATIENCE = 60  # seconds until a test gives up; none waits that long when all is well
SERVE = (sys.executable, "-I", "-m", "lacuna.cli", "serve")
DYING_CLIENT = (sys.executable, str(Path(__file__).with_name("dying_client.py")), *SERVE)
IDLE = 1.5  # seconds
SHARE = 0.05  # of one core

# Before and behind the cursor.
PLACES = (
    ("def total(prices):\n    result = 0\n    for price in prices:\n        result += ", "\n    return result\n"),
    ("def names(people):\n    for person in people:\n        print(person.name, person.", ")\n"),
    ("import os\n\n\ndef size(path):\n    return os.path.getsize(", ")\n"),
)

pytestmark = pytest.mark.timeout(300)  # a busy machine denoises slowly


def ask(server, place, number):
    """Ask without waiting."""
    before, after = PLACES[place]
    uri = f"file:///project/module{number}.py"
    document = {"uri": uri, "languageId": "python", "version": 1, "text": before + after}
    position = {"line": before.count("\n"), "character": len(before.rsplit("\n", 1)[-1])}
    params = {"textDocument": {"uri": uri}, "position": position, "context": {"triggerKind": 1}}
    server.write(
        {"method": "textDocument/didOpen", "params": {"textDocument": document}},
        {"id": number, "method": "textDocument/inlineCompletion", "params": params},
    )


def offered(server, number):
    return [item["insertText"] for item in server.answer(number)["result"]["items"]]


def cpu_seconds(process):
    """Processor time that all threads of a process have taken so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2])
def test_an_idle_server_takes_no_processor_time(spawn, threads):
    server = spawn(*SERVE, "--threads", str(threads))
    server.initialize()
    ask(server, 0, 1)
    assert offered(server, 1)
    before = cpu_seconds(server.process.pid)
    time.sleep(IDLE)  # the one thing to be seen is what passes in some time without an event
    assert cpu_seconds(server.process.pid) - before < SHARE * IDLE
    assert server.leave() == ("", 0)


@pytest.mark.slow
def test_servers_beside_each_other_answer_as_one_alone_does(spawn):
    alone = spawn(*SERVE)
    alone.initialize()
    expected = []
    for place, (before, after) in enumerate(PLACES):
        ask(alone, place, place)
        expected.append(offered(alone, place))
        for text in expected[-1]:
            compile(before + text + after, "module.py", "exec")
    assert all(expected)
    assert alone.leave() == ("", 0)

    servers = [spawn(*SERVE) for _ in PLACES]
    for server in servers:
        server.initialize()
    for turn in range(len(PLACES)):
        places = [(turn + n) % len(PLACES) for n in range(len(servers))]
        for server, place in zip(servers, places, strict=True):
            ask(server, place, turn + 1)
        for server, place in zip(servers, places, strict=True):
            assert offered(server, turn + 1) == expected[place]
    assert [server.leave() for server in servers] == [("", 0)] * len(servers)


@pytest.mark.parametrize(
    ("redirected", "ended"),
    [
        pytest.param("<&-", ("lacuna: There is no standard input to read from.\n", 4), id="closed"),
        pytest.param("0>written", ("", 0), id="open for writing only"),
    ],
)
def test_a_server_that_can_read_nothing_ends(spawn, tmp_path, monkeypatch, redirected, ended):
    monkeypatch.chdir(tmp_path)
    assert spawn("sh", "-c", f'exec "$@" {redirected}', "sh", *SERVE).end() == ended


def test_a_server_without_a_standard_error_serves(spawn):
    server = spawn("sh", "-c", 'exec "$@" 2>&-', "sh", *SERVE)
    server.initialize()
    assert server.leave() == ("", 0)


def test_shutdown_in_mid_request_ends_the_process(spawn):
    server = spawn(*SERVE)
    server.initialize()
    ask(server, 0, 1)
    assert server.leave() == ("", 0)


def is_alive(process):
    """Whether it runs; one that ended and was not waited for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.slow
def test_a_client_that_is_killed_in_mid_request_leaves_no_server():
    with subprocess.Popen(DYING_CLIENT, stdout=subprocess.PIPE, text=True) as client:
        server = int(client.stdout.readline())
        assert is_alive(server)
        client.send_signal(signal.SIGKILL)
    end = time.monotonic() + PATIENCE
    while is_alive(server):
        assert time.monotonic() < end, "the server outlives its client"
        time.sleep(0.02)
