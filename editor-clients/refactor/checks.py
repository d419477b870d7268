"""A checker, linter or type checker of the user's, asked about a file with its sites: only what it newly says counts.

It runs where nothing of the tree can be changed: on a copy of the file, among links to what lies beside it. What it
makes of the copy is not taken: a formatter is to be asked whether it would change the file.
"""

import contextlib
import os
import re
import shlex
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from lacuna.refactor.bisecting import without_breaking
from lacuna.refactor.plan import Outcome, PlannedFile, Site, Verdict
from lacuna.refactor.rewriting import edits
from lacuna.refactor.shell import ran
from lacuna.workspace.textfile import decode, with_edits

CHECK = "check"
PLACE = "{}"
"""Stands for the file in a command line; without it the file comes last."""
SECONDS = 60.0
"""That a command may take for a file."""
_NUMBER = re.compile(r"\d+")
_SUM = re.compile(r"(?:Found|All checks|Success)\b.*|\d+ (?:errors?|files?)\b.*")
"""A line that only counts the others."""


@dataclass(frozen=True, slots=True)
class _Said:
    is_passed: bool
    lines: Counter[str]
    """Without numbers: what stands farther down than before says the same."""
    words: str
    """How the command ended."""


@dataclass(frozen=True, slots=True)
class Checker:
    """Asks a command line about files of a tree."""

    command: str
    tree: Path
    seconds: float = SECONDS

    def checked(self, entry: PlannedFile, data: bytes) -> PlannedFile:
        """The file without the sites that make the command say what it did not say before."""
        kept = [n for n, site in enumerate(entry.sites) if site.outcome is Outcome.KEPT]
        if not kept:
            return entry
        with _copied(self.tree, entry.path) as root:
            before = self._said(root, entry.path, data)

            def why_not(numbers: Sequence[int]) -> str | None:
                return _news(before, self._said(root, entry.path, _written(entry, data, numbers)))

            fine, broken = without_breaking(kept, why_not, lambda *_: None)
        verdicts = {n: Verdict(CHECK, is_passed=True) for n in fine}
        verdicts |= {n: Verdict(CHECK, is_passed=False, words=why) for n, why in broken}
        return replace(entry, sites=tuple(_judged(site, verdicts.get(n)) for n, site in enumerate(entry.sites)))

    def _said(self, root: Path, path: str, data: bytes) -> _Said:
        file = root / path
        file.unlink(missing_ok=True)  # the command may have made anything of it
        file.write_bytes(data)
        place = shlex.quote(path)
        command = self.command.replace(PLACE, place) if PLACE in self.command else f"{self.command} {place}"
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            code = ran(command, root, self.seconds, output.fileno())
            output.seek(0)
            lines = [line.strip().replace(f"{root}{os.sep}", "") for line in output]
        said = Counter(_NUMBER.sub("N", line) for line in lines if line and not _SUM.fullmatch(line))
        words = f"took more than {self.seconds:g} seconds" if code is None else f"ended with exit code {code}"
        return _Said(code == 0, said, f"the command of --check {words}")


def _news(before: _Said, after: _Said) -> str | None:
    """What a command says now and did not say before; None if that is nothing."""
    if after.is_passed:
        return None
    new = next(iter(after.lines - before.lines), None)
    return new if new is not None else after.words if before.is_passed else None


@contextlib.contextmanager
def _copied(tree: Path, path: str) -> Iterator[Path]:
    """A folder that stands for a tree, with room for one file among links to all others."""
    with tempfile.TemporaryDirectory(prefix="lacuna-check-") as name:
        there, here = tree, Path(name).resolve()
        for part in PurePosixPath(path).parts:
            here.mkdir(exist_ok=True)
            _link(there, here, part)
            there, here = there / part, here / part
        yield Path(name).resolve()


def _link(there: Path, here: Path, besides: str) -> None:
    """Make links to what a folder holds, but for one entry and for hidden folders, such as caches."""
    with os.scandir(there) as entries:
        for entry in entries:
            if entry.name != besides and not (entry.name.startswith(".") and entry.is_dir()):
                (here / entry.name).symlink_to(entry.path)


def _written(entry: PlannedFile, data: bytes, numbers: Sequence[int]) -> bytes:
    sites = [entry.sites[n] for n in sorted(numbers)]
    return with_edits(decode(Path(entry.path), data), edits(entry, sites))


def _judged(site: Site, verdict: Verdict | None) -> Site:
    if verdict is None:
        return site
    judged = replace(site, verdicts=(*site.verdicts, verdict))
    return judged if verdict.is_passed else replace(judged, outcome=Outcome.GATED, reason=verdict.words)
