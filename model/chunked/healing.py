"""Where a hole begins in tokens: at the piece the cursor stands in or behind, whose beginning the answer then repeats.

`pri` before a cursor is no word that the tokenizer ever sees in running text. So the hole begins before it, and the
sampler admits only answers that begin with it ("token healing").
"""

import re
from collections.abc import Sequence

from lacuna.model.tokenizer import PIECES, SPACE, TAB, spelled
from lacuna.syntax.lines import line_start
from lacuna.syntax.spans import Span

LONGEST = 32
"""A longer piece, such as a run of dashes, is left as it is."""

_PIECE = re.compile(PIECES)


def healed(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans (sorted, disjoint), each begun at the piece of its line that its start cuts or follows."""
    grown: list[Span] = []
    for span in spans:
        line = max([line_start(text, span.start), *(other.end for other in grown[-1:])])
        grown.append(Span(span.start - _last_piece(text[line : span.start]), span.end))
    return tuple(grown)


def heads(text: str, spans: Sequence[Span], grown: Sequence[Span]) -> tuple[bytes, ...]:
    """What each healed span begins with, whatever the answer: the bytes between its start and the cursor."""
    return tuple(
        text[healed.start : span.start].encode("utf-8", "surrogatepass")
        for healed, span in zip(grown, spans, strict=True)
    )


def _last_piece(head: str) -> int:
    """Code points of the last piece of a line's head; 0 where a piece ends for sure, as at its indentation."""
    pieces = list(_PIECE.finditer(spelled(head)))
    if not pieces or (len(pieces) == 1 and not pieces[0].group().strip(SPACE + TAB)):
        return 0
    start = pieces[-1].start()  # in bytes, of which the spelling has one a character
    size = len(head) - len(head.encode("utf-8", "surrogatepass")[:start].decode("utf-8", "surrogatepass"))
    return size if size <= LONGEST else 0
