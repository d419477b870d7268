"""Which files are gone through, in which order, and what is said of the others."""

import os
from pathlib import Path

import pytest

from lacuna.refactor import sources
from lacuna.refactor.plan import Skipped
from lacuna.refactor.sources import LARGEST, Source, Sources, why_unfit
from tests.refactor.sketchers import rule

RENAME = rule("a", "b")
FILES = ("a.py", "docs/conf.py", "src/a.pyi", "src/b/c.py", "src/b.py", "z.py")
LEFT_OUT = {
    ".env.py": "Files of this name hold secrets.",
    ".tox/": "It is a hidden folder, and was not named.",
    ".venv/": "It is a virtual environment.",
    "build/": ".gitignore names it.",
    "kept_out.py": ".lacunaignore names it.",
    "src/node_modules/": "Others wrote what is in it.",
    "venv/": "It is a virtual environment.",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    others = ("build/a.py", "src/node_modules/a.py", ".tox/a.py", ".env.py", "kept_out.py")
    environments = ("venv/pyvenv.cfg", "venv/a.py", ".venv/pyvenv.cfg")
    for name in (*FILES, *others, *environments, "notes.txt", ".git/hook.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a = 1\n")
    (tmp_path / ".gitignore").write_text("/build\n")
    (tmp_path / ".lacunaignore").write_text("kept_out.py\n")
    (tmp_path / "link.py").symlink_to("a.py")
    return tmp_path


def found(tree: Path, *starts: str, rules=(RENAME,), **where: str) -> list[str]:
    return [one.path for one in Sources(tree, [tree / start for start in starts], rules).walk(**where)]


def test_files_come_by_path_and_what_is_left_out_says_why(tree: Path):
    walked = list(Sources(tree, [tree], [RENAME]).walk())
    assert [one.path for one in walked if isinstance(one, Source)] == list(FILES)
    assert {one.path: one.reason for one in walked if isinstance(one, Skipped)} == LEFT_OUT
    assert [one.path for one in walked] == sorted((*FILES, *LEFT_OUT), key=sources.key_of)


@pytest.mark.parametrize(
    ("starts", "paths"),
    [
        pytest.param(["src/b"], ["src/b/c.py"], id="a folder"),
        pytest.param(["z.py", "a.py"], ["a.py", "z.py"], id="files, by path"),
        pytest.param(["src/b", "src", "src/b.py"], ["src/a.pyi", "src/b/c.py", "src/b.py"], id="each once"),
        pytest.param(["src/node_modules"], ["src/node_modules/a.py"], id="what is asked for is entered"),
        pytest.param([".tox"], [".tox/a.py"], id="be it hidden"),
        pytest.param(["build/a.py"], ["build/a.py"], id="but what is ignored is not looked through"),
    ],
)
def test_paths_say_where_to_look(tree: Path, starts: list[str], paths: list[str]):
    assert [path for path in found(tree, *starts) if not path.endswith("/")] == paths


def test_a_file_that_is_asked_for_and_ignored_says_why(tree: Path):
    [skipped] = Sources(tree, [tree / "kept_out.py"], [RENAME]).walk()
    assert skipped == Skipped("kept_out.py", ".lacunaignore names this file.")


@pytest.mark.parametrize(
    ("starts", "files", "reasons"),
    [
        pytest.param(["notes.txt"], (), {"notes.txt": "It is in no language of the rules."}, id="another language"),
        pytest.param(["a.py"], ("*.pyi",), {"a.py": "The `files` of the rules leave it out."}, id="by its name"),
        pytest.param(["", "notes.txt"], ("/z.py",), {"notes.txt": "It is in no language of the rules."}, id="beside"),
        pytest.param(["docs"], ("*.pyi",), {}, id="below a folder that is named"),
    ],
)
def test_a_file_that_is_named_and_no_rule_is_for_says_why(
    tree: Path, starts: list[str], files: tuple[str, ...], reasons: dict[str, str]
):
    rules = [rule("a", "b", files=files)]
    walked = Sources(tree, [tree / start for start in starts], rules).walk()
    assert {one.path: one.reason for one in walked if isinstance(one, Skipped) and one.path not in LEFT_OUT} == reasons


def test_rules_say_which_files_they_are_for(tree: Path):
    stubs = rule("a", "b", files=("*.pyi",))
    below = rule("a", "b", files=("/src/", "!b.py"))
    chosen = Sources(tree, [tree], [stubs, below])
    assert {one.path: chosen.rules_for(one.path) for one in chosen.walk() if isinstance(one, Source)} == {
        "src/a.pyi": (0, 1),
        "src/b/c.py": (1,),
    }


def test_a_walk_may_begin_anywhere(tree: Path):
    assert found(tree, "", start="src/b.py") == ["src/b.py", "src/node_modules/", "venv/", "z.py"]
    assert found(tree, "", after="venv/") == ["z.py"]


def test_what_is_no_file_of_a_sane_size_is_not_read(tree: Path):
    (tree / "a.py").write_bytes(b"a" * (LARGEST + 1))
    os.mkfifo(tree / "pipe.py")
    (tree / "gone.py").symlink_to("nowhere")
    for name, reason, is_failure in (
        ("a.py", "It is larger than 1 MiB.", False),
        ("pipe.py", "It is not a regular file.", False),
        ("gone.py", "It cannot be read: Too many levels of symbolic links.", True),
        ("missing.py", "It cannot be read: No such file or directory.", True),
    ):
        assert sources.read(Source(name, tree / name)) == Skipped(name, reason, is_failure)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("# Generated by a program.\nx = 1\n", "It says that a program wrote it.", id="program"),
        pytest.param(f"x = '{'y' * 1_000_000}'\n", "It has a line of 1,000,006 characters.", id="a line of a megabyte"),
        pytest.param("x = 1\n", None, id="people's"),
    ],
)  # fmt: skip
def test_what_people_did_not_write_is_not_looked_through(text: str, why: str | None):
    assert why_unfit(text) == why
