"""From clone to accepted text as the documentation says: the plugin as a package, the server by `:Lacuna install`."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PIP = 900  # seconds; it unpacks itself and some 60 MB from the package index, that takes long on a busy machine
TEXT = "def total(prices):\n    result = 0\n    for price in prices:\n        result += \n    return result\n"
VERSION = "return require('lacuna.version')"
CURSOR = TEXT.index("+= ") + len("+= ")

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture
def clone():
    """The tracked files at ~/lacuna."""
    folder = Path(os.environ["HOME"], "lacuna")
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in files.rstrip("\0").split("\0"):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def editor(program, clone, open_editor, tmp_path, monkeypatch):
    """Neovim with the plugin as docs/neovim.md installs it from a clone at ~/lacuna, nothing else, and no server."""
    (block,) = re.findall(r"```sh\n(.*?)```", (clone / "docs/neovim.md").read_text(), re.DOTALL)
    init = clone.parent / ".config/nvim/init.lua"
    init.parent.mkdir(parents=True)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "nvim").symlink_to(program)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    monkeypatch.setenv("PYTHON", sys.executable)
    subprocess.run(["sh", "-euc", block], cwd=clone.parent, check=True)
    assert init.read_text() == 'require("lacuna").setup({})\n'
    options = "{ settings = { threshold = 0 }, install = { python = vim.env.PYTHON } }"  # and whatever parses is shown
    init.write_text(f'require("lacuna").setup({options})\n')
    return open_editor(init, is_clean=False)


def test_from_a_clone_to_accepted_text(editor):
    if not editor.has("0.12"):
        pytest.skip("it takes minutes; what differs between Neovims is tested in all of them")
    path = editor.folder / "module.py"
    path.write_text(TEXT)
    editor.nvim.command(f"edit {path}")
    assert "There is no server yet" in editor.messages()
    editor.nvim.command("help lacuna-install")
    assert editor.nvim.current.buffer.name.endswith("doc/lacuna.txt")
    editor.nvim.command("helpclose")

    editor.nvim.command("Lacuna install")
    told = editor.wait(
        "the end", lambda: re.search("Lacuna: Is installed: .*|Lacuna: .* has all of it", editor.messages()), PIP
    )
    assert told[0] == f"Lacuna: Is installed: lacuna {editor.lua(VERSION)}."
    ready = "return require('lacuna').session().server:client(vim.api.nvim_get_current_buf()) ~= nil"
    editor.wait("the server", lambda: editor.lua(ready))
    (server,) = editor.servers()
    assert str(editor.lua("return vim.fn.stdpath('data')")) in Path(f"/proc/{server}/cmdline").read_text()

    editor.insert_at(CURSOR)
    ghost = editor.shown()
    editor.press("<Tab>")
    accepted = TEXT[:CURSOR] + ghost + TEXT[CURSOR:]
    editor.wait("the accepted text", lambda: editor.text == accepted)
    editor.stop_inserting()
    assert editor.written(path) == accepted.encode()
