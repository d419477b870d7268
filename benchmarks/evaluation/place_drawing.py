"""Places in complete Python files, drawn by kind, as someone who types has them before the eyes."""

import enum
import os
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path

import tree_sitter

from lacuna.syntax.errors import FileError
from lacuna.syntax.languages.language import PlaceKind, grammar_of
from lacuna.syntax.languages.registry import PYTHON, language_of
from lacuna.syntax.lines import line_end, line_start
from lacuna.syntax.nodes import every
from lacuna.syntax.parsing import Parsed, parse
from lacuna.syntax.queries import captured, compiled
from lacuna.syntax.spans import Kind, Span
from lacuna.workspace import textfile

LONGEST = 10
"""Most lines that what is deleted may have."""


class Mode(enum.StrEnum):
    """What stands behind a place."""

    IN_FILE = "in-file"
    """The rest of the file."""
    AT_END = "at-end"
    """Nothing: the file ends there."""


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor in a file of which something is deleted."""

    file: str
    kind: PlaceKind
    mode: Mode
    text: str
    """What is left of the file."""
    offset: int
    truth: str
    """What stood at the cursor."""
    beyond: str
    """What came behind it, where the file ends at the cursor: an answer may well go on with it."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """What is deleted from a complete file to make a place of it."""

    kind: PlaceKind
    at: int
    end: int
    """Where the truth ends."""
    resumes: int
    """Where what stands behind the cursor begins: what is between is not there yet."""
    closing: str = ""
    """What stands behind the truth, and an editor has written of itself when its counterpart was typed."""


def draw(files: Sequence[Path], kinds: Sequence[PlaceKind], count: int, seed: int) -> tuple[Place, ...]:
    """At most `count` places of each kind, each in both modes, spread over the files as evenly as they allow."""
    # Cuts alone are kept of a file: a tree of each would fill the memory.
    cut_files = [cut_file for file in files if (cut_file := _cut_file(file, seed)) is not None]
    places: list[Place] = []
    for kind in kinds:
        generator = random.Random(f"{seed}/{kind}")  # noqa: S311 -- a fixed sample, not a secret
        for file, cut in islice(_in_turn(cut_files, kind, generator), count):
            places += _places(file, cut)
    return tuple(places)


@dataclass(frozen=True, slots=True)
class _CutFile:
    name: str
    text: str
    cuts: tuple[_Cut, ...]


def _cut_file(file: Path, seed: int) -> _CutFile | None:
    """Every place of a file; None if that is no code of Python or does not parse."""
    if language_of(file.name) is not PYTHON:
        return None
    try:
        text = textfile.read(file).text
    except FileError:  # not text, or too large to be asked about
        return None
    parsed = parse(text, PYTHON)
    if parsed is None or parsed.tree.root_node.has_error:
        return None
    generator = random.Random(os.fsencode(f"{seed}/{file.name}"))  # noqa: S311 -- a fixed sample, not a secret
    return _CutFile(str(file), text, tuple(cut for cut in _cuts(parsed, generator) if _is_worth_asking(text, cut)))


def _in_turn(files: Sequence[_CutFile], kind: PlaceKind, generator: random.Random) -> Iterator[tuple[_CutFile, _Cut]]:
    """A place of every file, in random order, then a second of every file, and so on."""
    shuffled = generator.sample(files, len(files))
    of_kind = [[cut for cut in file.cuts if cut.kind is kind] for file in shuffled]
    for cuts in of_kind:
        generator.shuffle(cuts)
    for turn in zip_longest(*of_kind):
        yield from ((file, cut) for file, cut in zip(shuffled, turn, strict=True) if cut is not None)


def _is_worth_asking(text: str, cut: _Cut) -> bool:
    truth = text[cut.at : cut.end]
    return bool(truth.strip()) and truth[0] not in "\r\n\\" and truth.count("\n") < LONGEST


def _places(file: _CutFile, cut: _Cut) -> Iterator[Place]:
    text = file.text
    before, truth = text[: cut.at], text[cut.at : cut.end]
    yield Place(file.name, cut.kind, Mode.IN_FILE, before + text[cut.resumes :], cut.at, truth, "")
    beyond = "" if cut.closing else text[cut.end :]
    yield Place(file.name, cut.kind, Mode.AT_END, before + cut.closing, cut.at, truth, beyond)


_BEHIND = """
(assignment "=" @assignment)
(augmented_assignment operator: _ @assignment)
(return_statement "return" @return)
(assert_statement "assert" @assert)
(attribute object: (identifier) @_of "." @member (#any-of? @_of "self" "cls"))
(call arguments: (argument_list . "(" @open-arguments))
(import_statement "import" @import)
(import_from_statement "from" @import)
(import_from_statement "import" @import)
(decorator "@" @decorator)
(function_definition "def" @signature)
(function_definition parameters: (parameters . "(" @signature))
(if_statement "if" @condition)
(elif_clause "elif" @condition)
(while_statement "while" @condition)
"""
"""Behind what a cursor stands, by kind."""
_WORDS = frozenset({PlaceKind.RETURN, PlaceKind.ASSERT, PlaceKind.IMPORT, PlaceKind.CONDITION})
"""Kinds that begin with a word, so that a blank must follow."""
_TIGHT = frozenset({PlaceKind.MEMBER, PlaceKind.OPEN_ARGUMENTS, PlaceKind.DECORATOR})
"""Kinds that begin with a mark behind which nobody writes a blank."""
_ELEMENTS = """
(list (_) @element)
(set (_) @element)
(dictionary (pair) @element)
(pair value: (_) @element)
"""
_BLANKS = re.compile(r"[ \t]*")
_TOKENS = re.compile(r"\S+")
_DOCUMENTING = re.compile(r"\w*(\"\"\"|''')")


def _cuts(parsed: Parsed, generator: random.Random) -> Iterator[_Cut]:
    """Every place that may be drawn, of each kind; where there is a choice within one, by chance."""
    yield from _behind_tokens(parsed)
    yield from _statements(parsed, generator)
    yield from _elements(parsed)
    yield from _prose(parsed, generator)


# --- code


def _behind_tokens(parsed: Parsed) -> Iterator[_Cut]:
    text = parsed.text
    for name, nodes in _captures(parsed, _BEHIND).items():
        if name.startswith("_"):
            continue
        kind = PlaceKind(name)
        for node in nodes:
            behind = parsed.span_of(node).end
            at = _past_blanks(text, behind)
            if _is_in_string(node) or (kind in _WORDS and at == behind) or (kind in _TIGHT and at > behind):
                continue
            cut = _to_end(parsed, node, kind, at)
            if cut is not None:
                yield cut
            if kind is PlaceKind.OPEN_ARGUMENTS and node.parent and node.parent.children[-1].type == ")":
                end = parsed.span_of(node.parent).end - 1
                yield _Cut(PlaceKind.CLOSED_ARGUMENTS, at, end, end, ")")


def _statements(parsed: Parsed, generator: random.Random) -> Iterator[_Cut]:
    """Whole statements, at their indentation, and what follows a random character of each.

    A statement that is not begun is not there at all: of a compound one, what is asked for is its first line.
    """
    text = parsed.text
    for node in _in_order(captured(parsed.tree.root_node, PYTHON, Kind.STATEMENT.value)):
        start, end = parsed.span_of(node).start, _end_of_line(parsed, node, node.start_byte)
        if node.is_extra or end is None or _is_string(node):
            continue
        inside = generator.randrange(start + 1, max(start + 2, end))
        if not _is_prose_at(parsed, inside):
            yield _Cut(PlaceKind.ANYWHERE, inside, end, line_end(text, end))
        if text[line_start(text, start) : start].strip(" \t"):
            continue
        is_first = not any(not sibling.is_extra for sibling in _before(node))
        if is_first and node.parent is not None and node.parent.type == "module":
            continue
        whole = len(text[: parsed.span_of(node).end].rstrip())
        kind = PlaceKind.NEW_BLOCK if is_first else PlaceKind.NEW_LINE
        yield _Cut(kind, start, end, line_end(text, whole))


def _elements(parsed: Parsed) -> Iterator[_Cut]:
    """Elements and values with lines of their own, up to the end of these; others, up to the statement's end."""
    text = parsed.text
    for node in _captures(parsed, _ELEMENTS).get(PlaceKind.ELEMENT.value, []):
        if node.is_extra or _is_in_string(node):
            continue
        span = parsed.span_of(node)
        whole = parsed.span_of(node.parent) if node.parent and node.parent.type == "pair" else span
        is_own_line = not text[line_start(text, whole.start) : whole.start].strip()
        end = span.end + (text[span.end : span.end + 1] == ",")
        if is_own_line and _is_end(text, end):
            yield _Cut(PlaceKind.ELEMENT, span.start, end, line_end(text, end))
        elif not is_own_line and (cut := _to_end(parsed, node, PlaceKind.ELEMENT, span.start)) is not None:
            yield cut


def _to_end(parsed: Parsed, node: tree_sitter.Node, kind: PlaceKind, at: int) -> _Cut | None:
    """From an offset to the end of the simple statement that a node stands in, or of the header."""
    end = _end_of_line(parsed, node, node.start_byte)
    return None if end is None else _Cut(kind, at, end, line_end(parsed.text, end))


def _end_of_line(parsed: Parsed, node: tree_sitter.Node, byte: int) -> int | None:
    """Where the simple statement about a node ends, or the header; None where more than a comment follows there."""
    while not (node.type == "decorator" or _block_behind(node, byte) or node.parent is None):
        if node.parent.type in {"module", "block"}:
            break
        node = node.parent
    if node.type == "decorated_definition":
        node = node.children[0]
    block = _block_behind(node, byte)
    if block is None:
        end = len(parsed.text[: parsed.span_of(node).end].rstrip())
    else:
        colon = next((one for one in _before(block) if one.type == ":"), None)
        if colon is None or colon.end_point.row == block.start_point.row:
            return None
        end = parsed.span_of(colon).end
    return end if _is_end(parsed.text, end) else None


def _block_behind(node: tree_sitter.Node, byte: int) -> tree_sitter.Node | None:
    """The block whose header a byte of the node stands in."""
    return next((child for child in node.children if child.type == "block" and child.start_byte > byte), None)


def _before(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """The siblings before a node, the nearest first."""
    sibling = node.prev_sibling
    while sibling is not None:
        yield sibling
        sibling = sibling.prev_sibling


def _is_end(text: str, offset: int) -> bool:
    """Whether no more than a comment stands on the rest of a line."""
    rest = text[offset : line_end(text, offset)].strip()
    return not rest or rest.startswith("#")


# --- prose


def _prose(parsed: Parsed, generator: random.Random) -> Iterator[_Cut]:
    """From the beginning of a word to the end of the comment, or the string, or the line of a docstring."""
    text = parsed.text
    for node in _of_type(parsed, "comment"):
        span = parsed.span_of(node)
        at = _word(text, Span(span.start + 1, span.end), generator)
        if at is not None:
            yield _Cut(PlaceKind.COMMENT, at, len(text[: span.end].rstrip()), span.end)
    documenting = every(parsed, Kind.DOCSTRING)
    starts = {span.start for span in documenting}
    for node in _of_type(parsed, "string"):
        first, last = node.children[0], node.children[-1]
        inside = Span(parsed.span_of(first).end, parsed.span_of(last).start)
        if parsed.span_of(node).start in starts or _is_string(node.parent) or "\n" in text[inside.start : inside.end]:
            continue
        at = None if _is_in_string(node.parent) else _word(text, inside, generator)
        if at is not None:
            yield _Cut(PlaceKind.STRING, at, inside.end, inside.end, text[inside.end : parsed.span_of(last).end])
    for span in documenting:
        quotes = _DOCUMENTING.match(text, span.start, span.end)
        if not quotes:
            continue
        stop = span.end - len(quotes[1])
        at = _word(text, Span(quotes.end(), stop), generator)
        if at is not None:
            end = min(line_end(text, at), stop)
            yield _Cut(PlaceKind.DOCSTRING, at, end, end, quotes[1] if end == stop else "")


def _word(text: str, within: Span, generator: random.Random) -> int | None:
    """Where some word begins, if there is one."""
    words = [
        word.start() for word in _TOKENS.finditer(text, within.start, within.end) if any(map(str.isalnum, word[0]))
    ]
    return generator.choice(words) if words else None


# --- nodes


def _captures(parsed: Parsed, query: str) -> dict[str, list[tree_sitter.Node]]:
    found = tree_sitter.QueryCursor(compiled(grammar_of(PYTHON), query)).captures(parsed.tree.root_node)
    return {name: _in_order(found[name]) for name in sorted(found)}


def _of_type(parsed: Parsed, kind: str) -> list[tree_sitter.Node]:
    return _captures(parsed, f"({kind}) @found").get("found", [])


def _in_order(nodes: Iterable[tree_sitter.Node]) -> list[tree_sitter.Node]:
    """By start, outer before inner; the binding gives them in another order each time."""
    return sorted(nodes, key=lambda node: (node.start_byte, -node.end_byte))


def _is_in_string(node: tree_sitter.Node | None) -> bool:
    while node is not None:
        if node.type == "string":
            return True
        node = node.parent
    return False


def _is_string(node: tree_sitter.Node | None) -> bool:
    """Whether a statement is a text by itself, such as a docstring."""
    return node is not None and node.type == "expression_statement" and node.children[0].type == "string"


def _past_blanks(text: str, offset: int) -> int:
    match = _BLANKS.match(text, offset)
    assert match, "the pattern matches the empty string"
    return match.end()


def _is_prose_at(parsed: Parsed, offset: int) -> bool:
    byte = parsed.to_byte(offset)
    node = parsed.tree.root_node.descendant_for_byte_range(byte, byte)
    return node is not None and (node.type == "comment" or _is_in_string(node))
