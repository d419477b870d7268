"""The names of a module by Python's own rules of scope: what it binds, and what it reads that nothing in it binds."""

import functools
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass

from pyflakes.checker import builtin_vars

from lacuna.syntax.python.compiling import HOSTILE, quiet

BUILTIN = frozenset((*builtin_vars, "__module__", "__qualname__", "__path__"))
"""Names that are bound in every module, or in every class, or in a package."""
_KEPT = 4096
"""Blocks whose names are kept: between two keystrokes one of them changes."""
_LARGE = 100_000
"""Code points of statements, such as a long table, beyond which each word may be one that is bound."""
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Names:
    binds: frozenset[str]
    reads: frozenset[str]
    """Names that are read, bound nowhere in the module and not Python's own."""


def any_names(source: str) -> Names:
    """What is known of a module that is not read: each word may be one that is bound."""
    return Names(frozenset(_WORD.findall(source)), frozenset())


def names_of(source: str) -> Names:
    """The names of a module; of one that does not compile, or is very long, each word may be one that is bound."""
    try:
        with quiet():
            top = symtable.symtable(source, "<module>", "exec") if len(source) <= _LARGE else None
    except HOSTILE:
        top = None
    if top is None:
        return any_names(source)
    binds, reads = set[str](), set[str]()
    declares = "global" in source
    for table in _tables(top):
        if isinstance(table, symtable.Function) and not declares:
            reads.update(table.get_globals())  # a function tells fast which are not its own
            continue
        is_module = table.get_type() == "module"
        for symbol in map(table.lookup, table.get_identifiers()):
            is_bound = symbol.is_assigned() or symbol.is_imported()
            if is_bound and (is_module or symbol.is_declared_global()):
                binds.add(symbol.get_name())
            elif symbol.is_referenced() and (is_module or symbol.is_global()):
                reads.add(symbol.get_name())
    return Names(frozenset(binds), frozenset(reads - binds - BUILTIN))


@functools.lru_cache(maxsize=_KEPT)
def names_of_block(block: str) -> Names:
    """The names of some statements of a module."""
    return names_of(block)


def _tables(top: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    tables = [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        yield table
