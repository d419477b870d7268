"""A language server that lives in the test, with Lacuna's own documents: tests say what it answers, see what it got."""

import json
import queue
import socket
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lacuna.lsp_server.documents import ContentChange, Document
from lacuna.workspace.positions import Encoding, Position, Range

PATIENCE = 60
VERSION = "0.1.0"


def position(sent):
    return Position(sent["line"], sent["character"])


@dataclass
class Request:
    """An inline completion that was asked for: the text at that time, the cursor's offset in it."""

    id: int
    document: Document
    offset: int
    is_invoked: bool
    server: "Server"
    is_cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def before(self):
        return self.document.text[: self.offset].replace("\r\n", "\n")

    def items(self, texts, behind=0):
        """Texts in place of so many characters behind the cursor."""
        start, end = (
            self.document.position_at(offset, self.server.encoding) for offset in (self.offset, self.offset + behind)
        )
        range_ = {
            "start": {"line": start.line, "character": start.character},
            "end": {"line": end.line, "character": end.character},
        }
        return [{"insertText": text, "range": range_} for text in texts]

    def answer(self, *texts, behind=0):
        self.server.send({"id": self.id, "result": {"items": self.items(texts, behind)} if texts else None})


@dataclass
class Fill:
    """A `lacuna/fill` that was asked for. Holes are told by line, first and last character."""

    id: int
    target: object
    token: str
    server: "Server"
    is_cancelled: threading.Event = field(default_factory=threading.Event)

    @staticmethod
    def _range(line, first, last):
        return {"start": {"line": line, "character": first}, "end": {"line": line, "character": last}}

    def draft(self, *holes, is_code=False):
        """Show drafts: for each hole where it is, and its slots, None for one that is not written."""
        shown = [{"range": self._range(*place), "slots": slots, "needsConfirmation": is_code} for place, slots in holes]
        value = {"uri": "file:///it", "version": 0, "holes": shown}
        self.server.send({"method": "$/progress", "params": {"token": self.token, "value": value}})

    def answer(self, *edits, is_code=False, message=None):
        """Edits are told as holes are, with their texts."""
        changes = [{"range": self._range(*place), "newText": text} for place, text in edits]
        document = {"uri": "file:///it", "version": 0}
        result = {
            "edit": {"documentChanges": [{"textDocument": document, "edits": changes}]},
            "needsConfirmation": is_code,
            "filled": len(edits),
            "holes": len(edits),
            "message": message,
        }
        self.server.send({"id": self.id, "result": result})

    def fail(self, code, message):
        self.server.send({"id": self.id, "error": {"code": code, "message": message}})


class Server:
    """Answers at once what `offers` makes of a request; where that is None, the test answers. Heeds no cancellation."""

    def __init__(self, folder):
        self.path = str(folder / "socket")
        self.command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("relay.py")), self.path]
        self.version = VERSION
        self.encoding = None
        self.offers = None
        self.initialized = []
        self.settings = queue.Queue()
        self.notifications = queue.Queue()
        self.requests = queue.Queue()
        self.fills = queue.Queue()
        self.documents = {}
        self._pending = {}
        self._connection = None
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        self._listener.listen()
        self._failure = None
        threading.Thread(target=self._accept, daemon=True).start()

    # --- what a test does

    def next_request(self):
        request = self.requests.get(timeout=PATIENCE)
        assert self._failure is None, self._failure
        return request

    def request_at(self, before, *, is_invoked=False):
        """The next request with this text before the cursor; those for where it was meanwhile are passed over."""
        while True:
            request = self.next_request()
            if request.before == before and request.is_invoked == is_invoked:
                return request

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._connection.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def tell_status(self, **status):
        unsaid = dict.fromkeys(("busy", "model", "provider", "latency", "reason", "message"))
        everything = unsaid | {"state": "ready", "files": 0}
        self.send({"method": "lacuna/status", "params": everything | status})

    def text(self, path):
        assert self._failure is None, self._failure
        return self.documents[path.as_uri()].text

    # --- the conversation

    def _accept(self):
        while True:
            connection, _ = self._listener.accept()
            self._connection = connection
            self.documents = {}
            try:
                self._converse(connection.makefile("rb"))
            except OSError:
                pass  # Neovim went in mid-sentence
            except Exception as failure:  # noqa: BLE001 (the test shall fail by it, not this thread)
                self._failure = failure
            connection.close()

    def _converse(self, stream):
        while header := stream.readline():
            length = int(header.split(b":")[1])
            assert stream.readline() == b"\r\n"
            message = json.loads(stream.read(length))
            if message.get("method") == "exit":
                return
            if "method" in message:
                self._handle(message["method"], message.get("params"), message.get("id"))
            else:
                self.settings.put(message["result"])

    def _handle(self, method, params, id_):
        match method:
            case "initialize":
                self._initialize(params, id_)
            case "initialized":
                section = {"items": [{"section": "lacuna"}]}
                self.send({"id": "configuration", "method": "workspace/configuration", "params": section})
            case "textDocument/didOpen":
                sent = params["textDocument"]
                opened = Document.opened(sent["uri"], sent["languageId"], sent["version"], sent["text"])
                self.documents[sent["uri"]] = opened
            case "textDocument/didChange":
                uri = params["textDocument"]["uri"]
                changes = [self._change(change) for change in params["contentChanges"]]
                version = params["textDocument"]["version"]
                self.documents[uri] = self.documents[uri].changed(version, changes, self.encoding)
            case "textDocument/didClose":
                del self.documents[params["textDocument"]["uri"]]
            case "textDocument/inlineCompletion":
                self._complete(params, id_)
            case "lacuna/fill":
                self._pending[id_] = Fill(id_, params["target"], params["partialResultToken"], self)
                self.fills.put(self._pending[id_])
            case "$/cancelRequest":
                self._pending[params["id"]].is_cancelled.set()
            case _ if id_ is not None:
                self.send({"id": id_, "result": None})
            case _:
                self.notifications.put((method, params))

    def _initialize(self, params, id_):
        self.initialized.append(params)
        self.encoding = Encoding(params["capabilities"]["general"]["positionEncodings"][0])
        capabilities = {
            "positionEncoding": self.encoding,
            "textDocumentSync": {"openClose": True, "change": 2},
            "inlineCompletionProvider": {},
            "workspace": {"workspaceFolders": {"supported": True}},
        }
        info = {"name": "lacuna", "version": self.version}
        self.send({"id": id_, "result": {"capabilities": capabilities, "serverInfo": info}})

    @staticmethod
    def _change(change):
        sent = change.get("range")
        return ContentChange(sent and Range(position(sent["start"]), position(sent["end"])), change["text"])

    def _complete(self, params, id_):
        document = self.documents[params["textDocument"]["uri"]]
        offset = document.offset_at(position(params["position"]), self.encoding)
        request = Request(id_, document, offset, params["context"]["triggerKind"] == 1, self)
        self._pending[id_] = request
        self.requests.put(request)
        if self.offers:
            request.answer(*self.offers(request))


@pytest.fixture
def server():
    with tempfile.TemporaryDirectory(prefix="lacuna") as folder:  # pytest's are too long for a socket
        yield Server(Path(folder))


@pytest.fixture
def editor(start, server):
    """Neovim, in which completions come at once."""
    return start(cmd=server.command, debounce=0)
