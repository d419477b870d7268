"""What the features share: the client, its documents and settings, the worker."""

import asyncio
import logging

from lsprotocol import types
from pygls.exceptions import FeatureRequestError
from pygls.lsp.server import LanguageServer

from lacuna.lsp_server.documents import Document, Documents
from lacuna.lsp_server.features.client import Client
from lacuna.lsp_server.protocol import Protocol, traceback_of
from lacuna.lsp_server.request import Answer, Request
from lacuna.lsp_server.settings import Options, Settings
from lacuna.lsp_server.worker import Kind, OutdatedError, Worker
from lacuna.syntax.languages import language_of
from lacuna.syntax.spans import Span

_log = logging.getLogger(__name__)


class Session(LanguageServer):
    """One client's server. The event loop alone touches it; the worker sees requests only."""

    protocol: Protocol

    def __init__(self, worker: Worker, version: str) -> None:
        super().__init__("lacuna", version, protocol_cls=Protocol)
        self.worker = worker
        self.documents = Documents()
        self.client = Client()
        self.initial_options = Options()
        """What came with `initialize`; what the client says of its configuration overrides it."""
        self.settings = Settings()

    async def infill(self, document: Document, kind: Kind, spans: tuple[Span, ...], threshold: float) -> Answer:
        """The answer for this snapshot; fails with a `DroppedError` when something came between.

        Cancelling the task that waits here cancels the infill.
        """
        language = language_of(document.language).name
        request = Request(text=document.text, language=language, spans=spans, threshold=threshold)
        answer = await asyncio.wrap_future(self.worker.submit(document.uri, kind, request))
        if not self.documents.is_current(document):
            raise OutdatedError("The document changed.")
        return answer

    def note(self, sentence: str) -> None:
        """Write to the client's log."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Log, sentence))

    def tell(self, sentence: str) -> None:
        """Show to the user."""
        self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, sentence))

    def report_server_error(self, error: Exception, source: type[Exception]) -> None:
        """Something failed that nobody waits for: a notification, or a message that is no JSON."""
        if source is not FeatureRequestError:  # that one was answered
            _log.error("%s:\n%s", source.__name__, traceback_of(error))
