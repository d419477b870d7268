"""What the features share: the client, its documents and settings, the worker, what was offered and what is told."""

import asyncio
import contextlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import PurePath

from lsprotocol import types
from pygls.exceptions import FeatureRequestError
from pygls.lsp.server import LanguageServer

from lacuna.infill.request import Answer, Reason, Request
from lacuna.lsp_server.client import Client
from lacuna.lsp_server.documents import Document, Documents
from lacuna.lsp_server.notifier import METHOD, Notifier
from lacuna.lsp_server.offers import Offers
from lacuna.lsp_server.protocol import Protocol, traceback_of
from lacuna.lsp_server.settings import Options, Settings
from lacuna.lsp_server.status import Latencies, Outcomes, Status
from lacuna.lsp_server.worker import Kind, OutdatedError, Worker
from lacuna.workspace import ignoring, uris

_log = logging.getLogger(__name__)

_LONGEST_CONFIGURATION = 5.0
"""Seconds after which a client that was asked for its settings is taken to have none."""


class Session(LanguageServer):
    """One client's server. The event loop alone touches it; the worker sees requests only."""

    protocol: Protocol

    def __init__(self, worker: Worker, version: str) -> None:
        super().__init__("lacuna", version, protocol_cls=Protocol)
        self.worker = worker
        self.documents = Documents()
        self.offers = Offers()
        self.client = Client()
        self.initial_options = Options()
        """What came with `initialize`; what the client says of its configuration overrides it."""
        self.settings = Settings()
        """What holds outside of all folders, and for the server itself."""
        self.folder_settings: Mapping[str, Settings] = {}
        """By the folder's URI."""
        self.is_configured = asyncio.Event()
        self.latencies = Latencies()
        self.outcomes = Outcomes()
        self.status = Notifier(self._status, self._send_status)

    # --- settings

    async def configured(self) -> None:
        """Returns when the client has told its settings: what it keeps us out of must not be filled before."""
        if not self.is_configured.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LONGEST_CONFIGURATION):
                    await self.is_configured.wait()
            self.is_configured.set()

    def settings_of(self, uri: str) -> Settings:
        """Those of the innermost folder that the document lies in."""
        holding = [folder for folder in self.folder_settings if uris.is_within(uri, folder)]
        return self.folder_settings[max(holding, key=len)] if holding else self.settings

    def why_ignored(self, uri: str) -> str | None:
        """A sentence saying why Lacuna keeps out of a document, if it does."""
        path = uris.path_of(uri) or PurePath(uris.name_of(uri))
        return ignoring.why_ignored(path, self.settings_of(uri).exclude, self._roots())

    def _roots(self) -> Iterator[PurePath]:
        folders = [folder.uri for folder in self.workspace.folders.values()]
        for uri in folders or [self.workspace.root_uri or ""]:
            path = uris.path_of(uri)
            if path is not None:
                yield path

    # --- inference

    async def infill(self, document: Document, kind: Kind, request: Request) -> Answer:
        """The answer for this snapshot; fails with a `DroppedError` when something came between.

        Cancelling the task that waits here cancels the infill.
        """
        answer = await asyncio.wrap_future(self.worker.submit(document.uri, kind, request))
        if answer.reason is not Reason.WARMING:
            self.latencies.add(answer.timings)
        if not self.documents.is_current(document):
            raise OutdatedError("The document changed.")
        return answer

    async def warm(self, document: Document, request: Request) -> None:
        """Returns when what the request will see is encoded; else as `infill`."""
        await asyncio.wrap_future(self.worker.warm(document.uri, request))

    # --- what is told

    def note(self, sentence: str) -> None:
        """Write to the client's log."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Log, sentence))

    def tell(self, sentence: str) -> None:
        """Show to the user."""
        self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, sentence))

    def watch_worker(self) -> None:
        """Start the worker, and from now on tell the client what it does."""
        loop = asyncio.get_running_loop()

        def changed() -> None:  # in the worker's thread
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens
                loop.call_soon_threadsafe(self.status.changed)

        self.status.start()
        self.worker.start(changed)

    def report_server_error(self, error: Exception, source: type[Exception]) -> None:
        """Something failed that nobody waits for: a notification, or a message that is no JSON."""
        if source is not FeatureRequestError:  # that one was answered
            _log.error("%s:\n%s", source.__name__, traceback_of(error))

    def _status(self) -> Status:
        busy, model = self.worker.busy, self.worker.model
        return Status(
            state=self.worker.state.value,
            busy=None if busy is None else busy.name.lower(),
            model=model.name if model else None,
            provider=model.provider if model else None,
            latency=self.latencies.summary(),
            reason=self.outcomes.why,
            message=self.outcomes.message,
        )

    def _send_status(self, now: Status) -> None:
        self.protocol.notify(METHOD, asdict(now))
