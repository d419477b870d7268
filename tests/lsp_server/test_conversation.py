"""JSON-RPC on bare pipes: what a careless or dying client sends, and how the process ends."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

URI = "file:///project/module.py"
SCRIPTED = (sys.executable, str(Path(__file__).with_name("scripted_server.py")))
IN_TIME = 20  # seconds, on a busy machine
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


@pytest.mark.parametrize("params", [None, {"text": SOURCE}, [1]], ids=["no parameters", "an object", "a list"])
@pytest.mark.parametrize("method", ["textDocument/makeCoffee", "$/makeCoffee", "textDocument/hover", "x" * 10_000])
def test_an_unknown_request_is_answered(open_pipes, method, params):
    error = open_pipes.ask(1, method, params)["error"]
    assert error == {"code": -32601, "message": f"There is no method {method[:80]}."}


@pytest.mark.parametrize("method", ["textDocument/didOpen", "initialized", "exit", "$/cancelRequest"])
def test_a_request_that_has_the_name_of_a_notification_is_answered(open_pipes, method):
    params = {**OPEN["params"], "id": 1}
    assert open_pipes.ask(1, method, params)["error"] == {"code": -32600, "message": f"{method} is a notification."}


NO_JSON = {"code": -32700, "message": "This is no JSON."}
NO_MESSAGE = {"code": -32600, "message": "This is no message of JSON-RPC 2.0."}
CALL = b'"jsonrpc": "2.0", "method": "textDocument/hover"'


@pytest.mark.parametrize(
    ("body", "id_", "error"),
    [
        pytest.param(b'{"jsonrpc": "2.0", "method": ', None, NO_JSON, id="broken JSON"),
        pytest.param(b"", None, NO_JSON, id="nothing"),
        pytest.param(b"\xff", None, NO_JSON, id="no UTF-8"),
        pytest.param(b"[" * 100_000, None, NO_JSON, id="deep"),
        pytest.param(b"1" * 10_000, None, NO_JSON, id="a long number"),
        pytest.param(b"[1, 2]", None, NO_MESSAGE, id="a list"),
        pytest.param(b"[]", None, NO_MESSAGE, id="an empty list"),
        pytest.param(b"null", None, NO_MESSAGE, id="null"),
        pytest.param(b"5", None, NO_MESSAGE, id="a number"),
        pytest.param(b'{"id": 3}', 3, NO_MESSAGE, id="no version"),
        pytest.param(b'{"jsonrpc": "1.0", "id": 3, "method": "shutdown"}', 3, NO_MESSAGE, id="another version"),
        pytest.param(b'{"jsonrpc": "2.0", "id": 3}', 3, NO_MESSAGE, id="neither call nor answer"),
        pytest.param(b'{"jsonrpc": "2.0", "id": 3, "method": 5}', 3, NO_MESSAGE, id="the method is a number"),
        pytest.param(b'{"jsonrpc": "2.0", "id": 3, "method": null}', 3, NO_MESSAGE, id="the method is null"),
        *(
            pytest.param(b'{%b, "id": %b}' % (CALL, id_), None, NO_MESSAGE, id=f"the id is {id_.decode()}")
            for id_ in (b"null", b"true", b"1.5", b"[1]", b"{}")
        ),
    ],
)
def test_what_is_no_message_is_answered_and_does_not_end_the_conversation(open_pipes, body, id_, error):
    open_pipes.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    while "error" not in (answer := open_pipes.read()):
        pass
    assert answer == {"jsonrpc": "2.0", "id": id_, "error": error}
    open_pipes.write(OPEN)
    assert open_pipes.ask(2, "textDocument/inlineCompletion", COMPLETE)["result"]["items"]


def test_an_answer_to_nothing_is_passed_over(open_pipes):
    open_pipes.write(
        {"id": 9, "result": 1}, {"id": "x", "error": {"code": 1, "message": "m"}}, {"id": 9, "result": 1}, OPEN
    )
    assert open_pipes.ask(2, "textDocument/inlineCompletion", COMPLETE)["result"]["items"]


SHUTDOWN = b'{"jsonrpc": "2.0", "id": 1, "method": "shutdown"}'


@pytest.mark.parametrize(
    "header",
    [
        b"content-length: %d\r\n",
        b"CONTENT-LENGTH:%d\r\n",
        b"Content-Length \t:\t %d \t\r\n",
        b"Content-Length: %d\n",
        b"Content-Length: 00000000000000000000%d\r\n",
        b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: %d\r\n",
        b"Content-Length: " + b"0" * 300 + b"%d\r\n",
        b"Content-Length: " + b"0" * 65_000 + b"%d\r\n",
        b"Content-Length: %d\r\nContent-Type: " + b"x" * 65_000 + b"\r\n",
        b"X-A: " + b"0" * 65_000 + b"\r\nContent-Length: %d\r\n",
        b'Content-Length: 3\r\n\r\n{"a": 1}Content-Length: %d\r\n',
        b"Content-Length: 3\r\n\r\n" + b"x" * 300_000 + b"}Content-Length: %d\r\n",
    ],
    ids=[
        *("small letters", "capitals", "blanks", "no carriage return", "zeros", "another before"),
        *(
            "hundreds of zeros",
            "65,000 zeros",
            "a long one behind",
            "a long one before",
            "a body too long",
            "a body far too long",
        ),
    ],
)
def test_a_header_of_any_form_is_read(pipes, header):
    pipes.initialize()
    pipes.process.stdin.write(header % len(SHUTDOWN) + b"\r\n" + SHUTDOWN)
    assert pipes.answer(1)["result"] is None
    pipes.write({"method": "exit"})
    assert pipes.end() == ("", 0)


@pytest.mark.parametrize(
    "message",
    [
        b"Content-Length: 1073741825\r\n\r\n" + json.dumps(opened("Content-Length: 5\n" * 10_000)).encode(),
        b"Content-Length: 1073741825\r\n\r\n" + json.dumps({"content-length": 5}, indent=1).encode(),
        b"Content-Length: 9" + b"0" * 29 + b"\r\n\r\n",
        b"Content-Length: " + b"9" * 5_000 + b"\r\n",
    ],
    ids=["a body", "a body of lines", "30 digits", "thousands of digits"],
)
def test_a_message_that_is_too_long_is_logged_and_the_next_one_found(pipes, message):
    pipes.initialize()
    pipes.process.stdin.write(message)
    pipes.write({"id": 1, "method": "shutdown"}, {"method": "exit"})
    said = "A message of the client's is passed over: it has more than 1073741824 bytes"
    assert pipes.end() == (f"WARNING lacuna.lsp_server.framing: {said}\n", 0)


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Length: %d\r\nContent-Type: " + b"x" * 200_000 + b"\r\n",
        b"X-A: " + b"0" * 70_000 + b"\r\nContent-Length: %d\r\n",
        b"Content-Length: " + b"0" * 70_000 + b"9\r\n\r\n{}Content-Length: %d\r\n",
        b"Content-Length: %d\r\n" + b"X-A: x" + b" " * 70_000 + b"\r\n",
    ],
    ids=["behind", "before", "a length", "blanks"],
)
def test_a_line_that_is_too_long_to_be_kept_is_logged(pipes, header):
    pipes.initialize()
    pipes.process.stdin.write(header % len(SHUTDOWN) + b"\r\n" + SHUTDOWN)
    assert pipes.answer(1)["result"] is None
    pipes.write({"method": "exit"})
    said = "A line of the client's is passed over: it has 65536 bytes or more, and no length"
    assert pipes.end() == (f"WARNING lacuna.lsp_server.framing: {said}\n", 0)


NO_URI = ("file://[::1/x.py", "file://\u2100/x.py", "[", "file:///%00/x.py", "", "\ud800")


@pytest.mark.parametrize("uri", NO_URI)
def test_a_document_whose_uri_is_none_does_not_hold_up_others(open_pipes, uri):
    document = {**OPEN["params"]["textDocument"], "uri": uri}
    open_pipes.write({"method": "textDocument/didOpen", "params": {"textDocument": document}}, OPEN)
    answer = open_pipes.ask(1, "textDocument/inlineCompletion", {**COMPLETE, "textDocument": {"uri": uri}})
    assert "result" in answer
    assert open_pipes.ask(2, "textDocument/inlineCompletion", COMPLETE)["result"]["items"]


@pytest.mark.parametrize("uri", NO_URI)
def test_a_folder_whose_uri_is_none_is_none(pipes, uri):
    start = {
        "processId": None,
        "rootUri": uri,
        "workspaceFolders": [{"uri": uri, "name": "folder"}, {"uri": "file:///project", "name": "project"}],
        "capabilities": {},
    }
    assert "result" in pipes.ask(0, "initialize", start)
    added = {"event": {"added": [{"uri": uri + "/", "name": "more"}], "removed": [{"uri": uri, "name": "folder"}]}}
    pipes.write(
        {"method": "initialized", "params": {}},
        {"method": "workspace/didChangeWorkspaceFolders", "params": added},
        OPEN,
    )
    assert pipes.ask(1, "textDocument/inlineCompletion", COMPLETE)["result"]["items"]
    assert pipes.leave() == ("", 0)


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


@pytest.mark.parametrize("token", [[1], {"a": [1]}, None, True], ids=json.dumps)
@pytest.mark.parametrize(("method", "name"), [("$/cancelRequest", "id"), ("window/workDoneProgress/cancel", "token")])
def test_a_notification_about_what_has_no_id_is_passed_over_in_a_line(pipes, method, name, token):
    pipes.initialize()
    pipes.write({"method": method, "params": {name: token}})
    said = f"The client's {method} is passed over: The parameters of {method} cannot be read."
    assert pipes.leave() == (f"ERROR lacuna.lsp_server.protocol: {said}\n", 0)


def test_a_notification_that_fails_is_logged_and_shown_to_nobody(pipes):
    pipes.initialize()
    pipes.write({"method": "test/fails", "params": {"text": SOURCE}}, {"id": 1, "method": "shutdown"})
    received = []
    while (message := pipes.read()).get("id") != 1:
        received.append(message["method"])
    assert "window/showMessage" not in received
    pipes.write({"method": "exit"})
    stderr, code = pipes.end()
    assert code == 0
    assert "ZeroDivisionError" in stderr
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


@pytest.mark.parametrize("way", ["exit", "end of input", "exit alone"])
def test_a_native_call_does_not_keep_the_process(pipes, monkeypatch, way):
    monkeypatch.setenv("SCRIPT_LOAD", "native")
    pipes.initialize()
    pipes.write(OPEN, {"id": 2, "method": "textDocument/inlineCompletion", "params": COMPLETE})
    began = time.monotonic()
    match way:
        case "exit":
            assert pipes.leave() == ("", 0)
        case "exit alone":
            pipes.write({"method": "exit"})
            assert pipes.end() == ("", 1)
        case "end of input":
            pipes.process.stdin.close()
            pipes.process.stdin = None
            assert pipes.end() == ("", 0)
    assert time.monotonic() - began < IN_TIME


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 130)])
def test_a_native_call_does_not_keep_the_process_from_a_signal(spawn, monkeypatch, sent, code):
    monkeypatch.setenv("SCRIPT_LOAD", "native")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it
    server = spawn(*SCRIPTED)
    signal.signal(signal.SIGINT, before)
    server.initialize()
    server.ask(1, "textDocument/makeCoffee")
    began = time.monotonic()
    server.process.send_signal(sent)
    server.process.wait(IN_TIME)  # the end of input, which follows, would end it, too
    assert server.end() == ("", code)
    assert time.monotonic() - began < IN_TIME


def test_a_client_that_reads_nothing_does_not_keep_the_process(pipes):
    pipes.initialize()
    pipes.write(*({"id": f"{n}" * 1000, "method": "x"} for n in range(500)))  # more than a pipe holds
    pipes.process.stdin.close()
    pipes.process.stdin = None
    assert pipes.process.wait(IN_TIME) == 0


def test_a_client_whose_process_is_gone_is_not_waited_for(pipes):
    gone = subprocess.Popen(["true"])
    gone.wait()
    pipes.write(
        {"id": 0, "method": "initialize", "params": {"processId": gone.pid, "rootUri": None, "capabilities": {}}}
    )
    assert pipes.answer(0)["result"]
    assert pipes.process.wait(IN_TIME) == 1


def test_a_client_whose_process_runs_is_served(pipes):
    start = {"processId": os.getpid(), "rootUri": None, "capabilities": {}}
    pipes.ask(0, "initialize", start)
    time.sleep(4)  # longer than between two looks
    assert pipes.leave() == ("", 0)


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
