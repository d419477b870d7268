"""A conversation as it went over the pipes, judged by the LSP 3.18 meta model and no LSP library."""

import gzip
import json
from pathlib import Path

import pytest

FILE = Path(__file__).with_name("data") / "metaModel-3.18.json.gz"
LIMITS = {"integer": (-(2**31), 2**31 - 1), "uinteger": (0, 2**31 - 1)}
TYPES = {
    "string": str,
    "DocumentUri": str,
    "URI": str,
    "RegExp": str,
    "boolean": bool,
    "null": type(None),
    "decimal": int | float,
}

URI = "file:///project/module.py"
DOCUMENT = {"uri": URI}
PLACE = {"textDocument": DOCUMENT, "position": {"line": 0, "character": 4}}
START = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
CELL = {"uri": "vscode-notebook-cell:/project/study.ipynb#W0"}
NOTEBOOK = {"uri": "file:///project/study.ipynb"}
CAPABILITIES = {
    "notebookDocument": {"synchronization": {}},
    "general": {"positionEncodings": ["utf-16"]},
    "workspace": {
        "configuration": True,
        "workspaceFolders": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
        "workspaceEdit": {"documentChanges": True, "changeAnnotationSupport": {}},
    },
    "textDocument": {
        "inlineCompletion": {},
        "completion": {"completionItem": {"insertTextModeSupport": {"valueSet": [1, 2]}}},
        "codeAction": {
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
            "tagSupport": {"valueSet": [1]},
        },
    },
}


class MetaModel:
    """Faults are sentences that begin with the place, as `$.params.position: 'line' is missing`."""

    def __init__(self):
        model = json.loads(gzip.decompress(FILE.read_bytes()))
        self._requests = {each["method"]: each for each in model["requests"]}
        self._notifications = {each["method"]: each for each in model["notifications"]}
        self._structures = {each["name"]: each for each in model["structures"]}
        self._enumerations = {each["name"]: each for each in model["enumerations"]}
        self._aliases = {each["name"]: each for each in model["typeAliases"]}

    def faults(self, conversation):
        """Yield the faults of messages in their order, each given with who sent it ("client" or "server")."""
        asked = {"client": {}, "server": {}}
        other = {"client": "server", "server": "client"}
        for number, (sender, message) in enumerate(conversation):
            book = asked[sender if "method" in message else other[sender]]
            yield from (f"message {number} of the {sender}, {fault}" for fault in self._message(message, book))

    def _message(self, message, asked):
        if message.get("jsonrpc") != "2.0":
            return ["$: is no JSON-RPC 2.0"]
        if "method" not in message:
            return self._response(message, asked)
        method = message["method"]
        of_kind, of_other = self._notifications, self._requests
        if "id" in message:
            asked[message["id"]] = method
            of_kind, of_other = of_other, of_kind
        if method in of_other:
            return [f"$: {method} is of the other kind"]
        if method not in of_kind:
            return [] if method.startswith("lacuna/") else [f"$: {method} is no method of LSP"]
        params = of_kind[method].get("params")
        if params is None:
            return ["$.params: there are none"] if message.get("params") is not None else []
        return self._value(params, message["params"], "$.params") if "params" in message else ["$.params: missing"]

    def _response(self, message, asked):
        if ("result" in message) == ("error" in message):
            return ["$: a response has a result or an error"]
        if message.get("id") not in asked:
            return [f"$.id: nobody asked {message.get('id')!r}"]
        method = asked.pop(message["id"])
        if "error" in message:
            error = message["error"]
            is_error = isinstance(error, dict) and type(error.get("code")) is int and type(error.get("message")) is str
            return [] if is_error else ["$.error: needs a code and a message"]
        if method not in self._requests:
            return []
        return self._value(self._requests[method]["result"], message["result"], f"$.result of {method}")

    def _value(self, type_, value, at):  # noqa: PLR0911 (one for each kind of type)
        match type_["kind"]:
            case "base":
                return self._base(type_["name"], value, at)
            case "reference":
                return self._reference(type_["name"], value, at)
            case "array":
                return self._each(value, list, at, lambda: [(type_["element"], v, n) for n, v in enumerate(value)])
            case "map":
                return self._each(value, dict, at, lambda: [(type_["value"], v, n) for n, v in value.items()])
            case "tuple":
                return self._each(value, list, at, lambda: list(zip(type_["items"], value, range(9), strict=False)))
            case "or":
                alternatives = [self._value(each, value, at) for each in type_["items"]]
                return min(alternatives, key=len)
            case "and":
                return [fault for each in type_["items"] for fault in self._value(each, value, at)]
            case "literal":
                return self._object(type_["value"]["properties"], value, at)
            case "stringLiteral" | "integerLiteral" | "booleanLiteral":
                return [] if value == type_["value"] else [f"{at}: {value!r} is not {type_['value']!r}"]
        raise ValueError(type_["kind"])

    def _each(self, value, container, at, items):
        if not isinstance(value, container):
            return [f"{at}: {value!r} is no {container.__name__}"]
        return [fault for type_, item, key in items() for fault in self._value(type_, item, f"{at}[{key}]")]

    def _base(self, name, value, at):
        if name in LIMITS:
            low, high = LIMITS[name]
            fits = type(value) is int and low <= value <= high
        else:
            fits = isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))
        return [] if fits else [f"{at}: {value!r} is no {name}"]

    def _reference(self, name, value, at):
        if name == "LSPAny":
            return []
        if name in ("LSPObject", "LSPArray"):
            return [] if isinstance(value, dict if name == "LSPObject" else list) else [f"{at}: is no {name}"]
        if name in self._structures:
            return self._object(self._properties(name), value, at)
        if name in self._aliases:
            return self._value(self._aliases[name]["type"], value, at)
        enumeration = self._enumerations[name]
        faults = self._base(enumeration["type"]["name"], value, at)
        is_open = enumeration.get("supportsCustomValues", False)
        if faults or is_open or value in [each["value"] for each in enumeration["values"]]:
            return faults
        return [f"{at}: {value!r} is no {name}"]

    def _object(self, properties, value, at):
        """A name that the model does not know counts as a fault: LSP allows it, but it is a slip of ours."""
        if not isinstance(value, dict):
            return [f"{at}: {value!r} is no object"]
        known = {each["name"]: each for each in properties}
        faults = [f"{at}: '{name}' is not in the model" for name in value if name not in known]
        for name, each in known.items():
            if name in value:
                faults += self._value(each["type"], value[name], f"{at}.{name}")
            elif not each.get("optional"):
                faults.append(f"{at}: '{name}' is missing")
        return faults

    def _properties(self, name):
        structure = self._structures[name]
        bases = [*structure.get("extends", ()), *structure.get("mixins", ())]
        inherited = [each for base in bases for each in self._properties(base["name"])]
        return [*inherited, *structure["properties"]]


class Recorder:
    """An editor on bare pipes that answers what the server asks, and keeps every message."""

    def __init__(self, pipes):
        self._pipes = pipes
        self._ids = iter(range(1, 1000))
        self.messages = []

    def send(self, message):
        self.messages.append(("client", {"jsonrpc": "2.0", **message}))
        self._pipes.write(message)

    def tell(self, method, params):
        self.send({"method": method, "params": params})

    def ask(self, method, params):
        id_ = next(self._ids)
        self.send({"id": id_, "method": method, "params": params})
        while True:
            message = self.read()
            if message.get("id") == id_ and "method" not in message:
                return message

    def read(self):
        message = self._pipes.read()
        assert message is not None, "the server ended the conversation"
        self.messages.append(("server", message))
        if message.get("method") == "workspace/configuration":
            settings = [{"completionItems": True, "colour": "red"} for _ in message["params"]["items"]]
            self.send({"id": message["id"], "result": settings})
        elif "id" in message and "method" in message:
            self.send({"id": message["id"], "result": None})
        return message

    def read_until(self, method):
        while self.read().get("method") != method:
            pass

    def open(self, text):
        document = {**DOCUMENT, "languageId": "python", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})

    def complete(self, **context):
        return self.ask("textDocument/inlineCompletion", {**PLACE, "context": {"triggerKind": 1, **context}})

    def received(self):
        return {message["method"] for sender, message in self.messages if sender == "server" and "method" in message}


@pytest.fixture(scope="module")
def model():
    return MetaModel()


def test_every_message_of_a_conversation_is_as_the_specification_has_it(pipes, model):
    editor = Recorder(pipes)
    folders = [{"uri": "file:///project", "name": "project"}]
    started = {"processId": None, "rootUri": None, "capabilities": CAPABILITIES, "workspaceFolders": folders}
    assert editor.ask("initialize", started)["result"]["capabilities"]["inlineCompletionProvider"] == {}
    editor.tell("initialized", {})
    editor.read_until("window/showMessage")  # about a setting that there is not
    editor.open("x =   \n")
    assert editor.complete()["result"]["items"]
    assert editor.ask("textDocument/completion", PLACE)["result"]["items"]
    editor.open("x = pr\n")
    menu = {"range": {"start": {"line": 0, "character": 4}, "end": {"line": 0, "character": 6}}, "text": "print"}
    cursor = {**PLACE, "position": menu["range"]["end"], "context": {"triggerKind": 2, "selectedCompletionInfo": menu}}
    assert editor.ask("textDocument/inlineCompletion", cursor)["result"]["items"]
    editor.open("x = <fill>  # several\n")
    (action,) = editor.ask(
        "textDocument/codeAction",
        {"textDocument": DOCUMENT, "range": {**menu["range"]}, "context": {"diagnostics": []}},
    )["result"]
    assert editor.ask("codeAction/resolve", action)["result"]["edit"]
    editor.tell(
        "textDocument/didChange",
        {"textDocument": {**DOCUMENT, "version": 2}, "contentChanges": [{"range": START, "text": "# nothing\n"}]},
    )
    assert editor.complete(triggerKind=2)["result"] is None
    listed = {"kind": 2, "document": CELL["uri"]}
    notebook = {**NOTEBOOK, "notebookType": "jupyter-notebook", "version": 1, "cells": [listed]}
    cells = [{**CELL, "languageId": "python", "version": 1, "text": "x = \n"}]
    editor.tell("notebookDocument/didOpen", {"notebookDocument": notebook, "cellTextDocuments": cells})
    content = {"document": {**CELL, "version": 2}, "changes": [{"range": START, "text": "yy"}]}
    event = {"cells": {"textContent": [content], "structure": {"array": {"start": 1, "deleteCount": 0}}}}
    editor.tell("notebookDocument/didChange", {"notebookDocument": {**NOTEBOOK, "version": 2}, "change": event})
    in_cell = {"textDocument": CELL, "position": {"line": 0, "character": 6}, "context": {"triggerKind": 2}}
    assert editor.ask("textDocument/inlineCompletion", in_cell)["result"]["items"]
    editor.tell("notebookDocument/didClose", {"notebookDocument": NOTEBOOK, "cellTextDocuments": [CELL]})
    editor.open("# breaks\n")
    assert editor.complete()["error"]
    editor.tell("workspace/didChangeConfiguration", {"settings": {"lacuna": {"threshold": 0}}})
    late = {"added": [{"uri": "file:///late", "name": "late"}], "removed": folders}
    editor.tell("workspace/didChangeWorkspaceFolders", {"event": late})
    editor.tell("textDocument/didClose", {"textDocument": DOCUMENT})
    editor.send({"id": "bye", "method": "shutdown"})
    while editor.read().get("id") != "bye":
        pass
    editor.send({"method": "exit"})
    assert pipes.end()[1] == 0
    assert list(model.faults(editor.messages)) == []
    assert editor.received() >= {
        "lacuna/status",
        "window/logMessage",
        "window/showMessage",
        "workspace/configuration",
        "client/registerCapability",
    }


ITEM = {"insertText": "x"}
ASKED = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "textDocument/inlineCompletion",
    "params": {**PLACE, "context": {"triggerKind": 2}},
}


def answered(result):
    return [("client", ASKED), ("server", {"jsonrpc": "2.0", "id": 1, "result": result})]


@pytest.mark.parametrize(
    "conversation",
    [
        answered({"items": [{}]}),
        answered({"items": [{"insertText": 1}]}),
        answered({"items": [ITEM], "isIncomplete": True}),
        answered({"items": [{**ITEM, "range": {"start": {"line": -1, "character": 0}, "end": START["end"]}}]}),
        answered("x"),
        [("client", {**ASKED, "params": {**PLACE, "context": {"triggerKind": 9}}})],
        [("client", {**ASKED, "method": "textDocument/didOpen"})],
        [("server", {"jsonrpc": "2.0", "id": 7, "result": None})],
        [("client", ASKED), ("server", {"jsonrpc": "2.0", "id": 1})],
        [("server", {"jsonrpc": "2.0", "method": "window/logMessage", "params": {"type": 3}})],
        [("server", {"jsonrpc": "2.0", "method": "window/logMesage", "params": {}})],
        [("server", {"method": "exit"})],
    ],
    ids=[
        *("nothing to insert", "a number to insert", "a slip", "a line below 0", "no list", "no such kind"),
        *("a notification as request", "nobody asked", "neither result nor error", "half a message", "no method"),
        "no version",
    ],
)
def test_what_is_not_as_the_specification_has_it_is_found(model, conversation):
    assert list(model.faults(conversation))


@pytest.mark.parametrize("result", [None, [ITEM], {"items": [ITEM]}], ids=["null", "list", "object"])
def test_what_is_as_the_specification_has_it_is_not(model, result):
    assert list(model.faults(answered(result))) == []
