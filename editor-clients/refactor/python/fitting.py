"""Which annotations have room on their lines."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import tree_sitter

from lacuna.refactor.rule import Replacement, Sketch
from lacuna.syntax.lines import line_end, line_start
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.queries import matches
from lacuna.syntax.spans import Span

_WIDE = 100
"""Columns that a line of code may always have."""
_BLANK = 5
"""Columns that a type takes that is not known yet."""
_TOO_LONG = "the line would be longer than any other"
_TEXTS = "[(comment) (string)] @text"


@dataclass(frozen=True, slots=True)
class Wish:
    """An annotation that would be written."""

    about: Span
    """What it is the type of."""
    replacement: Replacement

    @property
    def is_known(self) -> bool:
        return all(isinstance(piece, str) for piece in self.replacement.pieces)

    @property
    def width(self) -> int:
        pieces, span = self.replacement.pieces, self.replacement.span
        return sum(len(piece) if isinstance(piece, str) else _BLANK for piece in pieces) + span.start - span.end


class Fitting:
    """Knows how long the lines of a module are."""

    def __init__(self, parsed: Parsed) -> None:
        self._parsed = parsed
        texts = {
            row
            for match in matches(parsed, _TEXTS)
            for row in range(match["text"][0].start_point.row, match["text"][0].end_point.row + 1)
        }
        lines = parsed.text.split("\n")
        self._wide = max([_WIDE, *(len(line) for row, line in enumerate(lines) if row not in texts)])

    def fitted(self, parameters: tree_sitter.Node, wishes: Sequence[Wish]) -> Iterator[Sketch]:
        """The annotations of one function; those that are known have the first claim to the room there is."""
        is_tall, text, taken = _is_one_a_line(parameters), self._parsed.text, Counter[int]()
        for wish in sorted(wishes, key=lambda wish: not wish.is_known):
            at = wish.replacement.span.start
            start = line_start(text, at)
            if is_tall or line_end(text, at) - start + taken[start] + wish.width <= self._wide:
                taken[start] += wish.width
                yield Sketch((wish.replacement,))
            else:
                stands = text[wish.about.start : wish.about.end]
                yield Sketch((Replacement(wish.about, (stands,)),), left=_TOO_LONG)


def _is_one_a_line(parameters: tree_sitter.Node) -> bool:
    rows = [parameters.start_point.row]
    rows += [node.start_point.row for node in parameters.named_children if node.type != "comment"]
    return len(rows) == len(set(rows)) > 1
