"""No command lets a name that somebody else chose drive the terminal, be taken for markup, or turn a line around."""

import re

import pytest
from rich.table import Table

from lacuna.benchmarks.evaluation.progress import tracked
from lacuna.cli import main
from lacuna.cli.tables import show
from lacuna.model.training.progress import shown

NAME = "a\x1b]0;PWNED\x07\x9b2J\u202e\u2066[link=http:x]b[nope]\x1b[2J.py"
COMMANDS = {
    "fill": ("fill", NAME, "--at", "99:0"),
    "fill, missing": ("fill", f"no{NAME}"),
    "fill, no position": ("fill", "--at", NAME, "x.py"),
    "fill, query": ("fill", NAME, "--query", NAME),
    "serve": ("serve", "--model", NAME, "--http", NAME),
    "doctor": ("doctor", "--model", NAME),
    "model use": ("model", "use", NAME),
    "model verify": ("model", "verify", NAME),
    "model list": ("model", "list"),
    "refactor plan": ("refactor", "plan", "docstrings", NAME),
    "refactor plan, rule": ("refactor", "plan", NAME, "."),
    "refactor show": ("refactor", "show", NAME),
    "refactor apply": ("refactor", "apply", NAME),
    "refactor undo": ("refactor", "undo", NAME),
    "refactor resume": ("refactor", "resume", NAME),
    "refactor status": ("refactor", "status", NAME),
    "refactor rules": ("refactor", "rules", NAME),
    "train": ("train", "--on", NAME),
    "export": ("export", NAME, "out"),
    "eval holes": ("eval", "holes", NAME),
    "eval infilling": ("eval", "infilling", NAME),
    "eval calibration": ("eval", "calibration", NAME),
    "eval places": ("eval", "places", NAME),
    "eval complete": ("eval", "complete", NAME),
    "eval doubt": ("eval", "doubt", NAME),
    "eval rework": ("eval", "rework", NAME),
    "eval mend": ("eval", "mend", NAME),
    "eval refactor": ("eval", "refactor", NAME),
    "bench": ("bench", "keystroke", "--model", NAME),
    "no command": (NAME,),
}


def assert_harmless(shown: str) -> None:
    assert not [c for c in shown if c in "\x1b\x07\x9b\u202e\u2066"]


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_name_is_shown_escaped(tmp_path, monkeypatch, capfd, command):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / NAME).write_text("x = (\n")
    code = main.run(command)
    shown = "".join(capfd.readouterr())
    assert code != 70, shown
    assert_harmless(shown)


def test_every_command_is_among_them():
    assert {name.split(",")[0].split()[0] for name in COMMANDS} >= main.COMMANDS.keys()


def test_bars_take_names_for_what_they_are(capfd, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "400")
    assert list(tracked([1], NAME)) == [1]
    with shown(NAME, 1) as show:
        show(1, NAME)
    said = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capfd.readouterr().err)  # Rich's own
    assert_harmless(said)
    assert said.count("[link=http:x]b[nope]") >= 3


def test_tables_take_names_for_what_they_are(capsys):
    table = Table("", NAME, title=NAME)
    table.add_row(NAME, "[/nope]")
    show([table, f"{NAME} [/nope] :smile:"])
    shown = capsys.readouterr().out
    assert_harmless(shown)
    assert shown.count("[/nope]") == 2
    assert ":smile:" in shown
