"""Tests of the user's: a command line, and which tests failed by what it prints."""

import re
import tempfile
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from lacuna.refactor.shell import ran

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_FAILED = (
    re.compile(r"FAILED (.+?::.*?)(?: - .*)?"),  # pytest
    re.compile(r"ERROR (.+?\.py(?:::.*?)?)(?: - .*)?"),
    re.compile(r"((?:FAIL|ERROR): \S+ \(.+\).*)"),  # unittest
)
_CUT_SHORT = re.compile(
    r"!+ (?:stopping after \d+ failures|xdist\.dsession\.Interrupted: stopping after .*"
    r"|Interrupted: \d+ errors? during collection) !+"
)
_NOT_LOADED = re.compile(r"(?P<file>.+\.py)|ERROR: (?P<module>\S+) \(unittest\.loader\._FailedTest\b.*\).*")
"""A file whose tests were not run, as pytest and unittest name it."""
_TEST = re.compile(r"(?P<file>.+?\.py)::.*|(?:FAIL|ERROR): \S+ \((?P<module>.+?)\).*")


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


def new_ones(failed: Iterable[str], before: Iterable[str]) -> frozenset[str]:
    """The tests that fail now and did not before; of a file that could not be loaded then, nobody knows."""
    known = frozenset(before)
    found = (match for name in known if (match := _NOT_LOADED.fullmatch(name)))
    unread = frozenset(match["file"] or match["module"] for match in found)
    return frozenset(name for name in failed if name not in known and not _is_of(name, unread))


def _is_of(name: str, unread: Collection[str]) -> bool:
    """Whether a test stands in one of these files, or modules."""
    match = _TEST.fullmatch(name)
    if match is None:
        return False
    parts = (match["module"] or "").split(".")
    return match["file"] in unread or any(".".join(parts[:count]) in unread for count in range(1, len(parts)))
