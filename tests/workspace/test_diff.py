"""The diff is one that `git apply` turns into exactly the new bytes."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lacuna.cli.terminal import coloured
from lacuna.workspace.diff import unified
from lacuna.workspace.visible import visible

LINES = st.lists(
    st.sampled_from([b"a", b"b", b"c\r", b"", b" d", b"-e", b"+f", b"@@ -1 +1 @@", b"\\ g", b"\xff"]), max_size=30
)
CONTENT = st.builds(lambda lines, end: b"\n".join(lines) + end, LINES, st.sampled_from([b"", b"\n"]))


def applied(folder: Path, name: str, old: bytes, new: bytes) -> bytes:
    file = folder / name
    file.write_bytes(old)
    # Attributes and configuration of this machine must not decide the outcome.
    environment = os.environ | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
    }
    result = subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "-"],
        input=unified(file, old, new),
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return file.read_bytes()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=CONTENT, new=CONTENT)
def test_git_applies_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: bytes, new: bytes):
    # Without a header of git's own, a diff to or from nothing means a created or deleted file.
    if old == new or not old or not new:
        return
    monkeypatch.chdir(tmp_path)
    assert applied(tmp_path, "a.py", old, new) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"a\r\nb\r\n", b"a\r\nc\r\n", id="CRLF"),
        pytest.param(b"a\nb", b"a\nc", id="no newline at the end"),
        pytest.param(b"a\nb", b"a\nb\n", id="newline added at the end"),
        pytest.param(b"a\nb\n", b"a\nb", id="newline taken from the end"),
        pytest.param(b"a\rb\rc", b"a\rx\rc", id="CR alone"),
        pytest.param(b"\xef\xbb\xbfa\n", b"\xef\xbb\xbfb\n", id="byte order mark"),
        pytest.param("a\fb\u2028c\n".encode(), "a\fx\u2028c\n".encode(), id="form feed and U+2028 within a line"),
        pytest.param(
            b"".join(b"%d\n" % i for i in range(50)),
            b"".join(b"%d\n" % (i * (i % 20 != 9)) for i in range(50)),
            id="several hunks",
        ),
    ],
)
def test_git_applies_awkward_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: bytes, new: bytes):
    monkeypatch.chdir(tmp_path)
    assert applied(tmp_path, "a.py", old, new) == new


@pytest.mark.parametrize(
    "name",
    [
        "with space.py",
        'quo"te.py',
        "back\\slash.py",
        "tab\there.py",
        "über.py",
        "new\nline.py",
        " lead.py",
        "trail .py",
        "-dash.py",
    ],
)
def test_git_applies_it_to_any_file_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.chdir(tmp_path)
    assert applied(tmp_path, name, b"a\n", b"b\n") == b"b\n"


def test_it_reads_as_people_expect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    old = b"1\n2\n3\n4\n5\n6\n7\n8\n9\n"
    assert unified(Path("a.py"), old, old.replace(b"5\n", b"five\nand\n")) == (
        b"--- a/a.py\n+++ b/a.py\n@@ -2,7 +2,8 @@\n 2\n 3\n 4\n-5\n+five\n+and\n 6\n 7\n 8\n"
    )


def test_a_file_elsewhere_is_named_from_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    header = unified(Path("../a.py"), b"a\n", b"b\n").splitlines()[0]
    assert header == b"--- a" + os.fsencode(tmp_path / "a.py")


def test_nothing_changed_is_an_empty_diff():
    assert unified(Path("a.py"), b"a\n", b"a\n") == b""


def test_colour_marks_signs_and_nothing_else():
    plain = b"--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n--- a\n+++ b\n c\n"
    painted = coloured(plain)
    assert b"\x1b[31m--- a\x1b[0m" in painted, "a removed line that looks like a header is painted as removed"
    assert b"\x1b[1m--- a/a\x1b[0m" in painted
    assert b"\n c\n" in painted


def test_a_file_cannot_drive_the_terminal():
    assert visible("\x1b[2J\ta\r\n\x9bK\u2028".encode()) == "^[[2J\ta^M\n\\x9bK\u2028".encode()
