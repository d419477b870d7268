"""What other blocks of a module say of a name; asked name by name, so that only blocks with such a word are read."""

import bisect
import functools
import itertools
import re
from collections.abc import Iterable, Iterator

from lacuna.syntax.python.scopes import Names, any_names, names_of_block
from lacuna.syntax.spans import Span

_BEGINS = re.compile(r"(?:@[^\n]*\n)*(?:(?:async[ \t]+def|def|class)[ \t]+(\w+)|(\w+)[ \t]*(?::[^=\n]*)?=(?!=))")
"""A block that binds a name whatever else is in it."""
_IMPORT = re.compile(r"(?:import|from)\b")
_LOOSE = re.compile(r"\n[^\w\s#@)\]}]")
"""A statement that begins with no word: it goes on with the block above it."""
_CLASS = re.compile(r"(?:@[^\n]*\n)*class\b[^\n]*:[ \t]*(?:#[^\n]*)?\n")
_MEMBER = re.compile(r"(?m)^(?P<indent>[ \t]+)(?:@[^\n]*\n(?P=indent))*(?:(?:async[ \t]+)?def|class)\b")
_LONG = 2_000
"""Code points of a class of which only the members with a name are read, as far as that tells enough."""
READ = 15_000
"""Code points of blocks that are read for a request: what comes after that may bind each of its words."""


def parts(starts: Iterable[tuple[int, int]], length: int) -> Iterator[Span]:
    """The blocks of a module of some length, given where blocks start, each with its indentation."""
    cuts = [0, *(start for indent, start in starts if not indent), length]
    return (Span(start, end) for start, end in itertools.pairwise(cuts) if start < end)


class Elsewhere:
    """Blocks of a module, each a text."""

    def __init__(self, blocks: Iterable[str]) -> None:
        self._blocks = tuple(blocks)
        self._left = READ
        self._names_of = functools.cache(self._read)
        begun = filter(None, map(_BEGINS.match, self._blocks))
        imports = [each for each in self._blocks if _IMPORT.match(each)]
        self.defined = frozenset(found[1] or found[2] for found in begun).union(*_imported(imports))
        """Names that the blocks bind first of all: it is cheap to tell."""
        self.binds = functools.cache(self._binds)
        self.reads = functools.cache(self._reads)

    def _binds(self, name: str) -> bool:
        """Whether some block binds a name of the module."""
        blocks = (each for each in self._with(name) if _may_bind_more(each))
        return name in self.defined or any(name in self._names_of(each).binds for each in blocks)

    def _reads(self, name: str) -> bool:
        """Whether some block reads a name and does not bind it."""
        blocks = (each for each in self._with(name) if self._may_read(each, name))
        return any(name in self._names_of(each).reads for each in blocks)

    def _read(self, block: str) -> Names:
        """The names of a block; where too much has been read, each word may be one that is bound."""
        if len(block) > self._left:
            return any_names(block)
        self._left -= len(block)
        return names_of_block(block)

    def _may_read(self, block: str, name: str) -> bool:
        """Whether a block may read a name that it does not bind: not a class none of whose members does by itself."""
        if len(block) < _LONG or _is_mangled(name) or not block.isascii():
            return True
        members = [each for each in _members(block) if free(name).search(each)]
        if not members or 2 * sum(map(len, members)) > len(block):
            return True
        names = map(self._names_of, members)
        return any(name in each.reads or name in each.binds for each in names)  # what does not compile binds all

    def spells_more(self, name: str, than: str) -> bool:
        """Whether the blocks spell a name more often than another text does, or in another way."""
        is_otherwise = _is_mangled(name) or bool(self._in_other_letters)
        if is_otherwise or name not in self._text:
            return is_otherwise
        return len(free(name).findall(self._text)) > len(free(name).findall(than))

    def _with(self, name: str) -> list[str]:
        """The blocks that may be about a name, the shortest first: imports are short, and soon read."""
        found = self._blocks if _is_mangled(name) else {*self._in_other_letters, *self._spelling(name)}
        return sorted(found, key=len)

    def _spelling(self, name: str) -> Iterator[str]:
        """The blocks with a word that is no member's."""
        if name not in self._text:
            return
        word = free(name)
        found = word.search(self._text)
        while found:
            number = bisect.bisect_right(self._ends, found.start())
            yield self._blocks[number]
            found = word.search(self._text, self._ends[number])

    @functools.cached_property
    def _in_other_letters(self) -> tuple[str, ...]:
        """The blocks that may have a name in letters that Python takes for others."""
        return () if self._text.isascii() else tuple(each for each in self._blocks if not each.isascii())

    @functools.cached_property
    def _text(self) -> str:
        return "".join(self._blocks)

    @functools.cached_property
    def _ends(self) -> list[int]:
        """Where each block ends in the text of all."""
        return list(itertools.accumulate(map(len, self._blocks)))


def _imported(blocks: list[str]) -> Iterator[frozenset[str]]:
    """The names that imports bind: read together, which is cheap, or else one by one, as some do not compile."""
    together = names_of_block("".join(blocks)).binds
    yield from (names_of_block(each).binds for each in blocks) if "import" in together else (together,)


def _may_bind_more(block: str) -> bool:
    """Whether a block may bind names of the module beside those that are told by how it begins."""
    begun = _BEGINS.match(block)
    is_definition = begun is not None and begun[1] is not None
    return not is_definition or "global" in block or ":=" in block or _LOOSE.search(block) is not None


@functools.lru_cache(maxsize=64)
def _members(block: str) -> tuple[str, ...]:
    """The members of a class, each in a class of its own, and what is above them; none if it is no class."""
    header, first = _CLASS.match(block), _MEMBER.search(block)
    if not header or not first:
        return ()
    found = [each.start() for each in _MEMBER.finditer(block) if each["indent"] == first["indent"]]
    pieces = itertools.pairwise((*found, len(block)))
    return (block[: found[0]], *("class _:\n" + block[start:end] for start, end in pieces))


def _is_mangled(name: str) -> bool:
    """Whether a text may have a name without the class that mangles it."""
    return name.startswith("_") and "__" in name[1:]


@functools.lru_cache(maxsize=256)
def free(name: str) -> re.Pattern[str]:
    """A word that is no member's and touches no quote; it begins with letters, which are found fast."""
    return re.compile(rf"{name}(?<![\w.\"']{name})(?![\w\"'])")
