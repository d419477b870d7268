"""How far a plan came that is to be gone on with, and the same lines made ready for more."""

from dataclasses import dataclass
from pathlib import Path

from lacuna.refactor.plan import Header, RuleNote
from lacuna.refactor.planfile import open_plan
from lacuna.refactor.planning import Progress
from lacuna.syntax.errors import FileError, UsageError


@dataclass(frozen=True, slots=True)
class Resumed:
    """A plan that is not complete."""

    header: Header
    progress: Progress
    """What its lines say so far."""
    start: str
    """The first file that is missing; empty where only the last one is known that is not."""
    after: str
    """The last one that is there, likewise."""


def resumed(path: Path) -> Resumed:
    """Read how far a plan came; raise UsageError if it is complete."""
    plan = open_plan(path)
    footer = plan.footer()
    if footer and footer.is_complete:
        raise UsageError(f"{path} is complete: there is nothing to go on with.")
    progress, last = Progress(), ""
    for entry in plan.entries():
        progress.count(entry)
        last = entry.path
    if footer:  # it knows of files without sites, too
        progress.files = footer.files
    start = footer.next_path if footer else ""
    return Resumed(plan.header, progress, start, "" if start else last)


def check(header: Header, now: Header) -> None:
    """Raise UsageError unless a plan can be gone on with as if nothing had been."""
    differences = (
        (header.tree == now.tree, f"it is for {header.tree}"),
        (header.version == now.version, f"Lacuna {header.version} began it"),
        (_hashes(header.rules) == _hashes(now.rules), "its rules are no longer what they were"),
        (header.artifact == now.artifact, "another model began it"),
        (header.options == now.options, "it was begun with other options"),
    )
    if why := next((words for is_equal, words in differences if not is_equal), None):
        raise UsageError(f"The plan cannot be gone on with: {why}.")


def without_footer(path: Path) -> None:
    """Cut off what stands behind a plan's last entry: its footer, or half a line."""
    try:
        with path.open("r+b") as stream:
            end = 0
            for line in stream:
                if not line.endswith(b"\n") or line.startswith(b'{"end"'):
                    break
                end += len(line)
            stream.truncate(end)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror or error}.") from error


def _hashes(rules: tuple[RuleNote, ...]) -> list[tuple[str, str]]:
    return [(rule.name, rule.hash) for rule in rules]
