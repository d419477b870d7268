"""A real Neovim without a terminal, driven through its API; waits are for states, never for a time."""

import argparse
import contextlib
import inspect
import json
import os
import sys
import textwrap
import time
import typing
from pathlib import Path

import pynvim
import pytest

PATIENCE = int(
    os.environ.get("LACUNA_TEST_PATIENCE", "60")
)  # seconds until a test gives up; none waits that long when all is well
SERVE = [sys.executable, "-I", "-m", "lacuna.cli", "serve"]
WITHOUT_PROVIDERS = (
    "let g:loaded_python3_provider = 0 | let g:loaded_node_provider = 0"  # looking for them takes seconds
)
PLUGIN = Path(__file__).parents[3] / "editor-clients" / "nvim"
PROGRAMS = os.environ.get("NEOVIM", "").split()

MARKS = """
    local namespace = vim.api.nvim_get_namespaces().lacuna
    return namespace and vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true }) or {}
"""
SCREEN = """
    vim.cmd.redraw()
    local rows = {}
    for row = vim.fn.winline(), vim.o.lines do
      local cells = {}
      for column = 1, vim.o.columns do
        table.insert(cells, vim.fn.screenstring(row, column))
      end
      table.insert(rows, (table.concat(cells):gsub('%s+$', '')))
    end
    return rows
"""


class Editor:
    """One Neovim. Positions are as in its API: lines from 1, columns in bytes from 0."""

    def __init__(self, program, folder, init, *, is_clean=True):
        self.folder = folder
        self._has_quit = False
        clean = ["--clean"] if is_clean else []
        own = ["-u", str(init)] if init else []  # else the home's, if there is one
        arguments = ["--embed", "--headless", *clean, "-n", "--cmd", WITHOUT_PROVIDERS, *own]
        self.nvim = pynvim.attach("child", argv=[program, *arguments])
        self.nvim.options["lines"] = 60
        self.nvim.options["columns"] = 160

    def lua(self, code, *arguments):
        return self.nvim.exec_lua(code, *arguments)

    def has(self, version):
        return self.lua("return vim.fn.has(...)", f"nvim-{version}") == 1

    def wait(self, what, is_so, patience=PATIENCE):
        end = time.monotonic() + patience
        while not (found := is_so()):
            if time.monotonic() > end:
                pytest.fail(f"waited for {what}, mode {self.mode}, in\n{self.text}\n{self.messages()}\n{self.log()}")
            time.sleep(0.01)
        return found

    def messages(self):
        return "\n".join([self.nvim.command_output("messages"), *(self.lua("return _G.told") or [])])

    def log(self):
        path = Path(self.lua("return vim.fn.stdpath('state')")) / "lsp.log"
        return path.read_text()[-4000:] if path.exists() else "no log"

    # --- what a user does

    def open(self, text, name=None):
        """A new file with this text (its bytes are those of UTF-8), at which the server is ready."""
        path = self.folder / (name or f"module{len(list(self.folder.glob('*.py')))}.py")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
        self.nvim.command(f"edit {path}")
        ready = "local c = vim.lsp.get_clients({bufnr = 0})[1]; return c ~= nil and c.initialized == true"
        self.wait("the server", lambda: self.lua(ready))
        return path

    def insert_at(self, offset, typed=""):
        """Type `typed` at this offset of the text, in insert mode; by default something that is taken back."""
        before = self.text[:offset]
        self.nvim.input("i")
        self.wait("insert mode", lambda: self.mode == "i")
        self.nvim.current.window.cursor = (before.count("\n") + 1, len(before.rsplit("\n", 1)[-1].encode()))
        if not typed:
            self.press("x<BS>")
        self.type(typed)
        self.wait(f"{typed!r}", lambda: self.text[offset:].startswith(typed))

    def type(self, text):
        self.nvim.input(text.replace("<", "<lt>"))

    def press(self, key):
        self.nvim.input(key)

    def stop_inserting(self):
        self.press("<Esc>")
        self.wait("normal mode", lambda: self.mode == "n")

    # --- what a user sees

    @property
    def mode(self):
        return self.nvim.request("nvim_get_mode")["mode"]

    @property
    def text(self):
        return "\n".join(self.nvim.current.buffer[:]) + "\n"

    def written(self, path):
        self.nvim.command("silent write")
        return path.read_bytes()

    def ghost(self):
        """The plugin's text at the cursor that is not in the buffer; None if nothing is shown."""
        marks = self.lua(MARKS)
        if not marks:
            return None
        ((_, row, column, mark),) = marks
        assert self.nvim.current.window.cursor == (row + 1, column), "ghost text stands at the cursor"
        lines = [mark["virt_text"], *mark.get("virt_lines", [])]
        assert all(line[0][1] == "LacunaGhost" for line in lines)
        return "\n".join(line[0][0] for line in lines)

    def shown(self):
        return self.wait("ghost text", self.ghost)

    def screen(self):
        """The screen from the cursor's row on."""
        return self.lua(SCREEN)

    def told(self):
        return self.lua("return _G.told")

    # --- processes

    def servers(self):
        return self.lua("return vim.api.nvim_get_proc_children(vim.fn.getpid())")

    def quit(self):
        if self._has_quit:
            return
        self._has_quit = True
        with contextlib.suppress(EOFError, OSError):  # it goes before it can answer
            self.nvim.command("qall!")
        self.nvim.close()


def is_alive(process):
    """Whether it runs; one that ended and was not waited for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture(scope="session")
def alive():
    return is_alive


@pytest.fixture(params=PROGRAMS or [None], ids=str)
def program(request):
    if not request.param or not Path(request.param).exists():
        pytest.fail("These tests need NEOVIM, paths of Neovims; `make test-editors` installs two.")
    return request.param


@pytest.fixture
def open_editor(program, tmp_path):
    """Starts Neovim with this configuration."""
    editors = []

    def open_editor(init, *, is_clean=True):
        folder = tmp_path / "files"
        folder.mkdir(exist_ok=True)
        editors.append(Editor(program, folder, init, is_clean=is_clean))
        return editors[-1]

    yield open_editor
    for editor in editors:
        editor.quit()


@pytest.fixture
def start(open_editor, monkeypatch):
    """Starts Neovim with the plugin and these options."""

    def start(plugin=PLUGIN, **options):
        monkeypatch.setenv("LACUNA_PLUGIN", str(plugin))
        monkeypatch.setenv("LACUNA_OPTIONS", json.dumps(options))
        return open_editor(Path(__file__).with_name("plugin.lua"))

    return start


@pytest.fixture
def builtin_editor(open_editor, monkeypatch):
    """Neovim 0.12 with what it has built in, without the plugin."""
    monkeypatch.setenv("LACUNA_COMMAND", json.dumps(SERVE))
    return open_editor(Path(__file__).with_name("builtin.lua"))


@pytest.fixture(scope="session")
def serve():
    """The command line of the real server, with the embedded model."""
    return SERVE


@pytest.fixture(scope="session")
def source():
    """A file of the standard library."""
    return inspect.getsource(textwrap)


@pytest.fixture(scope="session")
def long_source():
    """Files of the standard library in a row: more than 5,000 lines."""
    return "".join(map(inspect.getsource, (argparse, typing)))
