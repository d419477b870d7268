"""Members of `self` that only another class of the module has."""

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lacuna.syntax.gate import Fault, FaultKind
from lacuna.syntax.lines import line_end, line_start
from lacuna.syntax.spans import Span

_READ = re.compile(r"\bself\.(\w+)\b(?!\s*(?:[-+*/%&|^@]|//|\*\*|<<|>>)?=(?!=)|\s*:[^=\n]*=)")
_TARGETS = re.compile(r"(?m)^(?:(?<!\w)\(|[\w.,* \t\[\])])+=(?!=)|\b(?:for|as)[ \t]+\(?(?:self\.\w+[ \t]*,?[ \t]*)+")
_MEMBER = re.compile(r"\bself\.(\w+)")
_CLASS = re.compile(r"(?:[ \t]*@[^\n]*\n)*[ \t]*class[ \t]+(\w+)[ \t]*(?:\(([^()]*)\))?[ \t]*:")
_BOUND = re.compile(
    r"(?m)\bself\.(\w+)(?=[ \t]*(?::[^=\n]*)?=(?!=))|\bdef[ \t]+(\w+)|^[ \t]+(\w+)(?=[ \t]*(?::|=(?!=)))"
)
"""What binds a member in a class."""
_OPEN = re.compile(r"\b__getattr(?:ibute)?__\b|\bsetattr\(self\b|\bself\.__dict__\b|\bvars\(self\)")
"""Text with which a class may have any member."""


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

    def foreign(self, span: Span, answer: str) -> Iterator[Fault]:
        """Members that an answer for a span reads, that nothing in the class names, and that another class binds."""
        before = self._text[line_start(self._text, span.start) : span.start]
        read = {found[1] for found in _READ.finditer(before + answer) if found.end() > len(before)}
        if not read:
            return
        read -= {name for found in _TARGETS.finditer(before + answer) for name in _MEMBER.findall(found.group())}
        for name in sorted(read):
            if self._is_of_another(name, span) and name not in _bound(answer):
                yield Fault(FaultKind.FOREIGN, name, f"self.{name} belongs to another class")

    def _belongs_to_another(self, name: str, span: Span) -> bool:
        """Whether nothing but a span names a member in the class or one that is related, and another class binds it."""
        text, own, word = self._text, self._own, re.compile(rf"{name}(?<!\w{name})(?!\w)")
        if word.search(text, own.start, span.start) or word.search(text, span.end, own.end):
            return False
        others = (text[: own.start], text[own.end :])
        if not any(name in _bound(line) for part in others for line in _lines_with(part, name)):
            return False
        return self._relatives is not None and not any(map(word.search, self._relatives))

    @functools.cached_property
    def _relatives(self) -> list[str] | None:
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
        is_whole = len(family) == len(related) and not any(_OPEN.search(one.text) for one in family)
        return [one.text for one in family if one.name != found[1]] if is_whole else None


def _bound(text: str) -> set[str]:
    """Members that some lines of a class bind."""
    return {name for found in _BOUND.finditer(text) for name in found.groups() if name}


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
