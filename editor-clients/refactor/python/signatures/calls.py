"""The arguments of a call as they are written, and which parameter each is for."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

import tree_sitter

from lacuna.refactor.python.signatures.parameters import Parameter, Passing
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.spans import Span

_STARS = {"list_splat": "*", "dictionary_splat": "**"}
_ATOMS = frozenset(
    {
        *("identifier", "attribute", "call", "subscript", "parenthesized_expression", "string", "list", "dictionary"),
        *(
            "set",
            "tuple",
            "list_comprehension",
            "dictionary_comprehension",
            "set_comprehension",
            "none",
            "true",
            "false",
        ),
    }
)
"""Nodes of which an attribute can be taken without brackets."""


class Doing(enum.Enum):
    """What happens where an argument is evaluated."""

    NOTHING = enum.auto()
    READS = enum.auto()
    """What it is depends on when it is evaluated."""
    ACTS = enum.auto()


@dataclass(frozen=True, slots=True)
class Argument:
    span: Span
    value: Span
    name: str = ""
    """Empty: it is given by its position."""
    star: str = ""
    is_atom: bool = True
    is_walrus: bool = False
    """It can stand behind a name in brackets only."""
    does: Doing = Doing.NOTHING

    @property
    def is_positional(self) -> bool:
        return not self.name and self.star != "**"


@dataclass(frozen=True, slots=True)
class Arguments:
    """What stands between a call's brackets."""

    inside: Span
    given: tuple[Argument, ...]
    comments: tuple[Span, ...] = ()
    is_generator: bool = False
    """The brackets are those of a generator expression, too."""


def arguments(parsed: Parsed, call: tree_sitter.Node) -> Arguments | None:
    """The arguments of a node of the grammar; None if it is no call, or broken."""
    node = call.child_by_field_name("arguments") if call.type == "call" else None
    if node is None or node.has_error:
        return None
    whole = parsed.span_of(node)
    inside = Span(whole.start + 1, whole.end - 1)
    if node.type == "generator_expression":
        return Arguments(inside, (Argument(inside, inside),), is_generator=True)
    found = [_argument(parsed, one) for one in node.named_children if one.type != "comment"]
    comments = tuple(parsed.span_of(one) for one in node.named_children if one.type == "comment")
    return Arguments(inside, tuple(found), comments)


def _argument(parsed: Parsed, node: tree_sitter.Node) -> Argument:
    span = parsed.span_of(node)
    if node.type == "keyword_argument":
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        assert name is not None, "the grammar gives both"
        assert value is not None, "the same"
        return Argument(span, parsed.span_of(value), (name.text or b"").decode())
    is_walrus = node.type == "named_expression"
    return Argument(span, span, star=_STARS.get(node.type, ""), is_atom=node.type in _ATOMS, is_walrus=is_walrus)


@dataclass(frozen=True, slots=True)
class Fitting:
    """How a call's arguments meet parameters."""

    by_name: dict[str, Argument]
    rest: tuple[Argument, ...] = ()
    """What `*args` takes."""
    named_rest: tuple[Argument, ...] = ()
    """What `**kwargs` takes."""


def fit(parameters: Sequence[Parameter], given: Sequence[Argument]) -> Fitting | None:
    """Meet parameters as Python does; None if the call would fail. Behind stars, anything may be given."""
    positional = iter([one for one in parameters if one.is_positional])
    kinds = {one.passing for one in parameters}
    by_name, rest, named_rest = dict[str, Argument](), list[Argument](), list[Argument]()
    is_open = False
    for one in given:
        if one.star:
            is_open = True
        elif one.is_positional and not is_open:
            parameter = next(positional, None)
            if parameter:
                by_name[parameter.name] = one
            elif Passing.REST in kinds:
                rest.append(one)
            else:
                return None
        elif one.is_positional:
            rest.append(one)
        elif one.name in by_name:
            return None
        elif any(_takes(parameter, one.name) for parameter in parameters):
            by_name[one.name] = one
        elif Passing.NAMED_REST in kinds:
            named_rest.append(one)
        else:
            return None
    is_lacking = any(one.is_needed and one.name not in by_name for one in parameters)
    return None if is_lacking and not is_open else Fitting(by_name, tuple(rest), tuple(named_rest))


def _takes(parameter: Parameter, name: str) -> bool:
    return parameter.name == name and parameter.passing in (Passing.EITHER, Passing.KEYWORD)
