"""The formats of `%` and of `str.format` as rows of texts and fields, where these are surely what an f-string gives."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lacuna.refactor.python.types import Type, type_of


class UnsureError(Exception):
    """An f-string may give something else."""


@dataclass(frozen=True, slots=True)
class Field:
    """A value between braces."""

    given: ast.expr
    """A value that was given."""
    conversion: str = ""
    spec: tuple["str | Field", ...] = ()
    path: str = ""
    """What follows it within the braces, as `.name` or `['key']`."""

    @property
    def value(self) -> ast.expr:
        return _followed(self.given, self.path)

    def node(self) -> ast.FormattedValue:
        spec = joined(self.spec) if self.spec else None
        return ast.FormattedValue(self.value, ord(self.conversion) if self.conversion else -1, spec)


Row = tuple[str | Field, ...]
Scan = Callable[[str], Row]
"""From a format, or a part of one, to its row; takes the arguments that come next."""


def joined(row: Row) -> ast.JoinedStr:
    return ast.JoinedStr([ast.Constant(piece) if isinstance(piece, str) else piece.node() for piece in row])


# --- "…" % …

_CONVERSION = re.compile(
    r"%(?:\((?P<key>[^()]*)\))?(?P<flags>[-+ #0]*)(?P<width>\d*)(?:\.(?P<precision>\d+))?(?P<type>.)|(?P<text>[^%]+|%)",
    re.DOTALL,
)


def percent(given: ast.expr) -> Scan:
    """Of what stands behind `%`."""
    take = _keys(given) if isinstance(given, ast.Dict) else _elements(given)

    def scan(text: str) -> Row:
        if "{" in text or "}" in text:
            raise UnsureError("braces, which would be doubled")
        return tuple(_percent(text, take))

    return scan


def _percent(text: str, take: Callable[[str | None], ast.expr]) -> Iterator[str | Field]:
    for found in _CONVERSION.finditer(text):
        if found["text"] == "%":
            raise UnsureError("a format that ends in mid-conversion")
        if found["text"]:
            yield found["text"]
        elif found.group() == "%%":
            yield "%"
        else:
            yield _converted(take(found["key"]), found)


def _converted(value: ast.expr, found: re.Match[str]) -> Field:
    flags, width, precision, kind = found["flags"], found["width"], found["precision"], found["type"]
    known = type_of(value)
    if kind in "sra":
        if flags not in ("", "-"):
            raise UnsureError("flags for a text")
        spec = (("<" if flags else ">") + width if width else "") + (f".{precision}" if precision else "")
        is_plain = kind == "s" and (known is Type.TEXT or (known is Type.WHOLE and not spec))
        return Field(value, "" if is_plain else kind, (spec,) if spec else ())
    if len(flags) > 1 or flags in ("#", " "):
        raise UnsureError("flags that are hardly used")
    spec = flags.replace("-", "<" if width else "") + width
    if kind in "di" and known is Type.WHOLE and precision is None:
        return Field(value, "", (f"{spec}d",) if spec else ())
    if kind in "xXo" and known is Type.WHOLE and precision is None:
        return Field(value, "", (spec + kind,))
    if kind in "feEgG" and known in (Type.WHOLE, Type.FLOAT) and flags != "0":
        return Field(value, "", (spec + ("" if precision is None else f".{precision}") + kind,))
    raise UnsureError("a number of an unknown type")


def _elements(given: ast.expr) -> Callable[[str | None], ast.expr]:
    if isinstance(given, ast.Tuple):
        waiting = list(given.elts)
    elif type_of(given) is not Type.UNKNOWN:
        waiting = [given]
    else:
        raise UnsureError("what may be a tuple")

    def take(key: str | None) -> ast.expr:
        if key is not None or not waiting:
            raise UnsureError("too few values, or a name among them")
        return waiting.pop(0)

    return take


def _keys(given: ast.Dict) -> Callable[[str | None], ast.expr]:
    values: dict[str, ast.expr] = {}
    for key, value in zip(given.keys, given.values, strict=True):
        if not (isinstance(key, ast.Constant) and isinstance(key.value, str)) or key.value in values:
            raise UnsureError("keys that are not told")
        values[key.value] = value

    def take(key: str | None) -> ast.expr:
        if key not in values:
            raise UnsureError("a key that is missing")
        return values[key]

    return take


# --- "…".format(…)

_BRACES = re.compile(r"\{\{|\}\}|\{(?P<field>[^{}]*(?:\{[^{}]*\}[^{}]*)*)\}|(?P<text>[^{}]+)")
_FIELD = re.compile(
    r"(?P<name>[^!:\[.]*)(?P<path>(?:\.\w+|\[[^\[\]{}\"'\\]+\])*)(?:!(?P<conversion>[rsa]))?(?::(?P<spec>.*))?"
)
_STEP = re.compile(r"(?P<attribute>\.\w+)|\[(?P<index>[^\]]+)\]")


def braces(arguments: Sequence[ast.expr], keywords: Mapping[str, ast.expr]) -> Scan:
    """Of the arguments of `format`."""
    counted, numbered = [0], set[bool]()

    def take(name: str) -> ast.expr:
        if not name or name.isdigit():
            numbered.add(bool(name))
        if len(numbered) > 1:
            raise UnsureError("numbers given and not given, which is an error")
        if not name:
            name, counted[0] = str(counted[0]), counted[0] + 1
        try:
            return arguments[int(name)] if name.isdigit() else keywords[name]
        except LookupError as error:
            raise UnsureError("an argument that is missing") from error

    def scan(text: str) -> Row:
        return tuple(_braces(text, take))

    return scan


def _braces(text: str, take: Callable[[str], ast.expr]) -> Iterator[str | Field]:
    end = 0
    for found in _BRACES.finditer(text):
        if found.start() != end:
            raise UnsureError("a brace by itself")
        end = found.end()
        if found["field"] is None:
            yield found["text"] or found.group()[0]
            continue
        field = _FIELD.fullmatch(found["field"])
        if not field:
            raise UnsureError("a field that is hardly used")
        value = take(field["name"])
        spec = tuple(_braces(field["spec"], take)) if field["spec"] else ()
        path = "".join(step["attribute"] or _index(step["index"]) for step in _STEP.finditer(field["path"]))
        yield Field(value, field["conversion"] or "", spec, path)
    if end != len(text):
        raise UnsureError("a brace by itself")


def _index(text: str) -> str:
    return f"[{text}]" if text.isdecimal() else f"['{text}']"


def _followed(value: ast.expr, path: str) -> ast.expr:
    steps = ast.parse(f"_{path}", mode="eval").body

    def put(node: ast.expr) -> ast.expr:
        match node:
            case ast.Attribute(inner, name):
                return ast.Attribute(put(inner), name, ast.Load())
            case ast.Subscript(inner, index):
                return ast.Subscript(put(inner), index, ast.Load())
        return value

    return put(steps)
