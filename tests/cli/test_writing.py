"""What `lacuna fill --write` says of the file is true: without an output, interrupted, unreadable."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from lacuna.cli import main, output

FILL = """
import os, pathlib, signal, sys
from lacuna.cli import fill, main
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
write = fill._write

def interrupted_behind_it(change):
    write(change)
    os.kill(os.getpid(), signal.SIGINT)

fill._write = interrupted_behind_it

def infill(request):
    yield Draft(0, ((None,),))
    return Answer(
        (Edit(request.spans[0], "1"),), ((Candidate("1", 0.9, parses=True),),), None,
        Timings(0, 0, (), 0), Tokens(0, 0, 0), "scripted", "scripted", 0.5,
    )

sys.exit(main.main(lambda options: OpenModel(infill)))
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


@pytest.mark.parametrize(
    ("redirected", "options", "code"),
    [
        (">/dev/full 2>&1", (), 4),
        (">/dev/full 2>&1", ("--at", "99:0"), 2),
        ("2>/dev/full", ("--at", "99:0"), 2),
        ("2>&-", ("--at", "99:0"), 2),
    ],
)
def test_who_has_no_standard_error_is_told_by_the_code(tmp_path, redirected, options, code):
    assert filled(tmp_path, redirected, *options).returncode == code
    assert (tmp_path / "a.py").read_text() == OLD


def test_no_file_takes_the_place_of_a_standard_error_that_was_closed(tmp_path):
    claimed = "import os; from lacuna.cli import output; output.claim(); os.open('.', os.O_RDONLY); os.write(2, b'!')"
    code = f"{claimed}; print(os.path.samestat(os.fstat(2), os.stat(os.devnull)))"
    command = ["sh", "-c", '"$0" -I -c "$1" 2>&-', sys.executable, code]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout == "True\n"


def test_a_reader_that_has_gone_is_no_reason(tmp_path):
    done = filled(tmp_path, "| true")
    assert done.stderr == ""
    assert (tmp_path / "a.py").read_text() == NEW


def test_ctrl_c_around_the_rename_or_behind_the_write_comes_too_late_and_nothing_else_is_said(tmp_path):
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


PRINTING = {
    "version": ("--version",),
    "help": ("--help",),
    "help of a command": ("fill", "--help"),
    "fill": ("fill", "a.py"),
    "serve": ("serve", "--settings-schema"),
    "refactor rules": ("refactor", "rules"),
    "refactor rules, as JSON": ("refactor", "rules", "--json"),
    "refactor plan": ("refactor", "plan", "f-strings", "b.py", "--jobs", "1"),
    "doctor": ("doctor", "--json"),
    "model list": ("model", "list"),
    "model verify": ("model", "verify"),
    "train": ("train", "--help"),
    "export": ("export", "--help"),
    "eval": ("eval", "--help"),
    "bench": ("bench", "--help"),
}


@pytest.mark.parametrize("command", PRINTING.values(), ids=PRINTING)
def test_what_a_full_disk_does_not_take_is_4_whatever_the_command(tmp_path, monkeypatch, capsys, scripted, command):
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "state"))
    (tmp_path / "a.py").write_text(OLD)
    (tmp_path / "b.py").write_text('print("%s" % a)\n')
    with open("/dev/full", "w", encoding="utf-8") as full, monkeypatch.context() as patch:  # noqa: PTH123 -- a device
        patch.setattr(sys, "stdout", full)
        output.claim()
        code = main.run(command, scripted().open)
        sys.stdout.flush()  # nothing fails a second time
    assert code == 4
    assert f"The standard output cannot be written: {os.strerror(28)}." in capsys.readouterr().err


def test_an_output_without_a_buffer_is_one_too():
    command = [sys.executable, "-u", "-m", "lacuna.cli", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("lacuna")


def test_every_command_is_among_those_that_print():
    assert {name.split(",")[0].split()[0] for name in PRINTING} >= main.COMMANDS.keys()
