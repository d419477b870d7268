"""Text that somebody else wrote, made fit for a terminal: its control characters are shown, and do nothing."""

import re

_CONTROL = re.compile(
    rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]"
    rb"|\xd8\x9c|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]"  # these turn the order of what follows
)


def visible(data: bytes) -> bytes:
    """Escape what could drive a terminal or show a line in another order, which a file must not; tabs and LF stay."""
    return _CONTROL.sub(lambda found: _caret(found.group()), data)


def visible_text(text: str) -> str:
    """The same for text; what is not UTF-8 is shown as U+FFFD."""
    return visible(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def visible_line(text: str) -> str:
    """The same for what is to be one line, as a sentence that names a file: it ends no line and begins none."""
    return visible_text(text).replace("\n", "^J")


def is_text(name: str) -> bool:
    """Whether a name, as systems have them, can be written down in UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _caret(character: bytes) -> bytes:
    code = ord(character.decode("utf-8"))
    if code < 0x80:
        return b"^" + bytes([code ^ 0x40])
    return b"\\x%02x" % code if code < 0x100 else b"\\u%04x" % code
