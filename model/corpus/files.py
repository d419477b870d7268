"""Files of training text, and reading a corpus that was built; what goes into one is decided in `building`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lacuna.syntax.errors import FileError

REPORT = "corpus.json"
"""A corpus' report on itself, in its folder."""


class CorpusError(FileError):
    """The corpus cannot be built or read."""


class Role(StrEnum):
    """What a package's text may be used for; only `TRAIN` is ever trained on."""

    TEST = "test"
    VALIDATION = "validation"
    TRAIN = "train"


@dataclass(frozen=True, slots=True)
class RawFile:
    """One Python file as it lies in its archive or folder."""

    path: str
    data: bytes
    is_too_large: bool = False
    """It was not read."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One Python file that may be kept; its lines end in a line feed alone."""

    package: str
    path: str
    text: str


def load(folder: Path, role: Role) -> Iterator[SourceFile]:
    """Yield a role's files in their fixed order; raises CorpusError when there is no corpus."""
    try:
        with (folder / f"{role}.jsonl").open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield SourceFile(**json.loads(line))
    except (FileNotFoundError, NotADirectoryError) as error:
        message = f"There is no corpus in {folder}: build it first."
        raise CorpusError(message) from error
