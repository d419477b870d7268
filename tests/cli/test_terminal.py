"""On a terminal: drafts are redrawn in place, the diff is coloured, NO_COLOR is honoured."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lacuna.cli import main
from lacuna.cli.terminal import Colour, is_coloured
from lacuna.cli.watch import picture
from lacuna.infill.request import Draft, Request
from lacuna.syntax.spans import Span
from lacuna.workspace.visible import visible_line, visible_text

WATCHED = """
import sys
from lacuna.cli import main
from lacuna.infill.opening import OpenModel
from lacuna.infill.request import Answer, Candidate, Draft, Timings, Tokens
from lacuna.workspace.changes import Edit

def infill(request):
    yield Draft(1, ((None, None),))
    yield Draft(2, (("1", None),))
    yield Draft(3, (("1", " + 2"),))
    return Answer((Edit(request.spans[0], "1 + 2"),), ((Candidate("1 + 2", 0.5, True),),), None,
                 Timings(0.0, 0.0, (), 0.0), Tokens(0, 0, 2), "p", "m", 0.5)

sys.exit(main.run(sys.argv[1:], lambda options: OpenModel(infill)))
"""


def on_terminal(folder: Path, *arguments: str, **variables: str) -> str:
    """What a terminal gets to see of `lacuna fill a.py`."""
    ours, theirs = pty.openpty()
    inherited = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    command = [sys.executable, "-I", "-c", WATCHED, "fill", "a.py", *arguments]
    environment = inherited | {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"} | variables
    with subprocess.Popen(command, cwd=folder, stdout=theirs, stderr=theirs, stdin=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 65536):
                shown += piece
        except OSError:  # Linux says so when the other side has closed
            pass
        os.close(ours)
    assert process.returncode == 0, shown
    return shown.decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text("x = <fill>\n")
    return tmp_path


def test_drafts_settle_in_place_before_the_diff(folder: Path):
    shown = re.sub(r"\x1b\[[\d;]*m", "", on_terminal(folder, "--watch"))
    stages = ["x = ░░", "x = 1░", "x = 1 + 2", "+x = 1 + 2"]
    places = [shown.index(stage) for stage in stages]
    assert places == sorted(places)
    assert "\x1b[1A" in shown, "the cursor goes back up to redraw"


def test_the_diff_is_coloured(folder: Path):
    assert "\x1b[32m+x = 1 + 2\x1b[0m" in on_terminal(folder)


def test_no_color_is_honoured(folder: Path):
    shown = on_terminal(folder, NO_COLOR="1")
    assert "+x = 1 + 2" in shown
    assert "\x1b[" not in shown


def test_a_file_cannot_drive_the_terminal(folder: Path):
    (folder / "a.py").write_text("# \x1b]0;title\x07\nx = <fill>\n")
    for arguments in ([], ["--watch"], ["--color", "never"]):
        assert "\x1b]0;" not in on_terminal(folder, *arguments)


@pytest.mark.parametrize(
    ("colour", "variables", "on_terminal", "expected"),
    [
        pytest.param(Colour.AUTO, {}, True, True, id="auto on a terminal"),
        pytest.param(Colour.AUTO, {}, False, False, id="auto in a pipe"),
        pytest.param(Colour.AUTO, {"NO_COLOR": "0"}, True, False, id="NO_COLOR with any value"),
        pytest.param(Colour.AUTO, {"NO_COLOR": ""}, True, True, id="NO_COLOR empty is unset"),
        pytest.param(Colour.AUTO, {"TERM": "dumb"}, True, False, id="a dumb terminal"),
        pytest.param(Colour.ALWAYS, {"NO_COLOR": "1"}, False, True, id="asked for is stronger than NO_COLOR"),
        pytest.param(Colour.NEVER, {}, True, False, id="never"),
    ],
)
def test_when_there_is_colour(
    monkeypatch: pytest.MonkeyPatch, colour: Colour, variables: dict[str, str], *, on_terminal: bool, expected: bool
):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert is_coloured(colour, on_terminal=on_terminal) == expected


def test_holes_are_drawn_among_the_lines_around_them():
    text = "a\nb\nc\nd = <fill>)\ne\nf\ng\n"
    request = Request(text, "python", (Span(10, 16),), 0.0)
    shown = picture(request, Draft(4, (("(", None, "\n  "),))).plain
    assert shown == "step 4\nb\nc\nd = (░\n  )\ne\nf\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\tb\n", "a\tb\n", id="tabs and line feeds stay"),
        pytest.param("\x1b[2J\x07", "^[[2J^G", id="escape sequences"),
        pytest.param("\x9b2J", r"\x9b2J", id="of one character"),
        pytest.param("a\u202eb\u2066c\u061cd", r"a\u202eb\u2066c\u061cd", id="what turns the order of a line"),
        pytest.param("grüße – 中 \U0001f9d1\u200d\U0001f4bb", "grüße – 中 \U0001f9d1\u200d\U0001f4bb", id="other text"),
    ],
)
def test_what_a_file_holds_does_not_drive_the_terminal(text: str, shown: str) -> None:
    assert visible_text(text) == shown
    assert visible_line(text) == shown.replace("\n", "^J")


def test_a_name_ends_no_line_of_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    main.run(["fill", "x\nlacuna: all is well.py", "--at", "1:1"])
    assert capsys.readouterr().err.splitlines() == [
        "lacuna: x^Jlacuna: all is well.py cannot be read: No such file or directory."
    ]
