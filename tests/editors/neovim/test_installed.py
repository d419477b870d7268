"""From clone to accepted text as the documentation says: the plugin as a package, the server by `:Lacuna install`."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PIP = 900  # seconds; it unpacks itself and some 60 MB into the environment, that takes long on a busy machine
TEXT = "def total(prices):\n    result = 0\n    for price in prices:\n        result += \n    return result\n"
CURSOR = TEXT.index("+= ") + len("+= ")

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """What `pip download` collects: the package, built from a copy of its sources, and all that it needs."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheels")
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in files.rstrip("\0").split("\0"):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--constraint", ROOT / "constraints.txt"]
    subprocess.run([*pip, "--no-build-isolation", "--wheel-dir", folder, f"{source}[cpu]"], check=True)
    return folder


@pytest.fixture
def editor(program, open_editor, tmp_path, monkeypatch):
    """Neovim with the plugin as docs/neovim.md installs it from a clone at ~/lacuna, nothing else, and no server."""
    (block,) = re.findall(r"```sh\n(.*?)```", (ROOT / "docs/neovim.md").read_text(), re.DOTALL)
    home = Path(os.environ["HOME"])
    (home / "lacuna").symlink_to(ROOT)
    (home / ".config/nvim").mkdir(parents=True)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "nvim").symlink_to(program)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    monkeypatch.setenv("PYTHON", sys.executable)
    subprocess.run(["sh", "-euc", block], cwd=home, check=True)
    init = home / ".config/nvim/init.lua"
    assert init.read_text() == 'require("lacuna").setup({})\n'
    options = "{ settings = { threshold = 0 }, install = { python = vim.env.PYTHON } }"
    init.write_text(f'require("lacuna").setup({options})\n')
    return open_editor(init, is_clean=False)


def test_from_a_clone_to_accepted_text(editor, wheels):
    if not editor.has("0.12"):
        pytest.skip("it takes minutes; what differs between Neovims is tested in all of them")
    path = editor.folder / "module.py"
    path.write_text(TEXT)
    editor.nvim.command(f"edit {path}")
    assert "There is no server yet" in editor.messages()
    editor.nvim.command("help lacuna-install")
    assert editor.nvim.current.buffer.name.endswith("doc/lacuna.txt")
    editor.nvim.command("helpclose")

    editor.nvim.command(f"Lacuna install {wheels}")
    editor.wait("the end", lambda: "Is installed: lacuna" in editor.messages(), PIP)
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
