"""Names that texts for the spans of a part of a module read, though nothing binds them there."""

import functools
import keyword
import re
import sys
from collections.abc import Callable, Iterator, Sequence

from lacuna.syntax.beside import word_before
from lacuna.syntax.blocks import Blocks
from lacuna.syntax.check import filled
from lacuna.syntax.gate import Fault, FaultKind
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.lines import line_end, line_start
from lacuna.syntax.names import is_open_to_any_name
from lacuna.syntax.python.elsewhere import Elsewhere, free, parts
from lacuna.syntax.python.module import Module
from lacuna.syntax.python.reducing import Reduced
from lacuna.syntax.python.scopes import BUILTIN, names_of
from lacuna.syntax.python.unfinished import closing, comprehended
from lacuna.syntax.spans import Span

_ANY_NAME = re.compile(r"\b(?:globals|exec)\(|\bexcept NameError\b")
"""Text with which a name may be bound in any way."""
_GLOBAL = re.compile(r"^[ \t]+global[ \t]+([\w, \t]+)", re.MULTILINE)
_WORD = re.compile(r"\w+")
_FREE_WORD = re.compile(r"(?<![.\w])[^\W\d]\w*")
_BINDS = re.compile(r"""[='"#]|\b(?:for|import|as|def|class|lambda|case)\b""")
"""What may bind names in an answer, or has words in it that are none."""

_OWN = re.compile(
    r"""(?mx)
    ^[ \t]*(?: (?:async[ \t]+)?for[ \t]+ (?P<loop>[\w, \t()*]+?) (?P<over>[ \t]+in\b[^\n]*)
             | class[ \t]+(?P<class>\w+) (?P<bases>[ \t]*\([^\n]*)
             | (?P<name>\w+) (?P<value>[ \t]*=(?!=)[^\n]*) )
    """
)
"""A statement that binds names when it has read what it reads."""
_LATER = re.compile(r"\b(?:for|lambda)\b")
"""What binds names of its own, or is evaluated later."""

Anyway = Callable[[], tuple[tuple[str, ...], Module]]
"""What stands in the spans, or something else that compiles there, and the part with it."""


class Unbound:
    """Tells such names; what it learns of the module is kept for the texts to come."""

    def __init__(
        self,
        text: str,
        spans: tuple[Span, ...],
        starts: Sequence[tuple[int, int]],
        part: Reduced,
        anyway: Anyway,
        bound: frozenset[str],
    ) -> None:
        """`starts` are those of the module's blocks; `bound` are names that are bound wherever they are read."""
        self._text, self._spans, self._part, self._anyway = text, spans, part, anyway
        self._parts = tuple(parts(starts, len(text)))
        self._others = Elsewhere(text[each.start : each.end] for each in self._parts if not self._is_about(each))
        self._bound = bound
        self._surely_bound = {*self._others.defined, *bound, *BUILTIN, *keyword.kwlist}
        """Words that are known to be no unbound names in the spans; grows with what is judged."""

    def faults(self, module: Module, texts: tuple[str, ...]) -> Iterator[Fault]:
        """Such names of the part with texts, unless other blocks expect them, too."""
        yield from self._too_early(module, texts)
        words = {word for text in texts for word in _FREE_WORD.findall(text)}
        is_replacing = any(span.end > span.start for span in self._spans)  # what stood there may have bound a name
        begun = self._begun(self._part.until_end(texts))
        if words <= self._surely_bound and not is_replacing and not begun:
            return
        names = {name for name in module.names.reads if not self._is_bound(name)}
        names -= self._anyway()[1].names.reads - begun if names else names
        if not names and not any(map(_BINDS.search, texts)):
            self._surely_bound |= words
        names = {name for name in names if not self._is_expected(name, begun)}
        for name in sorted(names) if names and not self._is_open_to_any_name else ():
            yield Fault(FaultKind.UNBOUND, name, f"{name} is not bound here")

    def _too_early(self, module: Module, texts: tuple[str, ...]) -> Iterator[Fault]:
        """Names that a text reads in the statement that binds them, when it has read them, and nothing else does."""
        if len(texts) > 1 or self._is_open_to_any_name:
            return
        source, stop = module.source, len(self._part.until_end(texts))
        start = len(self._part.before) - (len(word_before(self._text, self._spans[0])) if _WORD.match(texts[0]) else 0)
        for found in _OWN.finditer(source, line_start(source, start), line_end(source, stop)):
            bound, read = _own(found)
            words = {word[0] for word in _FREE_WORD.finditer(source, max(start, read.start), min(stop, read.end))}
            names = words & {*_WORD.findall(source, bound.start, bound.end)}
            if names and not _LATER.search(source, read.start, read.end):
                names &= names_of(_alone(found)).reads
                without = source[: bound.start] + "_" * (bound.end - bound.start) + source[bound.end :]
                names &= names_of(without).reads if names else names
                for name in sorted(name for name in names if not self._is_bound(name) and not self._others.reads(name)):
                    yield Fault(FaultKind.UNBOUND, name, f"{name} is not bound yet")

    def _begun(self, until: str) -> frozenset[str]:
        """The name for which a comprehension was begun before the texts, if they close its bracket without binding it.

        A name that stands elsewhere in the part, too, or is a module's may be about to be imported.
        """
        name, depth = self._comprehended
        return frozenset({name} if name and len(closing(until)) < depth else ())

    @functools.cached_property
    def _comprehended(self) -> tuple[str, int]:
        """The name that may be a comprehension's, and how many brackets are open behind it; none is empty."""
        before = self._part.before
        name = comprehended(before)
        others = len(free(name).findall(before + self._part.behind)) if name else 0
        is_module = name in sys.stdlib_module_names
        return (name, len(closing(before))) if others == 1 and not is_module else ("", 0)

    def _is_bound(self, name: str) -> bool:
        """Whether a name is bound beside the part, or in the module by its functions."""
        return name in self._bound or self._others.binds(name) or name in self._globals

    @functools.cached_property
    def _globals(self) -> frozenset[str]:
        """Names that functions bind in the module."""
        found = _GLOBAL.finditer(self._text) if "global" in self._text else ()
        return frozenset(name for names in found for name in _WORD.findall(names[1]))

    def _is_expected(self, name: str, begun: frozenset[str]) -> bool:
        """Whether some block of the module, as it is or with something in the spans, reads a name and binds it not."""
        part = self._anyway()[1].source  # does not read it
        is_about = name not in begun and self._about.spells_more(name, part) and self._about.reads(name)
        return self._others.reads(name) or is_about

    def _is_about(self, one: Span) -> bool:
        """Whether the part is of a block."""
        return one.end > self._part.root.start and one.start < self._part.root.end

    @functools.cached_property
    def _about(self) -> Elsewhere:
        """The blocks that the part is of, with something in the spans."""
        about = [each for each in self._parts if self._is_about(each)]
        above, below = about[0].start, about[-1].end
        moved = tuple(Span(span.start - above, span.end - above) for span in self._spans)
        text = filled(self._text[above:below], moved, self._anyway()[0])
        return Elsewhere(text[each.start : each.end] for each in parts(Blocks.of(text, PYTHON).starts(), len(text)))

    @functools.cached_property
    def _is_open_to_any_name(self) -> bool:
        return is_open_to_any_name(self._text, PYTHON) or _ANY_NAME.search(self._text) is not None


def _own(statement: re.Match[str]) -> tuple[Span, Span]:
    """Where a statement has the names that it binds, and what it reads before."""
    bound, read = next(pair for pair in (("loop", "over"), ("class", "bases"), ("name", "value")) if statement[pair[0]])
    return Span(*statement.span(bound)), Span(*statement.span(read))


def _alone(statement: re.Match[str]) -> str:
    """A module of such a statement, which binds no name of its own."""
    if statement["loop"]:
        return f"for _{statement['over']}\n pass"
    return f"class _{statement['bases']}\n pass" if statement["class"] else f"_{statement['value']}"
