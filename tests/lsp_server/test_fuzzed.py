"""A campaign: a client that spoils its messages. The server outlives them, and answers whatever is a request."""

import json
import random
import threading

import pytest

from tests.campaign import seeds
from tests.spoiling import spoilt_bytes, spoilt_json

MESSAGES = 200  # for each seed
URI, SOURCE = "file:///project/module.py", "recognisable_source_text"
DOCUMENT = {"uri": URI, "languageId": "python", "version": 1, "text": f"x =  # {SOURCE}\ny = \U0001f600\n"}
PLACE = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 3}}
START, END = {"line": 0, "character": 1}, {"line": 1, "character": 2}
CHANGES = [{"range": {"start": START, "end": END}, "text": "z"}, {"text": DOCUMENT["text"]}]
CALLS = (
    ("textDocument/didOpen", {"textDocument": DOCUMENT}),
    ("textDocument/didChange", {"textDocument": {"uri": URI, "version": 2}, "contentChanges": CHANGES}),
    ("textDocument/didClose", {"textDocument": {"uri": URI}}),
    ("textDocument/inlineCompletion", {**PLACE, "context": {"triggerKind": 1}}),
    ("textDocument/completion", PLACE),
    (
        "textDocument/codeAction",
        {"textDocument": {"uri": URI}, "range": CHANGES[0]["range"], "context": {"diagnostics": []}},
    ),
    ("codeAction/resolve", {"title": "Fill", "kind": "refactor.rewrite", "data": {"uri": URI, "version": 1}}),
    (
        "lacuna/fill",
        {"target": {"uri": URI, "version": 1, "start": 0, "end": 0, "what": "file"}, "partialResultToken": 7},
    ),
    ("workspace/didChangeConfiguration", {"settings": {"lacuna": {"threshold": 0.5, "exclude": ["*.txt"]}}}),
    ("workspace/didChangeWorkspaceFolders", {"event": {"added": [{"uri": "file:///p", "name": "p"}], "removed": []}}),
    ("workspace/didChangeWatchedFiles", {"changes": [{"uri": URI, "type": 2}]}),
    ("$/cancelRequest", {"id": 3}),
    ("initialize", {"processId": None, "rootUri": None, "capabilities": {}}),
    ("unknown/method", {"a": [1, {"b": None}]}),
)


def message(chance: random.Random) -> bytes:
    method, params = chance.choice(CALLS)
    call = {"jsonrpc": "2.0", "method": method, "params": params}
    if chance.random() < 0.7:
        call["id"] = chance.choice((chance.randrange(10**6), f"id {chance.randrange(10**6)}"))
    whole = json.dumps(call).encode()
    return whole if chance.random() < 0.3 else spoilt_json(call, chance)


def framed(body: bytes, chance: random.Random) -> bytes:
    header = chance.choice(
        (b"Content-Length: %d\r\n\r\n", b"content-length:%d\r\nX: y\r\n\r\n", b"Content-Length : %d\n\n")
    )
    noise = spoilt_bytes(b"Some-Header: of no use", chance).replace(b":", b";") if chance.random() < 0.1 else b""
    return noise + b"\r\n" * bool(noise) + header % len(body) + body


def asks(body: bytes) -> object:
    """The id of a request, as the specification tells one; else None."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(sent, dict) or sent.get("jsonrpc") != "2.0" or not isinstance(sent.get("method"), str):
        return None
    id_ = sent.get("id")
    return id_ if isinstance(id_, str | int) and not isinstance(id_, bool) else None


@seeds(2)
@pytest.mark.timeout(300)
def test_a_client_that_spoils_its_messages_gets_its_answers(pipes, seed):
    chance = random.Random(seed)  # noqa: S311 -- to be repeated, not to be secret
    pipes.initialize()
    bodies = [message(chance) for _ in range(MESSAGES)]
    answered = set()

    def read():
        while (received := pipes.read()) is not None:
            if "method" not in received:
                answered.add(json.dumps(received["id"]))
            if received.get("id") == "the last":
                pipes.write({"method": "exit"})

    reading = threading.Thread(target=read)
    reading.start()
    for body in bodies:
        pipes.process.stdin.write(framed(body, chance))
    pipes.write({"id": "the last", "method": "shutdown"})
    reading.join(200)
    assert not reading.is_alive()
    expected = {json.dumps(id_) for id_ in map(asks, bodies) if id_ is not None}
    assert expected <= answered
    stderr, code = pipes.end()
    assert code == 0
    assert SOURCE not in stderr
    assert "asyncio" not in stderr
