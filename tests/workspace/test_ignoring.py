"""Which files Lacuna keeps out of, and what it says then."""

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from pathspec import GitIgnoreSpec

from lacuna.workspace import ignoring, patterns, uris
from lacuna.workspace.gitignore import FILES
from lacuna.workspace.ignoring import why_ignored

HOLDS_KEYS = "Files of this name hold secrets."
NONE = GitIgnoreSpec(())


@pytest.mark.parametrize(
    "name",
    [
        *(".env", ".env.local", "prod.env", "server.pem", "tls.key", "id_rsa", "id_ed25519.pub", ".netrc"),
        *(".ssh/config", ".aws/credentials", "secrets.yaml", "store.jks", "secrets.py", "credentials.py"),
        *(".ENV", "Prod.Env", "SERVER.PEM", "Secrets.PY", ".SSH/config", ".AWS/Credentials", "ID_RSA.py"),
    ],
)
def test_secrets_are_ignored_wherever_they_lie(name):
    assert why_ignored(PurePosixPath("/nowhere/project", name), NONE, ()) == HOLDS_KEYS
    assert why_ignored(PureWindowsPath(r"c:\project", name), NONE, ()) == HOLDS_KEYS


@pytest.mark.parametrize("name", ["secret_names.py", "env.py", "keys.py", ".env.example", "environment/a.py", "key/a"])
def test_code_about_secrets_is_not(name):
    assert why_ignored(PurePosixPath("/nowhere/project", name), NONE, ()) is None


def test_the_users_patterns_go_before_the_rest():
    exclude = GitIgnoreSpec.from_lines(["*.sql.py", "!.env"])
    assert why_ignored(PurePosixPath("/nowhere/a.sql.py"), exclude, ()) == "lacuna.exclude names this file."
    assert why_ignored(PurePosixPath("/nowhere/.env"), exclude, ()) is None


@pytest.fixture
def project(tmp_path):
    """A repository with patterns at its root and further in."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "inner/deep").mkdir(parents=True)
    (tmp_path / ".gitignore").write_text("build/\n*.gen.py\n/only_here.py\n")
    (tmp_path / "build/lib").mkdir(parents=True)
    (tmp_path / "build/lib/.gitignore").write_text("!a.py\n")
    (tmp_path / "inner/.gitignore").write_text("!kept.gen.py\nlocal.py\n")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "named_by"),
    [
        ("a.py", None),
        ("build/lib/a.py", ".gitignore"),
        ("inner/deep/a.gen.py", ".gitignore"),
        ("inner/deep/kept.gen.py", None),
        ("kept.gen.py", ".gitignore"),
        ("inner/deep/local.py", "inner/.gitignore"),
        ("local.py", None),
        ("only_here.py", ".gitignore"),
        ("inner/only_here.py", None),
    ],
)
def test_gitignore_files_hold_as_they_do_for_git(project, name, named_by):
    expected = f"{project / named_by} names this file." if named_by else None
    assert why_ignored(project / name, NONE, ()) == expected


def test_patterns_above_the_repository_and_above_a_folder_that_is_none_do_not_count(project):
    (project.parent / ".gitignore").write_text("*.py\n")
    assert why_ignored(project / "a.py", NONE, ()) is None
    folder = project.parent / "folder"
    (folder / "inner").mkdir(parents=True)
    (folder / ".gitignore").write_text("b.py\n")
    assert why_ignored(folder / "inner/a.py", NONE, [folder]) is None
    assert why_ignored(folder / "inner/b.py", NONE, [folder]) == f"{folder / '.gitignore'} names this file."
    assert why_ignored(folder / "inner/b.py", NONE, []) is None


def test_a_path_that_cannot_be_one_is_not_looked_up():
    assert why_ignored(Path("/nowhere\0/a.py"), NONE, [Path("/nowhere\0")]) is None


def test_no_longer_path_is_matched_than_a_file_can_have():
    uri = "file:///" + "a/" * (uris.LONGEST // 2)
    assert uris.path_of(uri) is None
    assert uris.path_of(uri[:-1]) is not None
    said = why_ignored(PurePosixPath("untitled", "a" * uris.LONGEST), NONE, ())
    assert said == "No file has so long a name."


def test_files_in_each_folder_of_a_deep_path_that_are_as_hostile_as_is_heeded_hold_nobody_up(tmp_path):
    """Measured: at most 1.5 seconds of CPU, where to read all would take 30."""
    (tmp_path / ".git").mkdir()
    lines = [f"{'**/*a*a/' * 7}b{n}\n" for n in range(patterns.MOST)]
    folder = tmp_path
    for _ in range(12):
        folder = folder / ("a" * 190)
        folder.mkdir()
        for name in FILES:
            (folder / name).write_text("".join(lines[: patterns.LARGEST // len(lines[-1])]))
    assert why_ignored(folder / "c.py", NONE, ()) == ignoring.TOO_SLOW


def test_what_takes_too_long_to_find_out_counts_as_ignored(project, monkeypatch):
    monkeypatch.setattr(ignoring, "_LABOUR", -1.0)
    assert why_ignored(project / "a.py", NONE, ()) == ignoring.TOO_SLOW
