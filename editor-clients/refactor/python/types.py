"""The type of an expression's value, where the expression alone tells it."""

import ast
import enum
from collections.abc import Mapping, Sequence


class Type(enum.Enum):
    """A type of Python's own, not one derived from it."""

    TEXT = enum.auto()
    WHOLE = enum.auto()
    FLOAT = enum.auto()
    BYTES = enum.auto()
    TRUTH = enum.auto()
    UNKNOWN = enum.auto()


_FUNCTIONS: Mapping[str, Type] = {
    **dict.fromkeys(("ascii", "bin", "chr", "format", "hex", "oct", "repr", "str"), Type.TEXT),
    **dict.fromkeys(("hash", "id", "int", "len", "ord"), Type.WHOLE),
    "float": Type.FLOAT,
}
_QUESTIONS = frozenset({"all", "any", "bool", "callable", "hasattr", "isinstance", "issubclass"})
_CONSTANTS: Mapping[type, Type] = {
    str: Type.TEXT,
    int: Type.WHOLE,
    float: Type.FLOAT,
    bytes: Type.BYTES,
    bool: Type.TRUTH,
}
_METHODS = frozenset({"format", "join", "lower", "replace", "strip", "title", "upper"})
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv)

_ALWAYS_TRUTH = ast.Is | ast.IsNot | ast.In | ast.NotIn

NAMES: Mapping[Type, str] = {
    Type.TEXT: "str",
    Type.BYTES: "bytes",
    Type.TRUTH: "bool",
    Type.WHOLE: "int",
    Type.FLOAT: "float",
}
"""As annotations have them."""

BUILTIN = frozenset(_FUNCTIONS)
"""Functions that are taken for Python's own, and give texts and numbers."""


def type_of(value: ast.expr) -> Type:  # noqa: C901, PLR0911 -- one answer for each kind
    match value:
        case ast.Constant(constant):
            return _CONSTANTS.get(type(constant), Type.UNKNOWN)
        case ast.JoinedStr() | ast.Attribute(attr="__name__" | "__qualname__"):
            return Type.TEXT
        case ast.Call(ast.Name(name)):
            return Type.TRUTH if name in _QUESTIONS else _FUNCTIONS.get(name, Type.UNKNOWN)
        case ast.Call(ast.Attribute(ast.Constant(str()), name)) if name in _METHODS:
            return Type.TEXT
        case ast.BinOp(left, operator, right):
            return _of_operation(type_of(left), operator, type_of(right))
        case ast.UnaryOp(ast.Not()):
            return Type.TRUTH
        case ast.UnaryOp(ast.USub(), number) if type_of(number) in (Type.WHOLE, Type.FLOAT):
            return type_of(number)
        case ast.Compare(left, operators, right):
            return _of_comparison([type_of(one) for one in (left, *right)], operators)
        case ast.BoolOp(values=values):
            return _common(values)
        case ast.IfExp(_, one, other):
            return _common([one, other])
    return Type.UNKNOWN


def _common(values: Sequence[ast.expr]) -> Type:
    kinds = {type_of(value) for value in values}
    return kinds.pop() if len(kinds) == 1 else Type.UNKNOWN


def _of_comparison(kinds: Sequence[Type], operators: Sequence[ast.cmpop]) -> Type:
    """What is compared by size may give what it likes: arrays and columns of tables do."""
    is_truth = Type.UNKNOWN not in kinds or all(isinstance(one, _ALWAYS_TRUTH) for one in operators)
    return Type.TRUTH if is_truth else Type.UNKNOWN


def _of_operation(left: Type, operator: ast.operator, right: Type) -> Type:
    numbers = (Type.WHOLE, Type.FLOAT)
    if left is Type.TEXT and (isinstance(operator, ast.Mod) or (right is Type.TEXT and isinstance(operator, ast.Add))):
        return Type.TEXT
    if left not in numbers or right not in numbers:
        return Type.UNKNOWN
    if isinstance(operator, ast.Div):
        return Type.FLOAT
    if not isinstance(operator, _ARITHMETIC):
        return Type.UNKNOWN
    return Type.WHOLE if left is right is Type.WHOLE else Type.FLOAT
