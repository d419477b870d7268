"""Members of `self` that only another class of the module has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lacuna.syntax.blocks import Blocks
from lacuna.syntax.gate import Fault, FaultKind
from lacuna.syntax.lines import line_start
from lacuna.syntax.names import has_word
from lacuna.syntax.spans import Span

_READ = re.compile(r"\bself\.(\w+)\b(?!\s*(?:[-+*/%&|^@]|//|\*\*|<<|>>)?=(?!=)|\s*:[^=\n]*=)")
_TARGETS = re.compile(r"(?m)^(?:(?<!\w)\(|[\w.,* \t\[\])])+=(?!=)|\b(?:for|as)[ \t]+\(?(?:self\.\w+[ \t]*,?[ \t]*)+")
_MEMBER = re.compile(r"\bself\.(\w+)")
_CLASS = re.compile(r"(?:[ \t]*@[^\n]*\n)*[ \t]*class[ \t]+(\w+)[ \t]*(?:\(([^()]*)\))?[ \t]*:")
_BOUND = r"\bself\.{0}[ \t]*(?::[^=\n]*)?=(?!=)|\bdef[ \t]+{0}\b|^[ \t]+{0}[ \t]*(?::|=(?!=))"
_OPEN = re.compile(r"\b__getattr(?:ibute)?__\b|\bsetattr\(self\b|\bself\.__dict__\b|\bvars\(self\)")
"""Text with which a class may have any member."""


@dataclass(frozen=True, slots=True)
class _Class:
    name: str
    bases: frozenset[str]
    text: str


def foreign(blocks: Blocks, own: Span | None, span: Span, answer: str) -> Iterator[Fault]:
    """Members that an answer for a span reads, that nothing in its `own` class names, and that another class binds."""
    text = blocks.text
    before = text[line_start(text, span.start) : span.start]
    read = {found[1] for found in _READ.finditer(before + answer) if found.end() > len(before)}
    read -= {name for found in _TARGETS.finditer(before + answer) for name in _MEMBER.findall(found.group())}
    if own is None or not read:
        return
    relatives = _relatives(blocks, own)
    if relatives is None:
        return
    others = text[: own.start] + text[own.end :]
    for name in sorted(read):
        bound = re.compile(_BOUND.format(re.escape(name)), re.MULTILINE)
        known = (text[own.start : span.start], text[span.end : own.end], *relatives)
        is_known = any(has_word(part, name) for part in known) or bound.search(answer)
        if not is_known and bound.search(others):
            yield Fault(FaultKind.FOREIGN, name, f"self.{name} belongs to another class")


def _relatives(blocks: Blocks, own: Span) -> list[str] | None:
    """The texts of the other classes that are related to a class: an object may be of several of them.

    None if more may belong to them than the module shows.
    """
    classes = list(_classes(blocks))
    found = _CLASS.match(blocks.text, own.start)
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


def _classes(blocks: Blocks) -> Iterator[_Class]:
    starts = blocks.starts()
    for number, (indent, start) in enumerate(starts):
        if found := _CLASS.match(blocks.text, start):
            end = next((other for deep, other in starts[number + 1 :] if deep <= indent), len(blocks.text))
            bases = frozenset(map(str.strip, (found[2] or "").split(",")))
            yield _Class(found[1], bases - {"", "object"}, blocks.text[start:end])
