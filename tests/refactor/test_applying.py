"""What a plan says is written, and nothing else; what does not fit is refused before anything is written."""

import dataclasses
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from dulwich.repo import Repo

from lacuna.refactor.applying import Applied, Reply, UncommittedError, Wishes, apply
from lacuna.refactor.plan import Outcome, Part, PlannedFile, Site
from lacuna.refactor.planfile import PlanError
from lacuna.refactor.records import FileState, Stage
from lacuna.refactor.state import State, state_of
from lacuna.syntax.errors import FileError
from lacuna.workspace.textfile import TextFile
from tests.refactor.plans import at, contents, laid_out, plan_for, planned, replacing
from tests.workspace.disks import files_no_larger_than
from tests.workspace.rights import open_folder, unprivileged

A, B = b"x = old\ny = old\n", b"z = old\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return laid_out(tmp_path / "tree", {"a.py": A, "sub/b.py": B})


@pytest.fixture
def state(tree: Path) -> State:
    return state_of(tree)


def one(path: str, data: bytes) -> PlannedFile:
    """A plan's file that replaces the first `old`."""
    return planned(path, data, replacing(data.decode("utf-8-sig"), "old", "new"))


def applied(state: State, *files: PlannedFile, wishes: Wishes = Wishes()) -> Applied:  # noqa: B008 -- it is frozen
    return apply(plan_for(state.tree, state.tree.parent / "plan", files), state, wishes)


def told(done: Applied) -> dict[str, tuple[FileState, str]]:
    return {record.file: (record.state, record.reason) for record in done.records}


# --- what is written


def test_what_is_kept_is_written_and_nothing_else(state: State):
    text = A.decode()
    sites = (
        replacing(text, "old", "1"),
        at(text, 12, "old", "2", outcome=Outcome.LOW),
        at(text, 8, "y", "yy"),
        at(text, len(text), "", "end\n", outcome=Outcome.UNTICKED),
    )
    done = applied(
        state, planned("a.py", A, *sites), planned("sub/b.py", B, replacing("old", "old", "", outcome=Outcome.GATED))
    )
    assert contents(state.tree) == {"a.py": b"x = 1\nyy = old\n", "sub/b.py": B}
    assert told(done) == {"a.py": (FileState.WRITTEN, "")}
    assert done.run
    assert done.run.stage is Stage.DONE


@pytest.mark.parametrize(
    ("data", "site", "expected"),
    [
        pytest.param(b"a\r\nold\r\nb", replacing("a\r\nold\r\nb", "old", "1\n2"), b"a\r\n1\r\n2\r\nb", id="CRLF"),
        pytest.param(b"a\rold\rb", replacing("a\rold\rb", "old", "1\n2"), b"a\r1\r2\rb", id="CR"),
        pytest.param(b"a\nold", replacing("a\nold", "old", "1\n2"), b"a\n1\n2", id="no final line end"),
        pytest.param(
            b"\xef\xbb\xbf# old\r\n", replacing("# old\r\n", "old", "n\ne"), b"\xef\xbb\xbf# n\r\ne\r\n", id="BOM"
        ),
        pytest.param(
            "\U0001f600 = old\n".encode(),
            replacing("\U0001f600 = old\n", "old", "\u00e9"),
            "\U0001f600 = \u00e9\n".encode(),
            id="code points, not bytes",
        ),
        pytest.param(
            b"a\r\nold\nold\r\n", replacing("a\r\nold\nold\r\n", "old\nold", "1\n2"), b"a\r\n1\n2\r\n", id="mixed ends"
        ),
    ],
)
def test_bytes_outside_a_span_stay(tmp_path: Path, data: bytes, site: Site, expected: bytes):
    state = state_of(laid_out(tmp_path / "tree", {"a.py": data}))
    applied(state, planned("a.py", data, site))
    assert contents(state.tree) == {"a.py": expected}


def test_an_insertion_that_several_sites_need_is_written_once(state: State):
    text = A.decode()
    need = Part(0, 0, "", "import logging\n")
    sites = [
        dataclasses.replace(site, parts=(need, *site.parts))
        for site in (replacing(text, "old", "1"), at(text, 12, "old", "2"))
    ]
    applied(state, planned("a.py", A, *sites))
    assert (state.tree / "a.py").read_bytes() == b"import logging\nx = 1\ny = 2\n"


def test_mode_and_owner_stay(state: State):
    path = state.tree / "a.py"
    path.chmod(0o751)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    before = path.stat()
    applied(state, one("a.py", A))
    after = path.stat()
    assert stat.S_IMODE(after.st_mode) == 0o751
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


def test_the_tree_has_nothing_but_the_changes_afterwards(state: State):
    applied(state, one("a.py", A))
    assert contents(state.tree) == {"a.py": b"x = new\ny = old\n", "sub/b.py": B}
    assert state.folder.is_relative_to(Path.home())
    assert stat.S_IMODE(state.folder.stat().st_mode) == 0o700


def test_the_same_plan_on_the_same_tree_makes_the_same_bytes(tmp_path: Path):
    found = []
    for name in ("one", "two"):
        state = state_of(laid_out(tmp_path / name / "tree", {"a.py": A, "sub/b.py": B}))
        applied(state, one("sub/b.py", B), one("a.py", A))
        found.append(contents(state.tree))
    assert found[0] == found[1]


def test_a_plan_that_keeps_nothing_makes_no_run(state: State):
    done = applied(state, planned("a.py", A, replacing("old", "old", "1", outcome=Outcome.EMPTY)))
    assert done == Applied(None, ())
    assert list(state.runs.iterdir()) == []


# --- what is refused, the others written


def hostile(tree: Path, path: str) -> None:
    """Things that a plan's path may meet in a tree."""
    outside = tree.parent / "outside.py"
    outside.write_bytes(A)
    match path:
        case "link.py":
            (tree / path).symlink_to(outside)
        case "inner.py":
            (tree / path).symlink_to("a.py")
        case "linked/a.py":
            (tree.parent / "folder").mkdir()
            (tree.parent / "folder" / "a.py").write_bytes(A)
            (tree / "linked").symlink_to(tree.parent / "folder")
        case "pipe.py":
            os.mkfifo(tree / path)
        case ".git/config" | "sub/.GIT/hooks/post-commit" | ".env" | ".ssh/a.py" | "ignored.py" | "lacuna_ignored.py":
            laid_out(tree, {path: A, ".gitignore": b"/ignored.py\n", ".lacunaignore": b"lacuna_*\n"})


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("../outside.py", "../outside.py leaves the tree."),
        ("sub/../../outside.py", "sub/../../outside.py leaves the tree."),
        ("sub/../a.py", "sub/../a.py leaves the tree."),
        ("/etc/passwd", "/etc/passwd leaves the tree."),
        ("./a.py", "'./a.py' is not a path as plans have them."),
        ("sub//b.py", "'sub//b.py' is not a path as plans have them."),
        ("", "'' is not a path as plans have them."),
        (".", ". is not a regular file."),
        ("a.py\0", r"'a.py\x00' is not a path as plans have them."),
        ("\ud800.py", r"'\ud800.py' is not a path as plans have them."),
        ("sub", "sub is not a regular file."),
        ("pipe.py", "pipe.py is not a regular file."),
        ("gone.py", "gone.py is gone."),
        ("a.py/b.py", "a.py/b.py is gone."),
        ("link.py", "link.py is a link, or lies behind one; Lacuna follows none."),
        ("inner.py", "inner.py is a link, or lies behind one; Lacuna follows none."),
        ("linked/a.py", "linked/a.py is a link, or lies behind one; Lacuna follows none."),
        (".git/config", ".git/config is git's own."),
        ("sub/.GIT/hooks/post-commit", "sub/.GIT/hooks/post-commit is git's own."),
        (".env", ".env is left alone: files of this name hold secrets."),
        (".ssh/a.py", ".ssh/a.py is left alone: files of this name hold secrets."),
        ("ignored.py", "ignored.py is left alone: {tree}/.gitignore names this file."),
        ("lacuna_ignored.py", "lacuna_ignored.py is left alone: {tree}/.lacunaignore names this file."),
        ("n" * 300, "n" * 300 + " cannot be read: File name too long."),
    ],
    ids=repr,
)
def test_a_path_that_is_not_for_plans_is_refused(state: State, path: str, sentence: str):
    hostile(state.tree, path)
    before = contents(state.tree.parent)
    done = applied(state, one(path, A), one("sub/b.py", B))
    (state.tree.parent / "plan").unlink()
    assert told(done) == {
        path: (FileState.REFUSED, sentence.format(tree=state.tree)),
        "sub/b.py": (FileState.WRITTEN, ""),
    }
    assert contents(state.tree.parent) == before | {"tree/sub/b.py": b"z = new\n"}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param(A + b"#", "a.py has changed since the plan was made.", id="one byte more"),
        pytest.param(b"x = \xff", "a.py is not UTF-8: byte 4 cannot be decoded.", id="Latin-1"),
        pytest.param("x = old\n".encode("utf-16"), "a.py is a binary file.", id="UTF-16"),
    ],
)
def test_a_file_with_other_bytes_is_refused(state: State, data: bytes, sentence: str):
    (state.tree / "a.py").write_bytes(data)
    done = applied(state, one("a.py", A), one("sub/b.py", B))
    assert told(done)["a.py"] == (FileState.REFUSED, sentence)
    assert contents(state.tree) == {"a.py": data, "sub/b.py": b"z = new\n"}


def test_a_file_with_other_names_is_refused_before_anything_is_written(state: State):
    (state.tree.parent / "other.py").hardlink_to(state.tree / "a.py")
    sentence = "a.py has other names (hard links), which would keep the old text; it stays as it is."
    done = applied(state, one("a.py", A), one("sub/b.py", B))
    assert told(done)["a.py"] == (FileState.REFUSED, sentence)
    assert contents(state.tree) == {"a.py": A, "sub/b.py": b"z = new\n"}


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([Part(4, 7, "odd", "new")], id="another old text"),
        pytest.param([Part(4, 99, "old", "new")], id="behind the end"),
        pytest.param([Part(7, 4, "", "new")], id="turned round"),
        pytest.param([], id="no part"),
        pytest.param([Part(4, 7, "old", "new"), Part(6, 8, "d\n", "")], id="overlapping"),
        pytest.param([Part(8, 9, "y", ""), Part(4, 7, "old", "")], id="out of order"),
        pytest.param([Part(4, 7, "old", "\0")], id="NUL"),
        pytest.param([Part(4, 7, "old", "\ud83d")], id="half a character"),
        pytest.param([Part(4, 7, "old", "1\r\n2")], id="line ends of its own"),
    ],
)
def test_a_plan_edited_by_hand_that_does_not_fit_is_refused(state: State, parts: list[Part]):
    bad = Site("r", 1, tuple(parts), None, Outcome.KEPT)
    done = applied(state, planned("a.py", A, replacing(A.decode(), "y", "yy"), bad), one("sub/b.py", B))
    found, reason = told(done)["a.py"]
    assert found is FileState.REFUSED
    assert reason.startswith("a.py")
    assert contents(state.tree) == {"a.py": A, "sub/b.py": b"z = new\n"}


def test_a_file_that_stands_in_the_plan_twice_is_refused(state: State):
    done = applied(state, one("a.py", A), one("sub/b.py", B), one("a.py", A))
    assert told(done)["a.py"] == (FileState.REFUSED, "a.py stands in the plan twice.")
    assert contents(state.tree) == {"a.py": A, "sub/b.py": b"z = new\n"}


def test_a_file_that_would_be_too_large_to_be_read_again_is_refused(state: State):
    done = applied(state, planned("a.py", A, replacing(A.decode(), "old", "x" * 2**24)))
    assert told(done) == {"a.py": (FileState.REFUSED, "a.py would be larger than 16 MiB.")}
    assert contents(state.tree)["a.py"] == A


def test_a_plan_that_cannot_be_read_to_its_end_changes_nothing(state: State):
    plan = plan_for(state.tree, state.tree.parent / "plan", [one("a.py", A), one("sub/b.py", B)])
    lines = plan.path.read_text().splitlines()
    lines[2] = json.dumps({"file": {"path": "sub/b.py", "command": "rm -r ."}})
    plan.path.write_text("\n".join(lines) + "\n")
    with pytest.raises(PlanError, match=r"line 3: file has a field \"command\", which plans do not have\.$"):
        apply(plan, state, Wishes())
    assert contents(state.tree) == {"a.py": A, "sub/b.py": B}
    assert list(state.runs.iterdir()) == []


# --- what goes wrong while it writes


def test_a_file_for_which_the_disk_has_no_room_stays_and_the_others_are_written(state: State):
    large = b"#" * 2000 + b"old\n"
    (state.tree / "a.py").write_bytes(large)
    wide = planned("a.py", large, replacing(large.decode(), "old", "x" * 1500))
    with files_no_larger_than(3000):
        done = applied(state, wide, one("sub/b.py", B))
    assert told(done) == {
        "a.py": (FileState.FAILED, "a.py cannot be written: File too large."),
        "sub/b.py": (FileState.WRITTEN, ""),
    }
    assert contents(state.tree) == {"a.py": large, "sub/b.py": b"z = new\n"}


def test_where_the_journal_has_no_room_nothing_is_written(state: State):
    plan = plan_for(state.tree, state.tree.parent / "plan", [one("a.py", A), one("sub/b.py", B)])
    with files_no_larger_than(500), pytest.raises(FileError, match="cannot be read or written: File too large"):
        apply(plan, state, Wishes())
    assert contents(state.tree) == {"a.py": A, "sub/b.py": B}
    assert list(state.runs.iterdir()) == []


def test_a_read_only_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with open_folder() as folder:
        monkeypatch.setenv("HOME", str(folder / "home"))
        tree = laid_out(folder / "tree", {"a.py": A, "b.py": B})
        tree.chmod(0o777)
        (tree / "a.py").chmod(0o444)
        plan = plan_for(tree, folder / "plan", [one("a.py", A), one("b.py", B)])
        with unprivileged():
            done = apply(plan, state_of(tree), Wishes())
        assert told(done)["a.py"] == (FileState.FAILED, "a.py is read-only.")
        assert contents(tree)["a.py"] == A


def edited(path: Path) -> None:
    path.write_bytes(b"somebody else's")


def renamed(path: Path) -> None:
    path.rename(path.with_suffix(".txt"))


def replaced_by_a_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("sub/b.py")


@pytest.mark.parametrize(
    ("doing", "sentence"),
    [
        (edited, "a.py has been changed by somebody else."),
        (renamed, "a.py is gone."),
        (Path.unlink, "a.py is gone."),
        (replaced_by_a_link, "a.py is a link, or lies behind one; Lacuna follows none."),
    ],
)
def test_a_file_that_changes_before_its_turn_is_left(state: State, doing: Callable[[Path], None], sentence: str):
    after: dict[str, bytes] = {}

    def ask(file: PlannedFile, _source: TextFile, _site: Site) -> Reply:
        if file.path == "sub/b.py":
            doing(state.tree / "a.py")
            after.update(contents(state.tree))
        return Reply.YES

    done = applied(state, one("a.py", A), one("sub/b.py", B), wishes=Wishes(asking=ask))
    assert told(done) == {"a.py": (FileState.LEFT, sentence), "sub/b.py": (FileState.WRITTEN, "")}
    assert (state.tree / "sub" / "b.py").read_bytes() == b"z = new\n"
    assert contents(state.tree).keys() == after.keys()
    assert {name: data for name, data in contents(state.tree).items() if name not in ("sub/b.py", "a.py")} == {
        name: data for name, data in after.items() if name not in ("sub/b.py", "a.py")
    }


# --- uncommitted changes


def committed(tree: Path) -> Repo:
    repo = Repo.init(tree)
    worktree = repo.get_worktree()
    worktree.stage([name.encode() for name in contents(tree)])
    worktree.commit(message=b"first", author=b"a <a@b>", committer=b"a <a@b>")
    return repo


def test_in_a_repository_committed_files_are_written_whatever_else_has_changed(state: State):
    committed(state.tree)
    (state.tree / "sub" / "b.py").write_bytes(b"changed")
    (state.tree / "new.py").write_bytes(b"new")
    assert told(applied(state, one("a.py", A))) == {"a.py": (FileState.WRITTEN, "")}


def test_files_with_uncommitted_changes_are_refused_unless_that_is_allowed(state: State):
    repo = committed(state.tree)
    changed, staged, new = A + b"# changed\n", B + b"# staged\n", b"old\n"
    laid_out(state.tree, {"a.py": changed, "sub/b.py": staged, "new.py": new})
    repo.get_worktree().stage([b"sub/b.py"])
    before = contents(state.tree)
    files = [one("a.py", changed), one("new.py", new), one("sub/b.py", staged)]
    with pytest.raises(UncommittedError, match=r"^The plan changes a\.py and 2 more of its files in which git has "):
        applied(state, *files)
    assert contents(state.tree) == before
    assert list(state.runs.iterdir()) == []
    done = applied(state, *files, wishes=Wishes(allow_dirty=True))
    assert {found for found, _ in told(done).values()} == {FileState.WRITTEN}


# --- asking


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ("yyy", {"a.py": b"x = 1\ny = 2\n", "sub/b.py": b"z = new\n"}),
        ("nyn", {"a.py": b"x = old\ny = 2\n"}),
        ("an", {"a.py": b"x = 1\ny = 2\n"}),
        ("ay", {"a.py": b"x = 1\ny = 2\n", "sub/b.py": b"z = new\n"}),
        ("dy", {"sub/b.py": b"z = new\n"}),
        ("yq", {"a.py": b"x = 1\ny = old\n"}),
        ("q", {}),
    ],
)
def test_what_was_said_yes_to_is_written(state: State, replies: str, expected: dict[str, bytes]):
    text, given = A.decode(), iter(replies)
    both = planned("a.py", A, replacing(text, "old", "1"), at(text, 12, "old", "2"))
    ask = Wishes(asking=lambda _file, _source, _site: Reply(next(given)))
    done = applied(state, both, one("sub/b.py", B), wishes=ask)
    assert contents(state.tree) == {"a.py": A, "sub/b.py": B} | expected
    assert told(done).keys() == expected.keys()
    assert not [*given]
