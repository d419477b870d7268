"""Reading a language from its folder: `language.toml`, and queries in those `.scm` files that it has."""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import cattrs

from lacuna.syntax.errors import FileError
from lacuna.syntax.languages.language import Language, Query
from lacuna.syntax.spans import Kind

T = TypeVar("T")

LANGUAGE = "language.toml"
STUB_KINDS = ("", ".empty", ".raised")
"""What a stub does: says that it is one, nothing, raises."""
CAPTURES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "spans.scm": frozenset(
            name for kind in Kind if kind is not Kind.REST_OF_LINE for name in (kind.value, f"{kind}.inside")
        ),
        "kinds.scm": frozenset({"definition"}),
        "defects.scm": frozenset({"unbroken"}),
        "doubts.scm": frozenset({"doubtful"}),
        "names.scm": frozenset({"name", "bound", "member", "remote"}),
        "openings.scm": frozenset({"function", "returns", "ends", "yields", "made", "changed", "closed"}),
        "stubs.scm": frozenset(
            {"idle", "remark"} | {f"{what}{kind}" for what in ("stub", "unless") for kind in STUB_KINDS}
        ),
    }
)
"""What each file may capture. A name that begins with `_` is for predicates alone."""

_NEEDS = (("names.scm", "names"), ("openings.scm", "openings"), ("openings", "names"))
"""A file or a table of `language.toml`, and a table that it needs."""
_PREDICATES = frozenset({"any-of?", "not-any-of?"}) | {
    f"{which}{test}?" for which in ("", "not-", "any-", "any-not-") for test in ("eq", "match")
}
"""What tree-sitter's binding can ask; it would take anything else for true."""
_TOKEN = re.compile(
    r"""(?P<skipped>"(?:[^"\\]|\\.)*"|;[^\n]*)|(?P<opens>[(\[])|(?P<closes>[)\]])"""
    r"|@(?P<capture>[\w.-]+)|\#(?P<predicate>[\w.-]+[?!])"
)


def read(folder: Path) -> Language:
    """The language that a folder describes; FileError says which file is broken, and how."""
    path = folder / LANGUAGE
    table = _table(path)
    files = sorted(folder.glob("*.scm"))
    has = {file.name for file in files} | set(table)
    for one, other in _NEEDS:
        if one in has and other not in has:
            raise FileError(f"{path} lacks the table [{other}], which {one} needs.")
    queries = {name: query for file in files for name, query in _queries(file).items()}
    try:
        language = _converter().structure(table | {"queries": {}}, Language)
    except cattrs.BaseValidationError as error:
        raise FileError(
            f"{path} describes no language: {'; '.join(cattrs.transform_error(error, format_exception=_wrong))}."
        ) from error
    if owing := " ".join(f"({kind})" for kind in language.defects.owed):
        queries["owing"] = Query(str(path), f"[{owing}] @owing")
    return replace(language, queries=queries)


def unknown_predicate(query: str) -> str | None:
    """The first predicate of a query that tree-sitter's binding cannot ask."""
    asked = (token["predicate"] for token in _TOKEN.finditer(query))
    return next((f"#{one}" for one in asked if one and one not in _PREDICATES), None)


def loose_predicate(query: str) -> str | None:
    """The first predicate that stands beside its pattern, where tree-sitter does not ask it, and not within."""
    depth = 0
    for token in _TOKEN.finditer(query):
        depth += bool(token["opens"]) - bool(token["closes"])
        if token["predicate"] and depth == 1:
            return f"#{token['predicate']}"
    return None


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise FileError(f"{path} is no TOML: {error}.") from error


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise FileError(f"{path} is not UTF-8.") from error


def _queries(file: Path) -> dict[str, Query]:
    """The queries of a file by what they capture: each keeps its patterns and has blanks for the others."""
    if file.name not in CAPTURES:
        raise FileError(f"{file} is none of the files that a language has: {', '.join(CAPTURES)}.")
    text = _text(file)
    _check(file, text)
    pieces = [(piece, {token["capture"] for token in _TOKEN.finditer(piece)}) for piece in _patterns(text)]
    return {
        name: Query(str(file), "".join(piece if name in names else _blank(piece) for piece, names in pieces))
        for name in CAPTURES[file.name]
        if any(name in names for _, names in pieces)
    }


def _patterns(text: str) -> list[str]:
    """The text in pieces, each of one pattern: up to the bracket that opens the next pattern."""
    depth, starts = 0, []
    for token in _TOKEN.finditer(text):
        if token["opens"] and depth == 0:
            starts.append(token.start())
        depth += bool(token["opens"]) - bool(token["closes"])
    return [text[start:end] for start, end in pairwise([0, *starts[1:], len(text)])]


def _blank(text: str) -> str:
    """As many lines with nothing in them."""
    return "\n" * text.count("\n")


def _check(file: Path, text: str) -> None:
    """Raise FileError where a capture or a predicate has a name that nobody asks for: a slip would go unseen."""
    for token in _TOKEN.finditer(text):
        capture, predicate, allowed = token["capture"], token["predicate"], CAPTURES[file.name]
        if capture and not capture.startswith("_") and capture not in allowed:
            expected = f"@{', @'.join(sorted(allowed))}"
        elif predicate and predicate not in _PREDICATES:
            expected = f"#{', #'.join(sorted(_PREDICATES))}"
        else:
            continue
        line = text.count("\n", 0, token.start()) + 1
        raise FileError(f"{file}, line {line}: {token.group()} is none of {expected}.")


def _wrong(error: BaseException, kind: type | None) -> str:
    """What is wrong with a value, in the words of what raised it."""
    return str(error) if type(error) in (TypeError, ValueError) else cattrs.v.format_exception(error, kind)


@functools.cache
def _converter() -> cattrs.Converter:
    """Takes nothing for what it is not: cattrs would make a set of characters of a string."""
    converter = cattrs.Converter(forbid_extra_keys=True)

    def exactly(value: object, kind: type[T]) -> T:
        if type(value) is not kind:
            raise TypeError(f"{value!r} is no {kind.__name__}")
        return value

    def pattern(value: object, _: object) -> re.Pattern[str]:
        try:
            return re.compile(exactly(value, str))
        except re.error as error:
            raise ValueError(f"{value!r} is no pattern: {error}") from error

    def words(value: object, kind: object) -> frozenset[str] | tuple[str, ...]:
        found = tuple(exactly(item, str) for item in exactly(value, list))
        return frozenset(found) if kind == frozenset[str] else found

    converter.register_structure_hook_func(lambda kind: kind in (str, bool), exactly)  # not for enums, which are texts
    converter.register_structure_hook_func(lambda kind: kind == re.Pattern[str], pattern)
    converter.register_structure_hook_func(lambda kind: kind in (frozenset[str], tuple[str, ...]), words)
    return converter
