"""Members of a method's object that only another class of the module has."""

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lacuna.syntax.gate import Fault, FaultKind
from lacuna.syntax.lines import line_end, line_start
from lacuna.syntax.spans import Span

_METHOD = re.compile(
    r"(?m)^([ \t]+)(?:@(classmethod|staticmethod)\b[^\n]*\n(?:[ \t]+@[^\n]*\n)*[ \t]+)?"
    r"(?:async[ \t]+)?def[ \t]+\w+[ \t]*\(\s*(\w+)"
)
_CLASS = re.compile(r"(?:[ \t]*@[^\n]*\n)*[ \t]*class[ \t]+(\w+)[ \t]*(?:\(([^()]*)\))?[ \t]*:")


@dataclass(frozen=True, slots=True)
class _Receiver:
    """The name that a method gives its object, and what text says of that object's members."""

    name: str
    member: re.Pattern[str]
    read: re.Pattern[str]
    targets: re.Pattern[str]
    bound: re.Pattern[str]
    """What binds a member in a class, whatever its methods call their object."""
    open: re.Pattern[str]
    """Text with which a class may have any member."""


@functools.lru_cache(maxsize=16)
def _receiver(name: str) -> _Receiver:
    object_ = "self" if name == "self" else f"(?:self|{name})"
    return _Receiver(
        name,
        re.compile(rf"\b{name}\.(\w+)"),
        re.compile(
            rf"\b{name}\.(\w+)\b(?!\s*(?:[-+*/%&|^@]|//|\*\*|<<|>>)?=(?!=)|\s*:[^=\n]*=)",
        ),
        re.compile(
            r"(?m)^(?:(?<!\w)\(|[\w.,* \t\[\])])+=(?!=)"
            rf"|\b(?:for|as)[ \t]+\(?(?:{name}\.\w+[ \t]*,?[ \t]*)+"
        ),
        re.compile(
            rf"(?m)\b{object_}\.(\w+)(?=[ \t]*(?::[^=\n]*)?=(?!=))"
            r"|\bdef[ \t]+(\w+)|^[ \t]+(\w+)(?=[ \t]*(?::|=(?!=)))"
        ),
        re.compile(rf"\b__getattr(?:ibute)?__\b|\bsetattr\({object_}\b|\b{object_}\.__dict__\b|\bvars\({object_}\)"),
    )


@dataclass(frozen=True, slots=True)
class _Class:
    name: str
    bases: frozenset[str]
    text: str


class Members:
    """What is known of the members of one class of a module, the innermost about some spans."""

    def __init__(self, text: str, starts: Sequence[tuple[int, int]], own: Span) -> None:
        self._text, self._starts, self._own = text, starts, own
        self._is_of_another = functools.cache(self._belongs_to_another)
        self._relatives = functools.cache(self._related)
        self._receiver = functools.cache(self._receiver_at)

    def foreign(self, span: Span, answer: str) -> Iterator[Fault]:
        """Members that an answer for a span reads, that nothing in the class names, and that another class binds."""
        before = self._text[line_start(self._text, span.start) : span.start]
        line = before + answer
        receiver = self._receiver(span) if "." in line else None
        read = {found[1] for found in receiver.read.finditer(line) if found.end() > len(before)} if receiver else ()
        if not receiver or not read:
            return
        targets = (found.group() for found in receiver.targets.finditer(line))
        written = {name for target in targets for name in receiver.member.findall(target)}
        for name in sorted(read - written - _bound(answer, receiver)):
            if self._is_of_another(name, span, receiver):
                yield Fault(FaultKind.FOREIGN, name, f"{receiver.name}.{name} belongs to another class")

    def _receiver_at(self, span: Span) -> _Receiver | None:
        """What the method about a span calls its object; None where it has none."""
        methods = list(_METHOD.finditer(self._text, self._own.start, span.start))
        least = min((len(found[1]) for found in methods), default=0)
        last = next((found for found in reversed(methods) if len(found[1]) == least), None)
        return None if last and last[2] else _receiver(last[3] if last else "self")

    def _belongs_to_another(self, name: str, span: Span, receiver: _Receiver) -> bool:
        """Whether nothing but a span names a member in the class or one that is related, and another class binds it."""
        text, own, word = self._text, self._own, re.compile(rf"{name}(?<!\w{name})(?!\w)")
        if word.search(text, own.start, span.start) or word.search(text, span.end, own.end):
            return False
        others = (text[: own.start], text[own.end :])
        if not any(name in _bound(line, receiver) for part in others for line in _lines_with(part, name)):
            return False
        relatives = self._relatives(receiver)
        return relatives is not None and not any(map(word.search, relatives))

    def _related(self, receiver: _Receiver) -> list[str] | None:
        """The texts of the other classes that are related to the class: an object may be of several of them.

        None if more may belong to them than the module shows.
        """
        classes = list(_classes(self._text, self._starts))
        found = _CLASS.match(self._text, self._own.start)
        if found is None or "Mixin" in found[1]:
            return None
        related, size = {found[1]}, 0
        while len(related) > size:
            size = len(related)
            for one in classes:
                if one.name in related or one.bases & related:
                    related |= {one.name, *one.bases}
        family = [one for one in classes if one.name in related]
        is_whole = len(family) == len(related) and not any(receiver.open.search(one.text) for one in family)
        return [one.text for one in family if one.name != found[1]] if is_whole else None


def _bound(text: str, receiver: _Receiver) -> set[str]:
    """Members that some lines of a class bind."""
    return {name for found in receiver.bound.finditer(text) for name in found.groups() if name}


def _lines_with(text: str, name: str) -> Iterator[str]:
    at = text.find(name)
    while at >= 0:
        end = line_end(text, at)
        yield text[line_start(text, at) : end]
        at = text.find(name, end)


def _classes(text: str, starts: Sequence[tuple[int, int]]) -> Iterator[_Class]:
    for number, (indent, start) in enumerate(starts):
        if found := _CLASS.match(text, start):
            end = next((other for deep, other in starts[number + 1 :] if deep <= indent), len(text))
            bases = frozenset(map(str.strip, (found[2] or "").split(",")))
            yield _Class(found[1], bases - {"", "object"}, text[start:end])
