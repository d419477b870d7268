"""Packs the Neovim plugin: its files with the help's tags, and beside them the server's wheel for `:Lacuna install`.

Arguments: the folder with the wheel and its pins, and the archive to write. It holds one folder, `lacuna`.
"""

import gzip
import io
import re
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

from packages import ROOT, committed, tracked

PLUGIN = Path("editor-clients/nvim")
FOLDERS = ("doc", "lua", "plugin")
TAG = re.compile(r"(?:^|(?<=[ \t]))\*([^*|\s]+)\*(?=\s|$)", re.MULTILINE)


def tags(help_file: Path) -> str:
    """What `:helptags` would write, so that `:help` works where nobody ran it."""
    found = sorted(TAG.findall(help_file.read_text()))
    return "".join(f"{tag}\t{help_file.name}\t/*{tag}*\n" for tag in found)


def contents(server: Path) -> Iterator[tuple[str, bytes]]:
    for path in tracked(*(f"{PLUGIN}/{folder}" for folder in FOLDERS)):
        yield path.relative_to(PLUGIN).as_posix(), (ROOT / path).read_bytes()
    yield "doc/tags", tags(ROOT / PLUGIN / "doc/lacuna.txt").encode()
    yield "LICENSE", (ROOT / "LICENSE").read_bytes()
    for path in server.iterdir():
        yield f"server/{path.name}", path.read_bytes()


def pack(server: Path, archive: Path) -> None:
    """The same files give the same bytes."""
    time = int(committed())
    with (
        archive.open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=time) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for name, data in sorted(contents(server)):
            entry = tarfile.TarInfo(f"lacuna/{name}")
            entry.size, entry.mtime, entry.mode = len(data), time, 0o644
            tar.addfile(entry, io.BytesIO(data))


if __name__ == "__main__":
    pack(Path(sys.argv[1]), Path(sys.argv[2]))
