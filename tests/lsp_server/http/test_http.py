"""Completions over HTTP: what clients of llama.cpp ask and read, and who is refused."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field

import pytest

from lacuna.infill.request import Answer, Draft, Model, Reason, Request
from lacuna.lsp_server.http.server import Server
from lacuna.lsp_server.settings import MOST_ALTERNATIVES
from lacuna.syntax.errors import ModelError, UsageError
from tests.command_line import Scripted

TOKEN = "sixteen or longer"  # noqa: S105 -- of the tests
BEFORE, AFTER = "def total(prices):\n    result = 0\n    for price in ", "\n        result += price\n"


def no_warming(_: Request) -> Generator[int, None, None]:
    yield from ()


def posted(port: int, path: str, body: str, headers: dict[str, str]) -> tuple[int, str]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@dataclass
class Client:
    """Posts to a server; `seen` are the requests that its infill got."""

    server: Server
    seen: list[Request]
    headers: dict[str, str] = field(default_factory=lambda: {"Authorization": f"Bearer {TOKEN}"})

    def post(self, path: str, body: object, **headers: str) -> tuple[int, str]:
        data = body if isinstance(body, str) else json.dumps(body)
        return posted(self.server.server_port, path, data, self.headers | headers)

    def ask(self, path: str, **body: object) -> dict[str, object]:
        status, text = self.post(path, body)
        assert status == 200, text
        read = json.loads(text)
        assert isinstance(read, dict)
        return read


@pytest.fixture
def served() -> Iterator[Callable[..., Client]]:
    servers: list[Server] = []

    def served(scripted: Scripted, load: Callable[[], Model] | None = None) -> Client:
        model = Model("scripted", "CPUExecutionProvider", scripted.infill, no_warming)
        servers.append(Server(load or (lambda: model), 0, TOKEN))
        threading.Thread(target=servers[-1].serve, daemon=True).start()
        return Client(servers[-1], scripted.requests)

    yield served
    for server in servers:
        server.shutdown()


@pytest.fixture
def client(served: Callable[..., Client]) -> Client:
    return served(Scripted(("prices:",)))


def test_infill_fills_between_prefix_with_prompt_and_suffix(client: Client) -> None:
    before, line = BEFORE.rsplit("\n", 1)
    read = client.ask("/infill", input_prefix=f"{before}\n", prompt=line, input_suffix=AFTER, n_predict=128)
    assert read["content"] == "prices:"
    (request,) = client.seen
    assert (request.text, request.spans[0].start, request.before) == (BEFORE + AFTER, len(BEFORE), ("",))
    assert request.threshold is None, "the model's own"
    assert request.is_unasked


def test_infill_tells_the_fields_that_are_read(client: Client) -> None:
    fields = ["content", "timings/prompt_n", "timings/predicted_ms", "timings/predicted_per_second", "no/such"]
    read = client.ask("/infill", input_prefix=BEFORE, input_suffix=AFTER, response_fields=fields)
    assert read == {
        "content": "prices:",
        "timings/prompt_n": 7,
        "timings/predicted_ms": 7.0,
        "timings/predicted_per_second": pytest.approx(2 / 0.007),
    }


def test_context_alone_costs_nothing(client: Client) -> None:
    chunk = {"text": "x = 1\n", "filename": "a.py"}
    read = client.ask("/infill", input_prefix="", input_suffix="", input_extra=[chunk], prompt="", n_predict=0)
    assert read["content"] == ""
    assert client.seen == []


def test_completions_with_a_suffix_have_a_choice_for_each_alternative(client: Client) -> None:
    read = client.ask("/v1/completions", model="any", prompt=BEFORE, suffix=AFTER, max_tokens=64, n=2)
    assert read["choices"] == [{"index": 0, "text": "prices:", "logprobs": None, "finish_reason": "stop"}]
    assert read["usage"] == {"prompt_tokens": 100, "completion_tokens": 2, "total_tokens": 102}
    assert client.seen[0].alternatives == 2


def test_a_stream_is_one_event_and_its_end(client: Client) -> None:
    status, text = client.post("/v1/completions", {"prompt": BEFORE, "suffix": AFTER, "stream": True})
    event, end, rest = text.split("\n\n")
    assert (status, end, rest) == (200, "data: [DONE]", "")
    assert json.loads(event.removeprefix("data: "))["choices"][0]["text"] == "prices:"


def test_what_is_not_offered_is_empty(served: Callable[..., Client]) -> None:
    client = served(Scripted(reason=Reason.BELOW_THRESHOLD))
    assert client.ask("/infill", input_prefix=BEFORE, input_suffix=AFTER)["content"] == ""
    read = client.ask("/v1/completions", prompt=BEFORE, suffix=AFTER)
    assert isinstance(read["choices"], list)
    assert [choice["text"] for choice in read["choices"]] == [""]


def test_the_newest_request_wins(served: Callable[..., Client]) -> None:
    begun, may_end = threading.Event(), threading.Event()

    @dataclass
    class Slow(Scripted):
        def infill(self, request: Request) -> Generator[Draft, None, Answer]:
            if not begun.is_set():
                begun.set()
                assert may_end.wait(60)
                yield Draft(0, ())
            return (yield from super().infill(request))

    client = served(Slow(("prices:",)))
    first: list[object] = []
    thread = threading.Thread(target=lambda: first.append(client.ask("/infill", input_prefix=BEFORE)["content"]))
    thread.start()
    assert begun.wait(60)
    second = threading.Thread(target=lambda: first.append(client.ask("/infill", input_prefix=BEFORE)["content"]))
    second.start()
    thread.join(60)  # before its infill may end
    assert first == [""]
    may_end.set()
    second.join(60)
    assert first == ["", "prices:"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer sixteen or shorter"}, 401),
        ({"Authorization": TOKEN.upper()}, 401),
        ({"Host": "attacker.example:80"}, 403),
    ],
    ids=["without a token", "with another", "with another, bare", "by another name"],
)
def test_who_is_refused(client: Client, headers: dict[str, str], status: int) -> None:
    refused, text = client.post("/infill", {"input_prefix": BEFORE}, **headers)
    assert refused == status
    assert json.loads(text)["error"]["code"] == status
    assert client.seen == []


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        ("/completion", {}, 404, "There are /infill and /v1/completions."),
        ("/infill", "{", 400, "The body is no JSON."),
        pytest.param("/infill", "[" * 100_000, 400, "The body is no JSON.", id="nested deeply"),
        ("/infill", [], 400, "The body should be an object."),
        ("/infill", {"input_prefix": 1}, 400, "input_prefix should be a text."),
        ("/infill", {"n_predict": "many"}, 400, "n_predict should be a whole number."),
        ("/infill", {"response_fields": "content"}, 400, "response_fields should be a list of texts."),
        ("/v1/completions", {"prompt": ["a"]}, 400, "prompt should be a text."),
        ("/v1/completions", {"n": 9}, 400, f"n should be from 1 to {MOST_ALTERNATIVES}."),
    ],
)
def test_what_makes_no_sense_is_told(client: Client, path: str, body: object, status: int, sentence: str) -> None:
    told, text = client.post(path, body)
    assert (told, json.loads(text)["error"]["message"]) == (status, sentence)


@pytest.mark.parametrize(
    "length", ["", "-1", "²", str((8 << 20) + 1), "9" * 5_000], ids=["none", "negative", "a power", "one more", "huge"]
)
def test_a_body_without_a_length_or_too_long_is_not_read_and_ends_the_connection(client: Client, length: str) -> None:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", client.server.server_port, timeout=60)) as told:
        told.request("POST", "/infill", "", {"Content-Length": length.encode("latin-1")})
        answer = told.getresponse()
        assert (answer.status, json.loads(answer.read())["error"]["code"]) == (413, 413)
        assert told.sock.recv(1) == b""


@pytest.mark.parametrize(
    ("path", "name"), [("/infill", "n_predict"), ("/v1/completions", "n"), ("/v1/completions", "max_tokens")]
)
def test_a_number_that_is_null_counts_as_not_given(client: Client, path: str, name: str) -> None:
    client.ask(path, **{name: None})
    assert [request.alternatives for request in client.seen] == [1]


def test_a_model_that_cannot_run_is_told(served: Callable[..., Client]) -> None:
    def load() -> Model:
        raise ModelError("weights.bin has a wrong hash.")

    status, text = served(Scripted(), load).post("/infill", {"input_prefix": BEFORE})
    assert (status, json.loads(text)["error"]["message"]) == (503, "weights.bin has a wrong hash.")


def test_a_mistake_of_ours_ends_one_request_and_tells_nothing_of_it(served: Callable[..., Client]) -> None:
    def fail() -> None:
        raise RuntimeError(BEFORE)

    client = served(Scripted(before_answer=fail))
    for _ in range(2):
        status, text = client.post("/infill", {"input_prefix": BEFORE})
        assert (status, json.loads(text)["error"]["message"]) == (500, "Lacuna made a mistake.")


def test_a_port_that_is_taken_and_a_short_token_are_told(client: Client) -> None:
    def load() -> Model:
        raise AssertionError

    with pytest.raises(UsageError, match=r"^Port \d+ cannot be used: Address already in use\.$"):
        Server(load, client.server.server_port, TOKEN)
    with pytest.raises(UsageError, match=r"^LACUNA_HTTP_TOKEN should be a secret of at least 16 characters"):
        Server(load, 0, "short")


@pytest.mark.slow
def test_the_command_serves_the_embedded_model() -> None:
    command = [sys.executable, "-I", "-m", "lacuna.cli", "serve", "--http", "0"]
    environment = os.environ | {"LACUNA_HTTP_TOKEN": TOKEN}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        told = process.stderr.readline()
        port = int(told.removeprefix("lacuna: answers on http://127.0.0.1:").removesuffix(".\n"))
        body = {
            "input_prefix": "class Ledger:\n    def __init__(self, name):\n        self.name = ",
            "input_suffix": "\n",
        }
        _, text = posted(port, "/infill", json.dumps(body), {"Authorization": f"Bearer {TOKEN}"})
        process.terminate()
    read = json.loads(text)
    assert read["content"] == "name"
    assert read["timings"]["prompt_n"] > 0


LOADING = """
import signal, sys
import onnxruntime
from lacuna.cli import main
from lacuna.export.artifact import ENCODE, embedded

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it

def without_end(options):
    while True:
        onnxruntime.InferenceSession(str(embedded() / ENCODE))

sys.exit(main.main(without_end))
"""


def test_ctrl_c_while_the_model_loads_ends_the_process_and_aborts_nothing():
    command = [sys.executable, "-I", "-c", LOADING, "serve", "--http", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, env={**os.environ, "LACUNA_HTTP_TOKEN": TOKEN}) as process:
        assert process.stderr
        assert b"answers on" in process.stderr.readline()
        time.sleep(0.3)  # most of the time it is in a native call
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b""
        assert process.wait() == 130
