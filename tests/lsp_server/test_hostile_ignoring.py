"""A project's ignore files, and its settings, cannot keep the server from answering, nor from ending."""

import asyncio
import os
import time
from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp_server.conftest import CAPABLE, SCRIPTED, Client

STARS = "*a" * 13 + "*b\n"
FOLDERS = "**/a/" * 12 + "b\n"
HOSTILE = {
    "a link to the client's messages": lambda file: file.symlink_to("/dev/stdin"),
    "its descriptor": lambda file: file.symlink_to("/proc/self/fd/0"),
    "a link without end": lambda file: file.symlink_to("/dev/zero"),
    "a pipe": os.mkfifo,
    "stars": lambda file: file.write_text(STARS),
    "folders": lambda file: file.write_text(FOLDERS),
    "many": lambda file: file.write_text("".join(f"*a{n}*b/**/c*\n" for n in range(60_000))),
    "as many as are read": lambda file: file.write_text("".join(f"*a{n}*b/**/c*\n" for n in range(1_000))),
    "all that is read of stars": lambda file: file.write_text("*a" * 100 + "*b\n" + STARS * 900),
    "without end": lambda file: (file.touch(), os.truncate(file, 4 << 40)),
}
SOON = 20  # seconds on a busy machine; it never came


@pytest.fixture
def document(tmp_path: Path) -> Path:
    folder = tmp_path.joinpath("project", *"a" * 30)
    folder.mkdir(parents=True)
    (tmp_path / "project/.git").mkdir()
    return folder / ("a" * 40 + ".py")


async def answers_and_ends(client: Client, document: Path) -> None:
    """Ask for all that looks whether a file is ignored; what the answer is does not matter here."""
    client.uri = document.as_uri()
    client.open("x = <fill>\n")
    began = time.monotonic()
    asked = [
        client.complete(0, 4),
        client.actions(types.Range(types.Position(0, 4), types.Position(0, 4))),
        client.complete(0, 4, invoked=True),
    ]
    await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), SOON)
    await client.end()
    assert client.process.returncode == 0
    assert time.monotonic() - began < SOON


@pytest.mark.asyncio
@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
async def test_no_ignore_file_keeps_the_server_from_answering_and_ending(tmp_path, document, make):
    make(tmp_path / "project/.gitignore")
    client = Client()
    await client.start(tmp_path, command=SCRIPTED, capabilities=CAPABLE)
    await answers_and_ends(client, document)


@pytest.mark.asyncio
@pytest.mark.parametrize("pattern", [STARS.strip(), FOLDERS.strip(), "*a" * 2_000], ids=["stars", "folders", "long"])
async def test_no_setting_does(tmp_path, document, pattern):
    client = Client()
    await client.start(
        tmp_path,
        command=SCRIPTED,
        capabilities=CAPABLE,
        options={"exclude": [pattern] * min(1_000, 60_000 // len(pattern))},
    )
    await answers_and_ends(client, document)


DEAR = [f"{number}" + "*a?[b]" * 10 for number in range(900)]
"""It takes a while to read them."""


def changed(exclude: list[str]) -> dict:
    """Settings, and one that there is none of: who sends them is told when they have been read."""
    settings = {"lacuna": {"exclude": exclude, "colour": "red"}}
    return {"method": "workspace/didChangeConfiguration", "params": {"settings": settings}}


def asked(id_: int, name: str) -> dict:
    params = {"textDocument": {"uri": f"file:///project/{name}"}, "position": {"line": 0, "character": 4}}
    return {
        "id": id_,
        "method": "textDocument/inlineCompletion",
        "params": {**params, "context": {"triggerKind": 1}},
    }


def opened(name: str) -> dict:
    document = {"uri": f"file:///project/{name}", "languageId": "python", "version": 1, "text": "x = \n"}
    return {"method": "textDocument/didOpen", "params": {"textDocument": document}}


def test_what_needs_no_settings_is_answered_while_they_are_read(pipes):
    pipes.initialize()
    pipes.write(changed(DEAR), {"id": 1, "method": "test/held"})
    while (received := pipes.read()).get("id") != 1:
        assert received["method"] != "window/showMessage"
    while pipes.read()["method"] != "window/showMessage":
        pass
    assert pipes.leave() == ("", 0)


def test_who_asks_sees_the_settings_that_were_sent_before(pipes):
    pipes.initialize(exclude=[*DEAR, "*.py"])
    for id_, exclude in enumerate((DEAR, [*DEAR, "*.py"], ["b.py"], []), start=1):
        pipes.write(opened(f"{id_}.py"), asked(id_, f"{id_}.py"), changed(exclude))
    is_offered = {}
    while len(is_offered) < 4:
        received = pipes.read()
        if "method" not in received:
            is_offered[received["id"]] = received["result"] is not None
    assert is_offered == {1: False, 2: True, 3: False, 4: True}
    assert pipes.leave() == ("", 0)
