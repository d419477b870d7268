"""Does the document still parse with the answers in it? Only the blocks about the spans are looked at."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import tree_sitter

from lacuna.syntax.languages import Language
from lacuna.syntax.parsing import BRISK, NARROW, WIDE, narrow_window, parse_window, wide_window
from lacuna.syntax.spans import Span


class SyntaxCheck:
    """Judges replacements for some spans of one document; what the document itself costs is parsed once.

    Syntax errors that are there anyway do not count against an answer: neither those elsewhere, nor those at the spans
    that no stand-in of the language would heal (in `foo(` a bracket is open, whatever the answer). An answer may heal
    those, and must not add one.
    """

    def __init__(self, text: str, spans: tuple[Span, ...], language: Language) -> None:
        """`spans` are code points of `text`, sorted and disjoint."""
        ends = (0, *(span.end for span in spans))
        assert all(end <= span.start <= span.end for end, span in zip(ends, spans, strict=False)), "sorted and disjoint"
        self._regions = _regions(text, spans, language)
        self._holes = len(spans)

    def accepts(self, replacements: tuple[str, ...]) -> bool:
        """Whether the document with each span replaced by its text has no new ERROR or MISSING node.

        A document that cannot be parsed within the budget (30 ms of CPU for the blocks about a span, then for some
        2,000 code points) counts as one that does not parse.
        """
        assert len(replacements) == self._holes, f"{self._holes} spans, {len(replacements)} replacements"
        return all(region.accepts(replacements[region.first : region.last]) for region in self._regions)


@dataclass(frozen=True, slots=True)
class _Window:
    """A part of the document with its spans, ready to be parsed with something else in them."""

    text: str
    spans: tuple[Span, ...]
    window: Span
    language: Language

    def defects(self, replacements: tuple[str, ...] | None) -> int | None:
        """Of the window with the replacements, or as it is; None if the parse is too slow."""
        piece = self.text[self.window.start : self.window.end]
        if replacements is not None:
            piece = filled(piece, tuple(_moved(span, -self.window.start) for span in self.spans), replacements)
        parsed = parse_window(piece, self.language, Span(0, len(piece)), seconds=BRISK)
        return None if parsed is None else _defects(parsed.tree.root_node, self.language)

    def unhealed(self) -> int | None:
        """The defects that remain whatever stands in the spans: at best none."""
        least = self.defects(None)
        for stand_in in self.language.stand_ins:
            if not least:
                return least
            with_it = self.defects((stand_in,) * len(self.spans))
            least = least if with_it is None else min(least, with_it)
        return least


class _Region:
    """Spans near each other, judged by the smallest window that can tell."""

    def __init__(self, first: int, last: int, narrow: _Window, wide: Callable[[], _Window]) -> None:
        self.first, self.last = first, last
        self._narrow = narrow
        self._wide = wide

    def accepts(self, replacements: tuple[str, ...]) -> bool:
        defects = self._narrow.defects(replacements)
        if defects == 0:
            return True
        window, unhealed = self._judge
        if window is not self._narrow:
            defects = window.defects(replacements)
        return defects is not None and unhealed is not None and defects <= unhealed

    @functools.cached_property
    def _judge(self) -> tuple[_Window, int | None]:
        """The window whose defects say whether an answer is at fault, and how many it has anyway.

        A narrow window that nothing heals may have been cut within a bracket or string that began above. If the wide
        one is sound, it judges; else the narrow one, where errors elsewhere reach the least.
        """
        unhealed = self._narrow.unhealed()
        if unhealed:
            wide = self._wide()
            if wide.unhealed() == 0:
                return wide, 0
        return self._narrow, unhealed


def filled(text: str, spans: tuple[Span, ...], replacements: tuple[str, ...]) -> str:
    """The text with each span (sorted, disjoint, code points) replaced."""
    pieces, position = [], 0
    for span, replacement in zip(spans, replacements, strict=True):
        pieces += [text[position : span.start], replacement]
        position = span.end
    return "".join([*pieces, text[position:]])


def _regions(text: str, spans: tuple[Span, ...], language: Language) -> list[_Region]:
    regions: list[_Region] = []
    first = 0
    while first < len(spans):
        window = _narrowest(text, language, spans[first])
        last = first + 1
        while last < len(spans) and spans[last].start <= window.end:
            window = Span(window.start, max(window.end, _narrowest(text, language, spans[last]).end))
            last += 1
        near = spans[first:last]
        around = Span(near[0].start, near[-1].end)
        narrow = _Window(text, near, window, language)
        wide = functools.partial(_wide, narrow, around)
        regions.append(_Region(first, last, narrow, wide))
        first = last
    return regions


def _wide(narrow: _Window, around: Span) -> _Window:
    return _Window(narrow.text, narrow.spans, wide_window(narrow.text, narrow.language, around, WIDE), narrow.language)


def _narrowest(text: str, language: Language, span: Span) -> Span:
    """The blocks about the span, or less of the text where these take too long to parse."""
    window = narrow_window(text, language, span, WIDE)
    if parse_window(text, language, window, seconds=BRISK) is None:
        return narrow_window(text, language, span, NARROW)
    return window


def _defects(root: tree_sitter.Node, language: Language) -> int:
    """ERROR and MISSING nodes, and delimiters without their counterpart.

    The last, because one ERROR node swallows all the brackets that an answer leaves open behind one that already was.
    """
    defects, nodes = 0, [root]
    while nodes:
        node = nodes.pop()
        if node.is_missing:
            defects += 1
        if not node.has_error:
            continue
        if node.is_error:
            defects += 1 + sum(child.type in language.delimiters for child in node.children)
        nodes += node.children
    return defects


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)
