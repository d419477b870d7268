"""Patterns as in .gitignore, matched without backtracking: the library translates them, and this makes them linear."""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from lacuna.workspace.uris import LONGEST

MOST = 1_000
"""Patterns of one list."""
LARGEST = 1 << 16
"""Characters of one list."""

# How the library writes what it translates. No literal and no class looks like the first five, which have a bare "/".
_TOKEN = re.compile(
    r"(?P<star>\[\^/\]\*)"
    r"|(?P<folders>\(\?:\.\+/\)\?|\(\?:/\.\+\)\?)"
    r"|(?P<end>\(\?:\(\?P<\w+>/\)\|\$\)|\(\?P<\w+>/\))"
    r"|(?P<name>\[\^/\]\+)|(?P<slash>/)"
    r"|(?P<any>\[\^/\])|(?P<class>\[\^?\]?[^\]]*\])|(?P<other>\\.|.)",
    re.DOTALL,
)
_RANGE = re.compile(r"(\\.|.)(?:-(\\.|.))?", re.DOTALL)
"""A character of a class, or the first and the last one of a range."""


EVERYTHING = GitIgnoreSpec.from_lines(["*"])
"""What a setting stands for that has too many patterns."""


class TooManyError(ValueError):
    """The list is longer than what is heeded."""


class _Token(NamedTuple):
    kind: str
    text: str


def of(lines: Iterable[str]) -> GitIgnoreSpec:
    """Read patterns; raise ValueError if one cannot be read, or if there are too many."""
    return _listed(lines, _read)


def readable(lines: Iterable[str]) -> GitIgnoreSpec:
    """The same, leaving out what cannot be read, as git does."""
    return _listed(lines, _if_readable)


def can_be_read(line: str) -> bool:
    try:
        list(_read(line))
    except ValueError:
        return False
    return True


def _listed(lines: Iterable[str], read: Callable[[str], Iterator[GitIgnoreSpecPattern]]) -> GitIgnoreSpec:
    given = list(lines)
    if sum(map(len, given)) > LARGEST:
        raise TooManyError
    found = list(itertools.islice((pattern for line in given for pattern in read(line)), MOST + 1))
    if len(found) > MOST:
        raise TooManyError
    return GitIgnoreSpec(found)


def _if_readable(line: str) -> Iterator[GitIgnoreSpecPattern]:
    try:
        yield from _read(line)
    except ValueError:
        return


def _read(line: str) -> Iterator[GitIgnoreSpecPattern]:
    if len(line) > LONGEST:  # as no path is that could be matched
        raise ValueError
    expression, include = GitIgnoreSpecPattern.pattern_to_regex(line)
    if expression is None:  # a comment
        return
    try:
        yield GitIgnoreSpecPattern(re.compile(linear(expression)), include)
    except re.error as error:
        raise ValueError from error


def linear(expression: str) -> str:
    """Rewrite the library's expression so that each wildcard but the last takes the first match and keeps it.

    That loses nothing: what follows a wildcard can match later whatever it could have matched earlier.
    """
    tokens = [_Token(found.lastgroup or "", found.group()) for found in _TOKEN.finditer(expression)]
    starts = [n for n, token in enumerate(tokens) if token.kind == "folders"]
    bounds = [0, *starts, len(tokens)]
    pieces = [tokens[start:end] for start, end in itertools.pairwise(bounds)]
    written = [_names(pieces[0])]
    for n, (folders, *rest) in enumerate(pieces[1:], start=1):
        if n == len(pieces) - 1:
            written.append(folders.text + _names(rest))
        else:
            written.append(f"(?>{folders.text.replace('+', '+?')}?{_names(rest)}(?=/))")
    return "(?s)" + "".join(written)


def _names(tokens: Sequence[_Token]) -> str:
    """Names, and parts of names, between two wildcards for folders."""
    written = []
    n = 0
    while n < len(tokens):
        if tokens[n].kind != "star":
            written.append(_one(tokens[n]))
            n += 1
            continue
        fixed = list(itertools.takewhile(lambda token: token.kind in {"any", "class", "other"}, tokens[n + 1 :]))
        n += 1 + len(fixed)
        is_last = n == len(tokens) or tokens[n].kind != "star"
        written.append(f"(?>[^/]*?{''.join(map(_one, fixed))}{'(?=/|$)' if is_last else ''})")
    return "".join(written)


def _one(token: _Token) -> str:
    return f"(?!/){_literal(token.text)}" if token.kind == "class" else token.text  # no class has a slash, for git


def _literal(characters: str) -> str:
    """Escape what a class has, ranges apart: Python warns of a "[[" or "--" there, which may have a meaning one day."""
    begin = "[^" if characters.startswith("[^") else "["
    ranges = _RANGE.findall(characters[len(begin) : -1])
    written = (_escaped(first) + ("-" + _escaped(last) if last else "") for first, last in ranges)
    return f"{begin}{''.join(written)}]"


def _escaped(character: str) -> str:
    return character if character.startswith("\\") else re.escape(character)
