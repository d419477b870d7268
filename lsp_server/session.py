"""What the features share: the client, its documents and settings, what was offered last, and the inference."""

import asyncio
import contextlib
import logging
import sys
from dataclasses import asdict

from lsprotocol import types
from pygls.exceptions import FeatureRequestError
from pygls.lsp.server import LanguageServer

from lacuna.lsp_server.client import Client
from lacuna.lsp_server.configuration import Configuration
from lacuna.lsp_server.documents import Documents
from lacuna.lsp_server.indexing import Indexing
from lacuna.lsp_server.inference import Inference
from lacuna.lsp_server.notebooks import Notebook
from lacuna.lsp_server.offers import Offers
from lacuna.lsp_server.protocol import Protocol
from lacuna.lsp_server.settings import Options
from lacuna.lsp_server.status import METHOD, Status
from lacuna.lsp_server.tracebacks import traceback_of
from lacuna.lsp_server.worker import Worker

_log = logging.getLogger(__name__)

_LONGEST_CONFIGURATION = 5.0
"""Seconds after which a client that was asked for its settings is taken to have none."""
_CALM = 3.0
"""Seconds without a document before what was read goes: editors close one and open the next."""


class Session(LanguageServer):
    """One client's server. The event loop alone touches it; the worker sees requests only."""

    protocol: Protocol

    def __init__(self, worker: Worker, version: str, notebooks: types.NotebookDocumentSyncOptions) -> None:
        super().__init__("lacuna", version, protocol_cls=Protocol, notebook_document_sync=notebooks)
        self.client = Client()
        self.documents = Documents()
        self.notebooks: dict[str, Notebook] = {}
        self.offers = Offers()
        self.indexing = Indexing(worker)
        self.inference = Inference(worker, self.indexing, self.documents, self._send_status)
        self.initial_options = Options()
        """What came with `initialize`; what the client says of its configuration overrides it."""
        self.configuration = Configuration()
        self.is_configured = asyncio.Event()
        self.settling = asyncio.Lock()
        """Who reads settings, or wants to know them, holds it: it is fair, and who asks sees what was sent before."""
        self.beginning: asyncio.Task[None] | None = None
        """Reads what came with `initialize`; a task must be kept by somebody."""
        self.in_turn = asyncio.Lock()
        """Who finds out something before a request is submitted holds it: it is fair, and keeps their order."""

    async def configured(self) -> Configuration:
        """The configuration, once the client has told it: what it keeps us out of must not be filled before."""
        async with self.settling:
            if self.is_configured.is_set():
                return self.configuration
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_CONFIGURATION):
                await self.is_configured.wait()
        self.obey_settings()
        return self.configuration

    def obey_settings(self) -> None:
        """The client has told its settings, or has none: documents may be filled from now on, other files be read."""
        self.is_configured.set()
        self.indexing.configure(self.configuration)

    def close(self, uri: str) -> None:
        """Forget a document; what was read of all goes some seconds after the last one, unless another opens."""
        self.inference.worker.withdraw(uri)
        self.offers.forget(uri)
        self.documents.close(uri)
        self.indexing.close(uri)
        if not len(self.documents):
            asyncio.get_running_loop().call_later(_CALM, self._forget)

    def _forget(self) -> None:
        if not len(self.documents):
            self.inference.worker.forget()

    def note(self, sentence: str) -> None:
        """Write to the client's log."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Log, sentence))

    def tell(self, sentence: str) -> None:
        """Show to the user."""
        self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, sentence))

    def report_server_error(self, error: Exception, source: type[Exception]) -> None:
        """Log what failed and nobody waits for. Pygls shows the user its message, which may quote the document."""
        if source is not FeatureRequestError:  # that one was answered
            cause = sys.exception() or error  # pygls wraps what it caught, without its traceback
            _log.error("%s:\n%s", source.__name__, traceback_of(cause))

    def _send_status(self, status: Status) -> None:
        self.protocol.notify(METHOD, asdict(status))
