"""Writes beside a release's files what goes with them: checksums, and the changelog's section.

Arguments: the folder, the version, and the names of the files.
"""

import hashlib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SECTION = re.compile(r"^## \[(?P<name>[^]]+)\].*\n(?P<text>(?:(?!## ).*\n)*)", re.MULTILINE)


def section(changelog: str, version: str) -> str:
    """What the changelog says of this version; before it is dated, of what is unreleased."""
    found = {match["name"]: match["text"].strip() + "\n" for match in SECTION.finditer(changelog)}
    return found.get(version) or found["Unreleased"]


def checksums(folder: Path, names: list[str]) -> str:
    """Lines as `sha256sum --check` reads them."""
    return "".join(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in sorted(names))


def describe(folder: Path, version: str, names: list[str]) -> None:
    (folder / "SHA256SUMS").write_text(checksums(folder, names))
    (folder / "CHANGES.md").write_text(section((ROOT / "CHANGELOG.md").read_text(), version))


if __name__ == "__main__":
    describe(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
