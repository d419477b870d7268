"""What a module defines: functions, methods and constructors with their parameters, classes with their attributes."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lacuna.refactor.python.signatures.classes import PROPERTIES, ClassOutline, class_outline
from lacuna.refactor.python.signatures.parameters import Binding, Definition, parameters
from lacuna.refactor.python.signatures.records import record
from lacuna.refactor.python.signatures.spelling import TRANSPARENT, Function, decorators, returns, statements
from lacuna.refactor.python.signatures.words import words


@dataclass(frozen=True, slots=True)
class Outline:
    """What a module defines, by qualified name."""

    definitions: dict[str, Definition]
    classes: dict[str, ClassOutline]
    returns: dict[str, str]
    """The class of what functions return, by the function's name."""


def outline(path: str, tree: ast.Module) -> Outline:
    """What a module defines outside of functions; what is defined twice is not known how it is called."""
    definitions, classes = dict[str, Definition](), dict[str, ClassOutline]()
    for prefix, node in _defined(tree.body, ""):
        qualname = prefix + node.name
        if isinstance(node, ast.ClassDef):
            classes[qualname] = class_outline(path, qualname, node)
            found = record(path, qualname, node, definitions)
        elif decorators(node) & PROPERTIES:
            continue
        else:
            found = _function(path, qualname, node, is_method=bool(prefix))
        if found is None or "overload" in decorators(node):
            continue
        if found.qualname in definitions:
            found = replace(found, unknown="it is defined more than once")
        definitions[found.qualname] = found
    functions = [one for one in statements(tree.body) if isinstance(one, Function)]
    return Outline(definitions, classes, returns(functions))


def _defined(body: Sequence[ast.stmt], prefix: str) -> Iterator[tuple[str, Function | ast.ClassDef]]:
    for node in statements(body):
        if isinstance(node, Function | ast.ClassDef):
            yield prefix, node
        if isinstance(node, ast.ClassDef):
            yield from _defined(node.body, f"{prefix}{node.name}.")


def _function(path: str, qualname: str, node: Function, *, is_method: bool) -> Definition:
    decorated = decorators(node)
    found = parameters(node.args)
    binding = Binding.NOTHING
    if is_method and "staticmethod" not in decorated:
        implicit = {"classmethod"} & decorated or node.name in ("__new__", "__init_subclass__", "__class_getitem__")
        binding = Binding.CLASS if implicit else Binding.INSTANCE
    receiver, unknown = "", ""
    if binding is not Binding.NOTHING:
        if found and found[0].is_positional:
            receiver, found = found[0].name, found[1:]
        else:
            unknown = "it has no first parameter of its own"
    if strange := sorted(decorated - TRANSPARENT - {"overload"}):
        unknown = f"its decorator {strange[0] or 'is no name and'} may change how it is called"
    return Definition(path, qualname, found, binding, receiver, words(node.body), unknown, node.lineno)
