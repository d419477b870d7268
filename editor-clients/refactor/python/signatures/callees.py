"""Whose call a call is, and what it has to meet: the parameters of what changed, as they are seen from there."""

import ast
import io
import logging
import pathlib
import re
import threading
from dataclasses import dataclass

from lacuna.refactor.python.signatures.arranging import Signatures, Unclear
from lacuna.refactor.python.signatures.changes import Change, Key
from lacuna.refactor.python.signatures.parameters import Binding, Parameter, Passing
from lacuna.refactor.python.signatures.resolving import Ambiguous, Member, Resolver, constructor
from lacuna.refactor.python.signatures.scopes import Scope
from lacuna.refactor.python.signatures.tree import Ref
from lacuna.refactor.rule import Piece

_COMMON = frozenset(
    name
    for kind in (
        *(str, bytes, int, float, list, dict, set, tuple, object, BaseException, io.TextIOWrapper, io.BytesIO),
        *(pathlib.Path, re.Pattern, re.Match, logging.Logger, threading.Thread, threading.Event, type(len), property),
    )
    for name in dir(kind)
)
"""Attributes that objects have that no tree defines."""


@dataclass(frozen=True, slots=True)
class Callee:
    change: Change
    subject: ast.expr | None = None
    """What it is called on."""
    is_on_class: bool = False
    """As `C.f(x)`."""

    @property
    def takes_subject(self) -> bool:
        """What it is called on is given as an argument."""
        return self.is_on_class and self.change.old.binding is Binding.INSTANCE

    @property
    def is_on_super(self) -> bool:
        subject = self.subject.func if isinstance(self.subject, ast.Call) else None
        return isinstance(subject, ast.Name) and subject.id == "super"


def callee(called: ast.expr, scope: Scope, resolver: Resolver) -> Callee | Unclear | None:
    """Whose call it is; None if it is not one of what changed, or of anything that is known."""
    calls = resolver.tree.changes.calls
    match resolver.meaning(called, scope):
        case Ref() as ref:
            change = calls.get(_called(ref, resolver))
            return Callee(change) if change else None
        case Ambiguous(ref=ref) if _called(ref, resolver) in calls:
            return Unclear("its name is bound to something else, too")
        case Member(ref=ref, is_on_class=is_on_class) if ref.key in calls:
            change, subject = calls[ref.key], called.value if isinstance(called, ast.Attribute) else None
            return Callee(change, subject, is_on_class)
        case None if isinstance(called, ast.Attribute):
            found = only_owner(called.attr, resolver)
            return Callee(calls[found], called.value) if isinstance(found, tuple) else found
    return None


def _called(ref: Ref, resolver: Resolver) -> Key:
    """What a call of something calls: of a class, the constructor that it has from wherever."""
    if resolver.tree.outline(ref) is None:
        return ref.key
    found = constructor(resolver.tree, ref)
    return found.key if found else ref.key


def only_owner(name: str, resolver: Resolver) -> Key | Unclear | None:
    """Which changed method it is by its name alone; None if no changed one has it."""
    calls = resolver.tree.changes.calls
    keys = [key for key in resolver.tree.of_classes.get(name, ()) if key in calls]
    if not keys or name.startswith("__"):
        return None
    is_there_still = any(calls[key].new.name == name for key in keys)
    return alone(keys, name, resolver, others=is_there_still)


def alone(keys: list[Key], name: str, resolver: Resolver, *, others: bool) -> Key | Unclear:
    """The only thing of a name, if nothing else is called so in the tree, nor what no tree defines."""
    if len(keys) > 1 or resolver.tree.definers[name] > others:
        return Unclear(f"more than one thing is called {name}, and it is not told which this is")
    if name in _COMMON:
        return Unclear(f"Python's own objects have {name}, too, and it is not told whose this is")
    return keys[0]


def signatures(called: Callee, receiver: tuple[Piece, ...]) -> Signatures | Unclear:
    """Parameters then and now as a call of that form meets them; `receiver` is the text of what it is called on."""
    change = called.change
    old, new, sources = list(change.old.parameters), list(change.new.parameters), dict(change.sources)
    supplied: dict[str, tuple[Piece, ...]] = {}
    if called.takes_subject:
        old = [_receiver(change.old.receiver), *old]
    if change.becomes_function:
        if called.takes_subject:
            sources[new[0].name] = change.old.receiver
        elif change.old.binding is Binding.INSTANCE:
            supplied[new[0].name] = receiver
    elif called.takes_subject and change.new.binding is Binding.INSTANCE:
        new = [_receiver(change.new.receiver), *new]
        sources[change.new.receiver] = change.old.receiver
    elif called.is_on_class and change.new.binding is Binding.INSTANCE:
        return Unclear("it needs an instance now")
    return Signatures(old, new, sources, supplied)


def _receiver(name: str) -> Parameter:
    return Parameter(name, Passing.EITHER)
