"""A real Neovim without a terminal, driven through its API; waits are for states, never for a time."""

import contextlib
import inspect
import json
import os
import sys
import textwrap
import time
from pathlib import Path

import pynvim
import pytest

PATIENCE = 60  # seconds until a test gives up; none waits that long when all is well
SERVE = [sys.executable, "-I", "-m", "lacuna.cli", "serve"]
WITHOUT_PROVIDERS = (
    "let g:loaded_python3_provider = 0 | let g:loaded_node_provider = 0"  # looking for them takes seconds
)


class Editor:
    """One Neovim. Positions are as in its API: lines from 1, columns in bytes from 0."""

    def __init__(self, program, folder):
        self._folder = folder
        self._has_quit = False
        init = str(Path(__file__).with_name("init.lua"))
        arguments = ["--embed", "--headless", "--clean", "-n", "--cmd", WITHOUT_PROVIDERS, "-u", init]
        self.nvim = pynvim.attach("child", argv=[program, *arguments])
        assert self.lua("return vim.fn.has('nvim-0.12')") == 1, f"{program} is older than 0.12"
        self.nvim.options["lines"] = 60
        self.nvim.options["columns"] = 160

    def lua(self, code, *arguments):
        return self.nvim.exec_lua(code, *arguments)

    def wait(self, what, is_so):
        end = time.monotonic() + PATIENCE
        while not (found := is_so()):
            if time.monotonic() > end:
                pytest.fail(f"waited for {what}\n{self.messages()}\n{self.log()}")
            time.sleep(0.02)
        return found

    def messages(self):
        return self.nvim.command_output("messages")

    def log(self):
        path = Path(self.lua("return vim.lsp.log.get_filename()"))
        return path.read_text()[-4000:] if path.exists() else "no log"

    # --- what a user does

    def open(self, text):
        """A new file with this text, at which the server is ready."""
        path = self._folder / f"module{len(list(self._folder.glob('*.py')))}.py"
        path.write_text(text)
        self.nvim.command(f"edit {path}")
        ready = "local c = vim.lsp.get_clients({bufnr = 0})[1]; return c ~= nil and c.initialized == true"
        self.wait("the server", lambda: self.lua(ready))
        return path

    def insert_at(self, offset, typed):
        """Type `typed` at this offset of the text, in insert mode."""
        before = self.text[:offset]
        self.nvim.input("i")
        self.wait("insert mode", lambda: self.mode == "i")
        column = len(before.rsplit("\n", 1)[-1].encode())
        self.nvim.current.window.cursor = (before.count("\n") + 1, column)
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

    def answered(self):
        """The ghost text at this cursor; None if there is none that is shown in full."""
        self.wait("an answer", lambda: self.lua("return is_answered()"))
        lines = self.lua("return ghost()")
        return None if lines is None else "\n".join(lines)

    def screen(self):
        return self.lua("return screen_at_cursor()")

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


@pytest.fixture
def editor(tmp_path, monkeypatch):
    program = os.environ.get("NEOVIM")
    if not program or not Path(program).exists():
        pytest.fail("These tests need NEOVIM, the path of a Neovim 0.12; `make test-editors` installs one.")
    monkeypatch.setenv("LACUNA_COMMAND", json.dumps(SERVE))
    editor = Editor(program, tmp_path)
    yield editor
    editor.quit()


@pytest.fixture(scope="session")
def source():
    """A file of the standard library."""
    return inspect.getsource(textwrap)
