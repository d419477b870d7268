"""Where the queries of a rule match, and what its templates write there."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import tree_sitter

from lacuna.refactor.comments import start_with_comments
from lacuna.refactor.python import needs
from lacuna.refactor.rule import Replacement, Sketch
from lacuna.refactor.template import Template, minimal
from lacuna.syntax.errors import UsageError
from lacuna.syntax.layout import indentation_of
from lacuna.syntax.lines import line_start
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.queries import matches
from lacuna.syntax.spans import Span

HOLE = "hole"
UNLESS = "unless"


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A query, and what becomes of each of its holes."""

    query: str
    templates: Mapping[str, Template]
    """By the name of the hole's capture."""
    unless: str = ""
    """A query for nodes, captured as `@unless`, in which no hole is."""
    begins_line: bool = False
    """The hole must be the first thing on its line."""
    with_comments: bool = False
    """The comments right above it are of the hole."""
    kept: tuple[str, ...] = ()
    """Captures whose texts must not change."""

    @property
    def has_blanks(self) -> bool:
        return any(template.has_blanks for template in self.templates.values())


@dataclass(frozen=True, slots=True)
class QuerySketcher:
    """Of several rewrites that match one hole, the first is taken."""

    rewrites: tuple[Rewrite, ...]
    needs: tuple[str, ...] = ()
    """Lines that a module must have."""

    def sketches(self, path: str, parsed: Parsed) -> Iterator[Sketch]:  # noqa: ARG002 -- the Protocol's
        taken = set[Span]()
        found = []
        for rewrite in self.rewrites:
            for spans in _places(rewrite, parsed):
                if taken.isdisjoint(spans[hole] for hole in rewrite.templates if hole in spans):
                    taken.update(spans[hole] for hole in rewrite.templates if hole in spans)
                    sketch = _sketch(rewrite, parsed.text, spans)
                    if sketch.replacements:
                        found.append(sketch)
        found.sort(key=lambda sketch: sketch.replacements[0].span.start)
        yield from needs.added(parsed, self.needs, found) if self.needs else found


def _places(rewrite: Rewrite, parsed: Parsed) -> Iterator[dict[str, Span]]:
    """What each match captures, from its first node to its last."""
    found = matches(parsed, rewrite.query)
    barred = _barred(rewrite, parsed) if found else []
    for match in found:
        holes = [node for name in rewrite.templates for node in match.get(name, ())]
        if not holes or any(node.has_error for node in holes):
            continue
        spans = {name: _span_of(parsed, nodes) for name, nodes in match.items()}
        if rewrite.with_comments:
            spans |= {name: _with_comments(parsed, match[name]) for name in rewrite.templates if name in match}
        where = [spans[name] for name in rewrite.templates if name in spans]
        if rewrite.begins_line and any(_indent(parsed.text, span) is None for span in where):
            continue
        if not any(bar.start <= span.start and span.end <= bar.end for bar in barred for span in where):
            yield spans


def _barred(rewrite: Rewrite, parsed: Parsed) -> list[Span]:
    if not rewrite.unless:
        return []
    return [parsed.span_of(node) for match in matches(parsed, rewrite.unless) for node in match[UNLESS]]


def _span_of(parsed: Parsed, nodes: list[tree_sitter.Node]) -> Span:
    spans = [parsed.span_of(node) for node in nodes]
    return Span(min(span.start for span in spans), max(span.end for span in spans))


def _with_comments(parsed: Parsed, nodes: list[tree_sitter.Node]) -> Span:
    span, first = _span_of(parsed, nodes), min(nodes, key=lambda node: node.start_byte)
    return Span(start_with_comments(parsed, first), span.end)


def _indent(text: str, span: Span) -> str | None:
    """What stands before it on its line, if that is white space alone."""
    before = text[line_start(text, span.start) : span.start]
    return before if not before.strip(" \t\f") else None


def _sketch(rewrite: Rewrite, text: str, spans: Mapping[str, Span]) -> Sketch:
    texts = {name: text[span.start : span.end] for name, span in spans.items()}
    replacements = [
        replacement
        for name, template in rewrite.templates.items()
        if name in spans and (replacement := _replacement(template, text, spans[name], texts))
    ]
    replacements.sort(key=lambda one: (one.span.start, one.span.end))
    for one, other in itertools.pairwise(replacements):
        if one.span.end > other.span.start:
            raise UsageError(f"Two holes of one match overlap: {text[one.span.start : one.span.end]!r:.60}.")
    kept = (_common(spans[name], one.span) for name in rewrite.kept if name in spans for one in replacements)
    return Sketch(tuple(replacements), tuple(text[span.start : span.end] for span in kept if span.start < span.end))


def _replacement(template: Template, text: str, span: Span, texts: Mapping[str, str]) -> Replacement | None:
    indent = indentation_of(text[line_start(text, span.start) : span.start])
    return minimal(text, span, template.filled(texts, indent))


def _common(one: Span, other: Span) -> Span:
    return Span(max(one.start, other.start), min(one.end, other.end))
