"""The holes of a selection, a function or a file: which there are, what they get, and what is told of it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lacuna.infill.request import MOST, Answer, Left, Reason, Request
from lacuna.lsp_server import where
from lacuna.lsp_server.client import Client
from lacuna.lsp_server.documents import Document
from lacuna.lsp_server.inference import NothingToShowError
from lacuna.lsp_server.session import Session
from lacuna.lsp_server.status import WHY, Why
from lacuna.lsp_server.where import Holes, What
from lacuna.lsp_server.worker import Kind, OutdatedError, Show
from lacuna.syntax.languages.language import Language
from lacuna.syntax.languages.registry import UnknownLanguageError, language_of
from lacuna.syntax.spans import Span
from lacuna.workspace.changes import Edit
from lacuna.workspace.positions import Encoding
from lacuna.workspace.requirement import oldest_python_of

_TOLD = 3
"""Holes that stay open of which it is told why."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be filled: holes of a snapshot."""

    document: Document
    what: What
    holes: Holes

    @property
    def spans(self) -> tuple[Span, ...]:
        """As many of them as are filled together."""
        return self.holes.spans[:MOST]


@dataclass(frozen=True, slots=True)
class Filling:
    """What the holes of a task get."""

    task: Task
    edits: tuple[Edit, ...]
    left: tuple[Left, ...]

    @property
    def replaces_code(self) -> bool:
        return any(edit.span in self.task.holes.code for edit in self.edits)

    @property
    def message(self) -> str | None:
        """What is told where some holes stay open."""
        if len(self.edits) == len(self.task.holes.spans):
            return None
        return _sentences(
            f"{len(self.edits)} of {len(self.task.holes.spans)} holes can be filled.", self.task, self.left
        )


async def offered(
    session: Session, document: Document, selection: Span, whats: frozenset[What]
) -> Mapping[What, Holes]:
    """What can be filled about a selection; nothing where Lacuna keeps out."""
    configuration, language = await session.configured(), _known_language(document)
    if language is None or not configuration.settings_of(document.uri).has_language(document.language):
        return {}
    if await configuration.finds_out_why_ignored(document.uri) is not None:
        return {}
    return await _found(session.client, document, language, selection, whats)


async def task(session: Session, document: Document, selection: Span, what: What) -> Task:
    """What was offered, found again; fails with a `NothingToShowError` if it is not there, or an `OutdatedError`."""
    found = await _found(session.client, document, language_of(document.language), selection, frozenset({what}))
    if not session.documents.is_current(document):  # while it was looked through
        raise OutdatedError("The document changed.")
    if what not in found:
        raise NothingToShowError(Why.NOTHING, "There is nothing to fill here.")
    return Task(document, what, found[what])


async def filled(session: Session, task: Task, show: Show) -> Filling:
    """What the task's holes get; fails with a `NothingToShowError` if none gets anything.

    The holes of a selection are filled all or none. `show` is called with drafts, in the worker's thread.
    """
    document, is_selection = task.document, task.what is What.SELECTION
    replaces = is_selection and bool(task.holes.code)
    is_at_threshold = replaces or not is_selection
    request = Request(
        document.text,
        language_of(document.language).name,
        task.spans,
        threshold=session.configuration.settings_of(document.uri).threshold if is_at_threshold else 0.0,
        oldest=oldest_python_of(document.uri),
        beside=session.indexing.beside(document),
        replaces=replaces,
        is_partial=not is_selection,
    )
    answer = await session.inference.infill(document, Kind.FILLING, request, show)
    if not answer.edits:
        raise NothingToShowError(WHY[answer.reason or Reason.EMPTY], _why_nothing(task, answer))
    return Filling(task, answer.edits, answer.left)


async def _found(
    client: Client, document: Document, language: Language, selection: Span, whats: frozenset[What]
) -> dict[What, Holes]:
    found = dict[What, Holes | None]()
    if What.SELECTION in whats:
        found[What.SELECTION] = where.selected(document.text, language, selection)
    if whats - {What.SELECTION}:
        unwritten = await asyncio.to_thread(where.unwritten, document.text, language, selection)
        is_written_elsewhere = document.uri.endswith(tuple(language.declaring))
        found |= {what: holes.without_code() if is_written_elsewhere else holes for what, holes in unwritten.items()}
    own = {what: holes.within(document.span) for what, holes in found.items() if holes and what in whats}
    allowed = {what: holes if client.asks_first else holes.without_code() for what, holes in own.items() if holes}
    return {what: holes for what, holes in allowed.items() if holes}


def _why_nothing(task: Task, answer: Answer) -> str:
    """The sentence for who gets nothing."""
    if task.what is What.SELECTION:
        return f"There is nothing to offer here: {answer.explained}."
    if not answer.left:
        return f"No hole can be filled: {answer.explained}."
    return _sentences("No hole can be filled.", task, answer.left)


def _sentences(first: str, task: Task, left: Sequence[Left]) -> str:
    """The reasons of some holes behind a first sentence, and how many others there are."""
    lines = (1 + task.document.position_at(task.spans[one.hole].start, Encoding.UTF32).line for one in left)
    reasons = [f"Line {line}: {one.explained}." for line, one in zip(lines, left, strict=True)]
    others = len(left) - _TOLD
    more = [f"And {others} more."] if others > 0 else []
    beyond = [f"No more than {MOST} are filled at once."] if len(task.holes.spans) > MOST else []
    return " ".join((first, *reasons[:_TOLD], *more, *beyond))


def _known_language(document: Document) -> Language | None:
    try:
        return language_of(document.language)
    except UnknownLanguageError:
        return None
