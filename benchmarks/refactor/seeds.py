"""Refactorings of real code, made by LibCST: what a definition becomes, and what each of its uses has to become."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider, QualifiedNameProvider

Item = TypeVar("Item", cst.Arg, cst.Param)
Place = tuple[int, int]
"""Line from 1 and column of a name's first character, in code points."""


@dataclass(frozen=True, slots=True)
class Seed:
    """One refactoring of one definition; what is left out stays as it is."""

    call: Callable[[cst.Call], cst.Call] = lambda call: call
    word: str = ""
    """The new name of what is used."""
    function: Callable[[cst.FunctionDef], cst.FunctionDef] = lambda function: function


def rewritten(text: str, seed: Seed, uses: frozenset[Place], definition: Place | None = None) -> str:
    """The text with the uses at these places, and the definition, refactored."""
    if not uses and definition is None:
        return text
    return _parsed(text).visit(_Rewriting(seed, uses, definition)).code


def qualified(text: str) -> dict[Place, frozenset[str]]:
    """What names of functions and classes are by the imports and definitions of their module, where they are used."""
    found = {}
    wrapper = _parsed(text)
    places, names = wrapper.resolve(PositionProvider), wrapper.resolve(QualifiedNameProvider)
    for node, known in names.items():
        word = node.attr if isinstance(node, cst.Attribute) else node
        if isinstance(word, cst.Name) and word in places:
            start = places[word].start
            every = known() if callable(known) else known
            found[start.line, start.column] = frozenset(one.name for one in every)
    return found


@functools.lru_cache(maxsize=64)
def _parsed(text: str) -> MetadataWrapper:
    return MetadataWrapper(
        cst.parse_module(text), unsafe_skip_copy=True
    )  # transformers make copies of what they change


class _Rewriting(cst.CSTTransformer):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, seed: Seed, uses: frozenset[Place], definition: Place | None) -> None:
        super().__init__()
        self._seed, self._uses, self._definition = seed, uses, definition

    def _place(self, node: cst.CSTNode) -> Place:
        start = self.get_metadata(PositionProvider, node).start
        return start.line, start.column

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:  # noqa: N802 -- LibCST's
        called = original_node.func
        name = called.attr if isinstance(called, cst.Attribute) else called
        if isinstance(name, cst.Name) and self._place(name) in self._uses:
            return _with_brackets(self._seed.call(updated_node))
        return updated_node

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:  # noqa: N802 -- LibCST's
        if self._seed.word and self._place(original_node) in self._uses:
            return updated_node.with_changes(value=self._seed.word)
        return updated_node

    def leave_FunctionDef(  # noqa: N802 -- LibCST's
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        is_it = self._place(original_node.name) == self._definition
        return self._seed.function(updated_node) if is_it else updated_node


# --- what is done to parameters and arguments


def removed(name: str, number: int) -> Seed:
    """A parameter and what is given for it go; it is the `number`-th of those that can be given by position."""

    def call(node: cst.Call) -> cst.Call:
        kept = [one for at, one in enumerate(node.args) if not _is_for(node.args, at, name, number)]
        return node.with_changes(args=_with_commas(kept, node.args))

    def function(node: cst.FunctionDef) -> cst.FunctionDef:
        taken = node.params
        lists = {
            kind: _with_commas([one for one in getattr(taken, kind) if one.name.value != name], getattr(taken, kind))
            for kind in ("posonly_params", "params", "kwonly_params")
        }
        return node.with_changes(params=taken.with_changes(**lists))

    return Seed(call, function=function)


def appended(name: str) -> Seed:
    """A call gives a variable of the parameter's name, behind all else."""

    def call(node: cst.Call) -> cst.Call:
        return node.with_changes(args=[*node.args, cst.Arg(cst.Name(name), keyword=cst.Name(name), equal=_EQUAL)])

    return Seed(call)


def renamed(name: str, new: str) -> Seed:
    """A parameter gets another name, in the function too."""

    def call(node: cst.Call) -> cst.Call:
        args = [
            one.with_changes(keyword=cst.Name(new)) if one.keyword and one.keyword.value == name else one
            for one in node.args
        ]
        return node.with_changes(args=args)

    return Seed(call, function=lambda node: _with_names(node, {name: new}))


def swapped(first: int, names: tuple[str, str]) -> Seed:
    """Two parameters that stand side by side change places, the first of them being the `first`-th."""

    def call(node: cst.Call) -> cst.Call:
        args = list(node.args)
        one = _given(args, first, names[0])
        other = _given(args, first + 1, names[1])
        if one is None or args[one].keyword:
            return node
        if other is None or args[other].keyword:
            args[one] = args[one].with_changes(keyword=cst.Name(names[0]), equal=_EQUAL)
            return node.with_changes(args=args)
        args[one], args[other] = (
            args[one].with_changes(value=args[other].value),
            args[other].with_changes(value=args[one].value),
        )
        return node.with_changes(args=args)

    def function(node: cst.FunctionDef) -> cst.FunctionDef:
        taken = list(node.params.params)
        at = next(n for n, one in enumerate(taken) if one.name.value == names[0])
        one, other = taken[at], taken[at + 1]
        taken[at], taken[at + 1] = other.with_changes(comma=one.comma), one.with_changes(comma=other.comma)
        return node.with_changes(params=node.params.with_changes(params=taken))

    return Seed(call, function=function)


_EQUAL = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))


def _with_brackets(node: cst.Call) -> cst.Call:
    """A generator needs brackets of its own beside other arguments, or behind a name."""
    if len(node.args) == 1 and node.args[0].keyword is None:
        return node
    args = [
        one.with_changes(value=one.value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()]))
        if isinstance(one.value, cst.GeneratorExp) and not one.value.lpar
        else one
        for one in node.args
    ]
    return node.with_changes(args=args)


def as_method(name: str, subject: str) -> Seed:
    """A call of a function becomes one of a method of its first argument."""

    def call(node: cst.Call) -> cst.Call:
        at = _given(node.args, 0, subject)
        assert at is not None, "calls that give no first argument are not drawn"
        value = node.args[at].value
        is_atom = isinstance(value, cst.Name | cst.Attribute | cst.Call | cst.Subscript) or value.lpar
        on = value if is_atom else value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        kept = [one for number, one in enumerate(node.args) if number != at]
        return node.with_changes(func=cst.Attribute(on, cst.Name(name)), args=_with_commas(kept, node.args))

    return Seed(call)


def moved(text: str, name: str, owner: str, subject: str) -> str:
    """A function of a module as the last method of a class there, called on what was its first parameter."""
    module = cst.parse_module(text)
    function = next(one for one in module.body if isinstance(one, cst.FunctionDef) and one.name.value == name)
    method = _with_names(function, {subject: "self"}).with_changes(leading_lines=[cst.EmptyLine(indent=False)])
    body = list[cst.SimpleStatementLine | cst.BaseCompoundStatement]()
    for one in module.body:
        if isinstance(one, cst.ClassDef) and one.name.value == owner and isinstance(one.body, cst.IndentedBlock):
            body.append(one.with_changes(body=one.body.with_changes(body=[*one.body.body, method])))
        elif one is not function:
            body.append(one)
    return module.with_changes(body=body).code


def _is_for(args: Sequence[cst.Arg], at: int, name: str, number: int) -> bool:
    return _given(args, number, name) == at


def _given(args: Sequence[cst.Arg], number: int, name: str) -> int | None:
    """Which argument is for the parameter of this name and place."""
    by_name = next((at for at, one in enumerate(args) if one.keyword and one.keyword.value == name), None)
    if by_name is not None:
        return by_name
    is_there = 0 <= number < len(args) and args[number].keyword is None
    return number if is_there else None


def _with_commas(kept: Sequence[Item], before: Sequence[Item]) -> list[Item]:
    """What is left, the last of it ending as the last one did."""
    if not kept:
        return []
    done: list[Item] = list(kept)
    done[-1] = done[-1].with_changes(comma=before[-1].comma)
    return done


def _with_names(node: cst.FunctionDef, names: Mapping[str, str]) -> cst.FunctionDef:
    found = node.visit(_Names(names))
    assert isinstance(found, cst.FunctionDef), "names are all that is replaced"
    return found


class _Names(cst.CSTTransformer):
    """Replaces names, not attributes nor the names of arguments."""

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__()
        self._names = names

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.Attribute:  # noqa: N802
        return updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:  # noqa: N802 -- LibCST's
        return updated_node.with_changes(keyword=original_node.keyword)

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:  # noqa: N802 -- LibCST's
        return updated_node.with_changes(value=self._names.get(original_node.value, original_node.value))
