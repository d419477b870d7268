"""Changes to files as values: what is to be replaced, and in which text exactly."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from lacuna.syntax.errors import FileError
from lacuna.syntax.spans import Span


@dataclass(frozen=True, slots=True)
class Edit:
    r"""The text that replaces a span; line ends are "\n"."""

    span: Span
    new_text: str


@dataclass(frozen=True, slots=True)
class Change:
    """Edits of one file, bound to the bytes that they were computed for."""

    path: Path
    hash: str
    """SHA-256 of those bytes, in hexadecimal."""
    edits: tuple[Edit, ...]
    """Disjoint; spans are code points of the decoded text."""

    def check(self, data: bytes) -> None:
        """Raise FileError unless these are the bytes that the edits were computed for."""
        if sha256(data) != self.hash:
            raise FileError(f"{self.path} has changed since it was read.")


def sha256(data: bytes) -> str:
    """Hash bytes with SHA-256; the hash is in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
