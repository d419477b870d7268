"""Types of parameters and of what functions return: written where the code tells them, else blanks."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import tree_sitter

from lacuna.refactor.python import nodes
from lacuna.refactor.python.fitting import Fitting, Wish
from lacuna.refactor.python.optional import around_optional
from lacuna.refactor.python.results import NOTHING, UNION, Place, Results
from lacuna.refactor.python.types import NAMES, Type, type_of
from lacuna.refactor.python.uses import unfit, unlike
from lacuna.refactor.rule import Hole, Piece, Replacement, Sketch
from lacuna.refactor.rulesource import Grounds
from lacuna.refactor.template import minimal
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.queries import captured, matches
from lacuna.syntax.spans import Span
from lacuna.workspace.requirement import oldest_python

_QUERY = "(function_definition parameters: (parameters)) @function"
_TYPE_COMMENT = re.compile(r"# *type:(?! *ignore\b)")
_UNIONS = (3, 10)
"""The first Python in which `|` joins types."""
_EACH = r"(?i:tuple|list|dict)\b.*"
"""What `*` and `**` make of arguments is not what each of them is."""
_PLAIN = (str, bytes, bool, int, float)


@dataclass(frozen=True, slots=True)
class Annotations:
    has_unions: bool
    """The tree's project is for versions alone that have `X | None`."""

    def sketches(self, path: str, parsed: Parsed) -> Iterator[Sketch]:  # noqa: ARG002 -- the Protocol's
        found = [match["function"][0] for match in matches(parsed, _QUERY)]
        if found:
            module = _Module(parsed, is_new=self.has_unions)
            sketches = [sketch for function in found for sketch in module.sketches(function)]
            yield from sorted(sketches, key=lambda sketch: sketch.replacements[0].span.start)


class AnnotationsSource:
    """Makes the rule for one tree."""

    has_blanks = True
    is_of_tree = False

    def sketcher(self, grounds: Grounds) -> Annotations:
        oldest = oldest_python(grounds.tree / "any.py")
        return Annotations(oldest is not None and oldest >= _UNIONS)


class _Module:
    """Knows one module by both parsers."""

    def __init__(self, parsed: Parsed, *, is_new: bool) -> None:
        self._parsed = parsed
        self._optional = ("", " | None") if is_new else around_optional(parsed.text)
        bound = captured(parsed.tree.root_node, parsed.language, "bound")
        self._bound = Counter(nodes.text_of(parsed, node) for node in bound)
        self._fitting = Fitting(parsed)
        self._results = Results(parsed, self._optional, self._bound)

    def sketches(self, function: tree_sitter.Node) -> Iterator[Sketch]:
        """What is written at one function, its parameters first."""
        parameters = function.child_by_field_name("parameters")
        assert parameters, "the query asks for them"
        if parameters.has_error or self._has_type_comment(function):
            return
        wishes = [wish for node in self._unannotated(function, parameters) if (wish := self._parameter(function, node))]
        if function.child_by_field_name("return_type") is None and (wish := self._result(function, parameters)):
            wishes.append(wish)
        yield from self._fitting.fitted(parameters, wishes)

    # --- parameters

    def _unannotated(self, function: tree_sitter.Node, parameters: tree_sitter.Node) -> list[tree_sitter.Node]:
        """Those without a type, less the object or class that a method is called on."""
        every = [node for node in parameters.named_children if node.type != "comment"]
        decorators = _decorators(self._parsed, function)
        is_called_on = _class_of(function) is not None and not any("staticmethod" in one for one in decorators)
        if is_called_on and every and every[0].type == "identifier":
            every = every[1:]
        return [node for node in every if node.type in _PARAMETERS]

    def _parameter(self, function: tree_sitter.Node, node: tree_sitter.Node) -> Wish | None:
        span = self._parsed.span_of(node)
        if node.type != "default_parameter":
            hole = self._blank(function, nodes.text_of(self._parsed, node))
            return Wish(span, Replacement(Span(span.end, span.end), (": ", hole)))
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        assert name, "a parameter has one"
        assert value, "and this one a default"
        called, default = nodes.text_of(self._parsed, name), nodes.text_of(self._parsed, value)
        pieces = (called, ": ", *self._of_default(function, called, default), " = ", default)
        replacement = minimal(self._parsed.text, span, pieces)
        return Wish(self._parsed.span_of(name), replacement) if replacement else None

    def _blank(self, function: tree_sitter.Node, name: str, *others: str) -> Hole:
        refused = [NOTHING, *filter(None, others)]
        if self._optional is None or self._optional[0]:
            refused.append(UNION)
        if name.startswith("*"):
            refused.append(_EACH)
        known = self._results.function(*function.start_point)
        if known and (unasked := unfit(known, name)):
            refused.append(unasked)
        return Hole(refused="|".join(refused), why="it is no type of what is given")

    def _of_default(self, function: tree_sitter.Node, name: str, default: str) -> tuple[Piece, ...]:
        if default == "None" and self._optional:
            return self._optional[0], self._blank(function, name), self._optional[1]
        value = _literal(default)
        kind = type_of(ast.Constant(value)) if isinstance(value, _PLAIN) else Type.UNKNOWN
        text = NAMES.get(kind, "")
        body = function.child_by_field_name("body")
        is_told = text and kind is not Type.WHOLE and text not in self._bound  # with a 1 a float may be meant
        is_odd = body is None or _is_more(name, nodes.text_of(self._parsed, body), kind)
        if is_told and not is_odd:
            return (text,)
        return (self._blank(function, name, "" if is_odd or value is None else unlike(value)),)

    # --- what is returned

    def _result(self, function: tree_sitter.Node, parameters: tree_sitter.Node) -> Wish | None:
        name, end = function.child_by_field_name("name"), self._parsed.span_of(parameters).end
        assert name, "a function has one"
        pieces = self._results.of(self._place(function, name))
        replacement = minimal(self._parsed.text, Span(end, end), (" -> ", *pieces)) if pieces else None
        return Wish(self._parsed.span_of(name), replacement) if replacement else None

    def _place(self, function: tree_sitter.Node, name: tree_sitter.Node) -> Place:
        above = _class_of(function)
        owner = above.child_by_field_name("name") if above else None
        bases = above.child_by_field_name("superclasses") if above else None
        row, column = function.start_point
        return Place(
            row=row,
            column=column,
            name=nodes.text_of(self._parsed, name),
            owner=nodes.text_of(self._parsed, owner) if owner else "",
            decorators=_decorators(self._parsed, function),
            is_protocol=bool(bases and "Protocol" in nodes.text_of(self._parsed, bases)),
        )

    def _has_type_comment(self, function: tree_sitter.Node | None) -> bool:
        """Whether a comment says the types, of the function or of one that it stands in."""
        while function:
            parameters = function.child_by_field_name("parameters")
            comments = [*function.children, *(parameters.children if parameters else ())]
            texts = (nodes.text_of(self._parsed, node) for node in comments if node.type == "comment")
            if any(map(_TYPE_COMMENT.match, texts)):
                return True
            function = nodes.above(function, "function_definition")
        return False


_PARAMETERS = ("identifier", "default_parameter", "list_splat_pattern", "dictionary_splat_pattern")


def _class_of(function: tree_sitter.Node) -> tree_sitter.Node | None:
    above = nodes.above(function, "class_definition", "function_definition", "lambda")
    return above if above and above.type == "class_definition" else None


def _decorators(parsed: Parsed, function: tree_sitter.Node) -> tuple[str, ...]:
    above = function.parent
    if above is None or above.type != "decorated_definition":
        return ()
    return tuple(nodes.text_of(parsed, node) for node in above.children if node.type == "decorator")


def _literal(default: str) -> object:
    """The value of a default that is a literal; None where it is none."""
    try:
        return ast.literal_eval(default)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _is_more(name: str, body: str, kind: Type) -> bool:
    """Whether the body does with a parameter what nobody does with a value of its default's type."""
    asked = rf"isinstance\({name}\b|callable\({name}\b|(?<![.\w]){name} (?:is\b|= )|(?<![.\w]){name}\("
    odd = rf"|(?<![.\w]){name}(?:[.\[]| *(?:[<>=!]=|[<>+*/%-]|(?:not +)?in\b))" if kind is Type.TRUTH else ""
    return bool(re.search(asked + odd, body))
