"""The calls of one file, and what each has to become; what cannot be told is left alone with a reason."""

import ast
from dataclasses import dataclass, replace

from lacuna.refactor.python.signatures.arranging import Signatures, Unclear, arranged
from lacuna.refactor.python.signatures.callees import Callee, signatures
from lacuna.refactor.python.signatures.calls import Arguments, Fitting, fit
from lacuna.refactor.python.signatures.file import File, Found
from lacuna.refactor.python.signatures.importing import spelled
from lacuna.refactor.python.signatures.layout import laid_out, merged
from lacuna.refactor.python.signatures.scopes import Placed, Scope
from lacuna.refactor.python.signatures.spelling import dotted
from lacuna.refactor.python.signatures.telling import callee, given_of, handed_on
from lacuna.refactor.rule import Piece, Replacement
from lacuna.syntax.spans import Span


@dataclass(slots=True)
class Calls:
    """Goes through a file's calls, inner before outer: an outer one may move the text of an inner one."""

    file: File
    found: list[Found]
    """What is found already: names, and then calls."""

    def go(self, every: list[Placed]) -> list[Found]:
        for one in reversed(every):
            if isinstance(one.node, ast.Call):
                for call in (one.node, *handed_on(one.node)):
                    self._call(call, one.scope)
        return self.found

    def _call(self, node: ast.Call, scope: Scope) -> None:
        called = callee(node, scope, self.file)
        if isinstance(called, Callee) and called.change.is_felt:
            self._note(node, self._adapted(node, scope, called))
        elif isinstance(called, Unclear):
            self._note(node, called)

    def _note(self, node: ast.Call, what: tuple[Replacement, ...] | Unclear) -> None:
        span = self.file.places.span(node)
        if isinstance(what, Unclear):
            self.found.append(Found(self.file.head(span), why=what.why))
        elif what:
            self.found = [one for one in self.found if not _is_within(one, what)]
            name = self._name(node.func)
            own = [one for one in self.found if one.at == name and one.replacements]
            self.found = [one for one in self.found if one not in own]
            rows = (*what, *(each for one in own for each in one.replacements))
            self.found.append(Found(span, merged(rows)))

    def _name(self, called: ast.expr) -> Span:
        """The word that a call's function is called by."""
        if isinstance(called, ast.Attribute):
            return self.file.places.name_of_attribute(called)
        return self.file.places.span(called)

    def _adapted(self, node: ast.Call, scope: Scope, called: Callee) -> tuple[Replacement, ...] | Unclear:
        given = given_of(node, scope, self.file)
        if called.change.unknown or given is None:
            return Unclear(called.change.unknown or "its arguments are not understood")
        subject = called.subject
        both = signatures(called, self._rendered(self.file.places.span(subject), is_kept=True) if subject else ())
        if isinstance(both, Unclear):
            return both
        both = replace(both, called=_names(node.func, called))
        then, now = fit(both.old, given.given), fit(both.new, given.given)
        if then is None:
            is_done = now is not None and not called.change.is_moved
            return () if is_done else Unclear(f"its arguments do not fit what {called.change.old.name} took before")
        found = self._inside(called, both, given, then)
        if isinstance(found, Unclear):
            return found
        if (
            found
            and now is not None
            and self.file.is_changed(node)
            and called.change.old.name == called.change.new.name
        ):
            return Unclear(f"its line was changed since, and it fits {called.change.new.name} as it is now")
        before = self._target(node, scope, called, then) if called.change.is_moved else ()
        return before if isinstance(before, Unclear) else merged((*before, *found))

    def _inside(
        self, called: Callee, both: Signatures, given: Arguments, then: Fitting
    ) -> tuple[Replacement, ...] | Unclear:
        """What changes between the brackets."""
        subject = then.by_name.get(called.change.old.parameters[0].name) if called.change.becomes_method else None
        items = arranged(both, given.given, then, subject)
        return items if isinstance(items, Unclear) else laid_out(self.file.text, given, items, self._rendered)

    def _target(self, node: ast.Call, scope: Scope, called: Callee, then: Fitting) -> tuple[Replacement, ...] | Unclear:
        """What stands before the brackets, where a function became a method, or a method a function."""
        change, span = called.change, self.file.places.span(node.func)
        if change.becomes_function:
            return self._as_function(span, scope, called)
        subject = then.by_name.get(change.old.parameters[0].name)
        if subject is None or subject.star:
            return Unclear(f"what {change.new.name} is to be called on is not among its arguments")
        pieces = self._rendered(subject.value)
        pieces = pieces if subject.is_atom else ("(", *pieces, ")")
        return (Replacement(span, (*pieces, ".", change.new.name)),)

    def _as_function(self, span: Span, scope: Scope, called: Callee) -> tuple[Replacement, ...] | Unclear:
        """A function of a module needs to be imported."""
        if called.is_on_super:
            return Unclear("it is called on super()")
        name = spelled(self.file, scope, called.change.new)
        if isinstance(name, Unclear):
            return name
        return (Replacement(span, (name.text,)), *name.needs)

    def _rendered(self, span: Span, *, is_kept: bool = False) -> tuple[Piece, ...]:
        """The text of a span, with all that was found in it rewritten; it is not found by itself any more."""
        inner = [one for one in self.found if span.start <= one.at.start and one.at.end <= span.end and not one.why]
        if not is_kept:
            self.found = [one for one in self.found if one not in inner]
        text, done, pieces = self.file.text, span.start, list[Piece]()
        for each in merged([each for one in inner for each in one.replacements]):
            if each.span.start >= span.start:
                pieces += [text[done : each.span.start], *each.pieces]
                done = each.span.end
        return tuple(piece for piece in (*pieces, text[done : span.end]) if piece != "")


def _names(called_as: ast.expr, called: Callee) -> frozenset[str]:
    """What a call's function is called in the call, then and now."""
    written = dotted(called_as)
    head, dot, _ = written.rpartition(".")
    return frozenset({written, f"{head}{dot}{called.change.new.name}"} if written else ())


def _is_within(found: Found, replacements: tuple[Replacement, ...]) -> bool:
    """Whether a place lies in what is replaced."""
    return any(one.span.start <= found.at.start and found.at.end <= one.span.end for one in replacements)
