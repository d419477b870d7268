"""Messages on a stream of bytes: headers of any form that names a length, and bodies."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator

_log = logging.getLogger(__name__)
LARGEST = 1 << 30
"""Bytes of a body."""
LONGEST = 1 << 16
"""Bytes at the end of a line in which a length is looked for; lines may be of any length."""
# At the end of a line, whatever stands before: so a body that was longer than its header said is the only one lost.
_LENGTH = re.compile(rb"(?<![\w-])content-length[ \t]*:[ \t]*\+?0*(\d+)[ \t]*\r?\n", re.IGNORECASE)


async def bodies(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Yield the body of each message. Headers that name no length, or none that can be, are passed over.

    So is a body of more than LARGEST bytes: no line of JSON looks like a header, so the next message is found behind
    it. That is logged, and a line of LONGEST bytes or more: it may have named a length before what was kept of it.
    """
    length: int | None = None
    while line := await _end_of_line(stream):
        if named := _LENGTH.search(line):
            length = _possible(named[1])
            if length is None:
                _log.warning("A message of the client's is passed over: it has more than %d bytes", LARGEST)
        elif len(line) == LONGEST:
            _log.warning("A line of the client's is passed over: it has %d bytes or more, and no length", LONGEST)
        elif length is not None and not line.strip():
            yield await stream.readexactly(length)
            length = None


def _possible(digits: bytes) -> int | None:
    """The length that a header names, if a body may have it; Python refuses to read thousands of digits."""
    length = int(digits[: len(str(LARGEST)) + 1])
    return length if length <= LARGEST else None


async def _end_of_line(stream: asyncio.StreamReader) -> bytes:
    """Read a line, keep its end; empty at the end of the stream."""
    kept = b""
    while True:
        try:
            return (kept + await stream.readuntil(b"\n"))[-LONGEST:]
        except asyncio.LimitOverrunError as error:
            kept = (kept + await stream.readexactly(error.consumed))[-LONGEST:]
        except asyncio.IncompleteReadError:
            return b""
