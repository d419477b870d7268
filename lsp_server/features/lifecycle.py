"""The session begins and ends; its settings come from the client, for each of its folders."""

import asyncio
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath

from lsprotocol import types

from lacuna.lsp_server import settings
from lacuna.lsp_server.client import Client
from lacuna.lsp_server.configuration import Configuration
from lacuna.lsp_server.session import Session
from lacuna.lsp_server.settings import Options
from lacuna.syntax.errors import LacunaError
from lacuna.syntax.languages.registry import SUFFIXES
from lacuna.workspace import gitignore, uris


def initialize(session: Session, params: types.InitializeParams) -> None:
    name = params.client_info.name if params.client_info else ""
    session.client = Client.of(params.capabilities, name)
    session.beginning = asyncio.create_task(_begin(session, params.initialization_options))


async def initialized(session: Session, _: types.InitializedParams) -> None:
    """Only now, with the answer to `initialize` sent, does the model begin to load."""
    session.inference.start()
    wanted = list(_registrations(session.client))
    if wanted:
        session.client_register_capability(types.RegistrationParams(wanted))
    if session.client.registers_watchers:
        session.indexing.watched()
    await asyncio.gather(_configure(session, pushed=None), _watch_loading(session))


async def did_change_configuration(session: Session, params: types.DidChangeConfigurationParams) -> None:
    sent = params.settings
    await _configure(session, pushed=sent.get(settings.SECTION) if isinstance(sent, dict) else None)


async def did_change_workspace_folders(session: Session, _: types.DidChangeWorkspaceFoldersParams) -> None:
    session.configuration = replace(session.configuration, roots=_roots(session))
    if session.client.has_configuration:  # what a client pushed holds for all folders
        await _configure(session, pushed=None)
    else:
        session.obey_settings()


def shutdown(session: Session, _: object) -> None:
    session.inference.stop()


async def _begin(session: Session, sent: object) -> None:
    async with session.settling:
        (session.initial_options,) = await _read(session, [sent])
        _apply(session, Configuration(settings.resolve(session.initial_options), roots=_roots(session)))
        if not session.client.has_configuration:
            session.obey_settings()


async def _configure(session: Session, pushed: object) -> None:
    """Settings are what the client answers, for each folder; from a client that cannot be asked, what it pushed."""
    folders: list[str] = []
    answers: Sequence[object] = [pushed]
    if session.client.has_configuration:
        folders = [folder.uri for folder in session.workspace.folders.values()]
        items = [types.ConfigurationItem(uri, settings.SECTION) for uri in (None, *folders)]
        told = await session.workspace_configuration_async(types.ConfigurationParams(items))
        answers = [answer if answer is not None else pushed for answer in told] or [pushed]
    async with session.settling:
        options = await _read(session, answers)
        own, *of_folders = (settings.resolve(session.initial_options, each) for each in options)
        by_folder = dict(zip(folders, of_folders, strict=False))  # a client may answer for fewer
        _apply(session, Configuration(own, by_folder, _roots(session)))
        session.obey_settings()


def _registrations(client: Client) -> Iterator[types.Registration]:
    if client.registers_configuration:
        yield types.Registration(
            id="configuration",
            method=types.WORKSPACE_DID_CHANGE_CONFIGURATION,
            register_options=types.DidChangeConfigurationRegistrationOptions(section=settings.SECTION),
        )
    if client.registers_watchers:
        names = (*gitignore.FILES, *(f"*{suffix}" for suffix in sorted(SUFFIXES)))
        watchers = [types.FileSystemWatcher(f"**/{name}") for name in names]
        yield types.Registration(
            id="files",
            method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
            register_options=types.DidChangeWatchedFilesRegistrationOptions(watchers),
        )


def _apply(session: Session, configuration: Configuration) -> None:
    session.configuration = configuration
    session.offers.forget_all()
    session.inference.worker.unload_after(60 * configuration.own.unload_after or math.inf)


def _roots(session: Session) -> tuple[PurePath, ...]:
    folders = [folder.uri for folder in session.workspace.folders.values()]
    paths = map(uris.path_of, folders or [session.workspace.root_uri or ""])
    return tuple(path for path in paths if path is not None)


async def _read(session: Session, answers: Sequence[object]) -> list[Options]:
    """Beside the event loop: to read patterns may take a while."""
    parsed = await asyncio.to_thread(lambda: [settings.parse(sent) for sent in answers])
    for complaint in dict.fromkeys(complaint for _, complaints in parsed for complaint in complaints):
        session.tell(complaint)
    return [options for options, _ in parsed]


async def _watch_loading(session: Session) -> None:
    try:
        await asyncio.wrap_future(session.inference.worker.loaded)
    except Exception as error:  # noqa: BLE001 (the user must hear of it, whatever it is)
        sentence = (
            str(error) if isinstance(error, LacunaError) else "The model cannot be loaded; Lacuna's log says why."
        )
        session.tell(sentence)
        session.inference.fail(sentence)
