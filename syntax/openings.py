"""What a span is likely to begin with, as the document tells it: text models seldom see that something is missing."""

import re

from lacuna.syntax.endings import unreturned
from lacuna.syntax.languages.language import Language, Openings
from lacuna.syntax.layout import places
from lacuna.syntax.lines import line_end, line_start
from lacuna.syntax.names import wanted
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.spans import Span


def may_open(text: str, span: Span, language: Language) -> bool:
    """Whether on the line of a span no more has begun than what an opening may begin with: cheap to tell."""
    rules = language.openings
    return rules is not None and rules.begun.fullmatch(text, line_start(text, span.start), span.start) is not None


def openings(parsed: Parsed, window: Span, text: str, span: Span, *, is_header_wanted: bool) -> tuple[str, ...]:
    """The beginnings of statements with which a span of the text may go on where its line has begun.

    They bind names that are read behind the span and not bound by then, are the header of a block that has none, or
    return from a function that ends there; a definition that has begun is one of what is called and defined nowhere.
    `parsed` is the text's `window` with nothing in the span.
    """
    language, rules, offset = parsed.language, parsed.language.openings, span.start - window.start
    if rules is None:
        return ()
    statements = bindings(wanted(parsed, offset, text[: window.start] + text[window.end :]), rules)
    if is_header_wanted:
        statements = tuple(one for one in statements if one.startswith(rules.headers)) or rules.headers
    begun = text[line_start(text, span.start) : span.start]
    if rules.definition and begun.lstrip().startswith(rules.definition.partition("{}")[0]):
        statements = tuple(rules.definition.format(name) for name in undefined(text, span, language))
    lines = [place + statement for place in places(text, span, language) for statement in statements]
    if not statements:
        lines = [place + statement for place in unreturned(parsed, offset) for statement in rules.returns]
    return tuple(line[len(begun) :] for line in lines if line.startswith(begun))


def undefined(text: str, span: Span, language: Language) -> tuple[str, ...]:
    """Names that a text calls wherever it has them, and never defines; those about the span come first.

    What stands in the span's own line does not count.
    """
    rules, known = language.openings, language.names.known if language.names else frozenset[str]()
    if rules is None or rules.called is None:
        return ()
    start, end = line_start(text, span.start), line_end(text, span.end)
    calls: dict[str, list[int]] = {}
    defined = set(known)
    for found in rules.called.finditer(text):
        if start <= found.start() <= end:
            continue
        if found["defined"]:
            defined.add(found["defined"])
        else:
            calls.setdefault(found["called"], []).append(found.start())
    others = f"{text[:start]}\n{text[end:]}"
    names = {
        name: min(abs(offset - start) for offset in offsets)
        for name, offsets in calls.items()
        if name not in defined and len(re.findall(rf"\b{re.escape(name)}\b", others)) == len(offsets)
    }
    return tuple(sorted(names, key=names.__getitem__))


def bindings(names: tuple[str, ...], rules: Openings) -> tuple[str, ...]:
    """What a statement that binds the names begins with; of more than two, one that binds the first."""
    some = (names, names[::-1]) if len(names) in (1, 2) else (names[:1],)
    return tuple(form.format(", ".join(order)) for order in dict.fromkeys(some) if order for form in rules.bindings)
