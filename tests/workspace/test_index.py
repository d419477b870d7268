"""The index: what is kept follows what is there, unsaved texts go before files, and all of it is bounded."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from lacuna.workspace.index import Index, Limits

ROOMY = Limits(files=100, kept=10_000)


class Indexed:
    """An index that keeps words, and what it has read."""

    def __init__(self, root: Path, limits: Limits = ROOMY, **said):
        self.root = root
        self.texts: list[str] = []
        self.index: Index[list[str]] = Index(root, self._words, limits, **said)

    def _words(self, text: str) -> list[str]:
        self.texts.append(text)
        return text.split()

    def look(self, *near: str, unsaved: dict[str, str] | None = None) -> dict[str, str]:
        """Everything that is known after another look."""
        texts = {self.root / name: text for name, text in (unsaved or {}).items()}
        for _ in self.index.look([self.root / name for name in near], texts):
            pass
        return self.known

    def look_again(self, names: Iterable[str], unsaved: dict[str, str] | None = None) -> dict[str, str]:
        texts = {self.root / name: text for name, text in (unsaved or {}).items()}
        for _ in self.index.look_again([self.root / name for name in names], texts):
            pass
        return self.known

    @property
    def known(self) -> dict[str, str]:
        paths, kept = self.index.files()
        return {
            path.relative_to(self.root).as_posix(): " ".join(words) for path, words in zip(paths, kept, strict=True)
        }

    @property
    def read_since(self) -> list[str]:
        texts, self.texts = self.texts, []
        return texts


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, a="a 1", sub__b="b 1", sub__deep__c="c 1")
    return tmp_path


def test_files_are_read_once_and_again_when_they_change(root: Path):
    indexed = Indexed(root)
    assert indexed.look() == {"a.py": "a 1", "sub/b.py": "b 1", "sub/deep/c.py": "c 1"}
    changes = indexed.index.changes
    assert indexed.read_since == ["a 1", "b 1", "c 1"]
    assert indexed.look() == indexed.known
    assert (indexed.read_since, indexed.index.changes) == ([], changes)
    write(root, sub__b="b two", d="d 1")
    (root / "a.py").unlink()
    assert indexed.look() == {"sub/b.py": "b two", "sub/deep/c.py": "c 1", "d.py": "d 1"}
    assert sorted(indexed.read_since) == ["b two", "d 1"]
    assert indexed.index.changes > changes


def test_the_nearest_are_read_first(root: Path):
    indexed = Indexed(root)
    indexed.look("sub/deep")
    assert indexed.read_since == ["c 1", "b 1", "a 1"]


def test_unsaved_text_goes_before_what_is_on_disk_and_is_read_first(root: Path):
    indexed = Indexed(root)
    unsaved = {"sub/b.py": "b unsaved", "new.py": "not on disk"}
    assert indexed.look(unsaved=unsaved) == {
        "sub/b.py": "b unsaved",
        "new.py": "not on disk",
        "a.py": "a 1",
        "sub/deep/c.py": "c 1",
    }
    assert indexed.read_since == ["b unsaved", "not on disk", "a 1", "c 1"]
    indexed.look(unsaved=unsaved)
    assert indexed.read_since == []
    write(root, sub__b="b saved")
    assert indexed.look(unsaved=unsaved)["sub/b.py"] == "b unsaved"
    assert indexed.look(unsaved={"new.py": "not on disk"})["sub/b.py"] == "b saved"
    assert "new.py" not in indexed.look()


def test_looking_again_at_some_files_walks_nowhere(root: Path, monkeypatch: pytest.MonkeyPatch):
    indexed = Indexed(root)
    indexed.look()
    write(root, a="a 22", sub__b="b 22", new="new")
    (root / "sub/deep/c.py").unlink()
    monkeypatch.setattr(os, "scandir", lambda _: pytest.fail("it walks"))
    known = indexed.look_again(["a.py", "sub/deep/c.py", "new.py", "open.py"], {"open.py": "open"})
    assert known == {"a.py": "a 22", "sub/b.py": "b 1", "open.py": "open"}


def test_what_is_left_out_or_no_person_wrote_is_never_kept(root: Path):
    write(root, generated="# @generated", private="p", left="l", empty="")
    (root / "binary.py").write_bytes(b"\0")
    (root / ".gitignore").write_text("sub/\n")
    (root / ".ssh").mkdir()
    (root / ".ssh/keys.py").write_text("key = 1")
    (root / "out.py").symlink_to(root / "sub/b.py")
    indexed = Indexed(root, is_left_out=lambda path: path.stem in {"left", "private"})
    assert indexed.look() == {"a.py": "a 1"}
    assert indexed.look(unsaved={"left.py": "l", "a.py": "# do not edit\na = 2"}) == {}
    assert indexed.texts == ["a 1"]


def test_a_file_that_is_not_kept_is_not_read_again_until_it_changes(root: Path, monkeypatch: pytest.MonkeyPatch):
    write(root, a="# @generated")
    indexed = Indexed(root)
    indexed.look()
    opened = []
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, *rest: opened.append(path) or real(path, *rest))
    indexed.look()
    assert opened == []
    write(root, a="by hand")
    assert indexed.look()["a.py"] == "by hand"


# --- bounds


@pytest.mark.parametrize(
    ("limits", "known"),
    [
        (Limits(files=2, kept=100), ["sub/deep/c.py", "sub/b.py"]),
        (Limits(files=100, kept=4), ["sub/deep/c.py", "sub/b.py"]),
        (Limits(files=100, kept=1), []),
        (Limits(files=0, kept=100), []),
    ],
    ids=["files", "all in all", "too much at once", "none"],
)
def test_no_more_is_kept_than_fits_and_that_is_the_nearest(root: Path, limits: Limits, known: list[str]):
    indexed = Indexed(root, limits)
    assert list(indexed.look("sub/deep")) == known


def test_when_people_work_elsewhere_what_is_near_there_takes_the_place_of_the_rest(root: Path):
    write(root, other__x="x 1", other__y="y 1")
    indexed = Indexed(root, Limits(files=2, kept=100))
    assert set(indexed.look("sub/deep")) == {"sub/deep/c.py", "sub/b.py"}
    for _ in indexed.index.look([root / "other"]):
        assert len(indexed.known) <= 2, "not even on the way"
    assert set(indexed.known) == {"other/x.py", "other/y.py"}


def test_a_narrower_limit_holds_at_once(root: Path):
    indexed = Indexed(root)
    indexed.look()
    indexed.index.limit(Limits(files=1, kept=100))
    assert list(indexed.known) == ["a.py"]
    assert list(indexed.look()) == ["a.py"]


def test_a_folder_of_20_000_files_is_read_up_to_the_limits(tmp_path: Path):
    (tmp_path / "one.py").write_text("x = 1\n")
    for folder in range(20):
        (tmp_path / f"f{folder}").mkdir()
        for n in range(1000):
            os.link(tmp_path / "one.py", tmp_path / f"f{folder}/m{n}.py")
    indexed = Indexed(tmp_path, Limits(files=2_000, kept=4_500))
    known = indexed.look("f7")
    assert len(known) == 4_500 // 3
    assert sum(name.startswith("f7/") for name in known) == 1000, "the nearest"
    assert len(indexed.texts) == len(known) + 1, "and no others are read"


# --- a folder that changes while it is read


def test_a_folder_may_change_while_it_is_read(root: Path):
    indexed = Indexed(root)
    for step, _ in enumerate(indexed.index.look()):
        if step == 0:
            (root / "a.py").unlink()  # it was listed already
            (root / "sub/deep/c.py").unlink()
            (root / "sub/deep").rmdir()
            write(root, sub__new="new")
    assert indexed.known == {"sub/b.py": "b 1", "sub/new.py": "new"}


def test_a_link_that_takes_a_files_place_is_not_followed(root: Path):
    (root / "outside").mkdir()
    write(root, outside__o="outside")
    (root / ".gitignore").write_text("outside\n")
    indexed = Indexed(root)
    for step, _ in enumerate(indexed.index.look()):
        if step == 0:
            (root / "a.py").unlink()
            (root / "a.py").symlink_to(root / "outside/o.py")
    assert "outside" not in indexed.texts


def test_what_was_found_before_it_is_closed_stays(root: Path):
    indexed = Indexed(root)
    steps = indexed.index.look()
    while not indexed.known:
        next(steps)
    steps.close()
    assert indexed.known == {"a.py": "a 1"}
    assert set(indexed.look()) == {"a.py", "sub/b.py", "sub/deep/c.py"}
    assert indexed.texts == ["a 1", "b 1", "c 1"]


def test_nothing_is_written_to_disk(root: Path):
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    Indexed(root).look(unsaved={"new.py": "unsaved"})
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before
