"""Trees and plans for them, as tests need them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from lacuna.refactor.plan import FORMAT, Footer, Header, Outcome, Part, PlannedFile, RuleNote, Site
from lacuna.refactor.planfile import Plan, line_of, open_plan
from lacuna.workspace.changes import sha256


def laid_out(tree: Path, files: Mapping[str, bytes]) -> Path:
    """A folder with these files."""
    for name, data in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(data)
    return tree


def contents(tree: Path) -> dict[str, bytes]:
    """All files of a folder, but for git's own."""
    return {
        path.relative_to(tree).as_posix(): path.read_bytes()
        for path in sorted(tree.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(tree).parts
    }


def replacing(text: str, old: str, new: str, *, outcome: Outcome = Outcome.KEPT, rule: str = "r") -> Site:
    """A site that replaces the first `old` of a text."""
    return at(text, text.index(old), old, new, outcome=outcome, rule=rule)


def at(text: str, start: int, old: str, new: str, *, outcome: Outcome = Outcome.KEPT, rule: str = "r") -> Site:
    return Site(rule, text.count("\n", 0, start) + 1, (Part(start, start + len(old), old, new),), None, outcome)


def planned(path: str, data: bytes, *sites: Site) -> PlannedFile:
    return PlannedFile(path, sha256(data), sites)


def plan_for(tree: Path, path: Path, files: Iterable[PlannedFile]) -> Plan:
    """Write a plan, whole, to `path`."""
    files = tuple(files)
    header = Header(FORMAT, "0.1.0", str(tree), "", (RuleNote("r", "Why.", "cd" * 32),), {})
    lines = (header, *files, Footer(is_complete=True, files=len(files)))
    path.write_text("".join(map(line_of, lines)), encoding="utf-8")
    return open_plan(path)
