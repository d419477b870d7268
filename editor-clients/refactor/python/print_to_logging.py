"""`print` as a call of the module's logger; which level it has is a blank."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import tree_sitter

from lacuna.refactor.python import needs, nodes
from lacuna.refactor.rule import Hole, Replacement, Sketch
from lacuna.refactor.template import minimal
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.queries import matches

_QUERY = """
((expression_statement . (call function: (identifier) @_print arguments: (argument_list) @arguments) @call .)
 (#eq? @_print "print"))
"""
_LOGGERS = """
(module (expression_statement . (assignment left: (identifier) @name right: (call function: (_) @_by)))
 (#match? @_by "^(logging\\\\.)?getLogger$"))
"""
_PROGRAM = re.compile(r"^(?:_?main|cli|run|usage|_?print.*|_?show.*|.*help|.*usage|.*version|report.*|test.*)$")
"""Names of functions that are there to print."""
_PLAIN = re.compile(r"""[uU]?(?:"(?!"")(?P<body>(?:[^"\\\n]|\\.)*)"|'(?!'')(?P<single>(?:[^'\\\n]|\\.)*)')""")
_SPECIAL = frozenset({"keyword_argument", "list_splat", "dictionary_splat"})
"""Arguments that say where or how to print, or are not told."""
_LEVEL = Hole("level")
_NEEDS = ("import logging", "logger = logging.getLogger(__name__)")


@dataclass(frozen=True, slots=True)
class PrintToLogging:
    def sketches(self, path: str, parsed: Parsed) -> Iterator[Sketch]:  # noqa: ARG002 -- the Protocol's
        every = matches(parsed, _QUERY)
        laid_out = {_function(match["call"][0]) for match in every if _is_layout(parsed, match["arguments"][0])}
        found = [
            match
            for match in every
            if _function(match["call"][0]) not in laid_out and not _is_meant(parsed, match["call"][0])
        ]
        if not found:
            return
        name, behind = _logger(parsed)
        sketches = []
        for match in sorted(found, key=lambda match: match["call"][0].start_byte):
            replacement = _replacement(parsed, match["call"][0], match["arguments"][0], name)
            if replacement and replacement.span.start >= behind:
                sketches.append(Sketch((replacement,)))
        yield from sketches if behind else needs.added(parsed, _NEEDS, sketches)


def _logger(parsed: Parsed) -> tuple[str, int]:
    """The name of the module's logger, and where it is made; 0 if it has none yet."""
    loggers = [match["name"][0] for match in matches(parsed, _LOGGERS)]
    if not loggers:
        return "logger", 0
    first = min(loggers, key=lambda node: node.start_byte)
    return nodes.text_of(parsed, first), parsed.span_of(first).end


def _function(call: tree_sitter.Node) -> int:
    """Where the function begins that the call stands in; 0 for a module."""
    above = nodes.above(call, "function_definition")
    return above.start_byte if above else 0


def _is_layout(parsed: Parsed, arguments: tree_sitter.Node) -> bool:
    """Whether it prints a part of a line, or an empty one: what is printed beside it belongs to it."""
    given = [nodes.text_of(parsed, node) for node in arguments.named_children]
    return not given or any(re.match(r"(?:end|sep)\s*=", text) for text in given)


def _is_meant(parsed: Parsed, call: tree_sitter.Node) -> bool:
    """Whether printing is what the program is for there: outside of functions, and in those whose names say so."""
    function = nodes.above(call, "function_definition")
    is_meant = function is None
    while function and not is_meant:
        name = function.child_by_field_name("name")
        is_meant = name is not None and bool(_PROGRAM.match(nodes.text_of(parsed, name)))
        function = nodes.above(function, "function_definition")
    return is_meant


def _replacement(
    parsed: Parsed, call: tree_sitter.Node, arguments: tree_sitter.Node, logger: str
) -> Replacement | None:
    if call.has_error or nodes.has_within(call, "comment"):
        return None
    given = _given(parsed, arguments)
    return minimal(parsed.text, parsed.span_of(call), (f"{logger}.", _LEVEL, given)) if given else None


def _given(parsed: Parsed, arguments: tree_sitter.Node) -> str | None:
    """What the logger is given: a message, or a format and its values. None where `print` does what it cannot."""
    values = arguments.named_children
    if not values or any(node.type in _SPECIAL for node in values):
        return None
    if len(values) == 1:
        whole = nodes.text_of(parsed, arguments)
        return whole if re.search(r"[^\W\d]", re.sub(r"\\[nrt]", "", whole)) else None
    return _format(parsed, values)


def _format(parsed: Parsed, values: Sequence[tree_sitter.Node]) -> str | None:
    """Plain texts are part of the format; None where it would begin with another one, or the quotes do not fit."""
    first = nodes.text_of(parsed, values[0])
    if values[0].type in ("string", "concatenated_string") and not _PLAIN.fullmatch(first):
        return None
    quote = first[-1] if values[0].type == "string" else '"'
    words, others = [], []
    for node in values:
        text = nodes.text_of(parsed, node)
        literal = _PLAIN.fullmatch(text) if node.type == "string" else None
        words.append((literal["body"] or literal["single"] or "").replace("%", "%%") if literal else "%s")
        others += [] if literal else [text]
    message = " ".join(words)
    if not others or quote in message.replace(f"\\{quote}", ""):
        return None
    return f"({quote}{message}{quote}, {', '.join(others)})"
