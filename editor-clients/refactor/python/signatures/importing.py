"""Imports of one file that a change needs, or leaves without use."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from lacuna.refactor.python.signatures.arranging import Unclear
from lacuna.refactor.python.signatures.file import File, Found
from lacuna.refactor.python.signatures.imported import Imported
from lacuna.refactor.python.signatures.parameters import Definition
from lacuna.refactor.python.signatures.scopes import Placed, Scope
from lacuna.refactor.python.signatures.tree import Ref
from lacuna.refactor.rule import Replacement
from lacuna.syntax.lines import line_end, line_start
from lacuna.syntax.spans import Span


@dataclass(frozen=True, slots=True)
class Spelled:
    """How something is named in a file, and the import that this needs."""

    text: str
    needs: tuple[Replacement, ...] = ()


def spelled(file: File, scope: Scope, wanted: Definition) -> Spelled | Unclear:
    """How to name a function of a module in some scope of a file."""
    resolver, name = file.resolver, wanted.qualname
    home = scope.home(name)
    meant = resolver.meaning(ast.Name(name, ast.Load()), scope) if home else None
    if home and (meant == Ref(wanted.path, name) or _imports(file, home, name) == wanted.path):
        return Spelled(name)
    if home:
        return Unclear(f"{name} is bound to something else here")
    if wanted.path == resolver.path:
        return Spelled(name)
    module = _module(file, wanted.path)
    return Spelled(name, (_inserted(file, f"from {module} import {name}"),))


def _imports(file: File, home: Scope, name: str) -> str | None:
    """The path of the only module that a name is imported from."""
    what = [one.what for one in home.things(name)]
    if len(what) != 1 or what[0] is None:
        return None
    modules, one = file.resolver.tree.modules, what[0]
    path = file.resolver.path
    return modules.relative(one.module, one.up, path) if one.up else modules.absolute(one.module, path)


def _module(file: File, path: str) -> str:
    """A module as the file calls it already, else by its whole name."""
    resolver = file.resolver
    for node in file.tree.body:
        if isinstance(node, ast.ImportFrom):
            what = Imported(node.module or "", node.level)
            modules = resolver.tree.modules
            found = (
                modules.relative(what.module, what.up, resolver.path)
                if what.up
                else modules.absolute(what.module, resolver.path)
            )
            if found == path:
                return "." * what.up + what.module
    return resolver.tree.modules.name_of(path)


def _inserted(file: File, line: str) -> Replacement:
    """A line behind the module's imports; where there are none, behind what it says of itself."""
    above: list[ast.stmt] = [node for node in file.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    if not above and file.tree.body and ast.get_docstring(file.tree, clean=False) is not None:
        above = file.tree.body[:1]
    if not above:
        return Replacement(Span(0, 0), (f"{line}\n",))
    end = line_end(file.text, file.places.span(above[-1]).end)
    return Replacement(Span(end, end), (f"\n{line}",))


def useless(file: File, every: list[Placed], found: list[Found]) -> Iterator[Found]:
    """Imports of functions that are methods now, where no use is left."""
    resolver = file.resolver
    left = {file.text[one.at.start : one.at.end] for one in found if one.why}
    for one in every:
        if not isinstance(one.node, ast.ImportFrom) or one.node.names[0].name == "*":
            continue
        for alias in one.node.names:
            what = Imported(one.node.module or "", one.node.level, alias.name)
            ref = resolver.tree.imported(what, resolver.path) if alias.name in resolver.tree.words else None
            change = resolver.tree.changes.calls.get(ref.key) if isinstance(ref, Ref) else None
            called = alias.asname or alias.name
            if change and change.becomes_method and not any(text.startswith(called) for text in left):
                without = _without(file, one, one.node.names.index(alias))
                yield Found(without.span, (without,))


def _without(file: File, one: Placed, number: int) -> Replacement:
    """Take a name with its comma out of an import, or the whole line, or what a block consists of."""
    assert isinstance(one.node, ast.ImportFrom), "the caller looked"
    spans = [file.places.span(alias) for alias in one.node.names]
    if number + 1 < len(spans):
        return Replacement(Span(spans[number].start, spans[number + 1].start), ())
    if number:
        return Replacement(Span(spans[number - 1].end, spans[number].end), ())
    whole = file.places.span(one.node)
    if getattr(one.parent, "body", None) == [one.node]:
        return Replacement(whole, ("pass",))
    return Replacement(_whole_lines(file.text, whole), ())


def _whole_lines(text: str, span: Span) -> Span:
    """With the line's indentation and end, if nothing else stands in it."""
    start, end = line_start(text, span.start), line_end(text, span.end)
    if text[start : span.start].strip() or text[span.end : end].strip():
        return span
    return Span(start, end + (2 if text.startswith("\r\n", end) else min(1, len(text) - end)))
