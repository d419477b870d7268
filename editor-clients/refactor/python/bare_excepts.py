"""`except:` names what it is for: all of it where that matters, what an import raises, else Exception."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import tree_sitter

from lacuna.refactor.python import nodes
from lacuna.refactor.rule import Replacement, Sketch
from lacuna.syntax.lines import line_end
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.queries import captured, matches
from lacuna.syntax.spans import Span

_QUERY = """(except_clause . "except" @except . ":") @clause"""
_MEANT = re.compile(r"#.*(?:\bE722\b|\bB001\b|\bbare-except\b|\bW0702\b)")
"""A remark to linters that it is as it should be."""
_BASES = frozenset(
    {"BaseException", "BaseExceptionGroup", "CancelledError", "GeneratorExit", "KeyboardInterrupt", "SystemExit"}
)
"""What Exception is not."""
_WAITS = frozenset({"async", "await", "yield"})
"""Where others raise what Exception is not: a task is cancelled, a generator is closed."""
_EXITS = re.compile(
    r"(?:sys\.)?exit|quit|unittest\.main|(?:\w+\.)+parse(?:_known)?_args|(?:\w+\.)*\w*parser\.(?:error|exit)"
    r"|pytest\.(?:exit|fail|skip|xfail)|(?:.+\.)?run_until_complete|asyncio\.run"
)
"""Functions that raise what Exception is not."""
_ENDS = re.compile(r"(?:os\.)?_exit")
"""Ends the process on the spot."""
_GIVES = re.compile(r"(?:sys\.)?exc_info|sys\.exception|(?:traceback\.)?format_exc")
"""Gives what was caught."""
_TELLS = re.compile(
    r"(?:.+\.)?(?:log|debug|info|warn|warning|error|exception|critical|print|print_exception|print_tb)"
    r"|(?:sys\.)?std(?:err|out)\.write",
    re.DOTALL,
)
"""Tells people of it."""
_IMPORTS = frozenset({"import_statement", "import_from_statement"})
_NESTED = frozenset({"function_definition", "class_definition", "lambda"})
"""What stands in them runs at another time, or elsewhere."""
_HANDLED = "except_clause"


@dataclass(frozen=True, slots=True)
class BareExcepts:
    def sketches(self, path: str, parsed: Parsed) -> Iterator[Sketch]:  # noqa: ARG002 -- the Protocol's
        found = [(match["clause"][0], match["except"][0]) for match in matches(parsed, _QUERY)]
        bound = _bound(parsed) if found else frozenset()
        for clause, word in sorted(found, key=lambda pair: pair[0].start_byte):
            name, span = _named(parsed, clause), parsed.span_of(word)
            if _MEANT.search(parsed.text, span.end, line_end(parsed.text, span.end)):
                yield _left(span, "a comment says that it is meant")
            elif name in bound:
                yield _left(span, f"{name} is something else in this file")
            elif not clause.has_error:
                yield Sketch((Replacement(Span(span.end, span.end), (f" {name}",)),))


def _bound(parsed: Parsed) -> frozenset[str]:
    every = captured(parsed.tree.root_node, parsed.language, "bound")
    return frozenset(nodes.text_of(parsed, node) for node in every)


def _left(span: Span, why: str) -> Sketch:
    return Sketch((Replacement(span, ("except",)),), left=why)


def _named(parsed: Parsed, clause: tree_sitter.Node) -> str:
    """What a clause has to catch."""
    assert clause.parent, "a clause is of a statement"
    body = clause.parent.child_by_field_name("body")
    tried = [node for node in body.named_children if node.type != "comment"] if body else []
    caught = _caught_before(parsed, clause)
    if "Exception" in caught or _needs_all(parsed, clause) or _exits(parsed, tried):
        return "BaseException"
    is_import = tried and all(node.type in _IMPORTS for node in tried)
    return "ImportError" if is_import and "ImportError" not in caught else "Exception"


def _caught_before(parsed: Parsed, clause: tree_sitter.Node) -> set[str]:
    """The words of what the clauses above name."""
    assert clause.parent, "a clause is of a statement"
    above = (node for node in clause.parent.children if node.type == _HANDLED and node.end_byte <= clause.start_byte)
    named = (node for one in above for node in one.named_children if node.type != "block")
    inside = _within(named, frozenset())
    return {nodes.text_of(parsed, node) for node in inside if node.type == "identifier"}


def _needs_all(parsed: Parsed, clause: tree_sitter.Node) -> bool:
    """Whether the clause, on some path, hands on what was caught, keeps it, or ends the process."""
    return any(
        (node.type == "raise_statement" and nodes.text_of(parsed, node) == "raise")
        or _is_of(parsed, node, _ENDS)
        or (_is_of(parsed, node, _GIVES) and not _is_told(parsed, node))
        for node in _within(clause.named_children, _NESTED | {_HANDLED})
    )


def _is_told(parsed: Parsed, given: tree_sitter.Node) -> bool:
    """Whether what was caught stands in a call that tells people of it, and goes nowhere else."""
    node = given.parent
    while node and node.type != "block":
        if _is_of(parsed, node, _TELLS):
            return True
        node = node.parent
    return False


def _exits(parsed: Parsed, tried: Iterable[tree_sitter.Node]) -> bool:
    """Whether in what is tried, on some path, something is raised that Exception is not."""
    return any(
        node.type in _WAITS
        or _is_of(parsed, node, _EXITS)
        or (node.type == "identifier" and nodes.text_of(parsed, node) in _BASES)
        for node in _within(tried, _NESTED | _IMPORTS)
    )


def _is_of(parsed: Parsed, node: tree_sitter.Node, functions: re.Pattern[str]) -> bool:
    """Whether a node calls one of some functions."""
    called = node.child_by_field_name("function") if node.type == "call" else None
    return called is not None and functions.fullmatch(nodes.text_of(parsed, called)) is not None


def _within(found: Iterable[tree_sitter.Node], but: frozenset[str]) -> Iterator[tree_sitter.Node]:
    """Nodes with all that stands in them, but for what stands in some kinds."""
    waiting = list(found)
    while waiting:
        node = waiting.pop()
        if node.type not in but:
            yield node
            waiting += node.children
