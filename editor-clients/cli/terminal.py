"""What differs on a terminal: colours, and what a file's lines and names may not do to it."""

import enum
import os
import sys

import click

from lacuna.workspace.visible import visible_line

_RESET = b"\x1b[0m"
_COLOURS = ((b"--- ", b"\x1b[1m"), (b"+++ ", b"\x1b[1m"), (b"@@ ", b"\x1b[36m"))
_CHANGES = ((b"-", b"\x1b[31m"), (b"+", b"\x1b[32m"))


class Colour(enum.StrEnum):
    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def is_coloured(colour: Colour, *, on_terminal: bool) -> bool:
    if colour is not Colour.AUTO:
        return colour is Colour.ALWAYS
    # https://no-color.org: set and not empty, whatever its value.
    return on_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def say(text: str, *, is_error: bool = False) -> None:
    """Print a line that may name a file, a model or whatever else somebody else has named."""
    click.echo(visible_line(text), err=is_error)


def coloured(diff: bytes) -> bytes:
    header, *hunks = diff.split(b"\n@@ ")
    lines = [_painted(line, _COLOURS) for line in header.split(b"\n")]
    for hunk in hunks:
        head, *body = hunk.split(b"\n")
        lines.append(_painted(b"@@ " + head, _COLOURS))
        lines += [_painted(line, _CHANGES) for line in body]
    return b"\n".join(lines)


def emit(data: bytes) -> None:
    """Write to stdout at once."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _painted(line: bytes, colours: tuple[tuple[bytes, bytes], ...]) -> bytes:
    colour = next((colour for sign, colour in colours if line.startswith(sign)), None)
    return colour + line + _RESET if colour else line
