"""What is offered at a cursor, as ghost text or as an item of a menu; and what is told when nothing is."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from lacuna.infill.request import Reason, Request
from lacuna.lsp_server.configuration import Configuration
from lacuna.lsp_server.documents import Document
from lacuna.lsp_server.inference import NothingToShowError, sentence_of
from lacuna.lsp_server.offers import Offer
from lacuna.lsp_server.session import Session
from lacuna.lsp_server.status import WHY, Why
from lacuna.lsp_server.tracebacks import traceback_of
from lacuna.lsp_server.worker import Kind, OutdatedError, SupersededError
from lacuna.syntax.errors import LacunaError
from lacuna.syntax.languages.language import Prose
from lacuna.syntax.languages.registry import language_of
from lacuna.syntax.prose import prose_at
from lacuna.syntax.spans import Span
from lacuna.workspace.requirement import oldest_python_of

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where something is asked for."""

    document: Document
    text: str
    """The document's own, or as it will be with the item that is selected in the client's menu."""
    offset: int
    span: Span
    """What may be rewritten; it begins at the offset."""


async def offered(session: Session, uri: str, kind: Kind, find: Callable[[Document], Cursor]) -> Offer | None:
    """What is offered for a document, or None. It fails only if the user asked for it.

    An automatic request that a newer one displaced is answered as cancelled: Neovim would show a late answer.
    """
    try:
        with session.inference.accounted() as number:
            return await _offer(session, find(session.documents[uri]), kind, number)
    except SupersededError as error:
        raise asyncio.CancelledError from error
    except NothingToShowError as reason:
        session.note(f"No completion: {reason}")
    except Exception as error:
        if kind is Kind.EXPLICIT:
            raise
        session.note(f"No completion: {sentence_of(error)}")
        if not isinstance(error, LacunaError):
            _log.error("A completion failed inside Lacuna:\n%s", traceback_of(error))
    return None


async def _offer(session: Session, place: Cursor, kind: Kind, number: int) -> Offer:
    document = place.document
    configuration = await session.configured()
    async with session.in_turn:  # a burst is submitted in the order in which it came
        ignored = await configuration.finds_out_why_ignored(document.uri)
    if not session.documents.is_current(document):  # meanwhile
        raise OutdatedError("The document changed.")
    _refuse_where_unwanted(configuration, ignored, place, kind)
    settings = configuration.settings_of(document.uri)
    threshold = settings.threshold if kind is Kind.AUTOMATIC else 0.0
    alternatives = settings.alternatives if kind is Kind.EXPLICIT else 1
    along = session.offers.along(document.uri, place.text, place.offset, threshold, alternatives)
    if along is not None:
        return along
    request = Request(
        text=place.text,
        language=language_of(document.language).name,
        spans=(place.span,),
        threshold=threshold,
        scope=settings.scope,
        alternatives=alternatives,
        is_unasked=kind is Kind.AUTOMATIC,
        is_patient=kind is Kind.EXPLICIT,
        oldest=oldest_python_of(document.uri),
        beside=session.indexing.beside(document),
    )
    answer = await session.inference.infill_when_warm(number, document, kind, request)
    offer = session.offers.take(document.uri, request, answer)
    if offer is None:
        raise NothingToShowError(WHY[answer.reason or Reason.EMPTY], f"{answer.explained}.")
    return offer


def _refuse_where_unwanted(configuration: Configuration, ignored: str | None, place: Cursor, kind: Kind) -> None:
    document = place.document
    if ignored is not None:
        raise NothingToShowError(Why.IGNORED, ignored)
    settings = configuration.settings_of(document.uri)
    if not settings.has_language(document.language):
        raise NothingToShowError(Why.DISABLED, f"lacuna.languages switches {document.language} off.")
    if kind is Kind.AUTOMATIC and not settings.enabled:
        raise NothingToShowError(Why.DISABLED, "lacuna.enabled is false.")
    if settings.in_comments and settings.in_strings:
        return
    prose = prose_at(place.text, language_of(document.language), place.offset)
    if prose is Prose.COMMENT and not settings.in_comments:
        raise NothingToShowError(Why.DISABLED, "lacuna.inComments is false.")
    if prose is Prose.STRING and not settings.in_strings:
        raise NothingToShowError(Why.DISABLED, "lacuna.inStrings is false.")
