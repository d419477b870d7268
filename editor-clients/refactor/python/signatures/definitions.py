"""What a module defines: functions, methods and constructors with their parameters, classes with their fields."""

import ast
import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lacuna.refactor.python.signatures.words import words

Function = ast.FunctionDef | ast.AsyncFunctionDef
CONSTRUCTOR = "__init__"

_TRANSPARENT = frozenset(
    {
        *("abstractmethod", "asynccontextmanager", "cache", "classmethod", "contextmanager", "final", "lru_cache"),
        *("njit", "no_type_check", "override", "profile", "staticmethod", "deprecated"),
    }
)
"""Decorators, by their last word, under which a function is called with its own parameters."""
_PROPERTIES = frozenset({"property", "cached_property", "setter", "getter", "deleter"})
_RECORDS = frozenset({"dataclass", "define", "frozen", "mutable", "attrs", "NamedTuple"})
"""What makes a constructor of a class's fields."""
_PLAIN_BASES = frozenset({"object", "Generic", "Protocol", "ABC", "NamedTuple"})
"""Base classes without fields."""


class Passing(enum.Enum):
    """How an argument may be given for a parameter."""

    POSITIONAL = enum.auto()
    EITHER = enum.auto()
    KEYWORD = enum.auto()
    REST = enum.auto()
    """`*args`"""
    NAMED_REST = enum.auto()
    """`**kwargs`"""


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    passing: Passing
    default: str | None = None
    """As it is written."""
    annotation: str = ""

    @property
    def is_needed(self) -> bool:
        return self.default is None and not self.is_rest

    @property
    def is_rest(self) -> bool:
        return self.passing in (Passing.REST, Passing.NAMED_REST)

    @property
    def is_positional(self) -> bool:
        return self.passing in (Passing.POSITIONAL, Passing.EITHER)


class Binding(enum.Enum):
    """What a definition takes first when it is called as an attribute."""

    NOTHING = enum.auto()
    """A function of a module, or a static method."""
    INSTANCE = enum.auto()
    CLASS = enum.auto()


@dataclass(frozen=True, slots=True)
class Field:
    """An attribute of a class or of its instances."""

    name: str
    annotation: str
    value: str
    where: str
    """The method that sets it first, or empty: the class body."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A function, a method, or a class that is called."""

    path: str
    qualname: str
    """A class's constructor is its method `__init__`, whoever wrote it."""
    parameters: tuple[Parameter, ...]
    """Without the receiver."""
    binding: Binding = Binding.NOTHING
    receiver: str = ""
    body: tuple[str, ...] = ()
    """What it is made of, for comparisons."""
    unknown: str = ""
    """Why it is not known how it is called, as a clause for people."""
    line: int = 1

    @property
    def name(self) -> str:
        return self.qualname.rpartition(".")[2]

    @property
    def owner(self) -> str:
        """The class that it is of, or empty."""
        return self.qualname.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class ClassOutline:
    """A class as other classes and calls see it."""

    path: str
    qualname: str
    bases: tuple[str, ...]
    """As they are written; what is no dotted name is empty."""
    fields: tuple[Field, ...]
    methods: frozenset[str]
    body: tuple[str, ...] = ()
    line: int = 1

    @property
    def defines(self) -> frozenset[str]:
        return self.methods | {field.name for field in self.fields}


@dataclass(frozen=True, slots=True)
class Outline:
    """What a module defines, by qualified name."""

    definitions: dict[str, Definition]
    classes: dict[str, ClassOutline]


def outline(path: str, tree: ast.Module) -> Outline:
    """What a module defines outside of functions; what is defined twice is not known how it is called."""
    definitions, classes = dict[str, Definition](), dict[str, ClassOutline]()
    for prefix, node in _defined(tree.body, ""):
        qualname = prefix + node.name
        if isinstance(node, ast.ClassDef):
            classes[qualname] = _class(path, qualname, node)
            found = _record(path, qualname, node, definitions)
        elif _decorators(node) & _PROPERTIES:
            continue
        else:
            found = _function(path, qualname, node, is_method=bool(prefix))
        if found is None or "overload" in _decorators(node):
            continue
        if found.qualname in definitions:
            found = replace(found, unknown="it is defined more than once")
        definitions[found.qualname] = found
    return Outline(definitions, classes)


def dotted(node: ast.expr) -> str:
    """`a.b.c` as it is written; empty if it is something else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def parameters(arguments: ast.arguments) -> tuple[Parameter, ...]:
    """All parameters, in the order in which they are written."""
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    found = [
        _parameter(one, Passing.POSITIONAL if number < len(arguments.posonlyargs) else Passing.EITHER, default)
        for number, (one, default) in enumerate(zip(positional, defaults, strict=True))
    ]
    if arguments.vararg:
        found.append(_parameter(arguments.vararg, Passing.REST, None))
    found += [
        _parameter(one, Passing.KEYWORD, default)
        for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    if arguments.kwarg:
        found.append(_parameter(arguments.kwarg, Passing.NAMED_REST, None))
    return tuple(found)


def statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a scope, those in its branches too, without what is in functions and classes."""
    for node in body:
        yield node
        if not isinstance(node, Function | ast.ClassDef):
            for part in ("body", "orelse", "finalbody"):
                yield from statements(getattr(node, part, ()))
            for inner in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
                yield from statements(inner.body)


def _parameter(node: ast.arg, passing: Passing, default: ast.expr | None) -> Parameter:
    return Parameter(node.arg, passing, _written(default) or None, _written(node.annotation))


def _written(node: ast.expr | None) -> str:
    return ast.unparse(node) if node else ""


def _defined(body: Sequence[ast.stmt], prefix: str) -> Iterator[tuple[str, Function | ast.ClassDef]]:
    for node in statements(body):
        if isinstance(node, Function | ast.ClassDef):
            yield prefix, node
        if isinstance(node, ast.ClassDef):
            yield from _defined(node.body, f"{prefix}{node.name}.")


def _decorators(node: Function | ast.ClassDef) -> frozenset[str]:
    """The last words of its decorators; of what is no dotted name, an empty one."""
    called = (one.func if isinstance(one, ast.Call) else one for one in node.decorator_list)
    return frozenset(dotted(one).rpartition(".")[2] for one in called)


def _function(path: str, qualname: str, node: Function, *, is_method: bool) -> Definition:
    decorators = _decorators(node)
    found = parameters(node.args)
    binding = Binding.NOTHING
    if is_method and "staticmethod" not in decorators:
        implicit = {"classmethod"} & decorators or node.name in ("__new__", "__init_subclass__", "__class_getitem__")
        binding = Binding.CLASS if implicit else Binding.INSTANCE
    receiver, unknown = "", ""
    if binding is not Binding.NOTHING:
        if found and found[0].is_positional:
            receiver, found = found[0].name, found[1:]
        else:
            unknown = "it has no first parameter of its own"
    if strange := sorted(decorators - _TRANSPARENT - {"overload"}):
        unknown = f"its decorator {strange[0] or 'is no name and'} may change how it is called"
    return Definition(path, qualname, found, binding, receiver, words(node.body), unknown, node.lineno)


def _class(path: str, qualname: str, node: ast.ClassDef) -> ClassOutline:
    functions = [one for one in statements(node.body) if isinstance(one, Function)]
    methods = frozenset(one.name for one in functions if not _decorators(one) & _PROPERTIES)
    fields = {field.name: field for field in reversed([*_class_fields(node), *_own_fields(functions)])}
    bases = tuple(map(dotted, (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)))
    return ClassOutline(path, qualname, bases, tuple(reversed(fields.values())), methods, words(node.body), node.lineno)


def _class_fields(node: ast.ClassDef) -> Iterator[Field]:
    for one in statements(node.body):
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            yield Field(one.target.id, _written(one.annotation), _written(one.value), "")
        elif isinstance(one, ast.Assign):
            names = (target.id for target in one.targets if isinstance(target, ast.Name))
            yield from (Field(name, "", _written(one.value), "") for name in names)
        elif isinstance(one, Function) and _decorators(one) & _PROPERTIES:
            yield Field(one.name, _written(one.returns), "\n".join(map(ast.unparse, one.body)), "")


def _own_fields(functions: Sequence[Function]) -> Iterator[Field]:
    """What methods set on their receivers."""
    for function in functions:
        taken = [*function.args.posonlyargs, *function.args.args]
        if not taken or "staticmethod" in _decorators(function):
            continue
        for one in ast.walk(function):
            if isinstance(one, ast.Assign | ast.AnnAssign):
                targets = one.targets if isinstance(one, ast.Assign) else [one.target]
                annotation = _written(one.annotation) if isinstance(one, ast.AnnAssign) else ""
                for target in targets:
                    if isinstance(target, ast.Attribute) and dotted(target.value) == taken[0].arg:
                        yield Field(target.attr, annotation, _written(one.value), function.name)


def _record(path: str, qualname: str, node: ast.ClassDef, known: dict[str, Definition]) -> Definition | None:
    """The constructor that a class gets of its fields; what it inherits is known where its bases stand above."""
    names = {dotted(base).rpartition(".")[2] for base in node.bases}
    if not (_decorators(node) | names) & _RECORDS or _is_without_constructor(node):
        return None
    inherited, unknown = dict[str, Parameter](), ""
    for base in reversed(node.bases):
        above = known.get(f"{dotted(base)}.{CONSTRUCTOR}")
        plain = base.value if isinstance(base, ast.Subscript) else base
        if above and not above.unknown:
            inherited |= {one.name: one for one in above.parameters}
        elif dotted(plain).rpartition(".")[2] not in _PLAIN_BASES:
            unknown = "what its base classes take is not known"
    strange = sorted(_decorators(node) - _RECORDS - _TRANSPARENT - {"dataclass_transform", "total_ordering"})
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
        yield Parameter(name, passing, _written(value) or None, annotation)
        return
    given = {option.arg: ast.unparse(option.value) for option in value.keywords}
    if given.get("init") == "False":
        return
    default = given.get("default") or given.get("default_factory") or given.get("factory")
    is_named = given.get("kw_only") == "True"
    yield Parameter(name, Passing.KEYWORD if is_named else passing, default, annotation)
