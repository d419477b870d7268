"""Rules of a pattern and its replacement, for tests of what rules go through."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lacuna.refactor.rule import Hole, Piece, Replacement, Rule, Sketch
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.spans import Span

BLANK = "⟦…⟧"


@dataclass(frozen=True)
class Pattern:
    """What a regular expression finds is replaced by a template, in which ⟦…⟧ is a blank."""

    pattern: str
    template: str
    kept: tuple[str, ...] = ()
    needs: str = ""
    """A line that is inserted at the top."""

    def sketches(self, path: str, parsed: Parsed) -> Iterator[Sketch]:  # noqa: ARG002 -- as the Protocol has it
        for found in re.finditer(self.pattern, parsed.text):
            replacement = Replacement(Span(*found.span()), tuple(pieces(found.expand(self.template))))
            needs = [Replacement(Span(0, 0), (self.needs,))] if self.needs and self.needs not in parsed.text else []
            yield Sketch((*needs, replacement), self.kept)


def pieces(template: str) -> Iterator[Piece]:
    for n, text in enumerate(template.split(BLANK)):
        if n:
            yield Hole()
        yield text


def rule(pattern: str, template: str, name: str = "rule", **settings: Any) -> Rule:
    kept, needs = settings.pop("kept", ()), settings.pop("needs", "")
    sketcher = Pattern(pattern, template, kept, needs)
    settings.setdefault("has_blanks", BLANK in template)
    return Rule(name, f"{name} is why.", "python", sketcher, "ab" * 32, **settings)
