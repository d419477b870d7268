"""What is about to be written at a cursor, told by what is shown alone: by lines, for what one types seldom parses."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

from lacuna.syntax.blocks import Blocks
from lacuna.syntax.languages.language import Language, PlaceKind, Prose
from lacuna.syntax.lines import line_end, line_start
from lacuna.syntax.spans import Span

_REACH = 4_000
"""Code points before the cursor in which the bracket that is open is looked for."""
_BRACKET = re.compile(r"[()\[\]{}]")
_OPENING = frozenset("([{")


def place_kind(text: str, language: Language, offset: int) -> PlaceKind:
    """The kind of a place, by what stands before it and behind it on its line."""
    shown = _Shown.of(text[:offset], language)
    prose = shown.prose()
    if prose is not None:
        return prose
    code = shown.code(offset)
    before, bracket = _last_line(code), _open_bracket(code)
    behind = text[offset : line_end(text, offset)]
    for rule in language.places:
        is_within = rule.bracket is None or rule.bracket.search(bracket)
        if is_within and rule.before.search(before) and (rule.behind is None or rule.behind.search(behind)):
            return rule.kind
    if before.strip() or behind.strip() or not _holds_statements(bracket, language):
        return PlaceKind.ANYWHERE
    is_first = language.layout is not None and language.layout.block_header.search(_last_line(code.rstrip()))
    return PlaceKind.NEW_BLOCK if is_first else PlaceKind.NEW_LINE


@dataclass(frozen=True, slots=True)
class _Shown:
    """A text up to a cursor, with its prose between fences; the last of it may still be open."""

    text: str
    language: Language
    fenced: tuple[tuple[Span, Prose], ...]

    @classmethod
    def of(cls, text: str, language: Language) -> "_Shown":
        # Prose that is open at the cursor is found because it is closed here; where none is, nothing comes of it.
        closed = text + "\n" + "".join(fence.closes for fence in language.text.fences)
        blocks = Blocks.of(closed, language)
        spans = map(Span, blocks.prose_starts, blocks.prose_ends)
        return cls(text, language, tuple(zip(spans, blocks.prose_kinds, strict=True)))

    def prose(self) -> PlaceKind | None:
        """What kind of prose the cursor stands in, if any."""
        rules, end, start = self.language.text, len(self.text), line_start(self.text, len(self.text))
        if self.fenced:
            last, holds = self.fenced[-1]
            if last.end > end:
                return self._kind_of(last.start, holds)
            start = max(start, last.end)
        code = rules.code.match(self.text, start)
        assert code, "the pattern matches the empty string"
        if code.end() == end:
            return None
        if self.text.startswith(rules.quotes, code.end()):
            return PlaceKind.STRING
        return PlaceKind.COMMENT if self.text.startswith(rules.comments, code.end()) else None

    def _kind_of(self, start: int, holds: Prose) -> PlaceKind:
        """A docstring begins its line, in no bracket; letters before it may say how it is to be read."""
        if holds is Prose.COMMENT:
            return PlaceKind.COMMENT
        code = self.code(start)
        begun = _last_line(code).strip()
        is_first = not begun or begun.isalpha()
        return PlaceKind.DOCSTRING if is_first and not _open_bracket(code) else PlaceKind.STRING

    def code(self, end: int) -> str:
        """What stands before an offset, within reach: comments left out, strings without their content."""
        low = line_start(self.text, max(0, end - _REACH))
        strip, pieces = _stripping(self.language), list[str]()
        for span, holds in self.fenced:
            if low < span.end <= end:
                pieces += [strip(self.text[low : span.start]), '""' if holds is Prose.STRING else ""]
                low = span.end
        return "".join((*pieces, strip(self.text[low:end])))


@functools.cache
def _stripping(language: Language) -> Callable[[str], str]:
    """What strips code of the comments and the content of the strings that end on their line."""
    rules = language.text
    strings = (rf"{quote}(?:[^{quote}\\\n]|\\.)*+{quote}" for quote in map(re.escape, rules.quotes))
    comments = (rf"{re.escape(begins)}[^\n]*+" for begins in rules.comments)
    pattern = re.compile("|".join((*strings, *comments)) or "(?!)")
    return functools.partial(pattern.sub, lambda found: "" if found[0].startswith(rules.comments) else '""')


def _last_line(code: str) -> str:
    return code[line_start(code, len(code)) :]


def _open_bracket(code: str) -> str:
    """The innermost bracket that is open at the end, and what stands before it on its line; empty if none is."""
    closed = 0
    for bracket in reversed(list(_BRACKET.finditer(code))):
        if bracket[0] not in _OPENING:
            closed += 1
        elif closed:
            closed -= 1
        else:
            return code[line_start(code, bracket.start()) : bracket.end()]
    return ""


def _holds_statements(bracket: str, language: Language) -> bool:
    """Whether a statement may begin in a bracket: in none, or in one that makes a block."""
    layout = language.layout
    if not bracket or layout is None:
        return not bracket
    return not layout.is_aligned and layout.block_header.search(bracket) is not None
