"""Tests of the user's: a command line, and which tests failed by what it prints."""

import re
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lacuna.refactor.shell import ran

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_FAILED = (
    re.compile(r"FAILED (.+?::.*?)(?: - .*)?"),  # pytest
    re.compile(r"ERROR (.+?\.py(?:::.*?)?)(?: - .*)?"),
    re.compile(r"((?:FAIL|ERROR): \S+ \(.+\).*)"),  # unittest
)
_CUT_SHORT = re.compile(r"!+ (?:stopping after \d+ failures|xdist\.dsession\.Interrupted: stopping after .*) !+")


@dataclass(frozen=True, slots=True)
class Ran:
    """What tests said."""

    is_passed: bool
    failed: frozenset[str] = frozenset()
    """Names of tests that failed; none if they cannot be told."""
    words: str = ""
    """How they ended, as a clause."""


Tests = Callable[[], Ran]
"""Runs the tests of the tree as it is."""


@dataclass(frozen=True, slots=True)
class ShellTests:
    """Tests that a shell runs."""

    command: str
    tree: Path
    limit: float
    """Seconds."""

    def __call__(self) -> Ran:
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            code = ran(self.command, self.tree, self.limit, output.fileno())
            if code is None:
                return Ran(is_passed=False, words=f"took longer than {self.limit:g} s")
            if code == 0:
                return Ran(is_passed=True)
            output.seek(0)
            return Ran(is_passed=False, failed=failed_tests(output), words=f"ended with exit code {code}")


def failed_tests(output: Iterable[str]) -> frozenset[str]:
    """Names of the tests that failed, as pytest and unittest print them; none if the output does not name all."""
    found: set[str] = set()
    for line in output:
        plain = _COLOUR.sub("", line).rstrip()
        if _CUT_SHORT.fullmatch(plain):
            return frozenset()
        found.update(match[1] for pattern in _FAILED if (match := pattern.fullmatch(plain)))
    return frozenset(found)
