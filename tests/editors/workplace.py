"""The file that tests in real editors edit, and where to find the editors."""

import os
from pathlib import Path

import pytest

TEXT = """class Ledger:
    def __init__(self, name):
        self.name = <fill>
        self.entries = []

    def balance(self):
        total = 0
        for entry in 
            total += entry.amount
        return total
"""  # noqa: W291 -- where something is missing
LINE = TEXT[: TEXT.index("for entry in ")].count("\n") + 1
COLUMN = len("        for entry in ") + 1


def program(name: str) -> Path:
    path = Path(os.environ.get(name, ""))
    if not path.is_file():
        pytest.fail(f"These tests need {name}, the path of a program; `make test-editors` installs one.")
    return path
