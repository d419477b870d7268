"""What is offered at a cursor, as ghost text or as an item of a menu; and what is told when nothing is."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from lacuna.infill.request import Answer, Reason, Request
from lacuna.lsp_server import where
from lacuna.lsp_server.documents import Document
from lacuna.lsp_server.offers import Offer
from lacuna.lsp_server.protocol import traceback_of
from lacuna.lsp_server.session import Session
from lacuna.lsp_server.settings import Settings
from lacuna.lsp_server.status import WHY, Why
from lacuna.lsp_server.worker import DroppedError, Kind, OutdatedError, PreemptedError, State, SupersededError
from lacuna.syntax.errors import LacunaError
from lacuna.syntax.languages import UnknownLanguageError, language_of
from lacuna.syntax.spans import Span

_log = logging.getLogger(__name__)

BUDGET = 20.0
"""Seconds after which nobody waits for an automatic completion any more."""


class NothingToShowError(LacunaError):
    """Why a completion is empty; no failure."""

    def __init__(self, why: Why, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is asked for."""

    document: Document
    text: str
    """The document's own, or as it will be with the item that is selected in the client's menu."""
    offset: int
    span: Span
    """What may be rewritten; it begins at the offset."""


async def offered(session: Session, uri: str, kind: Kind, find: Callable[[Document], Place]) -> Offer | None:
    """What is offered for a document, or None; an error only if the user asked for it and it failed.

    An automatic request that a newer one displaced is answered as cancelled: Neovim would show a late answer.
    """
    try:
        with accounted(session) as number:
            return await _offer(session, find(session.documents[uri]), kind, number)
    except SupersededError as error:
        raise asyncio.CancelledError from error
    except NothingToShowError as reason:
        session.note(f"No completion: {reason}")
    except Exception as error:
        if kind is Kind.EXPLICIT:
            raise
        session.note(f"No completion: {_said(error)}")
        if not isinstance(error, LacunaError | TimeoutError):
            _log.error("A completion failed inside Lacuna:\n%s", traceback_of(error))
    return None


@contextlib.contextmanager
def accounted(session: Session) -> Iterator[int]:
    """Puts on record what becomes of a request, by the number that it yields."""
    number = session.outcomes.begin()
    try:
        yield number
    except BaseException as error:  # cancellation is one
        session.outcomes.showed_nothing(number, _why(error), _said(error))
        raise
    else:
        session.outcomes.showed(number)
    finally:
        session.status.changed()


async def _offer(session: Session, place: Place, kind: Kind, number: int) -> Offer:
    await session.configured()
    settings = session.settings_of(place.document.uri)
    _refuse_where_unwanted(session, settings, place, kind)
    threshold = settings.threshold if kind is Kind.AUTOMATIC else 0.0
    alternatives = settings.alternatives if kind is Kind.EXPLICIT else 1
    along = session.offers.along(place.document.uri, place.text, place.offset, threshold, alternatives)
    if along is not None:
        return along
    request = Request(
        text=place.text,
        language=language_of(place.document.language).name,
        spans=(place.span,),
        threshold=threshold,
        scope=settings.scope,
        alternatives=alternatives,
        is_patient=kind is Kind.EXPLICIT,
    )
    if session.worker.state in (State.LOADING, State.UNLOADED):
        _tell_meanwhile(session, number, Why.LOADING, "The model is being loaded.")
    async with asyncio.timeout(BUDGET if kind is Kind.AUTOMATIC else None):
        answer = await _answer(session, place.document, kind, request, number)
    offer = session.offers.take(place.document.uri, request, answer)
    if offer is None:
        reason = answer.reason or Reason.EMPTY
        raise NothingToShowError(WHY[reason], f"{reason}.")
    return offer


def _refuse_where_unwanted(session: Session, settings: Settings, place: Place, kind: Kind) -> None:
    document = place.document
    ignored = session.why_ignored(document.uri)
    if ignored is not None:
        raise NothingToShowError(Why.IGNORED, ignored)
    if not settings.has_language(document.language):
        raise NothingToShowError(Why.DISABLED, f"lacuna.languages switches {document.language} off.")
    if kind is Kind.AUTOMATIC and not settings.enabled:
        raise NothingToShowError(Why.DISABLED, "lacuna.enabled is false.")
    if settings.in_comments and settings.in_strings:
        return
    prose = where.prose_at(place.text, language_of(document.language), place.offset)
    if prose is where.Prose.COMMENT and not settings.in_comments:
        raise NothingToShowError(Why.DISABLED, "lacuna.inComments is false.")
    if prose is where.Prose.STRING and not settings.in_strings:
        raise NothingToShowError(Why.DISABLED, "lacuna.inStrings is false.")


async def _answer(session: Session, document: Document, kind: Kind, request: Request, number: int) -> Answer:
    """Asks again once what the request sees is warm, or as far as that came when something more urgent ran."""
    while (answer := await session.infill(document, kind, request)).reason is Reason.WARMING:
        _tell_meanwhile(session, number, Why.WARMING, "The text about the cursor is being read.")
        with contextlib.suppress(PreemptedError):
            await session.warm(document, request)
            request = replace(request, is_patient=True)
    return answer


def _tell_meanwhile(session: Session, number: int, why: Why, message: str) -> None:
    session.outcomes.showed_nothing(number, why, message)
    session.status.changed()


def _why(error: BaseException) -> Why:
    match error:
        case NothingToShowError():
            return error.why
        case OutdatedError():
            return Why.STALE
        case DroppedError() | asyncio.CancelledError():
            return Why.CANCELLED
        case TimeoutError():
            return Why.OUT_OF_BUDGET
        case UnknownLanguageError():
            return Why.IGNORED
        case _:
            return Why.FAILED


def _said(error: BaseException) -> str:
    match error:
        case LacunaError():
            return str(error)
        case asyncio.CancelledError():
            return "The editor took the request back."
        case TimeoutError():
            return f"It took longer than {BUDGET:.0f} seconds."
        case _:
            return "Lacuna made a mistake."
