"""Names that texts for the spans of a part of a module read, though nothing binds them there."""

import functools
import keyword
import re
import sys
from collections.abc import Callable, Iterator, Sequence

from lacuna.syntax.blocks import Blocks
from lacuna.syntax.check import filled
from lacuna.syntax.gate import Fault, FaultKind
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.names import is_open_to_any_name
from lacuna.syntax.python.elsewhere import Elsewhere, free, parts
from lacuna.syntax.python.module import Module
from lacuna.syntax.python.reducing import Reduced
from lacuna.syntax.python.scopes import BUILTIN
from lacuna.syntax.python.unfinished import closing, comprehended
from lacuna.syntax.spans import Span

_ANY_NAME = re.compile(r"\b(?:globals|exec)\(|\bexcept NameError\b")
"""Text with which a name may be bound in any way."""
_GLOBAL = re.compile(r"^[ \t]+global[ \t]+([\w, \t]+)", re.MULTILINE)
_WORD = re.compile(r"\w+")
_FREE_WORD = re.compile(r"(?<![.\w])[^\W\d]\w*")
_BINDS = re.compile(r"""[='"#]|\b(?:for|import|as|def|class|lambda|case)\b""")
"""What may bind names in an answer, or has words in it that are none."""

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
