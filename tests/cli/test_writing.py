"""What `lacuna fill --write` says of the file is true: without an output, interrupted, unreadable."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from lacuna.cli import main

FILL = """
import os, pathlib, signal, sys
from lacuna.cli import main
from lacuna.infill.opening import OpenModel
from lacuna.infill.request import Answer, Candidate, Draft, Timings, Tokens
from lacuna.workspace.changes import Edit

signal.signal(signal.SIGINT, signal.default_int_handler)
replace = pathlib.Path.replace

def interrupted(path, target):
    os.kill(os.getpid(), signal.SIGINT)
    done = replace(path, target)
    os.kill(os.getpid(), signal.SIGINT)
    return done

pathlib.Path.replace = interrupted

def infill(request):
    yield Draft(0, ((None,),))
    return Answer(
        (Edit(request.spans[0], "1"),), ((Candidate("1", 0.9, parses=True),),), None,
        Timings(0, 0, (), 0), Tokens(0, 0, 0), "scripted", "scripted", 0.5,
    )

sys.exit(main.run(sys.argv[1:], lambda options: OpenModel(infill)))
"""
OLD, NEW = "x = <fill>\n", "x = 1\n"


def filled(folder: Path, redirected: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "a.py").write_text(OLD)
    command = f'"$0" -I -c "$1" fill a.py --write {" ".join(options)} {redirected}'
    return subprocess.run(
        ["sh", "-c", command, sys.executable, FILL], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["diff", "json"])
@pytest.mark.parametrize(
    ("redirected", "sentence"),
    [
        (">/dev/full", f"The standard output cannot be written: {os.strerror(28)}."),
        (">&-", "There is no standard output to write to."),
    ],
)
def test_who_has_no_output_keeps_the_file_and_is_told(tmp_path, redirected, sentence, options):
    done = filled(tmp_path, redirected, *options)
    assert (done.returncode, done.stderr) == (4, f"lacuna: {sentence}\n")
    assert (tmp_path / "a.py").read_text() == OLD


def test_a_reader_that_has_gone_is_no_reason(tmp_path):
    done = filled(tmp_path, "| true")
    assert done.stderr == ""
    assert (tmp_path / "a.py").read_text() == NEW


def test_ctrl_c_around_the_rename_comes_too_late_and_nothing_else_is_said(tmp_path):
    done = filled(tmp_path, "")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "a.py").read_text() == NEW
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]


@pytest.mark.parametrize(
    "command", [("fill", "a.py"), ("eval", "places", "."), ("eval", "complete", ".")], ids=" ".join
)
def test_what_cannot_be_read_is_4(tmp_path, monkeypatch, capsys, command: tuple[str, ...]):
    """Root may read whatever it likes, so the system's answers are played."""
    (tmp_path / "a.py").write_text(OLD)
    monkeypatch.chdir(tmp_path)
    scan, read = os.scandir, Path.read_bytes
    here = {Path("a.py"), tmp_path}
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda *_, **__: False)
        patch.setattr(os, "scandir", lambda path=".": denied() if Path(path) in here else scan(path))
        patch.setattr(Path, "read_bytes", lambda path: denied() if path in here else read(path))
        code = main.run(command)
    assert code == 4
    assert f"cannot be read: {os.strerror(13)}." in capsys.readouterr().err


def denied() -> NoReturn:
    raise PermissionError(13, os.strerror(13))
