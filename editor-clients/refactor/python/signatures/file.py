"""A file that is looked through, and what is found in it."""

import ast
from dataclasses import dataclass

from lacuna.refactor.python.signatures.places import Places
from lacuna.refactor.python.signatures.resolving import Resolver
from lacuna.refactor.python.signatures.since import Since
from lacuna.refactor.rule import Replacement
from lacuna.syntax.lines import line_end
from lacuna.syntax.spans import Span


@dataclass(frozen=True, slots=True)
class Found:
    """A place that is to be rewritten, or why it is not."""

    at: Span
    replacements: tuple[Replacement, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """One file that is looked through."""

    tree: ast.Module
    places: Places
    resolver: Resolver
    since: Since

    @property
    def text(self) -> str:
        return self.places.parsed.text

    def is_changed(self, node: ast.expr) -> bool:
        return self.since.is_changed(node.lineno - 1, (node.end_lineno or node.lineno) - 1)

    def head(self, span: Span) -> Span:
        """As much of a span as is on its first line: enough to say where it is."""
        return Span(span.start, min(span.end, line_end(self.text, span.start)))
