"""What other blocks of a module say of a name; asked name by name, so that only blocks with such a word are read."""

import bisect
import functools
import itertools
import re
from collections.abc import Iterable, Iterator

from lacuna.syntax.python.scopes import names_of_block
from lacuna.syntax.spans import Span

_BEGINS = re.compile(r"(?:@[^\n]*\n)*(?:(?:async[ \t]+def|def|class)[ \t]+(\w+)|(\w+)[ \t]*(?::[^=\n]*)?=(?!=))")
"""A block that binds a name whatever else is in it."""
_IMPORT = re.compile(r"(?:import|from)\b")


def parts(starts: Iterable[tuple[int, int]], length: int) -> Iterator[Span]:
    """The blocks of a module of some length, given where blocks start, each with its indentation."""
    cuts = [0, *(start for indent, start in starts if not indent), length]
    return (Span(start, end) for start, end in itertools.pairwise(cuts) if start < end)


class Elsewhere:
    """Blocks of a module, each a text."""

    def __init__(self, blocks: Iterable[str]) -> None:
        self._blocks = tuple(blocks)
        begun = filter(None, map(_BEGINS.match, self._blocks))
        imports = (names_of_block(each).binds for each in self._blocks if _IMPORT.match(each))
        self.defined = frozenset(found[1] or found[2] for found in begun).union(*imports)
        """Names that the blocks bind first of all: it is cheap to tell."""
        self.binds = functools.cache(self._binds)
        self.reads = functools.cache(self._reads)

    def _binds(self, name: str) -> bool:
        """Whether some block binds a name of the module."""
        return name in self.defined or any(name in names_of_block(block).binds for block in self._with(name))

    def _reads(self, name: str) -> bool:
        """Whether some block reads a name and does not bind it."""
        return any(name in names_of_block(block).reads for block in self._with(name))

    def spells_more(self, name: str, than: str) -> bool:
        """Whether the blocks spell a name more often than another text does, or in another way."""
        return _may_be_spelled_otherwise(name, self._text) or len(free(name).findall(self._text)) > len(
            free(name).findall(than)
        )

    def _with(self, name: str) -> list[str]:
        """The blocks that may be about a name, the shortest first: imports are short, and soon read."""
        found = {each for each in self._blocks if _may_be_spelled_otherwise(name, each)}
        return sorted(found.union(self._spelling(name)), key=len)

    def _spelling(self, name: str) -> Iterator[str]:
        """The blocks with a word that is no member's."""
        word = free(name)
        found = word.search(self._text)
        while found:
            number = bisect.bisect_right(self._ends, found.start())
            yield self._blocks[number]
            found = word.search(self._text, self._ends[number])

    @functools.cached_property
    def _text(self) -> str:
        return "".join(self._blocks)

    @functools.cached_property
    def _ends(self) -> list[int]:
        """Where each block ends in the text of all."""
        return list(itertools.accumulate(map(len, self._blocks)))


def _may_be_spelled_otherwise(name: str, text: str) -> bool:
    """Whether a text may have a name without the class that mangles it, or in letters that Python takes for others."""
    return (name.startswith("_") and "__" in name[1:]) or not text.isascii()


@functools.lru_cache(maxsize=256)
def free(name: str) -> re.Pattern[str]:
    """A word that is no member's; it begins with letters, which are found fast."""
    return re.compile(rf"{name}(?<![\w.]{name})(?!\w)")
