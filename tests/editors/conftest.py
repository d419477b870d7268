"""What tests in real editors share: a command `lacuna`, a home configured as docs/editors.md says, a terminal."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.editors.terminal import Terminal
from tests.editors.workplace import TEXT

PAGE = Path(__file__).parents[2] / "docs/editors.md"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty one, with `lacuna` in a folder of commands."""
    command = tmp_path / "commands/lacuna"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -m lacuna.cli "$@"\n')
    command.chmod(0o755)
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A file in which something is missing."""
    path = tmp_path / "files/ledger.py"
    path.parent.mkdir()
    path.write_text(TEXT)
    return path


@pytest.fixture
def configuration() -> Callable[[str, str], str]:
    """What docs/editors.md says to write for an editor, in this format, and that whatever parses is shown."""

    def configuration(editor: str, language: str) -> str:
        (section,) = re.findall(rf"^## {editor}\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL)
        return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)[0]

    return configuration


@pytest.fixture
def start(tmp_path: Path, home: Path, ledger: Path) -> Iterator[Callable[..., Terminal]]:
    """Starts a program in the folder of the file that is edited."""
    terminals = []

    def start(*command: object, **environment: str) -> Terminal:
        surroundings = {"HOME": str(home), "PATH": f"{tmp_path / 'commands'}:/usr/bin:/bin", "LANG": "C.UTF-8"}
        terminals.append(Terminal(command, surroundings | environment, ledger.parent))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()
