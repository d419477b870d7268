"""Constructors that nobody wrote: of dataclasses, `attrs` and named tuples, made of a class's fields."""

import ast
from collections.abc import Iterator

from lacuna.refactor.python.signatures.parameters import CONSTRUCTOR, Binding, Definition, Parameter, Passing
from lacuna.refactor.python.signatures.spelling import TRANSPARENT, Function, decorators, dotted, written
from lacuna.refactor.python.signatures.words import words

_RECORDS = frozenset({"dataclass", "define", "frozen", "mutable", "attrs", "NamedTuple"})
"""What makes a constructor of a class's fields."""
_PLAIN_BASES = frozenset({"object", "Generic", "Protocol", "ABC", "NamedTuple"})
"""Base classes without fields."""


def record(path: str, qualname: str, node: ast.ClassDef, known: dict[str, Definition]) -> Definition | None:
    """The constructor that a class gets of its fields; what it inherits is known where its bases stand above."""
    names = {dotted(base).rpartition(".")[2] for base in node.bases}
    if not (decorators(node) | names) & _RECORDS or _is_without_constructor(node):
        return None
    inherited, unknown = dict[str, Parameter](), ""
    for base in reversed(node.bases):
        above = known.get(f"{dotted(base)}.{CONSTRUCTOR}")
        plain = base.value if isinstance(base, ast.Subscript) else base
        if above and not above.unknown:
            inherited |= {one.name: one for one in above.parameters}
        elif dotted(plain).rpartition(".")[2] not in _PLAIN_BASES:
            unknown = "what its base classes take is not known"
    strange = sorted(decorators(node) - _RECORDS - TRANSPARENT - {"dataclass_transform", "total_ordering"})
    if strange:
        unknown = f"its decorator {strange[0] or 'is no name and'} may change how it is called"
    own = {one.name: one for one in _record_parameters(node)}
    found = sorted((inherited | own).values(), key=lambda one: one.passing is Passing.KEYWORD)
    name = f"{qualname}.{CONSTRUCTOR}"
    return Definition(path, name, tuple(found), Binding.INSTANCE, "self", words(node.body), unknown, node.lineno)


def _is_without_constructor(node: ast.ClassDef) -> bool:
    """Its constructor is written by hand, or it has none by what its decorator says."""
    options = [one.keywords for one in node.decorator_list if isinstance(one, ast.Call)]
    is_off = any(ast.unparse(option) == "init=False" for row in options for option in row)
    return is_off or any(isinstance(one, Function) and one.name == CONSTRUCTOR for one in node.body)


def _record_parameters(node: ast.ClassDef) -> Iterator[Parameter]:
    options = [
        ast.unparse(option) for one in node.decorator_list if isinstance(one, ast.Call) for option in one.keywords
    ]
    passing = Passing.KEYWORD if "kw_only=True" in options else Passing.EITHER
    for one in node.body:
        if not isinstance(one, ast.AnnAssign) or not isinstance(one.target, ast.Name):
            continue
        annotation = ast.unparse(one.annotation)
        if annotation.rpartition(".")[2] == "KW_ONLY":
            passing = Passing.KEYWORD
        elif not annotation.removeprefix("typing.").startswith("ClassVar"):
            yield from _of_field(one.target.id, annotation, one.value, passing)


def _of_field(name: str, annotation: str, value: ast.expr | None, passing: Passing) -> Iterator[Parameter]:
    if not isinstance(value, ast.Call) or dotted(value.func).rpartition(".")[2] not in ("field", "Factory", "ib"):
        yield Parameter(name, passing, written(value) or None, annotation)
        return
    given = {option.arg: ast.unparse(option.value) for option in value.keywords}
    if given.get("init") == "False":
        return
    default = given.get("default") or given.get("default_factory") or given.get("factory")
    is_named = given.get("kw_only") == "True"
    yield Parameter(name, Passing.KEYWORD if is_named else passing, default, annotation)
