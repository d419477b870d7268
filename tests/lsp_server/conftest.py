"""A server process with a client of pytest-lsp, or with nothing but its pipes, and a gate for its steps."""

import asyncio
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import pytest_asyncio
from lsprotocol import types
from pytest_lsp import make_test_lsp_client

HERE = Path(__file__).parent
SCRIPTED = (sys.executable, str(HERE / "scripted_server.py"))
PATIENCE = 60  # seconds until a test gives up; none waits that long when all is well
CAPABLE = types.ClientCapabilities(
    general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf16]),
    workspace=types.WorkspaceClientCapabilities(
        configuration=True,
        workspace_edit=types.WorkspaceEditClientCapabilities(
            document_changes=True, change_annotation_support=types.ChangeAnnotationsSupportOptions()
        ),
    ),
    text_document=types.TextDocumentClientCapabilities(
        inline_completion=types.InlineCompletionClientCapabilities(),
        code_action=types.CodeActionClientCapabilities(
            data_support=True,
            resolve_support=types.ClientCodeActionResolveOptions(properties=["edit"]),
            tag_support=types.CodeActionTagOptions(value_set=[types.CodeActionTag.LlmGenerated]),
        ),
    ),
)


def plain(received):
    """What pygls makes of a message that it does not know, as the JSON it was."""
    if hasattr(received, "_asdict"):
        return {name: plain(value) for name, value in received._asdict().items()}
    return list(map(plain, received)) if isinstance(received, list) else received


class Run:
    """One gated infill, or the loading: what it reports, and the permits for its steps."""

    def __init__(self, reader, writer):
        self._reader = reader
        self._writer = writer

    async def event(self):
        return (await asyncio.wait_for(self._reader.readline(), PATIENCE)).decode().strip()

    def let(self, steps):
        self._writer.write(b"go\n" * steps)

    async def close(self):
        self._writer.close()
        await self._writer.wait_closed()


class Client:
    """An editor with one open document; `lsp` is pytest-lsp's client."""

    _numbers = itertools.count()

    def __init__(self):
        self.lsp = make_test_lsp_client()
        self._runs = asyncio.Queue()
        self._all_runs = []
        self._notes = asyncio.Queue()
        self._tellings = asyncio.Queue()
        self._listen(types.WINDOW_LOG_MESSAGE, self._notes)
        self._listen(types.WINDOW_SHOW_MESSAGE, self._tellings)
        self._statuses = asyncio.Queue()
        self.lsp.feature("lacuna/status")(lambda params: self._statuses.put_nowait(plain(params)))

    def _listen(self, method, messages):
        self.lsp.protocol.fm.features.pop(method)
        self.lsp.feature(method)(lambda params: messages.put_nowait(params.message))

    async def start(
        self,
        folder,
        *,
        command,
        capabilities=CAPABLE,
        options=None,
        configuration=None,
        load="",
        budget=None,
        folders=None,
    ):
        path = str(folder / f"gate{next(self._numbers)}")
        self._gate = await asyncio.start_unix_server(self._run, path)
        self.lsp.set_configuration(configuration, section="lacuna")
        for each, its_own in (folders or {}).items():
            self.lsp.set_configuration(its_own, section="lacuna", scope_uri=each)
        environment = {**os.environ, "SCRIPT_SOCKET": path, "SCRIPT_LOAD": load}
        if budget is not None:
            environment["SCRIPT_BUDGET"] = str(budget)
        await self.lsp.start_io(*command, env=environment)
        params = types.InitializeParams(
            capabilities=capabilities,
            initialization_options=options,
            workspace_folders=[types.WorkspaceFolder(uri=each, name=each) for each in folders or ()],
        )
        self.answered = await asyncio.wait_for(self.lsp.initialize_session(params), PATIENCE)
        self.uri = "file:///project/module.py"

    def _run(self, reader, writer):
        run = Run(reader, writer)
        self._all_runs.append(run)
        self._runs.put_nowait(run)

    @property
    def process(self):
        return self.lsp._server  # noqa: SLF001 (pygls has no other name for it)

    async def end(self):
        if self.process.returncode is None:
            await asyncio.wait_for(self.lsp.shutdown_session(), PATIENCE)
        await self.lsp.stop()
        for run in self._all_runs:
            await run.close()
        self._gate.close()
        await self._gate.wait_closed()

    def turn_to_a_new_document(self):
        self.uri = f"file:///project/module{next(self._numbers)}.py"
        for messages in (self._notes, self._tellings, self._statuses):
            while not messages.empty():
                messages.get_nowait()

    # --- what an editor does

    def open(self, text, *, version=1, language="python"):
        item = types.TextDocumentItem(uri=self.uri, language_id=language, version=version, text=text)
        self.lsp.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, text, *, range_, version=2):
        change = types.TextDocumentContentChangePartial(range=range_, text=text)
        identifier = types.VersionedTextDocumentIdentifier(uri=self.uri, version=version)
        self.lsp.text_document_did_change(types.DidChangeTextDocumentParams(identifier, [change]))

    async def complete(self, line, character, *, invoked=False, menu=None, id_=None):
        kinds = types.InlineCompletionTriggerKind
        kind = kinds.Invoked if invoked else kinds.Automatic
        params = types.InlineCompletionParams(
            context=types.InlineCompletionContext(kind, selected_completion_info=menu),
            text_document=types.TextDocumentIdentifier(self.uri),
            position=types.Position(line, character),
        )
        return await self.lsp.protocol.send_request_async(types.TEXT_DOCUMENT_INLINE_COMPLETION, params, msg_id=id_)

    async def menu(self, line, character):
        params = types.CompletionParams(
            text_document=types.TextDocumentIdentifier(self.uri), position=types.Position(line, character)
        )
        return await self.lsp.text_document_completion_async(params)

    async def actions(self, range_, only=None):
        params = types.CodeActionParams(
            text_document=types.TextDocumentIdentifier(self.uri),
            range=range_,
            context=types.CodeActionContext(diagnostics=[], only=only),
        )
        return list(await self.lsp.text_document_code_action_async(params))

    async def only_action(self, range_, kind="refactor.rewrite"):
        """The action of this kind, not of one below it."""
        (action,) = [action for action in await self.actions(range_) if action.kind == kind]
        return action

    async def resolve(self, action):
        return await self.lsp.code_action_resolve_async(action)

    def cancel(self, id_):
        self.lsp.cancel_request(types.CancelParams(id_))

    def configure(self, answered, *, pushed):
        self.lsp.set_configuration(answered, section="lacuna")
        self.lsp.workspace_did_change_configuration(types.DidChangeConfigurationParams({"lacuna": pushed}))

    # --- what it perceives

    async def noted(self):
        return await asyncio.wait_for(self._notes.get(), PATIENCE)

    async def told(self):
        return await asyncio.wait_for(self._tellings.get(), PATIENCE)

    async def status(self, **wanted):
        """The next status that says this."""
        while True:
            status = await asyncio.wait_for(self._statuses.get(), PATIENCE)
            if wanted.items() <= status.items():
                return status

    def has_been_told_all(self):
        return self._tellings.empty()

    def has_no_other_run(self):
        return self._runs.empty()

    async def begun(self, event):
        run = await asyncio.wait_for(self._runs.get(), PATIENCE)
        assert await run.event() == event
        return run


@pytest.fixture(scope="session")
def forked(tmp_path_factory):
    """The command of a scripted server that needs no time to begin; its process only stands for the server's."""
    path = str(tmp_path_factory.mktemp("forking") / "socket")
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # what forks should have one thread
    with subprocess.Popen(
        (sys.executable, str(HERE / "forking.py"), path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    ) as forking:
        forking.stdout.readline()
        yield (sys.executable, "-I", "-S", str(HERE / "forked_server.py"), path)
        forking.stdin.close()


@pytest_asyncio.fixture(loop_scope="module")
async def start(tmp_path, forked):
    """A function that starts a server of its own; all are ended after the test."""
    clients = []

    async def start_one(**how):
        client = Client()
        await client.start(tmp_path, **{"command": forked, **how})
        clients.append(client)
        return client

    yield start_one
    for client in clients:
        await client.end()


@pytest.fixture(scope="module")
def served():
    """How the server that a module's tests share is started; a module may say it otherwise."""
    return {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_client(tmp_path_factory, forked, served):
    client = Client()
    await client.start(tmp_path_factory.mktemp("server"), **{"command": forked, **served})
    yield client
    await client.end()


@pytest.fixture
def client(shared_client):
    """A client with a new document, at a server that other tests used before."""
    shared_client.turn_to_a_new_document()
    return shared_client


class Pipes:
    """A server process spoken to in bare messages."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
        )

    def write(self, *messages):
        """All in one go: the server finds them in its buffer together."""
        bodies = [json.dumps({"jsonrpc": "2.0", **message}).encode() for message in messages]
        self.process.stdin.write(b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies))

    def read(self):
        length = 0
        while (line := self.process.stdout.readline()).strip():
            name, value = line.split(b":")
            length = int(value) if name == b"Content-Length" else length
        body = b""
        while len(body) < length:
            body += self.process.stdout.read(length - len(body))
        return json.loads(body) if body else None

    def answer(self, id_):
        while (message := self.read()) is not None:
            if message.get("id") == id_ and "method" not in message:
                return message
        raise AssertionError(f"no answer to {id_}")

    def ask(self, id_, method, params=None):
        self.write({"id": id_, "method": method, **({} if params is None else {"params": params})})
        return self.answer(id_)

    def initialize(self, **options):
        params = {"processId": None, "rootUri": None, "capabilities": {}, "initializationOptions": options}
        answered = self.ask(0, "initialize", params)
        self.write({"method": "initialized", "params": {}})
        return answered

    def leave(self):
        """As `end`, after taking leave."""
        assert self.ask("bye", "shutdown")["result"] is None
        self.write({"method": "exit"})
        return self.end()

    def end(self):
        """What the process wrote to standard error, and its exit code."""
        stderr = self.process.communicate(timeout=PATIENCE)[1]
        return stderr.decode(), self.process.returncode

    def kill(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def spawn():
    """A function that starts a server of the test's own, not initialized; all are killed after the test."""
    started = []

    def spawn(*command):
        started.append(Pipes(command))
        return started[-1]

    yield spawn
    for pipes in started:
        pipes.kill()


@pytest.fixture
def pipes(spawn, forked):
    return spawn(*forked)


@pytest.fixture(scope="module")
def open_pipes():
    """A server for the whole module, initialized."""
    pipes = Pipes(SCRIPTED)
    pipes.initialize()
    yield pipes
    pipes.kill()
