"""The session begins and ends."""

import asyncio

from lsprotocol import types

from lacuna.lsp_server import settings
from lacuna.lsp_server.features.client import Client
from lacuna.lsp_server.session import Session
from lacuna.lsp_server.settings import Options
from lacuna.syntax.errors import LacunaError


def initialize(session: Session, params: types.InitializeParams) -> None:
    session.client = Client.of(params.capabilities)
    session.initial_options = _heard(session, params.initialization_options)
    session.settings = settings.resolve(session.initial_options)


async def initialized(session: Session, _: types.InitializedParams) -> None:
    """Only now, with the answer to `initialize` sent, does the model begin to load."""
    session.worker.start()
    if session.client.registers_configuration:
        register = types.Registration(
            id="configuration",
            method=types.WORKSPACE_DID_CHANGE_CONFIGURATION,
            register_options=types.DidChangeConfigurationRegistrationOptions(section=settings.SECTION),
        )
        session.client_register_capability(types.RegistrationParams([register]))
    await asyncio.gather(_configure(session, pushed=None), _watch_loading(session))


async def did_change_configuration(session: Session, params: types.DidChangeConfigurationParams) -> None:
    sent = params.settings
    await _configure(session, pushed=sent.get(settings.SECTION) if isinstance(sent, dict) else None)


def shutdown(session: Session, _: object) -> None:
    session.worker.stop()


async def _configure(session: Session, pushed: object) -> None:
    """Settings are what the client answers; from a client that cannot be asked, what it pushed."""
    sent = pushed
    if session.client.has_configuration:
        item = types.ConfigurationItem(section=settings.SECTION)
        answers = await session.workspace_configuration_async(types.ConfigurationParams([item]))
        sent = answers[0] if answers and answers[0] is not None else pushed
    session.settings = settings.resolve(session.initial_options, _heard(session, sent))


def _heard(session: Session, sent: object) -> Options:
    options, complaints = settings.parse(sent)
    for complaint in complaints:
        session.tell(complaint)
    return options


async def _watch_loading(session: Session) -> None:
    try:
        await asyncio.wrap_future(session.worker.loaded)
    except LacunaError as error:
        session.tell(str(error))
