"""What is asked of the worker and what became of it: answers, how long they took, why nothing was shown."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from lacuna.infill.request import Answer, Reason, Request
from lacuna.lsp_server.documents import Document, Documents
from lacuna.lsp_server.indexing import Indexing
from lacuna.lsp_server.notifier import Notifier
from lacuna.lsp_server.status import Latencies, Outcomes, Status, Why
from lacuna.lsp_server.worker import DroppedError, Kind, OutdatedError, PreemptedError, Show, State, Worker
from lacuna.syntax.errors import LacunaError
from lacuna.syntax.languages.registry import UnknownLanguageError

_REST = 0.1
"""Seconds between two notifications of the status."""


class NothingToShowError(LacunaError):
    """Why a request shows nothing; no failure."""

    def __init__(self, why: Why, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


class Inference:
    """Asks the worker, and tells the client its state and what came of requests. The event loop alone touches it."""

    def __init__(
        self, worker: Worker, indexing: Indexing, documents: Documents, send: Callable[[Status], None]
    ) -> None:
        self.worker = worker
        self._indexing = indexing
        self.budget = 20.0
        """Seconds after which nobody waits for an automatic completion any more."""
        self._documents = documents
        self._notifier = Notifier(self._status, send, _REST)
        self._latencies = Latencies()
        self._outcomes = Outcomes()

    def start(self) -> None:
        """Start the worker and the index, and from now on tell the client what they do."""
        loop = asyncio.get_running_loop()

        def tell() -> None:  # in one of their threads
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens
                loop.call_soon_threadsafe(self._notifier.changed)

        def changed() -> None:
            self._indexing.wake()
            tell()

        self._notifier.start()
        self._indexing.start(tell)
        self.worker.start(changed)

    def stop(self) -> None:
        """Tell nothing more and stop both. Does not wait."""
        self._notifier.stop()
        self._indexing.stop()
        self.worker.stop()

    # --- answers

    async def infill(self, document: Document, kind: Kind, request: Request, show: Show = lambda _: None) -> Answer:
        """The answer for this snapshot; fails with a `DroppedError` when something came between.

        Until then `show` is called, in the worker's thread, with its drafts. Cancelling the task that waits here
        cancels the infill.
        """
        answer = await asyncio.wrap_future(self.worker.submit(document.uri, kind, request, show))
        if answer.reason is not Reason.WARMING and not request.is_partial:  # many holes say nothing of completions
            self._latencies.add(answer.timings)
        if not self._documents.is_current(document):
            raise OutdatedError("The document changed.")
        return answer

    async def infill_when_warm(self, number: int, document: Document, kind: Kind, request: Request) -> Answer:
        """The answer as `infill` gives it, while the status says what request `number` waits for.

        A request whose context is cold is asked again once that is warm, or as warm as it got before something more
        urgent ran. An automatic request fails with a `NothingToShowError` when the budget is spent.
        """
        if self.worker.state in (State.LOADING, State.UNLOADED):
            self._show_nothing(number, Why.LOADING, "The model is being loaded.")
        try:
            async with asyncio.timeout(self.budget if kind is Kind.AUTOMATIC else None):
                while (answer := await self.infill(document, kind, request)).reason is Reason.WARMING:
                    self._show_nothing(number, Why.WARMING, "The text about the cursor is being read.")
                    with contextlib.suppress(PreemptedError):
                        await asyncio.wrap_future(self.worker.warm(document.uri, request))
                        request = replace(request, is_patient=True)
                return answer
        except TimeoutError:
            sentence = f"It took longer than {self.budget:.0f} seconds."
            raise NothingToShowError(Why.OUT_OF_BUDGET, sentence) from None

    # --- what became of requests

    @contextlib.contextmanager
    def accounted(self) -> Iterator[int]:
        """Number a request, and put on record what becomes of it within the block."""
        number = self._outcomes.begin()
        try:
            yield number
        except BaseException as error:  # cancellation is one
            self._show_nothing(number, _why(error), sentence_of(error))
            raise
        else:
            self._outcomes.showed(number)
            self._notifier.changed()

    def fail(self, sentence: str) -> None:
        """Say in the status, until the next request, that the model failed."""
        self._show_nothing(self._outcomes.begin(), Why.FAILED, sentence)

    def _show_nothing(self, number: int, why: Why, sentence: str) -> None:
        self._outcomes.showed_nothing(number, why, sentence)
        self._notifier.changed()

    def _status(self) -> Status:
        busy, model = self.worker.busy, self.worker.model
        return Status(
            state=self.worker.state.value,
            busy=None if busy is None else busy.told,
            model=model.name if model else None,
            provider=model.provider if model else None,
            files=self._indexing.files,
            latency=self._latencies.summary(),
            reason=self._outcomes.why,
            message=self._outcomes.message,
        )


def sentence_of(error: BaseException) -> str:
    """Why nothing is shown, as the user reads it."""
    match error:
        case LacunaError():
            return str(error)
        case asyncio.CancelledError():
            return "The editor took the request back."
        case _:
            return "Lacuna made a mistake."


def _why(error: BaseException) -> Why:
    match error:
        case NothingToShowError():
            return error.why
        case OutdatedError():
            return Why.STALE
        case DroppedError() | asyncio.CancelledError():
            return Why.CANCELLED
        case UnknownLanguageError():
            return Why.IGNORED
        case _:
            return Why.FAILED
