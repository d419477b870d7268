"""The first five minutes of docs/refactor.md, tried as they stand there."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from doctest import ELLIPSIS, OutputChecker
from pathlib import Path

import pytest

from tests.test_project import ROOT, rounded

PAGE = (ROOT / "docs/refactor.md").read_text(encoding="utf-8")


def sessions() -> list[tuple[str, str]]:
    """Each command of the console blocks, with what the page shows that it prints."""
    blocks = re.findall(r"^```console\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^\$ lacuna (.*)\n((?:(?!\$ ).*\n)*)", "".join(blocks), flags=re.MULTILINE)


def compared(text: str) -> str:
    """Empty lines of a diff hold a space, which doctest takes away where it looks for an ellipsis."""
    return re.sub("^ $", "", rounded(text), flags=re.MULTILINE)


@pytest.mark.slow
def test_commands_print_what_the_page_shows_and_leave_the_tree_as_it_was(tmp_path: Path) -> None:
    """`...` there stands for what differs from machine to machine."""
    clone = tmp_path / "clone"
    demo = clone / "docs/demo"
    shutil.copytree(ROOT / "docs/demo", demo)
    shutil.copy(ROOT / "pyproject.toml", clone)
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "All"]):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *command], cwd=clone, check=True)
    before = {path: path.read_bytes() for path in demo.iterdir()}

    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path / "state")}
    assert len(sessions()) == 5
    for command, shown in sessions():
        arguments = [sys.executable, "-m", "lacuna.cli", *shlex.split(command)]
        run = subprocess.run(arguments, cwd=clone, env=environment, capture_output=True, text=True, check=False)
        printed = run.stdout + run.stderr
        assert run.returncode == 0, printed
        assert OutputChecker().check_output(compared(shown), compared(printed), ELLIPSIS), printed
    assert {path: path.read_bytes() for path in demo.iterdir()} == before
