"""What a hasty client and a long day do to the server: bursts, and what is kept after thousands of requests."""

import asyncio
import collections
import inspect
import re
import sys
import textwrap
import time
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

CANCELLED = -32800
BURST = 200
WARM_UP, MORE = 500, 3_000
SMALL_GROWTH = 6 * 2**20  # bytes; what one request leaves behind is seen from 2 KiB on
REAL_WARM_UP, REAL_MORE = 20, 100  # with the real denoiser
GROWTH = 20 * 2**20  # bytes
PATIENCE = 600  # tenths of a second
TELLING = (sys.executable, str(Path(__file__).with_name("telling_server.py")))


def at(line, character):
    return types.Range(types.Position(line, character), types.Position(line, character))


@pytest.mark.asyncio(loop_scope="module")
async def test_of_a_burst_one_request_runs_and_the_last_is_answered(client):
    """A keystroke and a request, 200 times, none of them awaited; every infill waits for the test."""
    client.open("x =  # gated\n", version=0)
    requests = []
    for version in range(1, BURST + 1):
        client.change("f", version=version, range_=at(0, 2 + version))
        requests.append(asyncio.ensure_future(client.complete(0, 3 + version)))
        await asyncio.sleep(0)  # it is sent before the next change
        if version == 1:
            first = await client.begun("step 0")
    outcomes = asyncio.gather(*requests[:-1], return_exceptions=True)
    for outcome in await outcomes:  # answered while the first step still runs, so none of them ran
        assert outcome is None or (isinstance(outcome, JsonRpcException) and outcome.code == CANCELLED)
    first.let(1)
    assert await first.event() == "closed"
    last = await client.begun("step 0")
    last.let(3)
    (item,) = (await requests[-1]).items
    assert item.range == at(0, 3 + BURST)
    assert client.has_no_other_run()


@pytest.mark.asyncio(loop_scope="module")
async def test_a_burst_of_cancelled_requests_starts_at_most_one_more_step(client):
    client.open("x =  # gated\n")
    requests = [asyncio.ensure_future(client.complete(0, 3, id_=f"burst {n}")) for n in range(BURST)]
    run = await client.begun("step 0")
    for n in range(BURST):
        client.cancel(f"burst {n}")
    for outcome in await asyncio.gather(*requests, return_exceptions=True):
        assert outcome.code == CANCELLED
    run.let(100)
    assert await run.event() == "closed"
    assert client.has_no_other_run()


@pytest.mark.asyncio(loop_scope="module")
async def test_a_burst_of_automatic_requests_goes_between_the_steps_of_a_fill_and_does_not_kill_it(client):
    client.open("x = <fill>  # gated\n")
    place = types.Range(types.Position(0, 4), types.Position(0, 4))
    fill = asyncio.ensure_future(client.resolve(await client.only_action(place)))
    run = await client.begun("step 0")
    burst = [asyncio.ensure_future(client.complete(0, 3)) for _ in range(BURST)]
    for outcome in await asyncio.gather(*burst[:-1], return_exceptions=True):
        assert outcome.code == CANCELLED
    run.let(3)
    (await client.begun("step 0")).let(3)
    assert (await burst[-1]).items
    assert (await fill).edit is not None


def resident(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])


def use(pipes, first, last, text="y = 1\n" * 50):
    """What an editor is offered in documents that open, change, are asked about, or not after all, and close."""
    for n in range(first, last):
        uri = f"file:///project/module{n % 50}.py"
        document = {"uri": uri, "languageId": "python", "version": n, "text": f"x{n} = \n{text}"}
        place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": len(f"zx{n} = ")}}
        start = {"line": 0, "character": 0}
        change = {
            "textDocument": {"uri": uri, "version": n + 1},
            "contentChanges": [{"range": {"start": start, "end": start}, "text": "z"}],
        }
        asked = {"id": n, "method": "textDocument/inlineCompletion", "params": {**place, "context": {"triggerKind": 2}}}
        pipes.write(
            {"method": "textDocument/didOpen", "params": {"textDocument": document}},
            {"method": "textDocument/didChange", "params": change},
            asked,
            *([{"method": "$/cancelRequest", "params": {"id": n}}] if n % 10 == 0 else []),
        )
        answer = pipes.answer(n)
        assert ("error" in answer) == (n % 10 == 0)
        yield (answer.get("result") or {}).get("items", [])
        pipes.write({"method": "textDocument/didClose", "params": {"textDocument": {"uri": uri}}})


def is_forgotten(pipes, n):
    """Whether nothing of texts is kept now, asked for the nth time, a moment after the time before."""
    time.sleep(0.1)
    return pipes.ask(f"closed {n}", "test/held", {})["result"]["cached"] == 0


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_after_thousands_of_requests_nothing_is_kept(open_pipes):
    collections.deque(use(open_pipes, 1, WARM_UP), maxlen=0)
    before = resident(open_pipes.process.pid)
    assert sum(map(bool, use(open_pipes, WARM_UP, WARM_UP + MORE))) == 0.9 * MORE
    grown = resident(open_pipes.process.pid) - before
    held = open_pipes.ask("held", "test/held", {})["result"]
    assert held == {"answers": 1, "offers": 0, "waiting": 0, "documents": 0}  # the one that asks is being answered
    assert grown <= SMALL_GROWTH


@pytest.mark.slow
@pytest.mark.timeout(900)  # a busy machine denoises slowly
def test_after_a_hundred_requests_to_the_real_denoiser_nothing_is_kept_but_the_cache_within_its_bound(spawn):
    """Each in a document with another beginning, so that more is encoded than the cache may hold."""
    pipes = spawn(*TELLING)
    pipes.initialize(threshold=0)
    staying = {"uri": "file:///staying.py", "languageId": "python", "version": 1, "text": ""}
    pipes.write({"method": "textDocument/didOpen", "params": {"textDocument": staying}})
    text = inspect.getsource(textwrap.dedent)
    collections.deque(use(pipes, 1, REAL_WARM_UP, text), maxlen=0)
    before = resident(pipes.process.pid)
    offered = list(use(pipes, REAL_WARM_UP, REAL_WARM_UP + REAL_MORE, text))
    grown = resident(pipes.process.pid) - before
    held = pipes.ask("held", "test/held", {})["result"]
    cached, bound = held.pop("cached"), held.pop("bound")
    assert bound / 2 < cached <= bound
    assert held == {"answers": 1, "offers": 0, "waiting": 0, "documents": 1}
    pipes.write({"method": "textDocument/didClose", "params": {"textDocument": {"uri": staying["uri"]}}})
    assert any(is_forgotten(pipes, n) for n in range(PATIENCE))
    assert any(offered), "it was the real denoiser that answered"
    assert grown <= GROWTH
    assert pipes.leave() == ("", 0)
