"""`self.assertEqual(a, b)` and its family as `assert a == b`."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import tree_sitter

from lacuna.refactor.python import nodes
from lacuna.refactor.rule import Sketch
from lacuna.refactor.template import minimal
from lacuna.syntax.layout import indentation_of
from lacuna.syntax.lines import line_end, line_start, split_lines
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.queries import captured, matches

_QUERY = """
((expression_statement . (call
   function: (attribute object: (identifier) @_self attribute: (identifier) @name)
   arguments: (argument_list) @arguments) .) @whole
 (#eq? @_self "self")
 (#match? @name "^assert"))
"""
_COMPARED: Mapping[str, str] = {
    "assertEqual": "==",
    "assertEquals": "==",
    "assertListEqual": "==",
    "assertDictEqual": "==",
    "assertTupleEqual": "==",
    "assertSetEqual": "==",
    "assertMultiLineEqual": "==",
    "assertNotEqual": "!=",
    "assertNotEquals": "!=",
    "assertIs": "is",
    "assertIsNot": "is not",
    "assertIn": "in",
    "assertNotIn": "not in",
    "assertGreater": ">",
    "assertGreaterEqual": ">=",
    "assertLess": "<",
    "assertLessEqual": "<=",
}
_ASKED: Mapping[str, tuple[str, str]] = {
    "assertTrue": ("", ""),
    "assert_": ("", ""),
    "assertFalse": ("not ", ""),
    "assertIsNone": ("", " is None"),
    "assertIsNotNone": ("", " is not None"),
}
_INSTANCE: Mapping[str, str] = {"assertIsInstance": "isinstance", "assertNotIsInstance": "not isinstance"}
_LOOSE = frozenset({"boolean_operator", "conditional_expression", "lambda", "named_expression", "yield"})
"""What binds less than `not`."""
_EQUAL = _LOOSE | {"comparison_operator", "not_operator"}
"""What binds no more than a comparison."""
_WIDE = 88
"""Columns beyond which no line is made longer than it was."""


@dataclass(frozen=True, slots=True)
class UnittestAsserts:
    def sketches(self, path: str, parsed: Parsed) -> Iterator[Sketch]:  # noqa: ARG002 -- the Protocol's
        found = matches(parsed, _QUERY)
        if not found:
            return
        bound = captured(parsed.tree.root_node, parsed.language, "bound")
        own = {nodes.text_of(parsed, node) for node in bound}
        for match in sorted(found, key=lambda match: match["whole"][0].start_byte):
            whole, name = match["whole"][0], nodes.text_of(parsed, match["name"][0])
            if name in own or whole.has_error or nodes.has_within(whole, "comment"):
                continue
            new = _Statement(parsed, whole).written(name, match["arguments"][0].named_children)
            replacement = minimal(parsed.text, parsed.span_of(whole), (new,)) if new else None
            if replacement:
                yield Sketch((replacement,))


class _Statement:
    """One statement that is to be written anew."""

    def __init__(self, parsed: Parsed, whole: tree_sitter.Node) -> None:
        self._parsed = parsed
        span = parsed.span_of(whole)
        start, end = line_start(parsed.text, span.start), line_end(parsed.text, span.end)
        self._indent = indentation_of(parsed.text[start : span.start])
        self._begins_line = start + len(self._indent) == span.start
        self._wide = max(_WIDE, *map(len, split_lines(parsed.text[start:end])))
        self._behind = parsed.text[span.end : end]
        self._before = parsed.text[start : span.start]

    def written(self, name: str, arguments: Sequence[tree_sitter.Node]) -> str | None:
        """None where it cannot be told, or cannot be written well."""
        count = 1 if name in _ASKED else 2
        given = arguments[:count]
        if len(given) < count or not all(map(_is_plain, given)):
            return None
        parts = self._parts(name, given)
        message = self._message(arguments[count:])
        if parts is None or message is None:
            return None
        new = "assert " + " ".join(parts)
        if message:
            return self._fitting(f"{new}, {message}") or self._bracketed(f"{new}, ", [message])
        return self._fitting(new) or self._bracketed("assert ", parts)

    def _parts(self, name: str, given: Sequence[tree_sitter.Node]) -> tuple[str, ...] | None:
        """What is asserted; where there are two parts a line may end between them."""
        if name in _COMPARED:
            return self._bound(given[0], _EQUAL), f"{_COMPARED[name]} {self._bound(given[1], _EQUAL)}"
        if name in _INSTANCE:
            return (f"{_INSTANCE[name]}({self._bound(given[0])}, {self._bound(given[1])})",)
        before, behind = _ASKED.get(name, (None, ""))
        if before is None or (given[0].type == "tuple" and not behind):  # which is true, and the compiler warns
            return None
        if before and given[0].type == "comparison_operator" and (turned := self._turned(given[0])):
            return (turned,)
        loose = _EQUAL if behind else _LOOSE if before else frozenset({"named_expression"})
        return (before + self._bound(given[0], loose) + behind,)

    def _turned(self, comparison: tree_sitter.Node) -> str | None:
        """`a not in b` for `a in b`."""
        operators = comparison.children_by_field_name("operators")
        if [one.type for one in operators] not in (["in"], ["is"]):
            return None
        left, right = comparison.named_children
        operator = {"in": "not in", "is": "is not"}[operators[0].type]
        return f"{self._bound(left)} {operator} {self._bound(right)}"

    def _message(self, rest: Sequence[tree_sitter.Node]) -> str | None:
        """What is behind the comma; empty if there is none."""
        match rest:
            case []:
                return ""
            case [one] if one.type == "keyword_argument":
                name, value = one.child_by_field_name("name"), one.child_by_field_name("value")
                assert name, "a keyword argument has one"
                assert value, "and a value"
                if nodes.text_of(self._parsed, name) == "msg":
                    return self._bound(value, frozenset({"named_expression"}))
            case [one] if _is_plain(one):
                return self._bound(one, frozenset({"named_expression"}))
        return None

    def _bound(self, node: tree_sitter.Node, loose: frozenset[str] = frozenset()) -> str:
        """Its text, in brackets if it would fall apart."""
        text = self._shifted(node)
        return f"({text})" if node.type in loose or (_is_of_lines(node) and "\n" in text) else text

    def _shifted(self, node: tree_sitter.Node) -> str:
        """Its text, the later lines moved left as far as the first one moves."""
        text = nodes.text_of(self._parsed, node).replace("\r\n", "\n")
        first, *rest = text.split("\n")
        start = self._parsed.span_of(node).start
        line = self._parsed.text[line_start(self._parsed.text, start) : start]
        if first.endswith(("(", "[", "{")):  # what is in the bracket stands below the line's start
            by = len(indentation_of(line)) - len(self._indent)
        elif node.prev_named_sibling is None:  # or below what is behind the bracket
            by = len(line) - len(self._indent) - len("assert ")
        else:
            by = 0
        if by <= 0 or nodes.has_lines_of_text(node):
            return text
        return "\n".join([first, *(one[by:] if not one[:by].strip() else one for one in rest)])

    def _bracketed(self, before: str, parts: Sequence[str]) -> str | None:
        if not self._begins_line:
            return None
        lines = "".join(f"\n{self._indent}    {part}" for part in parts)
        return self._fitting(f"{before}({lines}\n{self._indent})")

    def _fitting(self, new: str) -> str | None:
        """None if it makes a line longer than there was any, or is no statement."""
        lines = (self._before + new + self._behind).split("\n")
        if max(map(len, lines)) > self._wide:
            return None
        try:
            ast.parse(new)
        except SyntaxError:
            return None
        return new


def _is_plain(argument: tree_sitter.Node) -> bool:
    return argument.type not in ("keyword_argument", "list_splat", "dictionary_splat")


def _is_of_lines(node: tree_sitter.Node) -> bool:
    """Whether a line end in it may need brackets around it."""
    return node.type in (
        "concatenated_string",
        "binary_operator",
        "comparison_operator",
        "boolean_operator",
        "attribute",
    )
