"""The rule's tree: a git repository at a revision, and as it is."""

from pathlib import Path

import pytest
from dulwich import porcelain

from lacuna.refactor.python.signatures.source import AdaptedCalls
from lacuna.refactor.rulesource import Grounds
from lacuna.syntax.errors import UsageError
from tests.refactor.signatures import trees

DEFINED = "def f(a, b):\n    return a + b\n"
CALLED = "from m import f\n\nf(1, 2)\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository whose last commit has a function and a call."""
    porcelain.init(str(tmp_path))
    (tmp_path / "m.py").write_text(DEFINED, "utf-8")
    (tmp_path / "use.py").write_bytes(b"\xef\xbb\xbf" + CALLED.replace("\n", "\r\n").encode())
    porcelain.add(str(tmp_path), [str(tmp_path / "m.py"), str(tmp_path / "use.py")])
    porcelain.commit(str(tmp_path), b"first", author=b"A <a@b.c>", committer=b"A <a@b.c>")
    return tmp_path


def test_definitions_are_compared_with_those_of_a_revision(tree: Path) -> None:
    (tree / "m.py").write_text(DEFINED.replace("a, b", "a, unit, b"), "utf-8")
    (tree / "new.py").write_text(CALLED, "utf-8")
    (tree / "binary.py").write_bytes(b"f(\0")
    (tree / ".gitignore").write_text("ignored.py\n", "utf-8")
    (tree / "ignored.py").write_text("class M:\n    def f(self): ...\n", "utf-8")
    adapting = AdaptedCalls().sketcher(Grounds(tree, "HEAD"))
    assert list(adapting.tree.changes.calls) == [("m.py", "f")]
    assert sorted(path for path, lines in adapting.then.items() if lines is None) == ["new.py"]
    assert list(adapting.tree.takers["f"]) == [("m.py", "f")]
    for path in ("use.py", "new.py"):
        text = CALLED if path == "new.py" else CALLED.replace("\n", "\r\n")
        found = trees.sketches(adapting, path, text)
        assert trees.written(text, found) == text.replace("f(1, 2)", "f(1, ⟦⟧, 2)")


def test_nothing_is_found_where_nothing_changed(tree: Path) -> None:
    adapting = AdaptedCalls().sketcher(Grounds(tree, "HEAD"))
    assert not adapting.tree.changes
    assert not trees.sketches(adapting, "use.py", CALLED)


@pytest.mark.parametrize(
    ("since", "words"), [(None, "give --since REV"), ("nowhere", "names no commit")], ids=["none", "unknown"]
)
def test_a_revision_is_needed(tree: Path, since: str | None, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        AdaptedCalls().sketcher(Grounds(tree, since))


def test_a_repository_is_needed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="lies in none"):
        AdaptedCalls().sketcher(Grounds(tmp_path, "HEAD"))
