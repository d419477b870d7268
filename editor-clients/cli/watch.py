"""Drafts as they settle, on stderr: redrawn in place on a terminal, else a line for every hole and step."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from lacuna.infill.request import Draft, Request
from lacuna.workspace.visible import visible_text

MASKED = "░"
LINES_AROUND = 3

Show = Callable[[Draft], None]


@contextlib.contextmanager
def watching(request: Request, stream: TextIO, *, is_coloured: bool) -> Iterator[Show]:
    """What to call with every draft."""
    if not stream.isatty():
        yield lambda draft: _print_lines(draft, stream)
        return
    console = Console(file=stream, no_color=not is_coloured, highlight=False)
    with Live(console=console, auto_refresh=False) as live:
        yield lambda draft: live.update(picture(request, draft), refresh=True)


def lines(draft: Draft) -> list[str]:
    """A hole a line; the line ends within it are drawn."""
    count = len(draft.holes)
    return [
        f"step {draft.step}, hole {number} of {count}: {visible_text(_joined(hole)).replace(chr(10), '⏎')}"
        for number, hole in enumerate(draft.holes, 1)
    ]


def picture(request: Request, draft: Draft) -> Text:
    """Every hole in place, among the lines around it."""
    shown = Text(f"step {draft.step}\n", style="dim")
    for span, hole in zip(request.spans, draft.holes, strict=True):
        before = request.text[: span.start].split("\n")[-LINES_AROUND:]
        after = request.text[span.end :].split("\n", LINES_AROUND)[:LINES_AROUND]
        shown.append(visible_text("\n".join(before)), style="not dim")
        for slot in hole:
            shown.append(
                MASKED if slot is None else visible_text(slot), style="yellow" if slot is None else "bold green"
            )
        shown.append(visible_text("\n".join(after)) + "\n", style="not dim")
    return shown


def _print_lines(draft: Draft, stream: TextIO) -> None:
    stream.writelines(line + "\n" for line in lines(draft))
    stream.flush()


def _joined(hole: tuple[str | None, ...]) -> str:
    return "".join(MASKED if slot is None else slot for slot in hole)
