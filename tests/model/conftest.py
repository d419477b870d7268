"""A small tokenizer, and real files to cut."""

import sysconfig
from pathlib import Path

import pytest

from lacuna.model.tokenizer import Tokenizer

STDLIB = Path(sysconfig.get_path("stdlib"))
NAMES = ("bisect", "cmd", "codeop", "colorsys", "fnmatch", "queue", "reprlib", "sched", "shlex", "textwrap")


@pytest.fixture(scope="session")
def files() -> tuple[str, ...]:
    """Ten files of the standard library."""
    return tuple((STDLIB / f"{name}.py").read_text(encoding="utf-8") for name in NAMES)


@pytest.fixture(scope="session")
def tokenizer(files: tuple[str, ...]) -> Tokenizer:
    return Tokenizer.train(files, 800)
