"""What can be known of Python without running it: its compiler's refusals, its rules of scope, Pyflakes' findings."""

import functools
import re
from collections.abc import Iterator

from lacuna.syntax.blocks import Blocks
from lacuna.syntax.gate import Fault, FaultKind, Version
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.lines import line_start
from lacuna.syntax.python.compiling import Refusal
from lacuna.syntax.python.findings import TELLING
from lacuna.syntax.python.future import Future
from lacuna.syntax.python.lowering import lowered
from lacuna.syntax.python.members import Members
from lacuna.syntax.python.module import Compiler, Module, is_fault, is_too_new
from lacuna.syntax.python.patterns import alternative
from lacuna.syntax.python.reducing import Reduced, reductions, thinned
from lacuna.syntax.python.unbound import Unbound
from lacuna.syntax.python.unfinished import closing, has_block, may_bind
from lacuna.syntax.spans import Span

_LONE_RETURN = re.compile(r"\r(?!\n)")
"""A line end like any other."""
_DEFINITION = re.compile(r"[ \t]*(?:async[ \t]+def|def|class)[ \t]+(\w+)")
SEARCHED, JUDGED = 10_500, 19_000
"""Code points that are gone through for a request while it is searched, and in all: some 15 ms of CPU.

What comes after that passes. Counted are code points and not time: the same answers come on every machine.
"""
ONCE = 60
"""What each go costs beside the code points of the part."""
FINDING = 4
"""What it costs to find more than refusals and names, in goes through a part."""
_BRANCHES = re.compile(r"(?m)^[ \t]*(?:except|elif|case)\b")
"""What another branch may come before."""
_BRANCH = re.compile(r"(?m)^[ \t]*(?:except|elif|case)\b[^\n]*:\s*\Z")
"""Its whole header, with nothing behind it."""
_FILLINGS = (
    "",
    "...",
    "id",
    "id()",
    "id in id",
    "id:",
    "id):",
    "id)",
    "id import id",
    "in",
    "if",
    "=",
    "for",
    "with",
    "except",
    "__=id()",
    "__=",
    "=id()",
    "id.id: id()",
    ": id()",
)
"""Texts of which one compiles in most places; what they read is bound everywhere.

Those from `in` to `except` stand between operands; the last are (parts of) arguments, defaults, items and patterns.
"""
_LINES = (
    "id",
    "id,",
    "if id:",
    "def id():",
    "try:",
    "except id:",
    "id(",
    "id import (",
    "case id.id:",
    "__=id(),",
    "id.id: id(),",
)
"""Lines of which one compiles in most places, instead of all that stands in the line of a span."""


class PythonGate:
    """Judges texts for some spans by the least part of the module about them that compiles."""

    def __init__(self, text: str, spans: tuple[Span, ...], oldest: Version | None) -> None:
        self._text, self._type_parameters = lowered(_LONE_RETURN.sub("\n", text) if "\r" in text else text, spans)
        self._spans, self._oldest = spans, oldest
        self._blocks = Blocks.of(self._text, PYTHON)
        self._brief: dict[tuple[str, ...], tuple[Fault, ...]] = {}
        self._modules: dict[tuple[str, ...], Module | Refusal | None] = {}
        self._compiler = Compiler(oldest)
        self._spent = 0
        self._refused_anyway = frozenset[str]()
        """What the compiler has against the rest of the span's line, if that is why all of it had to be left out."""

    def faults(self, replacements: tuple[str, ...], *, is_brief: bool) -> tuple[Fault, ...]:
        if replacements not in self._brief:
            if not self._affords(self._part, 1, SEARCHED if is_brief else JUDGED):
                return ()
            self._brief[replacements] = tuple(self._at_first_sight(replacements))
        faults = self._brief[replacements]
        return faults if is_brief else (*faults, *self._at_second_sight(replacements))

    def _affords(self, part: Reduced | None, times: int, most: int) -> bool:
        """Whether a part may be gone through so many times more; if so, that is spent."""
        cost = times * (ONCE + len(part.before) + len(part.behind)) if part else 0
        is_affordable = self._spent + cost <= most
        self._spent += cost if is_affordable else 0
        return is_affordable

    def _at_first_sight(self, texts: tuple[str, ...]) -> Iterator[Fault]:
        yield from self._refused(texts)
        module, part = self._modules[texts], self._part
        if not isinstance(module, Module) or not part:
            return
        if is_too_new(part, texts, self._oldest):
            yield Fault(FaultKind.REFUSED, "", "a string in a string has its quotes, which older Pythons refuse")
        until = part.until_end(texts)
        if self._unbound and not (module.suffix and may_bind(until)):
            yield from self._unbound.faults(module, texts)
        if has_block(module.suffix):
            yield from self._bodiless(until, texts[-1] + part.tail)
        if self._members:
            for span, answer in zip(self._spans, texts, strict=True):
                yield from self._members.foreign(span, answer)

    def _refused(self, texts: tuple[str, ...]) -> Iterator[Fault]:
        """What the compiler would have against the whole file for the sake of texts, a part of it compiled."""
        part = self._part
        module = self._modules[texts] = self._compiler.compiled(part, texts) if part else None
        if (
            part
            and isinstance(module, Refusal)
            and module.words not in self._refused_anyway
            and is_fault(module, part, texts, self._oldest)
        ):
            yield Fault(FaultKind.REFUSED, module.words, module.words)
        elif (not part or part.is_of_module) and self._future.is_late(texts):
            yield Fault(FaultKind.REFUSED, "", "imports from __future__ stand at the top of a file")

    def _at_second_sight(self, texts: tuple[str, ...]) -> Iterator[Fault]:
        module, part = self._modules.get(texts), self._part
        if not isinstance(module, Module) or not part:
            return
        if not module.suffix and self._has(TELLING, texts):
            if self._affords(self._wide_part or part, FINDING, JUDGED):
                yield from (fault for fault in self._wide(module, texts).findings if fault not in self._findings_anyway)
        elif self._has(_BRANCH if module.suffix else _BRANCHES, texts) and self._affords(part, 1, JUDGED):
            anyway = self._anyway[1].unreachable
            yield from (fault for fault in module.unreachable if fault not in anyway)

    def _wide(self, module: Module, texts: tuple[str, ...]) -> Module:
        """The module of some texts, or one that shows what else is defined in their scope."""
        wide = self._compiler.compiled(self._wide_part, texts) if self._wide_part else None
        return wide if isinstance(wide, Module) else module

    @property
    def _part(self) -> Reduced | None:
        return self._compiling[0] if self._compiling else None

    @functools.cached_property
    def _wide_part(self) -> Reduced | None:
        """What shows what else is defined in a module, if the spans are in no definition."""
        return thinned(self._text, self._spans) if self._part and self._part.is_of_module else None

    @functools.cached_property
    def _compiling(self) -> tuple[Reduced, tuple[str, ...], Module] | None:
        """The first part that compiles with something in its spans: in it a refusal is an answer's fault.

        None is found that takes more than JUDGED code points to find.
        """
        tried = 0
        for part in reductions(self._blocks, self._starts, self._spans):
            refused = set[str]()
            for line, filling in _stand_ins(part):
                if not filling and line.is_blank and not closing(line.before):
                    continue  # says nothing of what may stand there
                tried += len(line.before) + len(line.behind)
                if tried > JUDGED:
                    return None
                texts = (filling,) * len(self._spans)
                module = self._compiler.compiled(line, texts)
                if isinstance(module, Module):
                    self._refused_anyway = frozenset() if line is part else frozenset(refused)
                    if line is part and not module.suffix:
                        self._compiler.settle(part, texts)
                    return part, texts, module
                if module is None or (module.line <= part.before.count("\n") and not module.is_of_open_bracket):
                    break  # whatever stands in the spans
                if line is part and "__future__" not in module.words:  # which nothing in the line heals
                    refused.add(module.words)
        return None

    @functools.cached_property
    def _anyway(self) -> tuple[tuple[str, ...], Module]:
        """The part with what stands there, or else with something: what is wrong with it is no answer's fault."""
        assert self._compiling, "nothing is at fault where no part compiles"
        part, filling, module = self._compiling
        before = tuple(self._text[span.start : span.end] for span in self._spans)
        as_is = self._compiler.compiled(part, before) if any(map(str.strip, before)) else None
        return (before, as_is) if isinstance(as_is, Module) else (filling, module)

    @functools.cached_property
    def _starts(self) -> tuple[tuple[int, int], ...]:
        return tuple(self._blocks.starts())

    @functools.cached_property
    def _members(self) -> Members | None:
        own = self._part.own if self._part else None
        return Members(self._text, self._starts, own) if own else None

    @functools.cached_property
    def _future(self) -> Future:
        return Future(self._text, self._spans, self._starts)

    @functools.cached_property
    def _unbound(self) -> Unbound | None:
        part, bound = self._part, self._type_parameters
        return Unbound(self._text, self._spans, self._starts, part, lambda: self._anyway, bound) if part else None

    def _has(self, what: re.Pattern[str], texts: tuple[str, ...]) -> bool:
        """Whether a line has something that begins before a text or is in it."""
        pairs = zip(self._spans, texts, strict=True)
        return any(
            what.search(self._text[line_start(self._text, span.start) : span.start] + text) for span, text in pairs
        )

    @functools.cached_property
    def _findings_anyway(self) -> frozenset[Fault]:
        texts, module = self._anyway
        return frozenset(self._wide(module, texts).findings)

    def _bodiless(self, until: str, written: str) -> Iterator[Fault]:
        """A definition that an answer names and nothing follows, unless the name is called and defined nowhere."""
        heading = _DEFINITION.match(until, line_start(until, len(until)))
        if heading and heading.end() > len(until) - len(written) and not _is_missing(heading[1], self._text):
            yield Fault(FaultKind.BODILESS, heading[1], f"{heading[1]} has no body")


def _stand_ins(part: Reduced) -> Iterator[tuple[Reduced, str]]:
    """Parts, and a text for every span of theirs, of which one compiles in most places."""
    is_of_one_span = not part.between
    if is_of_one_span and (pattern := alternative(part)):
        yield part, pattern
    yield from ((part, one) for one in _FILLINGS)
    if is_of_one_span:
        without_line = part.without_line()
        yield from ((without_line, one) for one in _LINES)


def _is_missing(name: str, text: str) -> bool:
    """Whether a name is called in a text and defined nowhere in it."""
    defined = rf"\b(?:def|class)[ \t]+{name}\b|^[ \t]*{name}[ \t]*=(?!=)|\bimport\b.*\b{name}\b"
    is_called = f"{name}(" in text and re.search(rf"(?<!def )(?<!class )\b{name}\(", text) is not None
    return is_called and re.search(defined, text, re.MULTILINE) is None
