"""Options, as a client sends them, become Settings, as the server obeys them.

A client passes a workspace's options on unseen, so none of them names a path to open or a command to run:
the model and the provider come from the command line.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NewType, get_args, get_type_hints

from pathspec import GitIgnoreSpec

from lacuna.infill.request import Scope
from lacuna.workspace import ignoring, patterns

SECTION = "lacuna"
MOST_ALTERNATIVES = 3
_NAMED = 5
"""Patterns that cannot be read and are named."""

Probability = NewType("Probability", float)
Globs = NewType("Globs", GitIgnoreSpec)
Languages = NewType("Languages", Mapping[str, bool])
Count = NewType("Count", int)
Minutes = NewType("Minutes", float)


@dataclass(frozen=True, slots=True)
class Options:
    """What a client sent, by our names; None where it said nothing. What each means stands in `_ABOUT`."""

    enabled: bool | None = None
    threshold: Probability | None = None
    exclude: Globs | None = None
    scope: Scope | None = None
    in_comments: bool | None = None
    in_strings: bool | None = None
    languages: Languages | None = None
    completion_items: bool | None = None
    alternatives: Count | None = None
    workspace: bool | None = None
    unload_after: Minutes | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What the server obeys."""

    enabled: bool = True
    threshold: float | None = None
    """None leaves it to the artifact's manifest."""
    exclude: GitIgnoreSpec = field(default_factory=lambda: GitIgnoreSpec(()))
    scope: Scope = Scope.BLOCK
    in_comments: bool = True
    in_strings: bool = True
    languages: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    completion_items: bool = False
    alternatives: int = MOST_ALTERNATIVES
    workspace: bool = True
    """Other files are read."""
    unload_after: float = 30
    """Minutes."""

    def has_language(self, language_id: str) -> bool:
        return self.languages.get(language_id, True)


def resolve(*layers: Options) -> Settings:
    """The defaults, overridden by each layer in turn."""
    settings = Settings()
    for layer in layers:
        said = {field.name: getattr(layer, field.name) for field in dataclasses.fields(layer)}
        settings = dataclasses.replace(settings, **{name: value for name, value in said.items() if value is not None})
    return settings


def parse(sent: object) -> tuple[Options, tuple[str, ...]]:
    """The options that can be used, and a sentence about each that cannot."""
    if sent is None or sent == []:  # Lua's empty table arrives as a list
        return Options(), ()
    if not isinstance(sent, dict):
        return Options(), (f"The settings of {SECTION} should be an object, not {_shown(sent)}.",)
    complaints = []
    read: dict[str, Any] = {}
    for name, value in sent.items():
        if name not in _FIELDS:
            complaints.append(f"There is no setting {SECTION}.{name}; there are {', '.join(sorted(_FIELDS))}.")
            continue
        kind = _kind(name)
        try:
            read[_FIELDS[name]] = kind.read(value)
        except _OtherwiseError as otherwise:
            read[_FIELDS[name]] = otherwise.obeyed
            complaints.append(f"{SECTION}.{name} {otherwise}")
        except (TypeError, ValueError):
            complaints.append(f"{SECTION}.{name} should be {kind.expected}, not {_shown(value)}.")
    return Options(**read), tuple(complaints)


def schema() -> dict[str, object]:
    """The JSON schema of what a client may send as the section `lacuna`."""
    defaults = Settings()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of Lacuna",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: {**_kind(name).schema, "default": _sent(getattr(defaults, attribute)), "description": _ABOUT[name]}
            for name, attribute in _FIELDS.items()
        },
    }


_ABOUT: dict[str, str] = {
    "enabled": "Whether to complete while you type. What you ask for explicitly is always answered.",
    "threshold": "Least confidence, from 0 to 1, at which a completion is shown while you type; null leaves it to the "
    "model, for which it was calibrated.",
    "exclude": "Files in which Lacuna does nothing, by patterns as in .gitignore, beside secrets (.env, keys) and what "
    "your .gitignore files name. A pattern that begins with ! lets a file in. With more than 1,000 patterns, or 64 KiB "
    "of them, it is every file.",
    "scope": "How much a completion offers at most: up to the end of a line, of a statement, or a whole block.",
    "inComments": "Whether to complete in comments.",
    "inStrings": "Whether to complete in strings, docstrings among them.",
    "languages": 'Languages switched on or off, by the editor\'s language id: {"python": false}.',
    "completionItems": "Whether to answer textDocument/completion too, with one item, for editors without ghost text.",
    "alternatives": "How many alternatives a completion has at most, when it is asked for.",
    "workspace": "Whether to read other files of the project, for hints to what stands at the cursor. Ignored, secret "
    "and generated files are never read.",
    "unloadAfter": "Minutes without a request after which the model leaves memory; it comes back with the next "
    "request. 0 keeps it.",
}


class _OtherwiseError(ValueError):
    """Not what was sent is obeyed, but something else, and the message says what."""

    def __init__(self, obeyed: object, message: str) -> None:
        super().__init__(message)
        self.obeyed = obeyed


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of value: how JSON schema and how a sentence names it, and how it is read."""

    schema: Mapping[str, object]
    expected: str
    read: Callable[[Any], object]
    """Raises TypeError or ValueError; _OtherwiseError where something is obeyed nevertheless."""


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)


def _probability(value: object) -> float | None:
    if value is None:
        return None
    number = _number(value)
    if not 0 <= number <= 1:
        raise ValueError
    return number


def _minutes(value: object) -> float:
    number = _number(value)
    if not 0 <= number < float("inf"):
        raise ValueError
    return number


def _count(value: object) -> int:
    number = _number(value)
    if number not in range(1, MOST_ALTERNATIVES + 1):
        raise ValueError
    return int(number)


def _globs(value: object) -> GitIgnoreSpec:
    """A list that could keep Lacuna out of a file is never dropped as a whole."""
    if not isinstance(value, list):
        raise TypeError
    try:
        read = patterns.readable(pattern for pattern in value if isinstance(pattern, str))
    except patterns.TooManyError as error:
        raise _OtherwiseError(patterns.EVERYTHING, f"{ignoring.TOO_LONG}: every file counts as ignored.") from error
    unread = [each for each in value if not isinstance(each, str) or not patterns.can_be_read(each)]
    if unread:
        named = ", ".join(map(_shown, unread[:_NAMED]))
        others = f" and {len(unread) - _NAMED} more" if len(unread) > _NAMED else ""
        raise _OtherwiseError(read, f"has what is no pattern as in .gitignore: {named}{others}. The others hold.")
    return read


def _languages(value: object) -> Mapping[str, bool]:
    if value == []:  # Lua's empty table
        value = {}
    if not isinstance(value, dict):
        raise TypeError
    return MappingProxyType({name: _boolean(switch) for name, switch in value.items()})


_KINDS: dict[object, _Kind] = {
    bool: _Kind({"type": "boolean"}, "true or false", _boolean),
    Probability: _Kind(
        {"type": ["number", "null"], "minimum": 0, "maximum": 1}, "a number from 0 to 1, or null", _probability
    ),
    Globs: _Kind({"type": "array", "items": {"type": "string"}}, "a list of patterns as in .gitignore", _globs),
    Scope: _Kind(
        {"enum": [scope.value for scope in Scope]}, "one of " + ", ".join(f'"{scope}"' for scope in Scope), Scope
    ),
    Languages: _Kind(
        {"type": "object", "additionalProperties": {"type": "boolean"}},
        "an object of language ids, each true or false",
        _languages,
    ),
    Count: _Kind(
        {"type": "integer", "minimum": 1, "maximum": MOST_ALTERNATIVES},
        f"a whole number from 1 to {MOST_ALTERNATIVES}",
        _count,
    ),
    Minutes: _Kind({"type": "number", "minimum": 0}, "a number of minutes, 0 or more", _minutes),
}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


_FIELDS = {_camel(field.name): field.name for field in dataclasses.fields(Options)}
"""The attribute of `Options` for each name that clients use."""
_HINTS = get_type_hints(Options)


def _kind(name: str) -> _Kind:
    (type_,) = (each for each in get_args(_HINTS[_FIELDS[name]]) if each is not type(None))
    return _KINDS[type_]


def _sent(default: object) -> object:
    """A default as a client would send it."""
    if isinstance(default, GitIgnoreSpec):
        return []
    return dict(default) if isinstance(default, Mapping) else default


def _shown(value: object) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"
