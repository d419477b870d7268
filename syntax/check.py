"""Does the document still parse with the answers in it? Only the blocks about the spans are looked at."""

import functools
import itertools
import math
from collections.abc import Iterable, Iterator

from lacuna.syntax.blocks import Blocks, Window
from lacuna.syntax.defects import defects
from lacuna.syntax.languages.language import Language
from lacuna.syntax.layout import (
    as_line,
    body_begins,
    has_block_behind,
    header_stand_ins,
    indentations,
    lacking_indentations,
    places,
)
from lacuna.syntax.names import is_open_to_any_name, visible
from lacuna.syntax.openings import may_open, openings
from lacuna.syntax.parsing import BRISK, NARROW, Parsed, parse_window
from lacuna.syntax.soundness import doubts, has_unknown_names
from lacuna.syntax.spans import Span

_NEAR = 16_000
"""Code points beside the spans within which blocks are looked for: every candidate of a request is parsed with them."""


class SyntaxCheck:
    """Judges replacements for some spans of one document; what the document itself costs is parsed once.

    Syntax errors that are there anyway do not count against an answer: neither those elsewhere, nor those at the spans
    that no stand-in of the language heals (in `foo(` a bracket is open, whatever the answer). An answer may heal those,
    and must not add one; where a stand-in makes all sound, an answer must too.

    Replacements may be given for the first spans alone: the others are then stood in for, or, where each span `stays`
    until it is replaced, they are as they are, and no answer may add an error to what is there.
    """

    def __init__(self, text: str, spans: tuple[Span, ...], language: Language, *, stays: bool = False) -> None:
        """`spans` are code points of `text`, sorted and disjoint."""
        ends = (0, *(span.end for span in spans))
        assert all(end <= span.start <= span.end for end, span in zip(ends, spans, strict=False)), "sorted and disjoint"
        self._regions = _regions(Blocks.of(text, language), spans, stays=stays)
        self._holes = len(spans)

    def accepts(self, replacements: tuple[str, ...]) -> bool:
        """Whether the document with each span replaced by its text has no new syntax error.

        A document that cannot be parsed within the budget (30 ms of CPU for the blocks about a span, then for some
        2,000 code points) counts as one that does not parse.
        """
        return all(region.accepts(texts) for region, texts in self._with(replacements))

    def is_sound(self, replacements: tuple[str, ...]) -> bool:
        """Whether nothing about the spans is wrong any more, not even what was wrong anyway, and nothing is doubtful.

        Doubtful are statements that parse and that nobody means to write (a name by itself, what can never be reached),
        and names that stand for nothing: they do not occur before, nor in another block, and are not bound by then.
        """
        return all(
            region.is_sound(texts, replacements[: region.first] + replacements[region.last :])
            for region, texts in self._with(replacements)
        )

    def openings(self) -> tuple[str, ...]:
        """What the first span is likely to begin with, though it may seem unlikely to a model of text.

        To bind names that are read behind it and that nothing else binds, or as the header of the block that follows.
        """
        return self._regions[0].openings()

    def indentation(self, hole: int) -> str:
        """What any answer to a span begins with: the indentation that it lacks, such as in a block that is empty.

        Behind a header, for which the span brings the body, with the line end before it.
        """
        region = next(region for region in self._regions if hole < region.last)
        return region.indentation(hole - region.first)

    def completed(self, replacements: tuple[str, ...]) -> tuple[str, ...]:
        """A text for every span: replacements for the first of them, what leaves the others as sound as it gets."""
        assert len(replacements) <= self._holes, f"{self._holes} spans, {len(replacements)} replacements"
        if len(replacements) < self._holes:
            replacements += self._stand_ins[len(replacements) :]
        return replacements

    def _with(self, replacements: tuple[str, ...]) -> Iterator[tuple["_Region", tuple[str, ...]]]:
        replacements = self.completed(replacements)
        for region in self._regions:
            yield region, replacements[region.first : region.last]

    @functools.cached_property
    def _stand_ins(self) -> tuple[str, ...]:
        """What leaves each region sound, if anything does."""
        return tuple(itertools.chain.from_iterable(region.stand_ins() for region in self._regions))


class _Trial:
    """A part of the document with something in its spans, as a document of its own: counted once, asked often."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed

    @functools.cached_property
    def defects(self) -> int:
        return defects(self.parsed.tree.root_node, self.parsed.language)

    @functools.cached_property
    def doubts(self) -> int:
        return doubts(self.parsed.tree.root_node, self.parsed.language)


class _Part:
    """A part of the document with its spans, ready to be parsed with something else in them."""

    def __init__(self, blocks: Blocks, spans: tuple[Span, ...], window: Span) -> None:
        self.blocks, self.spans, self.window = blocks, spans, window
        self._trials: dict[tuple[str, ...] | None, _Trial | None] = {}

    def defects(self, replacements: tuple[str, ...] | None) -> int | None:
        """How many syntax errors the part has with the replacements, or as it is; None if the parse is too slow."""
        trial = self.trial(replacements)
        return None if trial is None else trial.defects

    def trial(self, replacements: tuple[str, ...] | None) -> _Trial | None:
        """The part with the replacements, or as it is; None if the parse is too slow."""
        if replacements not in self._trials:
            piece = self.blocks.text[self.window.start : self.window.end]
            if replacements is not None:
                piece = filled(piece, tuple(self._moved()), replacements)
            whole = Window(Span(0, len(piece)), is_ragged=False)
            parsed = parse_window(piece, self.blocks.language, whole, seconds=BRISK)
            self._trials[replacements] = None if parsed is None else _Trial(parsed)
        return self._trials[replacements]

    def written(self, replacements: tuple[str, ...]) -> Iterator[Span]:
        """Where the replacements then stand in it."""
        longer = 0
        for span, text in zip(self._moved(), replacements, strict=True):
            yield Span(span.start + longer, span.start + longer + len(text))
            longer += len(text) - (span.end - span.start)

    def _moved(self) -> Iterator[Span]:
        start = self.window.start
        return (Span(span.start - start, span.end - start) for span in self.spans)

    def unhealed(self) -> int | None:
        """0 if some stand-in in the spans makes the part sound, else its defects as it is."""
        defects = self.defects(None)
        if not defects:
            return defects
        language = self.blocks.language
        is_healed = any(map(self.healed_by, (language.stand_ins, header_stand_ins(language))))
        return 0 if is_healed else defects

    def healed_by(self, stand_ins: tuple[str, ...]) -> tuple[str, ...] | None:
        """One of the texts in all spans, as it is or as lines of their own, that leaves no defect."""
        as_they_are = ((stand_in,) * len(self.spans) for stand_in in stand_ins)
        as_lines = (self.as_lines(stand_in, last) for stand_in in stand_ins for last in (0, -1))
        tried = dict.fromkeys((*as_they_are, *as_lines))
        return next((texts for texts in tried if self.defects(texts) == 0), None)

    def fewest(self, replacements: Iterable[tuple[str, ...]]) -> float:
        """How many syntax errors the best of some replacements leaves."""
        found = map(self.defects, replacements)
        return min((defects for defects in found if defects is not None), default=math.inf)

    def as_lines(self, stand_in: str, last: int = 0) -> tuple[str, ...]:
        """The text for each span, as a line where the span begins one, as far right as its first (or last) place is.

        Behind white space alone, a line goes on to the only place that it may have.
        """
        text, language = self.blocks.text, self.blocks.language
        lacking = (
            indentations(text, span, language) or lacking_indentations(text, span, language) for span in self.spans
        )
        return tuple(
            as_line(text, span, indentation[last] + stand_in) if indentation else stand_in
            for span, indentation in zip(self.spans, lacking, strict=True)
        )


class _Region:
    """Spans near each other, judged by the smallest part that can tell."""

    def __init__(self, first: int, last: int, narrow: _Part, *, stays: bool) -> None:
        self.first, self.last = first, last
        self._narrow, self._stays = narrow, stays

    def is_sound(self, replacements: tuple[str, ...], elsewhere: tuple[str, ...]) -> bool:
        """Whether the region has no defect and no new doubt; `elsewhere` stands what the other regions get."""
        part = self._narrow
        trial = part.trial(replacements)
        if trial is None or trial.defects or trial.doubts > self._doubted:
            return False
        text, window = part.blocks.text, part.window
        others = (text[: window.start], text[window.end :], *elsewhere)
        return self._is_open_to_any_name or not has_unknown_names(
            trial.parsed, tuple(part.written(replacements)), self._visible, others
        )

    @functools.cached_property
    def _is_open_to_any_name(self) -> bool:
        return is_open_to_any_name(self._narrow.blocks.text, self._narrow.blocks.language)

    @functools.cached_property
    def _visible(self) -> frozenset[str]:
        """Names that may be read in the spans."""
        part = self._narrow
        trial, last = part.trial(("",) * len(part.spans)), list(part.written(("",) * len(part.spans)))[-1]
        is_within = bool(places(part.blocks.text, part.spans[0], part.blocks.language)[0])
        return frozenset() if trial is None else visible(trial.parsed, last.start, is_within=is_within)

    def stand_ins(self) -> tuple[str, ...]:
        """What leaves no defect in the spans, if anything does; or what is there and stays."""
        part, language = self._narrow, self._narrow.blocks.language
        if self._stays:
            return tuple(part.blocks.text[span.start : span.end] for span in part.spans)
        stand_ins = (*language.stand_ins, *header_stand_ins(language))
        return part.healed_by(stand_ins) or ("",) * len(part.spans)

    def indentation(self, nth: int) -> str:
        part, language = self._narrow, self._narrow.blocks.language
        if begins := body_begins(part.blocks.text, part.spans[nth], language):
            stand = tuple(part.blocks.text[span.start : span.end] for span in part.spans)
            statements = (begins + stand_in for stand_in in language.stand_ins if stand_in)
            bodies = ((*stand[:nth], statement, *stand[nth + 1 :]) for statement in statements)
            return begins if part.fewest(bodies) <= part.fewest([stand]) else ""
        lacking = lacking_indentations(part.blocks.text, part.spans[nth], language)
        if not lacking:
            return ""
        stand_ins = [stand_in for stand_in in language.stand_ins if stand_in]
        as_they_are = ((stand_in,) * len(part.spans) for stand_in in stand_ins)
        return lacking[0] if part.fewest(map(part.as_lines, stand_ins)) < part.fewest(as_they_are) else ""

    def openings(self) -> tuple[str, ...]:
        part = self._narrow
        text, span, language = part.blocks.text, part.spans[0], part.blocks.language
        if not may_open(text, span, language) or (trial := part.trial(("",) * len(part.spans))) is None:
            return ()
        return openings(trial.parsed, part.window, text, span, is_header_wanted=self._wants_header(text, span))

    def _wants_header(self, text: str, span: Span) -> bool:
        """Whether the block behind a span has no header, and another statement in the span would be at fault."""
        part, language = self._narrow, self._narrow.blocks.language
        return (
            has_block_behind(text, span, language)
            and all(part.defects(part.as_lines(stand_in)) for stand_in in language.stand_ins if stand_in)
            and part.healed_by(header_stand_ins(language)) is not None
        )

    @property
    def _doubted(self) -> int:
        """Doubtful statements that are there anyway."""
        trial = self._narrow.trial(None)
        return 0 if trial is None else trial.doubts

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
        if self._stays:
            return narrow, narrow.defects(None)
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


def _regions(blocks: Blocks, spans: tuple[Span, ...], *, stays: bool) -> list[_Region]:
    regions: list[_Region] = []
    first = 0
    while first < len(spans):
        window = _narrowest(blocks, spans[first])
        last = first + 1
        while last < len(spans) and spans[last].start <= window.end:
            window = Span(window.start, max(window.end, _narrowest(blocks, spans[last]).end))
            last += 1
        regions.append(_Region(first, last, _Part(blocks, spans[first:last], window), stays=stays))
        first = last
    return regions


def _narrowest(blocks: Blocks, span: Span) -> Span:
    """The blocks about the span, or less of the text where these take too long to parse."""
    window = blocks.narrow(span, _NEAR)
    if parse_window(blocks.text, blocks.language, window, seconds=BRISK) is None:
        return blocks.narrow(span, NARROW).span
    return window.span
