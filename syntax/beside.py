"""What stands right before and behind a span in its line: words that it cuts, and what it would take for its own."""

import re

from lacuna.syntax.languages.language import Language
from lacuna.syntax.lines import line_end, line_start, split_lines
from lacuna.syntax.names import has_word
from lacuna.syntax.spans import Span

_LAST_WORD = re.compile(r"\w*\Z")
_FIRST_WORD = re.compile(r"\w*")
_BLANKS = re.compile(r"[ \t]*")
_GAPS = frozenset(" \t\f([{,.=+-*/%<>&|^~!@:;")
"""Characters behind which something new may begin, whatever follows."""
_TAKEN = ("(", "[", ".")
"""What makes an object or a callee of an operand that stands right before it."""
_CLOSERS = (")", "]", "}", '"', "'")


def is_gap(text: str, span: Span, language: Language) -> bool:
    """Whether a span stands where people leave gaps.

    At a line's end; behind white space, a bracket or an operator; between two quotes, which editors write at once.
    """
    at_end = not _follows(text, span)
    is_quoted = text[span.start - 1 : span.start] in language.text.quotes and text.startswith(
        text[span.start - 1], span.end
    )
    return at_end or span.start == line_start(text, span.start) or text[span.start - 1] in _GAPS or is_quoted


def is_behind_line(text: str, span: Span) -> bool:
    """Whether a span stands right behind the last token of its line, with no gap between."""
    at_end = not _follows(text, span)
    return at_end and span.start > line_start(text, span.start) and text[span.start - 1] not in _GAPS


def cuts_known_word(text: str, span: Span, language: Language) -> bool:
    """Whether the word about a span, the parts on both sides of it together, is known, or there is none before it.

    The name of a definition is known where what belongs to it stands behind the span.
    """
    before, tail = word_before(text, span), word_behind(text, span)
    is_defined = text.startswith(_TAKEN, span.end) and _defines(
        text[line_start(text, span.start) : span.start], language
    )
    return not before or is_defined or is_known(before + tail, text, span, language)


def word_before(text: str, span: Span) -> str:
    """The part of a word that ends where the span begins."""
    return _last_word(text[line_start(text, span.start) : span.start])


def word_behind(text: str, span: Span) -> str:
    """The part of a word that begins where the span ends."""
    return _first_word(text, span.end)


def is_known(word: str, text: str, span: Span, language: Language) -> bool:
    """Whether a word is the language's or stands anywhere else in the text than about the span."""
    known = language.names.known | language.names.members if language.names else frozenset[str]()
    start, end = span.start - len(word_before(text, span)), span.end + len(word_behind(text, span))
    return word in known or has_word(text[:start], word) or has_word(text[end:], word)


def tears(text: str, span: Span, answer: str, language: Language) -> bool:
    """Whether an answer makes a word that nobody knows of the word that follows the span, or cuts one in two."""
    before, tail = word_before(text, span), word_behind(text, span)
    last = _last_word(before + answer)
    if not tail or not answer or not (before or last):
        return False  # nothing follows, or it stays the word that it was
    if before and not last and not _first_word(answer) and is_known(before, text, span, language):
        return False  # two words that stood together by chance
    return not is_known(last + tail, text, span, language)


def takes_arguments(text: str, span: Span, answer: str) -> bool:
    """Whether an answer with arguments of its own is called with those that stand behind the span."""
    return text.startswith("(", _behind_blanks(text, span)) and answer.rstrip(" \t").endswith(_CLOSERS)


def takes_over(text: str, span: Span, answer: str) -> bool:
    """Whether an answer becomes the object or callee of what stands right behind the span, which is whole without it.

    What goes on with the word before the span is still what that was called on.
    """
    if answer.rstrip(" \t").endswith(_CLOSERS):
        return text.startswith(_TAKEN, _behind_blanks(text, span))
    return text.startswith(_TAKEN, span.end) and bool(_last_word(answer)) and not _goes_on(text, span, answer)


def _behind_blanks(text: str, span: Span) -> int:
    """Where the line goes on behind a span."""
    match = _BLANKS.match(text, span.end)
    assert match, "the pattern matches the empty string"
    return match.end()


def renames(text: str, span: Span, answer: str, language: Language) -> bool:
    """Whether an answer makes a word that nobody knows of the object or callee of what stands right behind the span."""
    is_taken = text.startswith(_TAKEN, span.end) and _goes_on(text, span, answer)
    before = text[line_start(text, span.start) : span.start]
    return (
        is_taken
        and not _defines(before + answer, language)
        and not is_known(word_before(text, span) + answer, text, span, language)
    )


def _defines(line: str, language: Language) -> bool:
    """Whether a line ends with the name that a definition gives."""
    pattern = language.openings.called if language.openings else None
    return pattern is not None and any(found.end("defined") == len(line) for found in pattern.finditer(line))


def _goes_on(text: str, span: Span, answer: str) -> bool:
    """Whether an answer is no more than the rest of the word before the span."""
    return bool(answer and word_before(text, span)) and _LAST_WORD.fullmatch(answer) is not None


def cuts_off(text: str, span: Span, answer: str, language: Language) -> bool:
    """Whether an answer makes a line or a comment of its own of the rest of a line that began before the span."""
    begun = text[line_start(text, span.start) : span.start].strip()
    *above, last = split_lines(answer)
    if above:
        is_off = not last.strip() or last.lstrip().startswith(language.text.comments)
    else:
        is_off = _opens_comment(text[line_start(text, span.start) : span.start], answer, language)
    behind = _follows(text, span)
    return is_off and bool(begun and behind) and not behind.startswith(language.text.comments)


def _opens_comment(before: str, answer: str, language: Language) -> bool:
    """Whether a comment begins in an answer, which goes on with a line."""
    code = language.text.code.match(before + answer)
    assert code, "the pattern matches the empty string"
    return code.end() >= len(before) and (before + answer).startswith(language.text.comments, code.end())


def turns(text: str, span: Span, answer: str, language: Language) -> bool:
    """Whether an answer ends by negating what follows it."""
    return bool(_follows(text, span)) and _last_word(answer.rstrip()) in language.negations


def _follows(text: str, span: Span) -> str:
    """What stands behind the span in its line."""
    return text[span.end : line_end(text, span.end)].strip()


def _first_word(text: str, offset: int = 0) -> str:
    match = _FIRST_WORD.match(text, offset)
    assert match, "the pattern matches the empty string"
    return match.group()


def _last_word(text: str) -> str:
    match = _LAST_WORD.search(text)
    assert match, "the pattern matches the empty string"
    return match.group()
