"""What a call of something that changed has to meet: parameters as they are seen from there."""

import ast
from dataclasses import dataclass

from lacuna.refactor.python.signatures.arranging import Signatures, Unclear
from lacuna.refactor.python.signatures.changes import Change
from lacuna.refactor.python.signatures.parameters import Binding, Parameter, Passing
from lacuna.refactor.rule import Piece


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
