"""Classes as other classes and calls see them: bases, attributes, methods."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lacuna.refactor.python.signatures.spelling import (
    Function,
    decorators,
    dotted,
    named_type,
    returns,
    statements,
    written,
)
from lacuna.refactor.python.signatures.words import words

PROPERTIES = frozenset({"property", "cached_property", "setter", "getter", "deleter"})


@dataclass(frozen=True, slots=True)
class Field:
    """An attribute of a class or of its instances."""

    name: str
    annotation: str
    value: str
    where: str
    """The method that sets it first, or empty: the class body."""
    type: str = ""
    """The class that it is an object of, as it is named there; empty if that is not told."""


@dataclass(frozen=True, slots=True)
class ClassOutline:
    """A class as other classes and calls see it."""

    path: str
    qualname: str
    bases: tuple[str, ...]
    """As they are written; what is no dotted name is empty."""
    fields: tuple[Field, ...]
    methods: frozenset[str]
    returns: dict[str, str] = field(default_factory=dict)
    """The class of what methods return, by the method's name."""
    body: tuple[str, ...] = ()

    @property
    def defines(self) -> frozenset[str]:
        return self.methods | {field.name for field in self.fields}


def class_outline(path: str, qualname: str, node: ast.ClassDef) -> ClassOutline:
    functions = [one for one in statements(node.body) if isinstance(one, Function)]
    methods = [one for one in functions if not decorators(one) & PROPERTIES]
    fields = dict[str, list[Field]]()
    for one in (*_class_fields(node), *_own_fields(functions)):
        fields.setdefault(one.name, []).append(one)
    bases = tuple(map(dotted, (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)))
    names = frozenset(one.name for one in methods)
    return ClassOutline(
        path, qualname, bases, tuple(map(_joined, fields.values())), names, returns(methods), words(node.body)
    )


def _joined(found: Sequence[Field]) -> Field:
    """What is set several times has a type if it is annotated, or if all that is not None has the same."""
    annotated = [one.type for one in found if one.annotation]
    types = set(annotated or (one.type for one in found if one.value != "None"))
    return replace(found[0], type=types.pop() if len(types) == 1 else "")


def _class_fields(node: ast.ClassDef) -> Iterator[Field]:
    for one in statements(node.body):
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            yield Field(one.target.id, written(one.annotation), written(one.value), "", named_type(one.annotation))
        elif isinstance(one, ast.Assign):
            names = (target.id for target in one.targets if isinstance(target, ast.Name))
            yield from (Field(name, "", written(one.value), "", _made(one.value, {})) for name in names)
        elif isinstance(one, Function) and decorators(one) & PROPERTIES:
            value = "\n".join(map(ast.unparse, one.body))
            yield Field(one.name, written(one.returns), value, "", named_type(one.returns))


def _own_fields(functions: Sequence[Function]) -> Iterator[Field]:
    """What methods set on their receivers."""
    for function in functions:
        taken = [*function.args.posonlyargs, *function.args.args]
        if not taken or "staticmethod" in decorators(function):
            continue
        annotated = {one.arg: named_type(one.annotation) for one in (*taken, *function.args.kwonlyargs)}
        for one in ast.walk(function):
            if isinstance(one, ast.Assign | ast.AnnAssign):
                targets = one.targets if isinstance(one, ast.Assign) else [one.target]
                annotation = one.annotation if isinstance(one, ast.AnnAssign) else None
                kind = named_type(annotation) or _made(one.value, annotated)
                for target in targets:
                    if isinstance(target, ast.Attribute) and dotted(target.value) == taken[0].arg:
                        yield Field(target.attr, written(annotation), written(one.value), function.name, kind)


def _made(value: ast.expr | None, annotated: Mapping[str, str]) -> str:
    """The class that a value is an object of: it is called, or is a parameter with an annotation."""
    if isinstance(value, ast.Call):
        return dotted(value.func)
    return annotated.get(value.id, "") if isinstance(value, ast.Name) else ""
