"""What goes behind the arrow of a function: a type that its statements tell, else a blank with what cannot be it."""

import ast
import builtins
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from lacuna.refactor.python.optional import has_late_annotations
from lacuna.refactor.python.returning import End, Function, Returned, returned
from lacuna.refactor.python.signatures.changes import parsed as module_of
from lacuna.refactor.python.types import NAMES
from lacuna.refactor.python.uses import unfit
from lacuna.refactor.rule import Hole, Piece
from lacuna.syntax.parsing import Parsed

NO_TYPE = r"[^=#:\n]*[=#:\n][\s\S]*|(?:\w+\.)?(?:NoReturn|Never)|_?[A-Z]+(?:_[A-Z]+)+"
"""What goes on behind a type, says that nothing comes back, or is named as constants are."""
NOTHING = rf"{NO_TYPE}|[\"']?None[\"']?"
UNION = r"[^|\"']*\|.*"
"""For which Python may be too old."""
_GENERATORS = "(?:Async)?(?:Iterator|Iterable|Generator)"
_DISPLAYS: Mapping[str, str] = {
    "list": "[lL]ist|(?:Mutable)?Sequence|Iterable|Collection",
    "dict": "[dD]ict|(?:Mutable)?Mapping",
    "set": "[sS]et|(?:Mutable|Abstract)Set|Iterable|Collection",
    "tuple": "[tT]uple|Sequence|Iterable|Collection",
}
"""The types that what is written out in brackets has."""
_SPECIAL: Mapping[str, str] = {
    **dict.fromkeys(("__init__", "__post_init__", "__init_subclass__", "__set_name__", "__setattr__"), "None"),
    **dict.fromkeys(("__delattr__", "__setitem__", "__delitem__", "__set__", "__delete__", "__del__"), "None"),
    **dict.fromkeys(("__str__", "__repr__", "__format__"), "str"),
    **dict.fromkeys(("__len__", "__hash__", "__index__", "__int__", "__sizeof__", "__length_hint__"), "int"),
    **dict.fromkeys(("__bool__", "__contains__", "__instancecheck__", "__subclasscheck__"), "bool"),
}
"""What the data model says that a method returns."""
_ERRORS = frozenset(
    name for name, one in vars(builtins).items() if isinstance(one, type) and issubclass(one, BaseException)
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a function stands."""

    row: int
    column: int
    """Bytes, both as the grammar counts."""
    name: str
    owner: str
    """The class that it is a method of, or empty."""
    decorators: tuple[str, ...]
    is_protocol: bool

    @property
    def is_open(self) -> bool:
        """Whether others say what it really does."""
        return self.is_protocol or any(re.search("abstract|overload", one) for one in self.decorators)


class Results:
    """Knows one module as the compiler has it."""

    def __init__(self, parsed: Parsed, optional: tuple[str, str] | None, bound: Counter[str]) -> None:
        """`optional` goes around a type so that None is of it; `bound` says how often names are bound."""
        module = module_of(parsed.source.decode("utf-8", "replace")) or ast.Module([], [])
        self._too_new = UNION if optional is None or optional[0] else ""
        self._functions = {
            (node.lineno - 1, node.col_offset): node for node in ast.walk(module) if isinstance(node, Function)
        }
        self._classes = {
            node.name: node for node in module.body if isinstance(node, ast.ClassDef) and bound[node.name] == 1
        }
        self._is_late = has_late_annotations(parsed.text)
        self._optional, self._bound = optional, bound

    def function(self, row: int, column: int) -> Function | None:
        return self._functions.get((row, column))

    def of(self, place: Place) -> tuple[Piece, ...]:
        """Nothing where the function never returns."""
        special = _SPECIAL.get(place.name, "") if place.owner else ""
        if special and special not in self._bound:
            return (special,)
        function = self.function(place.row, place.column)
        if function is None:
            return (self._blank(NO_TYPE),)
        gives = returned(function)
        if gives.is_generator:
            return (self._blank(NO_TYPE, _but(_GENERATORS)),)
        if gives.values:
            return self._of_values(gives, function, place)
        if gives.is_stub or place.is_open or (gives.says_none and place.owner):
            return (self._blank(NO_TYPE),)
        return ("None",) if gives.has_none or gives.end is End.UNSURE else ()

    def _of_values(self, gives: Returned, function: Function, place: Place) -> tuple[Piece, ...]:
        known, blank = self._known(gives, function, place), self._blank_for(gives, function)
        if not gives.has_none:
            return (known if known and gives.end is End.NEVER else blank,)
        if self._optional is None:
            return (blank,)
        before, behind = self._optional
        if known.endswith('"') and not before:
            return (f'{known[:-1]}{behind}"',)
        return (before, known or blank, behind)

    def _blank_for(self, gives: Returned, function: Function) -> Hole:
        if gives.is_function:
            return self._blank(_but("Callable|Any|object"))
        refused = [_but(_DISPLAYS[gives.display])] if gives.display else []
        names = {value.id if isinstance(value, ast.Name) else "" for value in gives.values}
        if len(names) == 1 and (unasked := unfit(function, names.pop())):
            refused.append(unasked)
        return self._blank(NOTHING, *refused)

    def _blank(self, *refused: str) -> Hole:
        every = (*refused, *([self._too_new] if self._too_new else []))
        return Hole(refused="|".join(every), why="it is no type of what the function returns")

    def _known(self, gives: Returned, function: Function, place: Place) -> str:
        """The one type of all values, empty if it is not told."""
        if text := NAMES.get(gives.type_of_values(self._bound)):
            return "" if text in self._bound else text
        if gives.is_first_parameter and not re.search("staticmethod|classmethod", " ".join(place.decorators)):
            return "Self" if "Self" in self._bound else self._named(place.owner, function)
        name = gives.made
        return name if name in _ERRORS and name not in self._bound else self._named(name, function)

    def _named(self, name: str, function: Function) -> str:
        """A class of the module as an annotation; in quotes where it is not there yet."""
        found = self._classes.get(name)
        if found is None:
            return ""
        assert found.end_lineno is not None, "the compiler says where a class ends"
        return name if self._is_late or found.end_lineno < function.lineno else f'"{name}"'


def _but(names: str) -> str:
    """Whatever begins with none of these names."""
    return rf"(?!(?:\w+\.)*(?:{names}|Optional\[(?:{names}))\b).*"
