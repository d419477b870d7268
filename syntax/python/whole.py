"""What a whole module has become: what Python's compiler, its rules of scope and Pyflakes have against it by now."""

import ast
import functools
import keyword
import re
from collections.abc import Iterator, Sequence

from lacuna.syntax.gate import Fault, FaultKind, Version
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.names import is_open_to_any_name
from lacuna.syntax.python.compiling import HOSTILE, quiet, refusal
from lacuna.syntax.python.findings import TELLING, findings
from lacuna.syntax.python.scopes import BUILTIN, Names, names_of

_WORD = re.compile(r"[^\W\d]\w*")
_BINDS = re.compile(r"=|\b(?:for|import|as|def|class|lambda|case|except|global|del)\b")
"""What text has that may bind a name, or no longer does once it is gone."""
_ANYWAY = BUILTIN | frozenset(keyword.kwlist)


class PythonJudge:
    def __init__(self, before: str, oldest: Version | None) -> None:
        self._before, self._oldest = before, oldest

    def faults(self, after: str, written: Sequence[tuple[str, str]]) -> tuple[Fault, ...] | None:
        try:
            refused = refusal(after, self._oldest)
        except HOSTILE:
            return None
        if refused is not None:
            return None if self._is_refused_anyway else (Fault(FaultKind.REFUSED, refused.words, refused.words),)
        return (*self._unbound(after, written), *self._found(after, written))

    @functools.cached_property
    def _is_refused_anyway(self) -> bool:
        try:
            return refusal(self._before, self._oldest) is not None
        except HOSTILE:
            return True

    @functools.cached_property
    def _names(self) -> Names:
        return names_of(self._before)

    @functools.cached_property
    def _findings(self) -> frozenset[Fault]:
        return frozenset(_all_findings(self._before))

    @functools.cached_property
    def _takes_all_names(self) -> bool:
        """Whether it imports all names of some module; examples in a docstring only say so."""
        if not is_open_to_any_name(self._before, PYTHON):
            return False
        try:
            nodes = ast.walk(ast.parse(self._before))
        except HOSTILE:
            return True
        return any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in nodes)

    def _unbound(self, after: str, written: Sequence[tuple[str, str]]) -> Iterator[Fault]:
        if not any(_may_unbind(old, new) for old, new in written):
            return
        names = names_of(after).reads
        names = names - self._names.reads if names else names
        if names and not self._takes_all_names:
            for name in sorted(names):
                yield Fault(FaultKind.UNBOUND, name, f"{name} is not bound here")

    def _found(self, after: str, written: Sequence[tuple[str, str]]) -> Iterator[Fault]:
        if any(TELLING.search(new) for _, new in written):
            yield from (fault for fault in _all_findings(after) if fault not in self._findings)


def _may_unbind(old: str, new: str) -> bool:
    """Whether a change may leave a name unbound: it has a word that did not stand there, or what bound one is gone."""
    return _BINDS.search(old) is not None or not {*_WORD.findall(new)} <= {*_WORD.findall(old)} | _ANYWAY


def _all_findings(text: str) -> tuple[Fault, ...]:
    try:
        with quiet():
            return tuple(dict.fromkeys(findings(ast.parse(text))))
    except HOSTILE:
        return ()
