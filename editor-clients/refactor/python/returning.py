"""What a function returns, as far as its own statements alone tell."""

import ast
import enum
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import EllipsisType

from lacuna.refactor.python.types import Type, type_of

Function = ast.FunctionDef | ast.AsyncFunctionDef
_SCOPE = Function | ast.Lambda | ast.ClassDef
_LOOP = ast.For | ast.AsyncFor | ast.While


class End(enum.Enum):
    """Whether statements come to their end."""

    REACHED = enum.auto()
    UNSURE = enum.auto()
    """A call may not come back, a `with` may swallow what is raised."""
    NEVER = enum.auto()


@dataclass(frozen=True, slots=True)
class Returned:
    """What calls of a function give."""

    values: tuple[ast.expr, ...]
    """What it returns but None, and NotImplemented, which Python does not hand on."""
    says_none: bool
    """`return None` stands there, so that others may return something else in its place."""
    is_bare: bool
    """`return` stands there by itself."""
    end: End
    is_generator: bool
    is_stub: bool
    """It does nothing yet, or leaves that to others."""
    is_function: bool
    """All values are functions that are made there."""
    is_first_parameter: bool
    """All values are the function's first argument."""
    display: str
    """`list`, `dict`, `set` or `tuple`, if all values are written out as such; else empty."""

    @property
    def has_none(self) -> bool:
        """It surely gives None at times, whatever else."""
        return self.says_none or self.is_bare or self.end is End.REACHED

    @property
    def made(self) -> str:
        """The name of what is called for each value, by convention a class; empty if it is not one name."""
        names = {
            value.func.id if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) else ""
            for value in self.values
        }
        return names.pop() if len(names) == 1 else ""

    def type_of_values(self, own: Collection[str]) -> Type:
        """The one type of them all; `own` are names that the module gives a meaning."""
        kinds = {_type(value, own) for value in self.values}
        return kinds.pop() if len(kinds) == 1 else Type.UNKNOWN


def returned(function: Function) -> Returned:
    own = list(_own(function.body))
    values = [node.value for node in own if isinstance(node, ast.Return)]
    given = tuple(value for value in values if value and not _is_none(value) and not _is_passed_on(value))
    displays = {_display(value) for value in given}
    names = {value.id if isinstance(value, ast.Name) else "" for value in given}
    made = {node.name for node in own if isinstance(node, Function)}
    assigned = {node.id for node in own if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return Returned(
        values=given,
        says_none=any(value and _is_none(value) for value in values),
        is_bare=None in values,
        end=_end(function.body),
        is_generator=any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own),
        is_stub=_is_stub(function.body),
        is_function=bool(names) and names <= made - assigned,
        is_first_parameter=bool(names) and names <= {*_first(function)} - assigned,
        display=displays.pop() if len(displays) == 1 else "",
    )


def _first(function: Function) -> list[str]:
    """The name of the first parameter, if there is one."""
    return [one.arg for one in (*function.args.posonlyargs, *function.args.args)][:1]


def _type(value: ast.expr, own: Collection[str]) -> Type:
    called = {
        node.func.id for node in ast.walk(value) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return type_of(value) if called.isdisjoint(own) else Type.UNKNOWN


def _display(value: ast.expr) -> str:
    match value:
        case ast.List() | ast.ListComp():
            return "list"
        case ast.Dict() | ast.DictComp():
            return "dict"
        case ast.Set() | ast.SetComp():
            return "set"
        case ast.Tuple():
            return "tuple"
    return ""


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _is_passed_on(value: ast.expr) -> bool:
    return isinstance(value, ast.Name) and value.id == "NotImplemented"


def _own(statements: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All that stands there, less what stands in functions and classes."""
    waiting = list(statements)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _SCOPE):
            waiting += ast.iter_child_nodes(node)


def _is_stub(body: Sequence[ast.stmt]) -> bool:
    match [one for one in body if not _is_text(one)]:
        case [] | [ast.Pass()] | [ast.Expr(ast.Constant(EllipsisType()))]:
            return True
        case [ast.Raise(ast.Name("NotImplementedError") | ast.Call(ast.Name("NotImplementedError")))]:
            return True
    return False


def _is_text(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(ast.Constant(str())):
            return True
    return False


def _end(statements: Sequence[ast.stmt]) -> End:
    ends = [_end_of(one) for one in statements]
    return End.NEVER if End.NEVER in ends else ends[-1]


def _end_of(statement: ast.stmt) -> End:  # noqa: PLR0911 -- one answer for each kind
    match statement:
        case ast.Return() | ast.Raise() | ast.Break() | ast.Continue() | ast.Assert(ast.Constant(False | 0)):
            return End.NEVER
        case ast.Expr(ast.Call() | ast.Await()):
            return End.UNSURE
        case ast.While(ast.Constant(True | 1), body):
            return End.REACHED if _breaks(body) else End.NEVER
        case ast.For(body=body, orelse=[_, *_] as rest) | ast.While(body=body, orelse=[_, *_] as rest):
            return End.REACHED if _breaks(body) else _end(rest)
        case ast.If(_, body, rest):
            return _joined(_end(body), _end(rest) if rest else End.REACHED)
        case ast.With(body=body) | ast.AsyncWith(body=body):
            return End.UNSURE if _end(body) is End.NEVER else _end(body)
        case ast.Try() | ast.TryStar():
            return _end_of_try(statement)
        case ast.Match(_, cases):
            is_all = any(isinstance(one.pattern, ast.MatchAs) and not one.pattern.pattern for one in cases)
            return _joined(*(_end(one.body) for one in cases), *([] if is_all else [End.UNSURE]))
    return End.REACHED


def _end_of_try(statement: ast.Try | ast.TryStar) -> End:
    if statement.finalbody and _end(statement.finalbody) is End.NEVER:
        return End.NEVER
    return _joined(_end([*statement.body, *statement.orelse]), *(_end(one.body) for one in statement.handlers))


def _joined(*ends: End) -> End:
    """The end of what goes on in one of several ways."""
    if End.REACHED in ends:
        return End.REACHED
    return End.UNSURE if End.UNSURE in ends else End.NEVER


def _breaks(body: Iterable[ast.AST]) -> bool:
    """Whether a loop with this body is left by a `break` of its own."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Break):
            return True
        if isinstance(node, _LOOP):
            waiting += node.orelse
        elif not isinstance(node, _SCOPE):
            waiting += ast.iter_child_nodes(node)
    return False
