"""JSON-RPC on bare pipes: what a careless or dying client sends, and how the process ends."""

import json
import time

import pytest

URI = "file:///project/module.py"
SOURCE = "recognisable_source_text"
OPEN = {
    "method": "textDocument/didOpen",
    "params": {"textDocument": {"uri": URI, "languageId": "python", "version": 1, "text": f"x =  # {SOURCE}\n"}},
}
COMPLETE = {
    "textDocument": {"uri": URI},
    "position": {"line": 0, "character": 3},
    "context": {"triggerKind": 2},
}


def opened(text):
    document = {**OPEN["params"]["textDocument"], "text": text}
    return {"method": "textDocument/didOpen", "params": {"textDocument": document}}


def test_shutdown_and_exit_end_the_process_with_0_and_silently(pipes):
    pipes.initialize()
    assert pipes.leave() == ("", 0)


def test_null_is_a_result_that_is_there(open_pipes):
    open_pipes.write(opened("# nothing\n"))
    assert open_pipes.ask(1, "textDocument/inlineCompletion", COMPLETE) == {"jsonrpc": "2.0", "id": 1, "result": None}


@pytest.mark.parametrize(
    "params",
    [None, {}, {**COMPLETE, "position": {"line": -1, "character": 0}}, {**COMPLETE, "position": "here"}, [1]],
    ids=["none", "empty", "negative", "wrong type", "list"],
)
def test_a_request_that_cannot_be_read_is_answered_and_the_server_lives_on(open_pipes, params):
    error = open_pipes.ask(1, "textDocument/inlineCompletion", params)["error"]
    assert error == {"code": -32602, "message": "The parameters of textDocument/inlineCompletion cannot be read."}
    open_pipes.write(OPEN)
    assert (
        open_pipes.ask(2, "textDocument/inlineCompletion", COMPLETE)["result"]["items"][0]["insertText"] == "filled_0()"
    )


def test_an_unknown_request_is_answered(open_pipes):
    assert open_pipes.ask(1, "textDocument/makeCoffee", {"text": SOURCE})["error"]["code"] == -32601


@pytest.mark.parametrize(
    "body",
    [b'{"jsonrpc": "2.0", "method": ', b"[1, 2]", b'{"id": 3}', b'{"jsonrpc": "2.0", "id": 9, "result": 1}', b"\xff"],
    ids=["broken JSON", "a list", "no version", "an answer to nothing", "no UTF-8"],
)
def test_what_is_no_message_does_not_end_the_conversation(open_pipes, body):
    open_pipes.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    open_pipes.write(OPEN)
    assert open_pipes.ask(2, "textDocument/inlineCompletion", COMPLETE)["result"]["items"]


@pytest.mark.parametrize(
    "header",
    [b"garbage", b"", b"Content-Type: text", b"Content-Length: 0", b"Content-Length: some", b"Content-Length: -5"],
    ids=["garbage", "empty", "another", "0", "no number", "negative"],
)
def test_a_header_that_says_no_length_hangs_nothing(pipes, header):
    pipes.initialize()
    pipes.process.stdin.write(header + b"\r\n\r\n")
    pipes.write({"id": 1, "method": "shutdown"}, {"method": "exit"})
    assert pipes.end() == ("", 0)


def test_a_notification_that_nobody_knows_is_passed_over(open_pipes):
    open_pipes.write({"method": "$/makeCoffee", "params": {"text": SOURCE}}, {"method": "coffee/ready"}, OPEN)
    assert open_pipes.ask(2, "textDocument/inlineCompletion", COMPLETE)["result"]["items"]


def test_a_notification_that_fails_is_logged_and_shown_to_nobody(pipes):
    pipes.initialize()
    unknown = {"textDocument": {"uri": f"file:///{SOURCE}", "version": 1}, "contentChanges": [{"text": SOURCE}]}
    pipes.write({"method": "textDocument/didChange", "params": unknown}, {"id": 1, "method": "shutdown"})
    received = []
    while (message := pipes.read()).get("id") != 1:
        received.append(message["method"])
    assert "window/showMessage" not in received
    pipes.write({"method": "exit"})
    stderr, code = pipes.end()
    assert code == 0
    assert "UnknownDocumentError" in stderr
    assert SOURCE not in stderr


def test_a_response_that_cannot_be_read_does_not_end_the_conversation(pipes):
    started = {"processId": None, "rootUri": None, "capabilities": {"workspace": {"configuration": True}}}
    pipes.ask(0, "initialize", started)
    folders = {"added": [{"uri": "file:///late", "name": "late"}], "removed": []}
    for method, params, result in (
        ("initialized", {}, [None]),
        ("workspace/didChangeWorkspaceFolders", {"event": folders}, 5),
    ):
        pipes.write({"method": method, "params": params})
        while (asked := pipes.read()).get("method") != "workspace/configuration":
            pass
        pipes.write({"id": asked["id"], "result": result})
    pipes.write(OPEN)
    assert pipes.ask(1, "textDocument/inlineCompletion", COMPLETE)["result"]["items"]
    stderr, code = pipes.leave()
    assert code == 0
    assert stderr.startswith("ERROR lacuna.lsp_server.protocol: The client sent a response that cannot be read\n")
    assert "ERROR asyncio" not in stderr


def test_an_edit_right_behind_a_request_does_not_move_its_cursor(open_pipes):
    start = {"line": 0, "character": 0}
    change = {
        "textDocument": {"uri": URI, "version": 2},
        "contentChanges": [{"range": {"start": start, "end": start}, "text": "import os\n"}],
    }
    open_pipes.write(
        OPEN,
        {"id": 1, "method": "textDocument/inlineCompletion", "params": COMPLETE},
        {"method": "textDocument/didChange", "params": change},
    )
    assert open_pipes.answer(1)["result"] is None


def test_before_initialize_only_initialize_is_answered(pipes):
    pipes.write(OPEN)
    assert pipes.ask(1, "textDocument/inlineCompletion", COMPLETE)["error"]["code"] == -32002
    assert "capabilities" in pipes.initialize()["result"]
    assert pipes.ask(2, "textDocument/inlineCompletion", COMPLETE)["result"] is None


def test_a_second_initialize_is_refused(open_pipes):
    assert open_pipes.initialize()["error"]["code"] == -32600


def test_a_message_within_a_message_is_plain_data(pipes):
    assert "capabilities" in pipes.initialize(jsonrpc="2.0", method="exit")["result"]
    assert pipes.leave() == ("", 0)


def test_after_shutdown_nothing_more_is_done(pipes):
    pipes.initialize()
    pipes.ask(1, "shutdown")
    assert pipes.ask(2, "textDocument/inlineCompletion", COMPLETE)["error"]["code"] == -32600
    pipes.write({"method": "exit"})
    assert pipes.end() == ("", 0)


@pytest.mark.parametrize("registers", [True, False])
def test_a_client_that_can_is_asked_to_tell_which_files_change(pipes, registers):
    watching = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": registers}}}
    pipes.ask(0, "initialize", {"processId": None, "rootUri": None, "capabilities": watching})
    pipes.write({"method": "initialized", "params": {}})
    asked = []
    while (message := pipes.read()).get("params", {}).get("state") != "ready":
        asked += message["params"].get("registrations", ())
    globs = [watcher["globPattern"] for each in asked for watcher in each["registerOptions"]["watchers"]]
    assert globs == (["**/.gitignore", "**/.lacunaignore", "**/*.py", "**/*.pyi", "**/*.pyw"] if registers else [])
    event = {"uri": "file:///project/a.py", "type": 1}
    pipes.write({"method": "workspace/didChangeWatchedFiles", "params": {"changes": [event]}})
    assert pipes.leave() == ("", 0)


@pytest.mark.parametrize("way", ["takes leave", "exits", "dies", "is told to end"])
def test_a_file_that_is_being_read_does_not_keep_the_process(pipes, tmp_path, way):
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "a.py").write_text("# hangs")
    document = {**OPEN["params"]["textDocument"], "uri": (tmp_path / "b.py").as_uri()}
    pipes.initialize()
    pipes.write({"method": "textDocument/didOpen", "params": {"textDocument": document}})
    while (pipes.read() or {}).get("params", {}).get("state") != "ready":
        pass
    time.sleep(0.1)  # until it is being read; at any other moment the process ends, too
    if way == "takes leave":
        assert pipes.leave() == ("", 0)
    elif way == "exits":
        pipes.write({"method": "exit"})
        assert pipes.end() == ("", 1)
    elif way == "dies":
        pipes.process.stdin.close()
        pipes.process.stdin = None
        assert pipes.end() == ("", 0)
    else:
        pipes.process.terminate()
        pipes.end()


def test_exit_without_shutdown_is_told_by_the_exit_code(pipes):
    pipes.initialize()
    pipes.write({"method": "exit"})
    assert pipes.end() == ("", 1)


@pytest.mark.parametrize("rest", [b"", b"Content-Length: 100\r\n\r\n{"], ids=["between messages", "in mid-message"])
def test_the_death_of_the_client_ends_the_process(pipes, rest):
    pipes.initialize()
    pipes.process.stdin.write(rest)
    pipes.process.stdin.close()
    pipes.process.stdin = None
    assert pipes.end() == ("", 0)


def test_a_client_that_reads_no_more_gets_no_storm_of_errors(pipes):
    pipes.initialize()
    pipes.write(OPEN)
    pipes.process.stdout.close()
    for id_ in range(5):
        pipes.write({"id": id_, "method": "textDocument/inlineCompletion", "params": COMPLETE})
    pipes.process.stdin.close()
    pipes.process.stdin = pipes.process.stdout = None
    assert pipes.end() == ("", 0)


def test_what_anything_prints_does_not_garble_the_protocol(pipes):
    pipes.initialize()
    pipes.write(opened("# prints\n"))
    assert pipes.ask(1, "textDocument/inlineCompletion", COMPLETE)["result"]["items"]
    assert pipes.leave() == ("from some library\n", 0)


def test_no_log_holds_source_text_even_when_lacuna_makes_a_mistake(pipes):
    pipes.initialize()
    pipes.write(opened(f"# breaks {SOURCE}\n"))
    assert pipes.ask(1, "textDocument/inlineCompletion", COMPLETE)["result"] is None
    invoked = {**COMPLETE, "context": {"triggerKind": 1}}
    answer = pipes.ask(2, "textDocument/inlineCompletion", invoked)
    assert SOURCE not in json.dumps(answer)
    bad_change = {"textDocument": {"uri": URI, "version": SOURCE}, "contentChanges": [{"text": SOURCE}]}
    pipes.write({"method": "textDocument/didChange", "params": bad_change})
    unknown = {"textDocument": {"uri": "file:///x", "version": 1}, "contentChanges": [{"text": SOURCE}]}
    pipes.write({"method": "textDocument/didChange", "params": unknown})
    stderr, code = pipes.leave()
    assert code == 0
    assert "RuntimeError" in stderr
    assert "textDocument/didChange" in stderr
    assert SOURCE not in stderr
