"""The least of a module that shows whether texts belong in its spans: the definition about them, with its scopes."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lacuna.syntax.beside import word_behind
from lacuna.syntax.blocks import Blocks
from lacuna.syntax.layout import indentation_of
from lacuna.syntax.lines import line_end, line_start
from lacuna.syntax.python.unfinished import closing, is_header
from lacuna.syntax.spans import Span

_HEADING = re.compile(
    r"""(?x)
    (?: [ \t\f]*+ @[^\n]*\n (?: (?:[ \t\f@\#)\]}\r][^\n]*)? \n ){0,12}? )?
    ([ \t\f]*+) (async[ \t]+def|def|class) [ \t]+ (\w+)
    """
)
_FUNCTION = re.compile(
    r"""(?mx)
    ^([ \t]*) (?: ((?:async[ \t]+)?def\b[^\n\#]*:) [ \t]* (?:\#[^\n]*)?\r?\n
                 | ((?:async[ \t]+)?def[ \t]+\w+) [ \t]* (?:\([ \t]*(self|cls)\b)? [^\n]*\n )
    (?: (?:\1[ \t)\]}][^\n]*|\r)? \n )*+
    """
)
"""A function with its body: lines farther right, blank ones, and those that close a bracket of its header.

Its header is on one line, or else as far as its first parameter.
"""


_FENCE = re.compile(r"\"{3}|'{3}")


@dataclass(frozen=True, slots=True)
class Reduced:
    """Part of a module with spans, as a module of its own."""

    before: str
    between: tuple[str, ...]
    """What stands between two spans."""
    tail: str
    """The part of a word right behind the last span."""
    behind: str
    root: Span
    """The blocks of the module that it was cut from; what is bound in the others is not seen in it."""
    own: Span | None
    """The innermost class about it."""
    is_of_module: bool
    """The spans are in no function and in no class."""

    @property
    def is_blank(self) -> bool:
        """Nothing stands in the line of some span."""
        ends = itertools.pairwise((self.before, *self.between, self.tail + self.behind))
        return any(
            not (above[line_start(above, len(above)) :] + below[: line_end(below, 0)]).strip() for above, below in ends
        )

    def without_line(self) -> "Reduced":
        """The same with nothing in the line of its only span but the indentation."""
        assert not self.between, "one span"
        start = line_start(self.before, len(self.before))
        return replace(
            self,
            before=self.before[:start] + indentation_of(self.before[start:]),
            tail="",
            behind=self.behind[line_end(self.behind, 0) :],
        )

    def until_end(self, replacements: tuple[str, ...]) -> str:
        """With a text in each span, up to the end of the last of them and of the word that goes on there."""
        pieces = [self.before]
        for text, between in zip(replacements, (*self.between, self.tail), strict=True):
            pieces += [text, between]
        return "".join(pieces)


def reductions(blocks: Blocks, starts: Sequence[tuple[int, int]], spans: tuple[Span, ...]) -> Iterator[Reduced]:
    """The part that shows the most at the least cost, then one that shows more, for where the first is broken.

    `starts` are those of the blocks.
    """
    text, around = blocks.text, Span(spans[0].start, spans[-1].end)
    chain = _chain(text, starts, around)
    headings = [_HEADING.match(text, start) for _, start in chain]
    classes = [heading for heading in itertools.takewhile(_is_class, headings) if heading]
    extents = [_extent(text, starts, one, around) for one in chain]
    if any(heading and not _is_class(heading) for heading in headings):  # in a function
        own = extents[len(classes) - 1] if classes else None
        yield _cut(text, spans, extents[len(classes)], _Within(classes, extents[0], own))
    elif classes and len(classes) == len(chain):
        within = _Within(classes[:-1], extents[0], extents[-1])
        yield _cut(text, spans, extents[-1], within, thin_from=classes[-1].end())
        yield _cut(text, spans, extents[-1], within)
    else:
        block = blocks.narrow(around, 2 * len(text)).span
        begin = max((end for end in blocks.prose_ends if end <= around.start), default=0)
        if docstring := _FENCE.search(text, begin, around.start):  # it is not closed: what looks like a block is none
            block = Span(line_start(text, docstring.start()), block.end)
        innermost = headings[-1] if headings else None
        yield _cut(text, spans, block, thin_from=max(innermost.end() if innermost else 0, block.start))
        yield _cut(text, spans, block)


def thinned(text: str, spans: tuple[Span, ...]) -> Reduced:
    """The whole module, without the bodies of functions."""
    return _cut(text, spans, Span(0, len(text)), thin_from=0)


@dataclass(frozen=True, slots=True)
class _Within:
    """Where an item is."""

    classes: Sequence[re.Match[str]]
    """The headings of the classes about it, the outermost first."""
    root: Span
    own: Span | None


def _is_class(heading: re.Match[str] | None) -> bool:
    return heading is not None and heading[2] == "class"


def _chain(text: str, starts: Sequence[tuple[int, int]], around: Span) -> list[tuple[int, int]]:
    """Where the blocks begin that the first span is in, the outermost first, each with its indentation.

    What stands in the decorators of a definition is not in it.
    """
    chain: list[tuple[int, int]] = []
    begin = line_start(text, around.start)
    limit = len(indentation_of(text[begin : around.start]))
    for indent, start in reversed(starts):
        heading = _HEADING.match(text, start)
        if start < begin and indent < limit and not (heading and heading.end() > begin):
            chain.append((indent, start))
            limit = indent
    return chain[::-1]


def _extent(text: str, starts: Sequence[tuple[int, int]], begin: tuple[int, int], around: Span) -> Span:
    """A block, and what else there is up to the end of the last span's."""
    end = (start for indent, start in starts if start > around.end and indent <= begin[0])
    return Span(begin[1], next(end, len(text)))


def _thinned(above: str) -> str:
    """What stands above a line, its functions without bodies; a header that the line may go on with stays."""
    start, stop = max((found.span() for found in _FUNCTION.finditer(above)), default=(0, 0))
    end = start if stop == len(above) and closing(above[start:]) else len(above)
    return _FUNCTION.sub(_bodiless, above[:end]) + above[end:]


def _bodiless(function: re.Match[str]) -> str:
    indent, header, begun, receiver = function.groups()
    return indent + (header or f"{begun}({receiver or ''}):") + " ...\n"


def _cut(
    text: str, spans: tuple[Span, ...], item: Span, within: _Within | None = None, *, thin_from: int | None = None
) -> Reduced:
    """An item in classes of which only the names are left, without the bodies of functions behind an offset."""
    line, rest = line_start(text, spans[0].start), line_end(text, spans[-1].end)
    above, below = text[item.start : line], text[rest : item.end]
    if thin_from is not None:
        above, below = text[item.start : thin_from] + _thinned(text[thin_from:line]), _FUNCTION.sub(_bodiless, below)
    if is_header(text[line:rest]) and not below.strip():  # a block is to come
        below = f"\n{indentation_of(text[line:rest])}    ...{below}"
    if follows := _HEADING.match(text, item.end):  # decorators at its end may be those of what follows
        below += f"{follows.group()}(): ...\n"
    classes, tail = within.classes if within else (), word_behind(text, spans[-1])
    return Reduced(
        "".join(f"{heading[1]}class {heading[3]}:\n" for heading in classes) + above + text[line : spans[0].start],
        tuple(text[one.end : other.start] for one, other in itertools.pairwise(spans)),
        tail,
        text[spans[-1].end + len(tail) : rest] + below,
        within.root if within else item,
        within.own if within else None,
        is_of_module=within is None,
    )
