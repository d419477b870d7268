"""The values of a plan's lines, made of JSON by their types: nothing is converted, and what does not fit is named."""

import dataclasses
import functools
import json
import typing
from collections.abc import Callable
from types import NoneType
from typing import Any

from lacuna.refactor.plan import Outcome

Json = Any
Reader = Callable[[Json, str], Any]
"""Makes a value of JSON that stands at some place, such as `file.sites[0].line`; raises FieldError."""
_LONGEST = 40


class FieldError(ValueError):
    """A clause that says which field does not fit, and why."""


@functools.cache
def reader_of(kind: Any) -> Reader:  # noqa: ANN401 -- types of fields are no classes
    """The reader of values of a type that a plan has."""
    if dataclasses.is_dataclass(kind):
        return _reader_of_objects(kind)
    parts = typing.get_args(kind)
    if typing.get_origin(kind) is tuple:
        return functools.partial(_read_list, reader_of(parts[0]))
    if typing.get_origin(kind) is dict:
        return functools.partial(_read_mapping, reader_of(parts[1]))
    if NoneType in parts:
        return functools.partial(_read_optional, reader_of(parts[0]))
    return _READERS[kind]


def _reader_of_objects(kind: Any) -> Reader:  # noqa: ANN401 -- any dataclass
    types = typing.get_type_hints(kind)
    readers = {field.name: reader_of(types[field.name]) for field in dataclasses.fields(kind)}
    required = [field.name for field in dataclasses.fields(kind) if field.default is dataclasses.MISSING]

    def read(value: Json, place: str) -> object:
        given = _exact(dict, "an object", value, place)
        if unknown := next((name for name in given if name not in readers), None):
            raise FieldError(f"{place} has a field {_shown(unknown)}, which plans do not have")
        if missing := next((name for name in required if name not in given), None):
            raise FieldError(f"{place}.{missing} is missing")
        return kind(**{name: readers[name](one, f"{place}.{name}") for name, one in given.items()})

    return read


def _read_list(item: Reader, value: Json, place: str) -> tuple[Any, ...]:
    found = _exact(list, "a list", value, place)
    return tuple(item(one, f"{place}[{n}]") for n, one in enumerate(found))


def _read_mapping(item: Reader, value: Json, place: str) -> dict[str, Any]:
    found = _exact(dict, "an object", value, place)
    return {name: item(one, f"{place}.{name}") for name, one in found.items()}


def _read_optional(item: Reader, value: Json, place: str) -> Any:  # noqa: ANN401 -- what the reader makes
    return None if value is None else item(value, place)


def _exact(kind: type, words: str, value: Json, place: str) -> Any:  # noqa: ANN401 -- of that kind
    if type(value) is not kind:
        raise FieldError(f"{place} is {_shown(value)}, not {words}")
    return value


def _read_count(value: Json, place: str) -> int:
    """Counts, lines and offsets: none is negative, and none is beyond what the page's JavaScript counts exactly."""
    if type(value) is not int or not 0 <= value < 1 << 53:
        raise FieldError(f"{place} is {_shown(value)}, not a whole number from 0 on")
    return value


def _read_share(value: Json, place: str) -> float:
    if type(value) not in (int, float) or not 0 <= value <= 1:
        raise FieldError(f"{place} is {_shown(value)}, not a number from 0 to 1")
    return float(value)


def _read_outcome(value: Json, place: str) -> Outcome:
    if value not in list(Outcome):
        raise FieldError(f"{place} is {_shown(value)}, not one of {', '.join(Outcome)}")
    return Outcome(value)


_READERS: dict[Any, Reader] = {
    str: functools.partial(_exact, str, "text"),
    bool: functools.partial(_exact, bool, "true or false"),
    int: _read_count,
    float: _read_share,
    Outcome: _read_outcome,
}


def _shown(value: Json) -> str:
    """A value as it stands in the file, cut."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = json.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
