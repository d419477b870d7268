"""`apply --interactive`: each edit is drawn, a letter answers, and what a plan holds cannot drive the terminal."""

import io
from pathlib import Path

import click
import pytest

from lacuna.cli.refactor.asking import ask
from lacuna.refactor.applying import Reply
from lacuna.workspace import textfile
from tests.refactor.sample import HARM_PATH, OVERRIDE, Sample, sample


@pytest.fixture
def plan(tmp_path: Path) -> Sample:
    return sample(tmp_path / "tree")


def asked(plan: Sample, path: str, number: int, typed: str, monkeypatch: pytest.MonkeyPatch) -> Reply:
    file = plan.file(path)
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return ask(file, textfile.read(plan.tree / path), file.sites[number])


@pytest.mark.parametrize("reply", Reply, ids=lambda reply: reply.name)
def test_a_letter_is_the_answer(plan: Sample, reply: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(plan, "ledger.py", 0, f"{reply.value}\n", monkeypatch) is reply


def test_the_edit_is_drawn_with_what_else_it_could_be(
    plan: Sample, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(plan, "ledger.py", 0, "y\n", monkeypatch)
    out, err = capsys.readouterr()
    assert not out
    assert err.splitlines() == [
        "",
        "ledger.py (1 of 8)",
        "annotations, line 7, confidence 0.91",
        "    4  ",
        "    5  ",
        "    6  class Ledger:",
        "    7 -    def __init__(self, name):",
        "      +    def __init__(self, name: str) -> None:",
        "    8          self.name = name",
        "    9          self.entries = []",
        "   10  ",
        "",
        "could be: str 0.91; object 0.46; Any 0.23",
        "Write it? [y,n,a,d,q,?] ",
    ]


def test_anything_else_explains_the_letters_and_asks_again(
    plan: Sample, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(plan, "ledger.py", 0, "?\nyes\n\nn\n", monkeypatch) is Reply.NO
    err = capsys.readouterr().err
    assert err.count("a  write it, and all that follow in this file\n") == 2
    assert err.count("Write it?") == 4


def test_when_no_answer_comes_it_is_interrupted(plan: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(click.Abort):
        asked(plan, "ledger.py", 0, "", monkeypatch)


def test_nothing_drives_the_terminal(
    plan: Sample, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in (0, 1):
        asked(plan, HARM_PATH, number, "n\n", monkeypatch)
    err = capsys.readouterr().err
    assert OVERRIDE not in err
    assert "\x1b" not in err
    assert "\x07" not in err
    assert r"\u202e" in err
