"""Tree-sitter queries: compiled once, and what they capture in a parse."""

import functools
import re
from collections.abc import Callable
from typing import TypeVar

import tree_sitter

from lacuna.syntax.errors import FileError, UsageError
from lacuna.syntax.languages.language import Language, grammar_of
from lacuna.syntax.limited import LimitError, limited
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.spans import Span, by_start

Found = TypeVar("Found")
Match = dict[str, list[tree_sitter.Node]]
"""What one match captures, by name."""

SECONDS = 5
"""CPU that a query of unknown make may take: nested quantifiers need not come to an end, not even in compiling."""


class QueryError(UsageError):
    """A tree-sitter query that does not compile or marks no hole."""


def patiently(work: Callable[..., Found], *arguments: object) -> Found:
    """What work with a query of unknown make finds, done in another process; raise QueryError if it takes too long."""
    try:
        return limited(SECONDS, work, *arguments)
    except LimitError as error:
        raise QueryError(f"The query was stopped: it takes more than {SECONDS} s of computing.") from error


def captures(parsed: Parsed, query_source: str) -> list[Span]:
    """What a tree-sitter query captures as `@hole`, by start and disjoint: of overlapping ones the outer or first."""
    query = compiled(grammar_of(parsed.language), query_source)
    if "hole" not in names_in(query):
        message = "The query captures nothing as @hole, so it does not say what is to be filled."
        raise QueryError(message)
    found = _asked(tree_sitter.QueryCursor(query).captures, parsed)
    disjoint: list[Span] = []
    for span in sorted(map(parsed.span_of, found.get("hole", [])), key=by_start):
        if span.start < span.end and (not disjoint or span.start >= disjoint[-1].end):
            disjoint.append(span)
    return disjoint


def matches(parsed: Parsed, query_source: str) -> list[Match]:
    """Every match of a query, in the order in which they end."""
    query = compiled(grammar_of(parsed.language), query_source)
    return [match for _, match in _asked(tree_sitter.QueryCursor(query).matches, parsed)]


def names_in(query: tree_sitter.Query) -> frozenset[str]:
    """What a query captures something as."""
    return frozenset(query.capture_name(i) for i in range(query.capture_count))


def _asked(ask: Callable[..., Found], parsed: Parsed) -> Found:
    unknown: list[str] = []  # the binding takes a predicate it does not know for true, and must not be raised into

    def note(*asked: object, **_: object) -> bool:
        unknown.append(str(asked[0]))
        return False

    found = ask(parsed.tree.root_node, note)
    if unknown:
        raise QueryError(f"The query uses #{unknown[0]}, which is no predicate that Lacuna knows.")
    return found


def captured(
    root: tree_sitter.Node, language: Language, name: str, within: tuple[int, int] | None = None
) -> list[tree_sitter.Node]:
    """What the language's files capture by a name, of the whole tree or of what touches some bytes.

    Where no file of the language captures anything by the name, nothing is found.
    """
    query = _query(language, name)
    if query is None:
        return []
    cursor = tree_sitter.QueryCursor(query)
    if within:
        cursor.set_byte_range(*within)
    return cursor.captures(root).get(name, [])


@functools.cache
def _query(language: Language, name: str) -> tree_sitter.Query | None:
    query = language.queries.get(name)
    if query is None:
        return None
    try:
        return compiled(grammar_of(language), query.source)
    except QueryError as error:
        raise FileError(f"{query.file}: {error}") from error


@functools.lru_cache(maxsize=64)
def compiled(grammar: tree_sitter.Language, source: str) -> tree_sitter.Query:
    try:
        return tree_sitter.Query(grammar, source)
    except ValueError as error:  # tree_sitter.QueryError is one, and so is text that has no UTF-8
        raise QueryError(_where_it_breaks(str(error))) from error


_POSITION = re.compile(r"(?P<what>.*?) at row (?P<row>\d+)(?:, column (?P<column>\d+))?(?:: (?P<which>.*))?", re.DOTALL)


def _where_it_breaks(error: str) -> str:
    """The binding counts from 0 and says no whole sentence."""
    match = _POSITION.fullmatch(error)
    if not match:
        return f"The query does not compile: {error[:1].lower()}{error[1:]}."
    place = f"line {int(match['row']) + 1}"
    if match["column"]:
        place += f", column {int(match['column']) + 1}"
    which = f" {match['which']!r}" if match["which"] else ""
    return f"The query breaks at {place}: {match['what'].lower()}{which}."
