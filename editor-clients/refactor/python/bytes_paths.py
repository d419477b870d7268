"""Paths that may be bytes, which `pathlib` does not take: by annotations, and by what they were made of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import tree_sitter

from lacuna.refactor.python import nodes
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.queries import matches

_QUERY = """
(typed_parameter . (identifier) @name type: (type) @type)
(typed_default_parameter name: (identifier) @name type: (type) @type)
(default_parameter name: (identifier) @name value: (_) @value)
(assignment left: (identifier) @name type: (type) @type)
(assignment left: (identifier) @name right: (_) @value)
(named_expression name: (identifier) @name value: (_) @value)
(for_statement left: (identifier) @name right: (_) @value)
(for_in_clause left: (identifier) @name right: (_) @value)
"""
_TYPE = re.compile(r"\b(?:AnyStr|\w*[bB]ytes\w*)\b")
_LITERAL = re.compile(r"[rR]?[bB]")
_MAKES = re.compile(r"(?:os\.)?(?:fsencode|getcwdb)|bytes|.+\.encode", re.DOTALL)
_GIVES_TEXT = "os.fsdecode"
_HOLDS = frozenset({"binary_operator", "boolean_operator", "conditional_expression", "parenthesized_expression"})
"""What has the values of its parts."""
_SCOPES = ("function_definition", "lambda")

_Name = tuple[int, str]
"""The start of the function that binds it, -1 for the module's."""


@dataclass(frozen=True, slots=True)
class BytesPaths:
    """Tells which expressions of a module may be bytes."""

    parsed: Parsed
    names: set[_Name]

    @classmethod
    def of(cls, parsed: Parsed) -> "BytesPaths":
        found = cls(parsed, set())
        bindings = list(matches(parsed, _QUERY))
        known = -1
        while known < len(found.names):  # what is made of bytes is bytes, wherever it stands
            known = len(found.names)
            for binding in bindings:
                name = binding["name"][0]
                types, values = binding.get("type", ()), binding.get("value", ())
                if any(_TYPE.search(nodes.text_of(parsed, node)) for node in types) or any(map(found.has, values)):
                    found.names.add((next(_scopes(name)), nodes.text_of(parsed, name)))
        return found

    def has(self, node: tree_sitter.Node) -> bool:
        """Whether an expression may be bytes, or something that has or holds them."""
        text = nodes.text_of(self.parsed, node)
        if node.type == "identifier":
            return any((scope, text) in self.names for scope in _scopes(node))
        if node.type == "call":
            return self._is_of_bytes(node)
        if node.type in _HOLDS:
            return any(map(self.has, node.named_children))
        return node.type in ("string", "concatenated_string") and _LITERAL.match(text) is not None

    def _is_of_bytes(self, call: tree_sitter.Node) -> bool:
        """Whether a function makes bytes, or one of `os` has them among its arguments, so that it gives them back."""
        function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
        called = nodes.text_of(self.parsed, function) if function else ""
        if _MAKES.fullmatch(called):
            return True
        is_of_os = called.startswith("os.") and called != _GIVES_TEXT
        return is_of_os and arguments is not None and any(map(self.has, arguments.named_children))


def _scopes(node: tree_sitter.Node) -> Iterator[int]:
    """The functions that a node stands in, the innermost first, and the module."""
    while function := nodes.above(node, *_SCOPES):
        yield function.start_byte
        node = function
    yield -1
