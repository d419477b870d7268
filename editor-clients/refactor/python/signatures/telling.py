"""Whose call a call is: by what its name is bound to, else by the name and the arguments alone."""

import ast
import contextlib
import functools
import inspect
import io
import logging
import pathlib
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lacuna.refactor.python.signatures.arranging import Kept, Unclear, arranged
from lacuna.refactor.python.signatures.callees import Callee, signatures
from lacuna.refactor.python.signatures.calls import Argument, Arguments, arguments, fit
from lacuna.refactor.python.signatures.changes import Change, Key
from lacuna.refactor.python.signatures.effects import with_effects
from lacuna.refactor.python.signatures.file import File
from lacuna.refactor.python.signatures.parameters import Parameter
from lacuna.refactor.python.signatures.resolving import Ambiguous, Member, Resolver, constructor
from lacuna.refactor.python.signatures.scopes import Scope
from lacuna.refactor.python.signatures.spelling import dotted
from lacuna.refactor.python.signatures.tree import Ref
from lacuna.syntax.spans import Span

_KINDS = (
    *(str, bytes, int, float, list, dict, set, tuple, object, BaseException, io.TextIOWrapper, io.BytesIO),
    *(pathlib.Path, re.Pattern, re.Match, logging.Logger, threading.Thread, threading.Event, type(len), property),
)
_HANDING_ON = {
    **dict.fromkeys(("submit", "to_thread"), 0),
    **dict.fromkeys(("assertRaises", "assertWarns", "raises"), 1),
    **dict.fromkeys(("assertRaisesRegex", "assertWarnsRegex"), 2),
}
"""Functions that call another one with the arguments that follow it, and which of theirs that is."""
_COMMON = frozenset(name for kind in _KINDS for name in dir(kind))
"""Attributes that objects have that no tree defines."""
_TAKES_ALL = frozenset({"format", "update"})
"""Those that take any names, and do not say so."""


BOUND_TWICE = Unclear("its name is bound to something else, too")


def callee(call: ast.Call, scope: Scope, file: File) -> Callee | Unclear | None:
    """Whose call it is; None if it is not one of what changed, or of anything that is known."""
    called, calls = call.func, file.resolver.tree.changes.calls
    match file.resolver.meaning(called, scope):
        case Ref() as ref:
            change = calls.get(_called(ref, file.resolver))
            return Callee(change) if change else None
        case Ambiguous(ref=ref) if is_old_name(called, ref, file.resolver) or _is_felt_by_calls(ref, file.resolver):
            return BOUND_TWICE
        case Member(ref=ref, is_on_class=is_on_class) if ref.key in calls:
            change, subject = calls[ref.key], called.value if isinstance(called, ast.Attribute) else None
            return Callee(change, subject, is_on_class)
        case None if isinstance(called, ast.Attribute):
            found = method_alone(called.attr, call, scope, file)
            return Callee(calls[found], called.value) if isinstance(found, tuple) else found
    return None


def is_old_name(node: ast.expr, ref: Ref, resolver: Resolver) -> bool:
    """Whether a name is the one that something had before it was renamed."""
    change = resolver.tree.changes.calls.get(ref.key)
    is_renamed = ref.key in resolver.tree.changes.classes or (change is not None and change.is_renamed)
    return is_renamed and isinstance(node, ast.Name) and node.id == ref.qualname.rpartition(".")[2]


def _is_felt_by_calls(ref: Ref, resolver: Resolver) -> bool:
    change = resolver.tree.changes.calls.get(_called(ref, resolver))
    return change is not None and change.is_felt


def _called(ref: Ref, resolver: Resolver) -> Key:
    """What a call of something calls: of a class, the constructor that it has from wherever."""
    if resolver.tree.outline(ref) is None:
        return ref.key
    found = constructor(resolver.tree, ref)
    return found.key if found else ref.key


def called_by(node: ast.expr, parent: ast.AST) -> ast.Call | None:
    """The call by which a function is called where it is named."""
    if not isinstance(parent, ast.Call):
        return None
    return parent if parent.func is node else next((one for one in handed_on(parent) if one.func is node), None)


def handed_on(call: ast.Call) -> Iterator[ast.Call]:
    """The call that another call makes: `f(x)` of `assertRaises(ValueError, f, x)`."""
    number = _HANDING_ON.get(dotted(call.func).rpartition(".")[2], len(call.args))
    before = call.args[: number + 1]
    if number < len(call.args) and not any(isinstance(one, ast.Starred) for one in before):
        made = ast.Call(call.args[number], call.args[number + 1 :], call.keywords)
        yield ast.copy_location(made, call)


def given_of(call: ast.Call, scope: Scope, file: File) -> Arguments | None:
    """The arguments of a call, be it one that another call makes; None if they are not understood."""
    grammatical = file.places.node(call)
    found = arguments(file.places.parsed, grammatical) if grammatical else None
    if found is None:
        return None
    others = len(found.given) - len(call.args) - len(call.keywords)
    given = with_effects(call, scope, found.given[max(0, others) :])
    inside = Span(found.given[others - 1].span.end, found.inside.end) if others > 0 else found.inside
    return replace(found, inside=inside, given=given) if given is not None else None


# --- by the name alone


def method_alone(name: str, call: ast.Call | None, scope: Scope, file: File) -> Key | Unclear | None:
    """Which changed method it is by its name, and by what it is called with; None if it is the same for all of them."""
    resolver = file.resolver
    keys = [key for key in resolver.tree.of_classes.get(name, ()) if key in resolver.tree.changes.calls]
    if not keys or name.startswith("__"):
        return None
    found = alone(keys, name, resolver)
    given = given_of(call, scope, file) if call and isinstance(found, Unclear) else None
    if given is None:
        return found
    changed = resolver.tree.changes.calls
    likely = [key for key in keys if changed[key].unknown or fit(changed[key].old.parameters, given.given)]
    if not any(_is_felt(changed[key], given.given) for key in likely):
        return None
    is_told = len(likely) == 1 and _is_for_it_alone(likely[0], name, given.given, resolver)
    return likely[0] if is_told else found


def alone(keys: Sequence[Key], name: str, resolver: Resolver) -> Key | Unclear:
    """The only thing of a name, if nothing else is called so in the tree, nor what no tree defines."""
    if len(keys) > 1 or _others(keys[0], name, resolver):
        return Unclear(f"more than one thing is called {name}, and it is not told which this is")
    if name in _COMMON:
        return Unclear(f"Python's own objects have {name}, too, and it is not told whose this is")
    return keys[0]


def _others(key: Key, name: str, resolver: Resolver) -> list[tuple[Parameter, ...] | None]:
    """What other definitions of a name take; None for what may take anything."""
    change = resolver.tree.changes.calls.get(key)
    own = (change.new.path, change.new.qualname) if change else None
    return [taken for other, taken in resolver.tree.takers.get(name, {}).items() if other != own]


def _is_felt(change: Change, given: Sequence[Argument]) -> bool:
    """Whether a call with these arguments has to be another one."""
    both = signatures(Callee(change), ())
    found = fit(change.old.parameters, given)
    if change.is_renamed or change.is_moved or change.unknown or found is None or isinstance(both, Unclear):
        return True
    items = arranged(both, given, found)
    return isinstance(items, Unclear) or items != tuple(Kept(one, one.name) for one in given)


def _is_for_it_alone(key: Key, name: str, given: Sequence[Argument], resolver: Resolver) -> bool:
    """Whether nothing else of the name takes these arguments; of Python's own objects, by the names that are given."""
    if any(taken is None or fit(taken, given) for taken in _others(key, name, resolver)):
        return False
    if name not in _COMMON:
        return True
    by_python = _names_taken(name)
    return by_python is not None and any(one.name not in by_python for one in given if one.name)


@functools.cache
def _names_taken(name: str) -> frozenset[str] | None:
    """The names of arguments that such a method of Python's own objects takes; None if it may be any."""
    found = set[str]()
    for method in (getattr(kind, name) for kind in _KINDS if hasattr(kind, name)):
        with contextlib.suppress(ValueError, TypeError):  # written in C, and by position
            for one in inspect.signature(method).parameters.values():
                if one.kind is one.VAR_KEYWORD:
                    return None
                found |= {one.name} if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY) else set()
    return None if name in _TAKES_ALL else frozenset(found)
