"""To accepted text as the documentation says, from a release and from a clone, the server by `:Lacuna install`."""

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
PACKAGE = "lacuna-infill"
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
def release():
    """The plugin's archive at ~, nothing else."""
    (archive,) = (ROOT / "dist").glob("lacuna-nvim-*.tar.gz")
    shutil.copy(archive, os.environ["HOME"])


@pytest.fixture(params=["release", "clone"])
def editor(request, program, open_editor, tmp_path, monkeypatch):
    """Neovim with the plugin as docs/neovim.md installs it, nothing else, and no server."""
    request.getfixturevalue(request.param)
    of_release, of_clone = re.findall(r"```sh\n(.*?)```", (ROOT / "docs/neovim.md").read_text(), re.DOTALL)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "nvim").symlink_to(program)
    (tools / "python3").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (tools / "python3").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    block = of_release if request.param == "release" else of_clone
    subprocess.run(["sh", "-euc", block], cwd=os.environ["HOME"], check=True)
    return open_editor(None, is_clean=False)


def test_to_accepted_text(editor):
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
    data = Path(editor.lua("return vim.fn.stdpath('data')"))
    assert str(data) in Path(f"/proc/{server}/cmdline").read_text()
    pip = [data / "lacuna" / editor.lua(VERSION) / "bin/python", "-I", "-m", "pip", "freeze", "--exclude", PACKAGE]
    have = subprocess.run(pip, capture_output=True, text=True, check=True).stdout.lower().split()
    assert set(have) <= set((ROOT / "constraints.txt").read_text().lower().split()), "the versions that were tested"

    editor.insert_at(CURSOR)
    editor.press("<M-Bslash>")
    ghost = editor.shown()
    editor.press("<Tab>")
    accepted = TEXT[:CURSOR] + ghost + TEXT[CURSOR:]
    editor.wait("the accepted text", lambda: editor.text == accepted)
    editor.stop_inserting()
    assert editor.written(path) == accepted.encode()
