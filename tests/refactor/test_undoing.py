"""A run is taken back, and one that was ended is finished; what somebody else has edited stays."""

import json
import re
import stat
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from lacuna.refactor.applying import Wishes, apply
from lacuna.refactor.carrying import StoppedError, token_of
from lacuna.refactor.journal import Journal, RunError, beginning, journal_of, journal_to_undo, runs_of
from lacuna.refactor.plan import FORMAT, Header, PlannedFile
from lacuna.refactor.records import FileState, Record, Stage
from lacuna.refactor.state import State, state_of
from lacuna.refactor.undoing import resume, undo
from lacuna.syntax.errors import FileError
from lacuna.workspace import atomic
from lacuna.workspace.changes import sha256
from tests.refactor.plans import contents, laid_out, plan_for, planned, replacing

ORIGINALS = {"a.py": b"\xef\xbb\xbfx = old\r\n", "sub/b.py": b"old\nmixed\r\nends", "c.py": b"old\n"}
WRITTEN = {path: data.replace(b"old", b"new") for path, data in ORIGINALS.items()}


@pytest.fixture
def state(tmp_path: Path) -> State:
    return state_of(laid_out(tmp_path / "tree", ORIGINALS))


@pytest.fixture
def files() -> list[PlannedFile]:
    return [planned(path, data, replacing(data.decode("utf-8-sig"), "old", "new")) for path, data in ORIGINALS.items()]


@pytest.fixture
def journal(state: State, files: list[PlannedFile]) -> Journal:
    """That of a run that has been applied."""
    apply(plan_for(state.tree, state.tree.parent / "plan", files), state, Wishes())
    assert contents(state.tree) == WRITTEN
    return journal_of(state, None)


@pytest.fixture
def begun(state: State, files: list[PlannedFile]) -> Journal:
    """That of a run that was killed before it wrote its first file."""
    with beginning(state, Header(FORMAT, "0.1.0", str(state.tree), "", (), {})) as new:
        for file in files:
            new.add(file, ORIGINALS[file.path], sha256(WRITTEN[file.path]))
        assert new.finished(Path("plan"), None)
    return journal_of(state, None)


def told(journal: Journal) -> dict[str, tuple[FileState, str]]:
    return {record.file: (record.state, record.reason) for record in journal.records.values()}


def all_of(journal: Journal) -> set[FileState]:
    return {record.state for record in journal.records.values()}


# --- undo


def test_undo_brings_back_every_byte_and_the_modes(state: State, journal: Journal):
    (state.tree / "a.py").chmod(0o751)
    undo(state.tree, journal)
    assert contents(state.tree) == ORIGINALS
    assert stat.S_IMODE((state.tree / "a.py").stat().st_mode) == 0o751
    assert all_of(journal) == {FileState.REVERTED}
    assert journal_of(state, None).run.stage is Stage.UNDONE


def edited(path: Path) -> None:
    path.write_bytes(b"somebody else's")


def replaced_by_a_link(path: Path) -> None:
    path.rename(path.with_suffix(".txt"))
    path.symlink_to("a.txt")


@pytest.mark.parametrize(
    ("doing", "sentence"),
    [
        (edited, "a.py has been changed by somebody else."),
        (Path.unlink, "a.py is gone."),
        (replaced_by_a_link, "a.py is a link, or lies behind one; Lacuna follows none."),
    ],
)
def test_what_was_edited_after_the_run_is_named_and_left(
    state: State, journal: Journal, doing: Callable[[Path], None], sentence: str
):
    doing(state.tree / "a.py")
    before = contents(state.tree)
    undo(state.tree, journal)
    assert told(journal)["a.py"] == (FileState.LEFT, sentence)
    assert contents(state.tree) == before | {path: ORIGINALS[path] for path in ("sub/b.py", "c.py")}
    assert journal_of(state, None).run.stage is Stage.UNDOING


def test_a_file_that_was_left_is_undone_once_it_is_as_it_was(state: State, journal: Journal):
    (state.tree / "a.py").write_bytes(b"edited")
    undo(state.tree, journal)
    (state.tree / "a.py").write_bytes(WRITTEN["a.py"])
    undo(state.tree, journal)
    assert contents(state.tree) == ORIGINALS
    assert journal.run.stage is Stage.UNDONE


def test_a_file_that_is_as_before_the_run_is_no_edit(state: State, journal: Journal):
    (state.tree / "a.py").write_bytes(ORIGINALS["a.py"])
    undo(state.tree, journal)
    assert contents(state.tree) == ORIGINALS
    assert [found for found, _ in told(journal).values()] == [
        FileState.UNCHANGED,
        FileState.REVERTED,
        FileState.REVERTED,
    ]
    assert journal.run.stage is Stage.UNDONE


def test_a_run_that_wrote_nothing_is_undone(state: State, begun: Journal):
    undo(state.tree, begun)
    assert contents(state.tree) == ORIGINALS
    assert all_of(begun) == {FileState.UNCHANGED}
    assert journal_of(state, None).run.stage is Stage.UNDONE


def test_undo_removes_what_a_killed_write_has_left_behind(state: State, begun: Journal):
    (state.tree / "c.py").write_bytes(WRITTEN["c.py"])
    for path in ("a.py", "c.py"):
        atomic.left_behind(state.tree / path, token_of(begun, path)).write_bytes(b"x = ")
    undo(state.tree, begun)
    assert contents(state.tree) == ORIGINALS


def test_what_an_undo_had_brought_back_before_it_was_killed_was_put_back(
    state: State, journal: Journal, monkeypatch: pytest.MonkeyPatch
):
    note = Journal.note

    def killed(self: Journal, *records: Record, is_lasting: bool = False) -> None:
        if not is_lasting:
            raise SystemExit
        note(self, *records, is_lasting=is_lasting)

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "note", killed)
        with pytest.raises(SystemExit):
            undo(state.tree, journal)
    assert contents(state.tree) == ORIGINALS
    assert {record.state for record in undo(state.tree, journal_of(state, 1))} == {FileState.REVERTED}


@pytest.mark.parametrize(
    ("data", "becoming"),
    [(WRITTEN["a.py"], FileState.REVERTED), (ORIGINALS["a.py"], FileState.UNCHANGED)],
    ids=["as the run left it", "as before the run"],
)
def test_undo_tells_of_the_files_that_it_had_to_bring_back(
    state: State, journal: Journal, data: bytes, becoming: FileState
):
    (state.tree / "a.py").write_bytes(b"edited")
    assert [record.state for record in undo(state.tree, journal)] == [
        FileState.LEFT,
        FileState.REVERTED,
        FileState.REVERTED,
    ]
    (state.tree / "a.py").write_bytes(data)
    assert [(record.file, record.state) for record in undo(state.tree, journal)] == [("a.py", becoming)]
    with pytest.raises(RunError, match=r"^Run 1 has been undone already\.$"):
        undo(state.tree, journal)


def test_the_newest_run_that_has_not_been_undone_is_undone(state: State, journal: Journal):
    again = planned("c.py", b"new\n", replacing("new\n", "new", "newer"))
    apply(plan_for(state.tree, state.tree.parent / "plan", [again]), state, Wishes())
    for number in (2, 1):
        assert journal_to_undo(state).run.number == number
        undo(state.tree, journal_to_undo(state))
    assert contents(state.tree) == ORIGINALS
    with pytest.raises(RunError, match=r"^Every run in .*tree has been undone\.$"):
        journal_to_undo(state)


def test_an_original_that_is_damaged_is_not_written(state: State, journal: Journal):
    kept = state.runs / "1" / "originals.zip"
    with ZipFile(kept, "w") as originals:
        for path, data in ORIGINALS.items():
            originals.writestr(sha256(data), b"damaged" if path == "c.py" else data)
    undo(state.tree, journal_of(state, 1))
    assert told(journal_of(state, 1))["c.py"] == (FileState.FAILED, f"c.py: {kept} is damaged.")
    assert contents(state.tree) == ORIGINALS | {"c.py": WRITTEN["c.py"]}


def test_originals_that_cannot_be_read_are_told(state: State, journal: Journal):
    (state.runs / "1" / "originals.zip").write_bytes(b"damaged")
    undo(state.tree, journal_of(state, 1))
    assert all_of(journal_of(state, 1)) == {FileState.FAILED}
    assert contents(state.tree) == WRITTEN


def test_the_older_of_two_runs_in_one_file_does_not_undo_the_newer(state: State, journal: Journal):
    again = planned("c.py", b"new\n", replacing("new\n", "new", "newer"))
    apply(plan_for(state.tree, state.tree.parent / "plan", [again]), state, Wishes())
    undo(state.tree, journal)
    assert told(journal)["c.py"][0] is FileState.LEFT
    assert (state.tree / "c.py").read_bytes() == b"newer\n"
    undo(state.tree, journal_of(state, 2))
    undo(state.tree, journal)
    assert contents(state.tree) == ORIGINALS


# --- resume


def test_resume_writes_what_is_not_written_without_the_plan(state: State, begun: Journal):
    (state.tree / "c.py").write_bytes(WRITTEN["c.py"])  # as if it had been killed right behind
    resume(state.tree, begun, None)
    assert contents(state.tree) == WRITTEN
    assert all_of(begun) == {FileState.WRITTEN}
    assert journal_of(state, None).run.stage is Stage.DONE


def test_resume_leaves_what_somebody_else_has_edited(state: State, begun: Journal):
    (state.tree / "a.py").write_bytes(b"edited")
    resume(state.tree, begun, None)
    assert told(begun)["a.py"] == (FileState.LEFT, "a.py has been changed by somebody else.")
    assert contents(state.tree) == WRITTEN | {"a.py": b"edited"}


def test_resume_removes_what_a_killed_write_has_left_behind(state: State, begun: Journal):
    atomic.left_behind(state.tree / "a.py", token_of(begun, "a.py")).write_bytes(b"x = ")
    resume(state.tree, begun, None)
    assert contents(state.tree) == WRITTEN


def test_resume_tries_again_what_could_not_be_written(state: State, begun: Journal):
    (state.tree / "a.py").rename(state.tree / "d.py")
    resume(state.tree, begun, None)
    assert told(begun)["a.py"] == (FileState.LEFT, "a.py is gone.")
    (state.tree / "d.py").rename(state.tree / "a.py")
    resume(state.tree, begun, None)
    assert contents(state.tree) == WRITTEN
    assert all_of(begun) == {FileState.WRITTEN}


def test_a_line_that_a_killed_process_has_begun_is_no_line(state: State, begun: Journal):
    with (state.runs / "1" / "journal.jsonl").open("ab") as stream:
        stream.write(b'{"file": "a.p')
    resume(state.tree, journal_of(state, None), None)
    assert contents(state.tree) == WRITTEN
    lines = (state.runs / "1" / "journal.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["file"] for line in lines] == [*ORIGINALS, *ORIGINALS]
    assert all_of(journal_of(state, None)) == {FileState.WRITTEN}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (WRITTEN["a.py"], "Run 1 has been undone; `apply` begins anew."),
        (b"edited", "Run 1 is partly undone: `undo 1` goes on with that; `apply` begins anew."),
    ],
    ids=["wholly", "partly"],
)
def test_a_run_that_is_undone_is_not_resumed(state: State, journal: Journal, data: bytes, sentence: str):
    (state.tree / "a.py").write_bytes(data)
    undo(state.tree, journal)
    before = contents(state.tree)
    with pytest.raises(RunError, match=rf"^{re.escape(sentence)}$"):
        resume(state.tree, journal, None)
    assert contents(state.tree) == before


# --- the journal


def test_runs_are_numbered_and_the_newest_is_meant(state: State, journal: Journal):
    undo(state.tree, journal)
    with pytest.raises(RunError, match=r"^There is no run 2 in .*; the newest is 1\.$"):
        journal_of(state, 2)
    for _ in range(10):
        with beginning(state, Header(FORMAT, "0.1.0", str(state.tree), "", (), {})) as new:
            new.add(planned("c.py", b"old\n", replacing("old\n", "old", "1")), b"old\n", "")
            new.finished(Path("plan"), None)
    assert [run.number for run in runs_of(state)] == [*range(1, 12)]
    assert journal_of(state, None).run.number == 11


def test_without_a_run_that_is_said(state: State):
    with pytest.raises(RunError, match=r"^There is no run in .*tree\.$"):
        journal_of(state, None)


def test_what_a_killed_preparation_has_left_is_cleared(state: State, files: list[PlannedFile]):
    laid_out(state.runs / "1", {"journal.jsonl": b"", "plan.jsonl": b"", "more": b""})
    apply(plan_for(state.tree, state.tree.parent / "plan", files), state, Wishes())
    assert contents(state.tree) == WRITTEN
    assert sorted(path.name for path in state.runs.iterdir()) == ["1", "1.json"]
    assert not (state.runs / "1" / "more").exists()


def test_a_run_of_another_version_is_refused(state: State, journal: Journal):
    path = state.runs / "1.json"
    path.write_text(json.dumps({"format": 99, "number": 1}))
    with pytest.raises(RunError, match="is a run of format 99; this Lacuna reads format 1"):
        journal_of(state, None)


@pytest.mark.parametrize("name", ["1.json", "1/journal.jsonl"])
@pytest.mark.parametrize("text", ["{\n", "[]\n", '{"format": 1, "file": 1}\n'])
def test_a_damaged_journal_is_said_to_be_one(state: State, journal: Journal, name: str, text: str):
    (state.runs / name).write_text(text)
    with pytest.raises(FileError, match=rf"{name} is damaged\.$"):
        journal_of(state, None)
    assert contents(state.tree) == WRITTEN


def test_a_run_whose_journal_cannot_be_written_stops_and_says_how_to_go_on(state: State, begun: Journal):
    path = state.runs / "1" / "journal.jsonl"
    path.rename(state.runs / "1" / "kept")
    with pytest.raises(
        StoppedError, match=r"directory\. Run 1 stopped there; `resume 1` goes on, `undo 1` takes it back"
    ):
        resume(state.tree, begun, None)
    (state.runs / "1" / "kept").rename(path)
    resume(state.tree, journal_of(state, None), None)
    assert contents(state.tree) == WRITTEN
