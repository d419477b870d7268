"""Members of `self` that only another class of the module has."""

import re
from collections.abc import Iterator

from lacuna.syntax.blocks import Blocks
from lacuna.syntax.gate import Fault, FaultKind
from lacuna.syntax.lines import line_start
from lacuna.syntax.names import has_word
from lacuna.syntax.spans import Span

_READ = re.compile(r"\bself\.(\w+)\b(?!\s*(?:[-+*/%&|^@]|//|\*\*|<<|>>)?=(?!=)|\s*:[^=\n]*=)")
_CLASS = re.compile(r"(?:[ \t]*@[^\n]*\n)*[ \t]*class[ \t]+(\w+)[ \t]*(?:\(([^()]*)\))?[ \t]*:")
_BOUND = r"\bself\.{0}[ \t]*(?::[^=\n]*)?=(?!=)|\bdef[ \t]+{0}\b|^[ \t]+{0}[ \t]*(?::|=(?!=))"


def foreign(blocks: Blocks, own: Span | None, span: Span, answer: str) -> Iterator[Fault]:
    """Members that an answer for a span reads, that nothing in its `own` class names, and that another class binds."""
    text = blocks.text
    before = text[line_start(text, span.start) : span.start]
    read = {found[1] for found in _READ.finditer(before + answer) if found.end() > len(before)}
    if own is None or not read:
        return
    others = text[: own.start] + text[own.end :]
    inherited = _inherited(blocks, own)
    if inherited is None:
        return
    for name in sorted(read):
        known = (text[own.start : span.start], text[span.end : own.end], *inherited)
        is_foreign = not any(has_word(part, name) for part in known)
        if is_foreign and re.search(_BOUND.format(re.escape(name)), others, re.MULTILINE):
            yield Fault(FaultKind.FOREIGN, name, f"self.{name} belongs to another class")


def _inherited(blocks: Blocks, own: Span) -> list[str] | None:
    """The texts of the classes that a class derives from; None if one of them is not of the module."""
    classes = {}
    starts = blocks.starts()
    for number, (indent, start) in enumerate(starts):
        if found := _CLASS.match(blocks.text, start):
            end = next((other for deep, other in starts[number + 1 :] if deep <= indent), len(blocks.text))
            classes[found[1]] = (found[2] or "", blocks.text[start:end])
    found = _CLASS.match(blocks.text, own.start)
    bases, texts = [found[2] or ""] if found else ["?"], list[str]()
    seen = set[str]()
    while bases:
        for base in map(str.strip, bases.pop().split(",")):
            if base in seen or base in ("", "object"):
                continue
            if base not in classes:
                return None
            seen.add(base)
            bases.append(classes[base][0])
            texts.append(classes[base][1])
    return texts
