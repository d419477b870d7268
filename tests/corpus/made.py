"""Modules, archives and an index made up for the tests of the corpus."""

import hashlib
import io
import tarfile
from collections.abc import Iterator

from lacuna.model.corpus.files import Role
from lacuna.model.corpus.sources import Distribution

PROBLEM = {
    "task_id": "Infilling/0/L0",
    "entry_point": "count_gaps",
    "prompt": 'def count_gaps(line):\n    """ Count how many gaps there are between the words of a line,\n'
    '    leaving out those at either end.\n    >>> count_gaps(\' a b \')\n    1\n    """\n',
    "canonical_solution": "    words = [word for word in line.split(' ') if word]\n",
    "suffix": "    return max(0, len(words) - 1)\n",
}
"""A task of a benchmark that must not be trained on."""


def module(name: str, functions: int = 12) -> str:
    """Return Python text that shares no run of lines with that of another name."""
    return "\n\n".join(
        f"def {name}_{number}(first_{name}, second):\n"
        f"    {name}_total = first_{name} + {number}\n"
        f"    return {name}_total * second"
        for number in range(functions)
    )


def packed(members: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


class ShelfIndex:
    """An index that serves archives it was given, and counts how often it is asked."""

    def __init__(self, archives: dict[str, bytes]) -> None:
        self._archives = archives
        self.asked = 0

    def archive(self, distribution: Distribution) -> Iterator[bytes]:
        self.asked += 1
        yield self._archives[distribution.name]


def pinned(name: str, data: bytes, role: Role = Role.TRAIN, version: str = "1.0") -> Distribution:
    return Distribution(name, version, hashlib.sha256(data).hexdigest(), "MIT", role)
