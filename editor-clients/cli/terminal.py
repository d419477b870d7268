"""What differs on a terminal: colours, and control characters of a file made visible."""

import enum
import os
import re
import sys

import click

_CONTROL = re.compile(
    rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]"
    rb"|\xd8\x9c|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]"  # these turn the order of what follows
)
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


def visible(data: bytes) -> bytes:
    """Escape what could drive a terminal or show a line in another order, which a file must not; tabs and LF stay."""
    return _CONTROL.sub(lambda found: _caret(found.group()), data)


def visible_text(text: str) -> str:
    """The same for text; what is not UTF-8 is shown as U+FFFD."""
    return visible(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def say(text: str, *, is_error: bool = False) -> None:
    """Print a line that may name a file, a model or whatever else somebody else has named."""
    click.echo(visible_text(text), err=is_error)


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


def _caret(character: bytes) -> bytes:
    code = ord(character.decode("utf-8"))
    if code < 0x80:
        return b"^" + bytes([code ^ 0x40])
    return b"\\x%02x" % code if code < 0x100 else b"\\u%04x" % code
