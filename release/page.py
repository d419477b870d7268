"""Gives an extension's archive its page: `vsce` takes none whose pictures are in it, VS Code shows them.

Arguments: the archive, and the page.
"""

import sys
import zipfile
from pathlib import Path

PAGE = "extension/readme.md"


def replace_page(archive: Path, page: str) -> None:
    """The archive with this page, and all else as it is."""
    made = archive.with_suffix(".made")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, page if entry.filename == PAGE else old.read(entry))
    made.replace(archive)


if __name__ == "__main__":
    replace_page(Path(sys.argv[1]), Path(sys.argv[2]).read_text("utf-8"))
