"""What the new text of a rule needs of its module: imports, and lines such as the one that makes a logger."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import tree_sitter

from lacuna.refactor.python.nodes import text_of
from lacuna.refactor.rule import Replacement, Sketch
from lacuna.syntax.lines import line_end, line_start
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.queries import captured
from lacuna.syntax.spans import Span

_FUTURE = "__future__"
_IMPORTS = frozenset({"import_statement", "import_from_statement", "future_import_statement"})
_DEFINITIONS = frozenset({"function_definition", "class_definition", "decorated_definition"})


@dataclass(frozen=True, slots=True)
class Need:
    """A line that gives a module one name."""

    line: str
    name: str
    module: str = ""
    """What it imports the name from; empty if it gives the name a value."""

    @property
    def order(self) -> tuple[bool, str]:
        """Where an import stands among others."""
        return self.line.startswith("from"), self.module


@dataclass(frozen=True, slots=True)
class _Import:
    span: Span
    order: tuple[bool, str]

    @property
    def module(self) -> str:
        return self.order[1]

    @property
    def is_of_python(self) -> bool:
        return self.module.partition(".")[0] in sys.stdlib_module_names and self.module != _FUTURE


def need_of(line: str) -> Need:
    """Raise ValueError if a line is no import of one name, and gives no name a value."""
    match ast.parse(line).body:
        case [ast.Import([alias])] if alias.asname is None and "." not in alias.name:
            return Need(line, alias.name, alias.name)
        case [ast.ImportFrom(str(module), [alias], 0)] if alias.asname is None and alias.name != "*":
            return Need(line, alias.name, module)
        case [ast.Assign([ast.Name(name)])]:
            return Need(line, name)
    raise ValueError(f"{line!r} neither imports one name nor gives one a value")


def has(parsed: Parsed, line: str) -> bool:
    """Whether a statement of the module gives what the line gives."""
    return _end_of(parsed, parsed.tree.root_node.named_children, need_of(line)) is not None


def added(parsed: Parsed, lines: Iterable[str], sketches: Iterable[Sketch]) -> Iterator[Sketch]:
    """The sketches with what inserts the lines that the module lacks.

    There are none if a name that the lines give stands for anything else in the module, and none before these lines.
    """
    needs = [need_of(line) for line in lines]
    if any(_stands_for_another(parsed, need) for need in needs):
        return
    statements = [node for node in parsed.tree.root_node.named_children if node.type != "comment"]
    given = {need: _end_of(parsed, statements, need) for need in needs}
    insertions = tuple(_insertions(parsed, statements, [need for need, end in given.items() if end is None]))
    first = max((end for end in (*given.values(), *(one.span.start for one in insertions)) if end), default=0)
    for sketch in sketches:
        if all(one.span.start >= first for one in sketch.replacements):
            yield replace(sketch, replacements=(*insertions, *sketch.replacements))


def _stands_for_another(parsed: Parsed, need: Need) -> bool:
    """Whether the name is bound in any scope by anything but what is needed."""
    for node in captured(parsed.tree.root_node, parsed.language, "bound"):
        if text_of(parsed, node) == need.name and not _gives(parsed, _statement_of(node), need):
            return True
    return False


def _end_of(parsed: Parsed, statements: Sequence[tree_sitter.Node], need: Need) -> int | None:
    """Where the statement of the module ends that gives what is needed."""
    return next((parsed.span_of(node).end for node in statements if _gives(parsed, node, need)), None)


def _gives(parsed: Parsed, statement: tree_sitter.Node, need: Need) -> bool:
    if not need.module:
        return text_of(parsed, statement) == need.line
    if statement.type not in _IMPORTS:
        return False
    match _ast_of(parsed, statement):
        case ast.Import(aliases):
            return not need.order[0] and any(one.name == need.name and one.asname is None for one in aliases)
        case ast.ImportFrom(module, aliases, 0):
            names = (one.name for one in aliases if one.asname is None)
            return need.order[0] and module == need.module and need.name in names
    return False


def _insertions(
    parsed: Parsed, statements: Sequence[tree_sitter.Node], missing: Sequence[Need]
) -> Iterator[Replacement]:
    """By start: imports stand among those of the standard library, in order; the rest behind all imports."""
    if not missing:
        return
    imports = _leading_imports(parsed, statements)
    if not imports:
        yield _at_top(parsed, statements, missing)
        return
    places: dict[int, str] = {}
    for need in sorted((need for need in missing if need.module), key=lambda need: need.order):
        offset, text = _place(parsed, imports, need)
        places[offset] = places.get(offset, "") + text
    others = [need.line for need in missing if not need.module]
    if others:
        end = line_end(parsed.text, imports[-1].span.end)
        places[end] = places.get(end, "") + "\n\n" + "\n".join(others)
    for offset in sorted(places):
        yield Replacement(Span(offset, offset), (places[offset],))


def _leading_imports(parsed: Parsed, statements: Sequence[tree_sitter.Node]) -> list[_Import]:
    """The imports of a module before its first definition; of those that share a line, the last."""
    found = []
    for node in statements:
        if node.type in _DEFINITIONS:
            break
        match _ast_of(parsed, node) if node.type in _IMPORTS else None:
            case ast.Import([first, *_]):
                found.append(_Import(parsed.span_of(node), (False, first.name)))
            case ast.ImportFrom(module, _, level):
                found.append(_Import(parsed.span_of(node), (True, "." * level + (module or ""))))
    return found


def _place(parsed: Parsed, imports: Sequence[_Import], need: Need) -> tuple[int, str]:
    """Where an import goes, and its line with what parts it from its neighbours."""
    alike = [one for one in imports if one.is_of_python]
    before = [one for one in alike if one.order < need.order]
    future = [one for one in imports if one.module == _FUTURE]
    if before or (future and not alike):
        offset = line_end(parsed.text, (before or future)[-1].span.end)
        return offset, ("\n" if before else "\n\n") + need.line
    offset = line_start(parsed.text, (alike or imports)[0].span.start)
    return offset, need.line + ("\n" if alike else "\n\n")


def _at_top(parsed: Parsed, statements: Sequence[tree_sitter.Node], missing: Sequence[Need]) -> Replacement:
    """In a module without imports: behind its docstring, else before its first statement."""
    imports = sorted(need.line for need in missing if need.module)
    lines = "\n\n".join(
        "\n".join(block) for block in (imports, [one.line for one in missing if not one.module]) if block
    )
    first = statements[0]
    span = parsed.span_of(first)
    if first.type == "expression_statement" and first.named_children[0].type == "string":
        end = line_end(parsed.text, span.end)
        gap = "\n" if re.match(r"(?:\r\n?|\n)[^\r\n]", parsed.text[end : end + 3]) else ""
        return Replacement(Span(end, end), (f"\n\n{lines}{gap}",))
    gap = "\n\n\n" if first.type in _DEFINITIONS else "\n\n"
    return Replacement(Span(span.start, span.start), (lines + gap,))


def _statement_of(node: tree_sitter.Node) -> tree_sitter.Node:
    while node.parent and node.type != "expression_statement" and node.type not in _IMPORTS:
        node = node.parent
    return node


def _ast_of(parsed: Parsed, statement: tree_sitter.Node) -> ast.stmt | None:
    try:
        return ast.parse(text_of(parsed, statement)).body[0]
    except (SyntaxError, ValueError):
        return None
