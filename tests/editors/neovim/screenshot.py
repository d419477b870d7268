"""Draws a real Neovim's screen as SVG: the real server offers something; it fills holes. Run by `make docs/neovim.svg`.

Arguments: the two files to write. NEOVIM names the program.
"""

import io
import itertools
import json
import os
import re
import signal
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from conftest import PLUGIN, SERVE, Editor
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, TerminalTheme
from rich.text import Text

ROWS, COLUMNS = 20, 84
LEDGER = Path(__file__).parents[3] / "docs/demo/ledger.py"
FILLED = {"self.name = <fill>": "self.name = name", "append(<fill>)": "append(entry)"}
HOLE = "<fill>"
FILL_FILE = """
    local context = { only = { 'refactor.rewrite.holes.file' }, diagnostics = {} }
    vim.lsp.buf.code_action({ apply = true, context = context })
"""
DRAFTS = """
    local namespace = vim.api.nvim_get_namespaces()['lacuna.drafts']
    local marks = namespace and vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true }) or {}
    return vim.iter(marks):filter(function(mark) return mark[4].virt_text_pos == 'inline' end):totable()
"""
DRAFTED = 2
"""Holes of which the last is being filled."""
DONE = "drawn"
STYLES = {"bold": "bold", "italic": "italic", "underline": "underline", "strikethrough": "strike"}
"""By Neovim's names, rich's."""
WITHOUT_FONTS = re.sub(
    r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL
)  # a picture fetches nothing


class Screen:
    """What Neovim says of its one grid: cells and the looks that they refer to."""

    def __init__(self):
        self.cells = defaultdict(lambda: (" ", 0))
        self.looks = {0: {}}
        self.foreground = self.background = 0

    def hear(self, event, *arguments):
        match event:
            case "default_colors_set":
                self.foreground, self.background = arguments[:2]
            case "hl_attr_define":
                self.looks[arguments[0]] = arguments[1]
            case "grid_clear":
                self.cells.clear()
            case "grid_line":
                self._line(*arguments[1:4])
            case "grid_scroll":
                self._scroll(*arguments[1:6])

    def _line(self, row, column, cells):
        look = 0
        for text, *rest in cells:
            look = rest[0] if rest else look
            for _ in range(rest[1] if len(rest) > 1 else 1):
                self.cells[row, column] = text, look
                column += 1

    def _scroll(self, top, bottom, left, right, rows):
        old = dict(self.cells)
        for row in range(max(top, top - rows), min(bottom, bottom - rows)):
            for column in range(left, right):
                self.cells[row, column] = old.get((row + rows, column), (" ", 0))

    def row(self, row):
        line = Text()
        for look, cells in itertools.groupby(
            (self.cells[row, column] for column in range(COLUMNS)), lambda cell: cell[1]
        ):
            line.append("".join(text for text, _ in cells), self._style(self.looks[look]))
        return line

    def _style(self, look):
        colours = look.get("foreground", self.foreground), look.get("background", self.background)
        front, back = reversed(colours) if look.get("reverse") else colours
        attributes = {style: True for name, style in STYLES.items() if look.get(name)}
        return Style(color=f"#{front:06x}", bgcolor=f"#{back:06x}", **attributes)

    def svg(self, title):
        console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
        for row in range(ROWS):
            console.print(self.row(row), no_wrap=True, overflow="crop", highlight=False)
        theme = TerminalTheme(
            _parts(self.background),
            _parts(self.foreground),
            [*map(tuple, DEFAULT_TERMINAL_THEME.ansi_colors._colors)],  # noqa: SLF001
        )
        return console.export_svg(title=title, theme=theme, code_format=WITHOUT_FONTS, unique_id="neovim")


def _parts(colour):
    return colour >> 16, colour >> 8 & 255, colour & 255


def offering(editor):
    """Type up to the hole and wait until its rest is shown."""
    text = LEDGER.read_text()
    for marked, filled in FILLED.items():
        text = text.replace(marked, filled)
    before, after = text.split(HOLE)
    editor.open(before[:-3] + after, "ledger.py")
    editor.nvim.command("set number noshowcmd nolist")
    editor.insert_at(len(before) - 3, before[-3:])
    editor.shown()
    editor.nvim.command("normal! zz")
    editor.shown()


def filling(editor):
    """Have all holes filled until the second gets its text; then the server stands still."""
    editor.open(LEDGER.read_text(), "ledger.py")
    editor.nvim.command("set number noshowcmd nolist")
    editor.nvim.command("normal! 12zt")
    editor.lua(FILL_FILE)
    editor.wait("drafts", lambda: len(editor.lua(DRAFTS)) == DRAFTED)
    signal_servers(editor, signal.SIGSTOP)


def signal_servers(editor, what):
    for server in editor.servers():
        os.kill(server, what)


def drawn(editor):
    nvim, screen = editor.nvim, Screen()
    nvim.ui_attach(COLUMNS, ROWS, rgb=True, ext_linegrid=True)
    nvim.exec_lua("vim.cmd.redraw(); vim.rpcnotify(...)", nvim.channel_id, DONE)
    while (message := nvim.next_message())[1] != DONE:
        for event, *each in message[2] if message[1] == "redraw" else ():
            for arguments in each:
                screen.hear(event, *arguments)
    return screen


def main():
    for path, scene in zip(sys.argv[1:], (offering, filling), strict=True):
        with tempfile.TemporaryDirectory() as folder:
            os.environ |= {
                "HOME": folder,
                "LACUNA_PLUGIN": str(PLUGIN),
                "LACUNA_OPTIONS": json.dumps({"cmd": SERVE, "settings": {"threshold": 0}}),
            }
            editor = Editor(os.environ["NEOVIM"], Path(folder), Path(__file__).with_name("plugin.lua"))
            scene(editor)
            svg = drawn(editor).svg("Neovim")
            signal_servers(editor, signal.SIGCONT)
            editor.quit()
        Path(path).write_text(svg)


if __name__ == "__main__":
    main()
