"""The scopes of a module: what binds each name, and in which scope each expression stands."""

import ast
import enum
from collections.abc import Iterator
from dataclasses import dataclass, field

from lacuna.refactor.python.signatures.imported import Imported, bound_by
from lacuna.refactor.python.signatures.spelling import Function

_COMPREHENSION = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class Binds(enum.Enum):
    IMPORT = enum.auto()
    FUNCTION = enum.auto()
    CLASS = enum.auto()
    PARAMETER = enum.auto()
    VALUE = enum.auto()
    """By `name = value`, or `with value as name`."""
    OTHERWISE = enum.auto()
    NOTHING = enum.auto()
    """`del name`: it is of this scope, and what it was bound to is no other thing."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One thing that binds a name."""

    how: Binds
    what: Imported | None = None
    value: ast.expr | None = None
    """What is bound, or of a parameter its annotation."""
    annotation: ast.expr | None = None


@dataclass(eq=False, slots=True)
class Scope:
    """A module, a class, a function or a comprehension."""

    node: ast.AST
    above: "Scope | None" = None
    bound: dict[str, list[Bound]] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    """Names that it declares to be bound farther out."""
    only: str = ""
    """The only name that it binds: that of an exception, which is bound as long as it is handled."""

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)

    def bind(self, name: str, bound: Bound) -> None:
        if self.above and self.only and name != self.only:
            self.above.bind(name, bound)
        else:
            self.bound.setdefault(name, []).append(bound)

    def things(self, name: str) -> list[Bound]:
        """All that a name of this scope is bound to."""
        return [one for one in self.bound[name] if one.how is not Binds.NOTHING]

    def is_imported(self, name: str) -> bool:
        return any(one.how is Binds.IMPORT for one in self.bound.get(name, ()))

    def home(self, name: str) -> "Scope | None":
        """The scope whose name it is, read from here; None: bound nowhere in the module."""
        scope: Scope | None = self
        while scope:
            is_seen = not scope.is_class or scope is self
            if is_seen and name in scope.bound and name not in scope.elsewhere:
                return scope
            scope = scope.above
        return None

    @property
    def class_name(self) -> str:
        """The qualified name of the class that this scope is; empty in functions."""
        names = []
        scope: Scope | None = self
        while scope and isinstance(scope.node, ast.ClassDef):
            names.append(scope.node.name)
            scope = scope.above
        return ".".join(reversed(names)) if scope and isinstance(scope.node, ast.Module) else ""

    @property
    def function(self) -> "Scope | None":
        """The method or function that it is in, if it is in one."""
        scope: Scope | None = self
        while scope and not isinstance(scope.node, Function):
            scope = None if scope.is_class else scope.above
        return scope

    @property
    def method(self) -> "Scope | None":
        """The function of a class that it is in, however deep."""
        scope = self.function
        while scope and scope.above and not scope.above.is_class:
            scope = scope.above.function
        return scope if scope and scope.above else None


@dataclass(frozen=True, slots=True)
class Placed:
    """An expression or an import, and the scope it is read in."""

    node: ast.AST
    scope: Scope
    parent: ast.AST


def placed(tree: ast.Module) -> list[Placed]:
    """All expressions, imports and definitions of a module, outer before inner; every scope knows its names then."""
    top = Scope(tree)
    walk = _Walk(top)
    for statement in tree.body:
        walk.go(statement, top, tree)
    return walk.found


class _Walk:
    def __init__(self, top: Scope) -> None:
        self.top = top
        self.found: list[Placed] = []

    def go(self, node: ast.AST, scope: Scope, parent: ast.AST) -> None:
        self.found.append(Placed(node, scope, parent))
        for name, bound in _bindings(node):
            scope.bind(name, bound)
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                self._function(node, scope)
            case ast.ClassDef():
                inner = Scope(node, scope)
                self._all([*node.decorator_list, *node.bases, *node.keywords], scope, node)
                self._all(node.body, inner, node)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(node, scope)
            case ast.ExceptHandler(name=str(name), type=ast.expr() as kind):
                self.go(kind, scope, node)
                inner = Scope(node, scope, only=name)
                inner.bind(name, Bound(Binds.VALUE, annotation=kind))
                self._all(node.body, inner, node)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                scope.elsewhere |= set(names)
                for name in names:
                    home = self.top if isinstance(node, ast.Global) else scope.above and scope.above.home(name)
                    if home and home.is_imported(name):  # a variable is told by what its own scope says of it
                        home.bind(name, Bound(Binds.OTHERWISE))
            case _:
                self._all(list(ast.iter_child_nodes(node)), scope, node)

    def _all(self, nodes: list[ast.AST] | list[ast.expr] | list[ast.stmt], scope: Scope, parent: ast.AST) -> None:
        for node in nodes:
            self.go(node, scope, parent)

    def _function(self, node: Function | ast.Lambda, scope: Scope) -> None:
        taken = node.args
        every = [*taken.posonlyargs, *taken.args, *taken.kwonlyargs, *filter(None, (taken.vararg, taken.kwarg))]
        outside: list[ast.AST] = [*taken.defaults, *filter(None, taken.kw_defaults)]
        outside += filter(None, (one.annotation for one in every))
        if not isinstance(node, ast.Lambda):
            outside += [*node.decorator_list, *filter(None, [node.returns])]
        self._all(outside, scope, node)
        inner = Scope(node, scope)
        for one in every:
            inner.bind(one.arg, Bound(Binds.PARAMETER, value=one.annotation))
        self._all([node.body] if isinstance(node, ast.Lambda) else node.body, inner, node)

    def _comprehension(self, node: _COMPREHENSION, scope: Scope) -> None:
        first, *others = node.generators
        self.go(first.iter, scope, node)
        inner = Scope(node, scope)
        for name in _targets(first.target):
            inner.bind(name, Bound(Binds.OTHERWISE))
        self._all([first.target, *first.ifs, *others], inner, node)
        values = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self._all(values, inner, node)


def _bindings(node: ast.AST) -> Iterator[tuple[str, Bound]]:
    """The names that a node itself binds in its scope."""
    match node:
        case ast.Import() | ast.ImportFrom():
            yield from ((name, Bound(Binds.IMPORT, what)) for name, what in bound_by(node))
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield node.name, Bound(Binds.FUNCTION)
        case ast.ClassDef():
            yield node.name, Bound(Binds.CLASS)
        case ast.Assign(targets=[ast.Name(id=name)]):
            yield name, Bound(Binds.VALUE, value=node.value)
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name, Bound(Binds.VALUE, value=node.value, annotation=node.annotation)
        case ast.withitem(optional_vars=ast.Name(id=name)):
            yield name, Bound(Binds.VALUE, value=node.context_expr)
        case ast.NamedExpr(target=ast.Name(id=name)):
            yield name, Bound(Binds.VALUE, value=node.value)
        case ast.Name(id=name, ctx=ast.Del()):
            yield name, Bound(Binds.NOTHING)
        case _:
            yield from ((name, Bound(Binds.OTHERWISE)) for name in _bound_otherwise(node))


def _bound_otherwise(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name
        case ast.Assign() | ast.AugAssign() | ast.For() | ast.AsyncFor() | ast.withitem() | ast.comprehension():
            yield from _targets(_target(node))


def _target(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Assign):
        return ast.Tuple(elts=node.targets)
    return node.optional_vars if isinstance(node, ast.withitem) else getattr(node, "target", None)


def _targets(node: ast.AST | None) -> Iterator[str]:
    """The names among the targets of an assignment; in `a.b` and `a[b]` none is bound."""
    match node:
        case ast.Name(id=name):
            yield name
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _targets(part)
        case ast.Starred(value=inner):
            yield from _targets(inner)
