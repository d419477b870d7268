"""Whether a place of a text is in a comment or a string: told by lines, for while one types most strings are open."""

import bisect

from lacuna.syntax.blocks import Blocks
from lacuna.syntax.languages.language import Language, Prose
from lacuna.syntax.lines import line_start


def prose_at(text: str, language: Language, offset: int) -> Prose | None:
    """What prose a cursor stands in. An expression within a string counts as the string."""
    rules, blocks = language.text, Blocks.of(text, language)
    start = line_start(text, offset)
    before = bisect.bisect_left(blocks.prose_starts, offset) - 1
    if before >= 0:
        end = blocks.prose_ends[before]
        if offset < end:
            return blocks.prose_kinds[before]
        start = max(start, end)
    code = rules.code.match(text, start, offset)
    assert code, "the pattern matches the empty string"
    stop = code.end()
    if stop == offset:
        return None
    fence = next((fence for fence in rules.fences if text.startswith(fence.opens, stop)), None)
    if fence:
        return fence.holds
    if text.startswith(rules.quotes, stop):
        return Prose.STRING
    return Prose.COMMENT if text.startswith(rules.comments, stop) else None
