"""The type of an expression's value, where the expression alone tells it."""

import ast
import enum
from collections.abc import Mapping


class Type(enum.Enum):
    """A type of Python's own, not one derived from it."""

    TEXT = enum.auto()
    WHOLE = enum.auto()
    FLOAT = enum.auto()
    UNKNOWN = enum.auto()


_FUNCTIONS: Mapping[str, Type] = {
    **dict.fromkeys(("ascii", "bin", "chr", "format", "hex", "oct", "repr", "str"), Type.TEXT),
    **dict.fromkeys(("hash", "id", "int", "len", "ord"), Type.WHOLE),
    "float": Type.FLOAT,
}
_CONSTANTS: Mapping[type, Type] = {str: Type.TEXT, int: Type.WHOLE, float: Type.FLOAT}
_METHODS = frozenset({"format", "join", "lower", "replace", "strip", "title", "upper"})
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv)

BUILTIN = frozenset(_FUNCTIONS)
"""Functions that are taken for Python's own."""


def type_of(value: ast.expr) -> Type:
    match value:
        case ast.Constant(constant):
            return _CONSTANTS.get(type(constant), Type.UNKNOWN)
        case ast.JoinedStr() | ast.Attribute(attr="__name__" | "__qualname__"):
            return Type.TEXT
        case ast.Call(ast.Name(name)):
            return _FUNCTIONS.get(name, Type.UNKNOWN)
        case ast.Call(ast.Attribute(ast.Constant(str()), name)) if name in _METHODS:
            return Type.TEXT
        case ast.BinOp(left, operator, right):
            return _of_operation(type_of(left), operator, type_of(right))
    return Type.UNKNOWN


def _of_operation(left: Type, operator: ast.operator, right: Type) -> Type:
    numbers = (Type.WHOLE, Type.FLOAT)
    if left is right is Type.TEXT and isinstance(operator, ast.Add):
        return Type.TEXT
    if left not in numbers or right not in numbers:
        return Type.UNKNOWN
    if isinstance(operator, ast.Div):
        return Type.FLOAT
    if not isinstance(operator, _ARITHMETIC):
        return Type.UNKNOWN
    return Type.WHOLE if left is right is Type.WHOLE else Type.FLOAT
