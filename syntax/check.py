"""Does the document still parse with the answers in it? Only the blocks about the spans are looked at."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import tree_sitter

from lacuna.syntax.blocks import Blocks, Window
from lacuna.syntax.languages import Language, grammar_of
from lacuna.syntax.parsing import BRISK, NARROW, parse_window
from lacuna.syntax.spans import Kind, Span, compiled

_NEAR = 16_000
"""Code points beside the spans within which blocks are looked for: every candidate of a request is parsed with them."""


class SyntaxCheck:
    """Judges replacements for some spans of one document; what the document itself costs is parsed once.

    An ERROR or MISSING node is a syntax error, and so is what some grammars take all the same: a statement farther
    right than the one before it in its block, a block without a statement.
    Syntax errors that are there anyway do not count against an answer: neither those elsewhere, nor those at the spans
    that no stand-in of the language heals (in `foo(` a bracket is open, whatever the answer). An answer may heal those,
    and must not add one; where a stand-in makes all sound, an answer must too.
    """

    def __init__(self, text: str, spans: tuple[Span, ...], language: Language) -> None:
        """`spans` are code points of `text`, sorted and disjoint."""
        ends = (0, *(span.end for span in spans))
        assert all(end <= span.start <= span.end for end, span in zip(ends, spans, strict=False)), "sorted and disjoint"
        self._regions = _regions(Blocks.of(text, language), spans)
        self._holes = len(spans)

    def accepts(self, replacements: tuple[str, ...]) -> bool:
        """Whether the document with each span replaced by its text has no new syntax error.

        A document that cannot be parsed within the budget (30 ms of CPU for the blocks about a span, then for some
        2,000 code points) counts as one that does not parse.
        """
        return all(region.accepts(texts) for region, texts in self._with(replacements))

    def is_sound(self, replacements: tuple[str, ...]) -> bool:
        """Whether nothing about the spans is wrong any more, not even what was wrong anyway, and nothing is doubtful.

        Doubtful are statements that parse and that nobody means to write: a name by itself, what can never be reached.
        """
        return all(region.is_sound(texts) for region, texts in self._with(replacements))

    def _with(self, replacements: tuple[str, ...]) -> Iterator[tuple["_Region", tuple[str, ...]]]:
        assert len(replacements) == self._holes, f"{self._holes} spans, {len(replacements)} replacements"
        for region in self._regions:
            yield region, replacements[region.first : region.last]


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the document with its spans, ready to be parsed with something else in them."""

    blocks: Blocks
    spans: tuple[Span, ...]
    window: Span

    def defects(self, replacements: tuple[str, ...] | None) -> int | None:
        """Of the part with the replacements, or as it is; None if the parse is too slow."""
        root = self.root(replacements)
        return None if root is None else _faults(root, self.blocks.language)

    def root(self, replacements: tuple[str, ...] | None) -> tree_sitter.Node | None:
        """The tree of the same."""
        language, start = self.blocks.language, self.window.start
        piece = self.blocks.text[start : self.window.end]
        if replacements is not None:
            moved = tuple(Span(span.start - start, span.end - start) for span in self.spans)
            piece = filled(piece, moved, replacements)
        whole = Window(Span(0, len(piece)), is_ragged=False)
        parsed = parse_window(piece, language, whole, seconds=BRISK)
        return parsed.tree.root_node if parsed else None

    def unhealed(self) -> int | None:
        """0 if some stand-in in the spans makes the part sound, else its defects as it is."""
        defects = self.defects(None)
        if not defects:
            return defects
        stand_ins = self.blocks.language.stand_ins
        return 0 if any(self.defects((text,) * len(self.spans)) == 0 for text in stand_ins) else defects


class _Region:
    """Spans near each other, judged by the smallest part that can tell."""

    def __init__(self, first: int, last: int, narrow: _Part) -> None:
        self.first, self.last = first, last
        self._narrow = narrow

    def is_sound(self, replacements: tuple[str, ...]) -> bool:
        root, language = self._narrow.root(replacements), self._narrow.blocks.language
        return root is not None and _faults(root, language) == 0 and _doubts(root, language) <= self._doubted

    @functools.cached_property
    def _doubted(self) -> int:
        """Doubtful statements that are there anyway."""
        root = self._narrow.root(None)
        return 0 if root is None else _doubts(root, self._narrow.blocks.language)

    def accepts(self, replacements: tuple[str, ...]) -> bool:
        defects = self._narrow.defects(replacements)
        if defects == 0:
            return True
        part, unhealed = self._judge
        if part is not self._narrow:
            defects = part.defects(replacements)
        return defects is not None and unhealed is not None and defects <= unhealed

    @functools.cached_property
    def _judge(self) -> tuple[_Part, int | None]:
        """The part whose defects say whether an answer is at fault, and how many it may have.

        A narrow part that nothing heals may have been cut within a bracket that began above. If the wide one can be
        healed, it judges; else the narrow one, where errors elsewhere reach the least.
        """
        narrow = self._narrow
        unhealed = narrow.unhealed()
        if unhealed:
            around = Span(narrow.spans[0].start, narrow.spans[-1].end)
            wide = _Part(narrow.blocks, narrow.spans, narrow.blocks.wide(around, _NEAR).span)
            if wide.window != narrow.window and wide.unhealed() == 0:
                return wide, 0
        return narrow, unhealed


def filled(text: str, spans: tuple[Span, ...], replacements: tuple[str, ...]) -> str:
    """The text with each span (sorted, disjoint, code points) replaced."""
    pieces, position = [], 0
    for span, replacement in zip(spans, replacements, strict=True):
        pieces += [text[position : span.start], replacement]
        position = span.end
    return "".join([*pieces, text[position:]])


def _regions(blocks: Blocks, spans: tuple[Span, ...]) -> list[_Region]:
    regions: list[_Region] = []
    first = 0
    while first < len(spans):
        window = _narrowest(blocks, spans[first])
        last = first + 1
        while last < len(spans) and spans[last].start <= window.end:
            window = Span(window.start, max(window.end, _narrowest(blocks, spans[last]).end))
            last += 1
        regions.append(_Region(first, last, _Part(blocks, spans[first:last], window)))
        first = last
    return regions


def _narrowest(blocks: Blocks, span: Span) -> Span:
    """The blocks about the span, or less of the text where these take too long to parse."""
    window = blocks.narrow(span, _NEAR)
    if parse_window(blocks.text, blocks.language, window, seconds=BRISK) is None:
        return blocks.narrow(span, NARROW).span
    return window.span


def _faults(root: tree_sitter.Node, language: Language) -> int:
    """All that counts as a syntax error."""
    misaligned = _misaligned(root, language) if language.is_aligned else 0
    return _defects(root, language) + misaligned + _unfinished(root, language)


def _doubts(root: tree_sitter.Node, language: Language) -> int:
    """Statements that parse, and that nobody means to write."""
    cursor = tree_sitter.QueryCursor(compiled(grammar_of(language), language.doubtful))
    return len(cursor.captures(root).get("doubtful", []))


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
        elif not any(child.has_error for child in node.children):
            defects += 1  # missing is a token without a node, such as a line end
        nodes += node.children
    return defects


def _unfinished(root: tree_sitter.Node, language: Language) -> int:
    """Nodes that lack what they must have, though the grammar takes them so."""
    cursor = tree_sitter.QueryCursor(compiled(grammar_of(language), language.owing))
    found = cursor.captures(root)
    return sum(
        not any(child.type in parts if parts else child.is_named for child in node.children)
        for kind, parts in language.owed.items()
        for node in found.get(kind, [])
    )


def _misaligned(root: tree_sitter.Node, language: Language) -> int:
    """Statements on lines of their own that begin farther right than those before them in their blocks."""
    cursor = tree_sitter.QueryCursor(compiled(grammar_of(language), language.nodes[Kind.STATEMENT]))
    return sum(_is_misaligned(node) for node in cursor.captures(root).get("hole", []))


def _is_misaligned(node: tree_sitter.Node) -> bool:
    before = node.prev_named_sibling
    while before is not None and before.is_extra:  # a comment may stand anywhere
        before = before.prev_named_sibling
    if before is None or node.is_extra or node.start_point.row == before.end_point.row:
        return False
    return node.start_point.column > before.start_point.column
