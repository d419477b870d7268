"""Python's own compiler, asked in process about texts that may be hostile; nothing that it compiles is ever run."""

import ast
import re
import sys
import warnings
from dataclasses import dataclass

from lacuna.syntax.gate import Version

HOSTILE = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)
"""What the compiler raises: a null byte is a ValueError, deep nesting any of the last three."""
HERE: Version = sys.version_info[:2]
_OLDEST = (3, 7)
"""The first version to whose syntax the parser can be held."""
_NEW = re.compile(r":=|\b(?:match|type|with|except)\b|/|\b(?:def|class)[ \t]+\w+\[")
"""What may be syntax that some version after that lacks."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the compiler does not take a module."""

    words: str
    line: int
    """From 1; of a bracket that is never closed, where it is opened."""

    @property
    def is_of_open_bracket(self) -> bool:
        return self.words.endswith("was never closed")

    @property
    def is_vague(self) -> bool:
        """It may be about what only is not finished yet."""
        return self.is_of_open_bracket or self.words.startswith("invalid syntax")

    @property
    def is_of_layout(self) -> bool:
        """About which line belongs to what: to a block, to a string of several lines, behind a backslash."""
        return "indent" in self.words or self.words.startswith(("unterminated triple-quoted", "unexpected EOF"))


def refusal(source: str, oldest: Version | None) -> Refusal | None:
    """What the compiler has against a module, if anything.

    Raises one of HOSTILE where it cannot tell.
    """
    try:
        with quiet():
            if oldest and oldest < HERE and _NEW.search(source):
                ast.parse(source, feature_version=max(_OLDEST, oldest))
            compile(source, "<answer>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return Refusal(error.msg, error.lineno or 1)
    return None


def quiet() -> "warnings.catch_warnings[None]":
    """Without the compiler's warnings, such as that of an escape sequence that is none."""
    return warnings.catch_warnings(action="ignore")
