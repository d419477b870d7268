"""The language server on standard input and output: which feature answers what, from start to end."""

import asyncio
import contextlib
import logging
import os
import sys
import threading
from collections.abc import Callable

from lsprotocol import types

from lacuna.infill.request import Model
from lacuna.lsp_server import ending, framing
from lacuna.lsp_server.features import (
    code_action,
    completion,
    fill,
    inline_completion,
    lifecycle,
    notebook_sync,
    text_sync,
)
from lacuna.lsp_server.session import Session
from lacuna.lsp_server.worker import Worker

_NOT_FOR_PYGLS = (
    types.INITIALIZED,  # pygls' handler fails when ours is cancelled
    types.TEXT_DOCUMENT_DID_OPEN,  # pygls' documents split lines at form feeds and U+2028
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
)
_LAST_FILE = 0.5
"""Seconds that a file may take to be read, then."""


def serve(load: Callable[[], Model], version: str) -> None:
    """Serve one client until it leaves. `load` runs in the worker's thread, after `initialize` was answered.

    It runs again when the model is wanted after idleness. Ends by SystemExit when the client says `exit`: with 0 after
    `shutdown`, else with 1.
    """
    run(build(Worker(load), version))


def run(session: Session) -> None:
    """Converse until the client leaves, and end as `serve` does."""
    _log_without_source_text()
    try:
        code = asyncio.run(_converse(session))
    except SystemExit as left:
        code = ending.code_of(left)
    except KeyboardInterrupt:
        code = ending.interrupted()
    session.inference.worker.stop()
    session.indexing.stop()
    if not (session.inference.worker.join(ending.LAST_STEP) and session.indexing.join(_LAST_FILE)):
        ending.at_once(code)
    sys.exit(code)


def build(worker: Worker, version: str) -> Session:
    """A session with its features."""
    session = Session(worker, version, notebook_sync.OPTIONS)
    for method in _NOT_FOR_PYGLS:
        del session.protocol.fm.builtin_features[method]
    session.feature(types.INITIALIZE)(lifecycle.initialize)
    session.feature(types.INITIALIZED)(lifecycle.initialized)
    session.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(lifecycle.did_change_configuration)
    folders = lifecycle.did_change_workspace_folders
    session.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(folders)
    session.feature(types.SHUTDOWN)(lifecycle.shutdown)
    session.feature(types.TEXT_DOCUMENT_DID_OPEN)(text_sync.did_open)
    session.feature(types.TEXT_DOCUMENT_DID_CHANGE)(text_sync.did_change)
    session.feature(types.TEXT_DOCUMENT_DID_CLOSE)(text_sync.did_close)
    session.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(text_sync.did_change_watched_files)
    session.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)(notebook_sync.did_open)
    session.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)(notebook_sync.did_change)
    session.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)(notebook_sync.did_close)
    # Without options pygls does not advertise it.
    inline = types.InlineCompletionOptions()
    session.feature(types.TEXT_DOCUMENT_INLINE_COMPLETION, inline)(inline_completion.complete)
    items = types.CompletionOptions(trigger_characters=completion.TRIGGERS)
    session.feature(types.TEXT_DOCUMENT_COMPLETION, items)(completion.complete)
    actions = types.CodeActionOptions(code_action_kinds=[code_action.KIND], resolve_provider=True)
    session.feature(types.TEXT_DOCUMENT_CODE_ACTION, actions)(code_action.offer)
    session.feature(types.CODE_ACTION_RESOLVE)(code_action.resolve)
    session.feature(fill.METHOD)(fill.fill)
    return session


async def _converse(session: Session) -> int:
    """The exit code."""
    protocol = session.protocol
    stream = asyncio.StreamReader()
    sent = (sys.stdin.fileno(), stream, asyncio.get_running_loop())
    pump = threading.Thread(target=_pump, args=sent, name="stdin", daemon=True)
    protocol.set_writer(_Writer(_claim_stdout()), include_headers=False)
    pump.start()
    watch = asyncio.create_task(ending.with_client(lambda: session.process_id))
    with contextlib.suppress(asyncio.IncompleteReadError):  # the client died in mid-message
        async for body in framing.bodies(stream):
            # Lets a handler begin, and take its snapshot, before the next message changes the document.
            await asyncio.sleep(0)
            try:
                protocol.receive(body)
            except SystemExit as left:
                code = ending.code_of(left)
                ending.at_last(code)
                return code
    watch.cancel()
    return 0


class _Writer:
    """Writes messages to standard output as long as somebody reads them.

    It has no buffer: that would fail once more when it is closed.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._is_open = True

    def write(self, data: bytes) -> None:
        rest = memoryview(b"Content-Length: %d\r\n\r\n%b" % (len(data), data))
        try:
            while self._is_open and rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:  # the pipe is broken
            self._is_open = False

    def close(self) -> None:
        self._is_open = False
        os.close(self._descriptor)


def _pump(descriptor: int, stream: asyncio.StreamReader, loop: asyncio.AbstractEventLoop) -> None:
    """Bring standard input to the loop.

    A daemon of our own: pygls reads on its pool, whose threads keep the process alive until the client writes
    again. And below Python's buffer, whose lock a daemon must not hold when the interpreter ends.
    """
    with contextlib.suppress(RuntimeError):  # the loop is closed
        with contextlib.suppress(OSError):  # what cannot be read has ended
            while data := os.read(descriptor, 1 << 16):
                loop.call_soon_threadsafe(stream.feed_data, data)
        ending.at_last(0)
        loop.call_soon_threadsafe(stream.feed_eof)


def _claim_stdout() -> int:
    """Take standard output for the protocol alone: what anything else prints goes to standard error."""
    sys.stdout.flush()
    own = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return own


def _log_without_source_text() -> None:
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("pygls").setLevel(logging.WARNING)
    # Its errors quote whole messages; `protocol` reports each of them without.
    logging.getLogger("pygls.protocol.json_rpc").setLevel(logging.CRITICAL)
