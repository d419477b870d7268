"""What a rule makes of a text, with its blanks shown as in a template."""

from collections.abc import Iterable

from lacuna.refactor.rule import Replacement, Rule, Sketch
from lacuna.syntax.languages.registry import language_of
from lacuna.syntax.parsing import parse


def sketches(rule: Rule, text: str, path: str = "a.py") -> list[Sketch]:
    parsed = parse(text, language_of(rule.language))
    assert parsed is not None
    return list(rule.sketcher.sketches(path, parsed))


def sketched(rule: Rule, text: str, path: str = "a.py") -> str:
    """The text with all sketches written; a sketch in the way of another is left out."""
    return written(text, sketches(rule, text, path))


def written(text: str, found: Iterable[Sketch]) -> str:
    edits: dict[tuple[int, int], str] = {}
    for sketch in found:
        for one in sketch.replacements:
            where = one.span.start, one.span.end
            assert edits.get(where, shown(one)) == shown(one), "equal insertions are one"
            edits[where] = shown(one)
    for (start, end), new in sorted(edits.items(), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def shown(replacement: Replacement) -> str:
    return "".join(piece if isinstance(piece, str) else f"⟦…{piece.name}⟧" for piece in replacement.pieces)
