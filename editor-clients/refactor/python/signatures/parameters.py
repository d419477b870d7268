"""What a function takes: its parameters, and what it takes first when it is called as an attribute."""

import ast
import enum
from dataclasses import dataclass

from lacuna.refactor.python.signatures.spelling import written

CONSTRUCTOR = "__init__"


class Passing(enum.Enum):
    """How an argument may be given for a parameter."""

    POSITIONAL = enum.auto()
    EITHER = enum.auto()
    KEYWORD = enum.auto()
    REST = enum.auto()
    """`*args`"""
    NAMED_REST = enum.auto()
    """`**kwargs`"""


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    passing: Passing
    default: str | None = None
    """As it is written."""
    annotation: str = ""

    @property
    def is_needed(self) -> bool:
        return self.default is None and not self.is_rest

    @property
    def is_rest(self) -> bool:
        return self.passing in (Passing.REST, Passing.NAMED_REST)

    @property
    def is_positional(self) -> bool:
        return self.passing in (Passing.POSITIONAL, Passing.EITHER)


class Binding(enum.Enum):
    """What a definition takes first when it is called as an attribute."""

    NOTHING = enum.auto()
    """A function of a module, or a static method."""
    INSTANCE = enum.auto()
    CLASS = enum.auto()


@dataclass(frozen=True, slots=True)
class Definition:
    """A function, a method, or a class that is called."""

    path: str
    qualname: str
    """A class's constructor is its method `__init__`, whoever wrote it."""
    parameters: tuple[Parameter, ...]
    """Without the receiver."""
    binding: Binding = Binding.NOTHING
    receiver: str = ""
    body: tuple[str, ...] = ()
    """What it is made of, for comparisons."""
    unknown: str = ""
    """Why it is not known how it is called, as a clause for people."""
    line: int = 1

    @property
    def name(self) -> str:
        return self.qualname.rpartition(".")[2]

    @property
    def owner(self) -> str:
        """The class that it is of, or empty."""
        return self.qualname.rpartition(".")[0]


def parameters(arguments: ast.arguments) -> tuple[Parameter, ...]:
    """All parameters, in the order in which they are written."""
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    found = [
        _parameter(one, Passing.POSITIONAL if number < len(arguments.posonlyargs) else Passing.EITHER, default)
        for number, (one, default) in enumerate(zip(positional, defaults, strict=True))
    ]
    if arguments.vararg:
        found.append(_parameter(arguments.vararg, Passing.REST, None))
    found += [
        _parameter(one, Passing.KEYWORD, default)
        for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    if arguments.kwarg:
        found.append(_parameter(arguments.kwarg, Passing.NAMED_REST, None))
    return tuple(found)


def _parameter(node: ast.arg, passing: Passing, default: ast.expr | None) -> Parameter:
    return Parameter(node.arg, passing, written(default) or None, written(node.annotation))
