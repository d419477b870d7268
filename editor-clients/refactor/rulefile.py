"""Rule files: TOML, as it was written. docs/refactor-rules.md has every key, `rulecheck` what must fit together."""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

import cattrs

from lacuna.syntax.errors import UsageError

T = TypeVar("T")

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class RuleError(UsageError):
    """A file, or a query with its template, that is no rule."""


@dataclass(frozen=True, slots=True)
class Example:
    """What the rule makes of some text; blanks stand in it as in a template."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Table:
    """A query, and what its holes become."""

    query: str
    template: str | None = None
    """For `@hole`."""
    templates: Mapping[str, str] = field(default_factory=dict)
    """For `@hole.NAME`."""
    unless: str = ""
    begins_line: bool = False
    with_comments: bool = False
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A rule as it was written."""

    name: str
    explanation: str
    language: str
    rewrite: str | tuple[Table, ...]
    """A rewrite of our own, by its name, or queries with templates."""
    files: tuple[str, ...] = ()
    threshold: float | None = None
    joint: bool = False
    keeps_kind: bool = False
    needs: tuple[str, ...] = ()
    example: Example | None = None


def rule_file(text: str) -> RuleFile:
    """Raise RuleError, whose sentence begins with what is wrong, where the text has not this form."""
    try:
        return _converter().structure(tomllib.loads(text), RuleFile)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RuleError(f"this is no TOML: {error}.") from error
    except cattrs.BaseValidationError as error:
        wrong = cattrs.transform_error(error, path="the rule", format_exception=_wrong)
        raise RuleError(f"{'; '.join(wrong)}.") from error


def _wrong(error: BaseException, kind: type | None) -> str:
    """What is wrong with a value, in the words of what raised it."""
    match error:
        case cattrs.ForbiddenExtraKeysError(extra_fields=extra, cl=owner):
            known = ", ".join(one.name for one in fields(owner))
            return f"unknown {', '.join(map(repr, sorted(extra)))}; known are {known}"
        case KeyError(args=(name,)):
            return f"{str(name)!r} is missing"
        case TypeError() | ValueError() if type(error) in (TypeError, ValueError):
            return str(error)
    return cattrs.v.format_exception(error, kind)


@functools.cache
def _converter() -> cattrs.Converter:
    """Takes nothing for what it is not: cattrs would make a text of a number."""
    converter = cattrs.Converter(forbid_extra_keys=True)

    def exactly(value: object, kind: type[T]) -> T:
        if type(value) is not kind:
            raise TypeError(f"{value!r:.40} is no {_WORDS[kind]}")
        return value

    def text_or_tables(value: object, _: object) -> str | tuple[Table, ...]:
        if isinstance(value, list):
            return tuple(converter.structure(item, Table) for item in value)
        return exactly(value, str)

    def texts(value: object, _: object) -> tuple[str, ...]:
        return tuple(exactly(item, str) for item in exactly(value, list))

    def share(value: object, _: object) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise ValueError(f"{value!r:.40} is no number from 0 to 1")
        return float(value)

    for kind in (str, bool):
        converter.register_structure_hook(kind, exactly)
    converter.register_structure_hook_func(lambda kind: kind == str | tuple[Table, ...], text_or_tables)
    converter.register_structure_hook_func(lambda kind: kind == tuple[str, ...], texts)
    converter.register_structure_hook_func(lambda kind: kind == float | None, share)
    return converter


_WORDS: Mapping[Any, str] = {str: "text", bool: "true or false", list: "list"}
