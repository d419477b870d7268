"""The other files of a project as one of them sees them: which are read, and in which order they are seen."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from lacuna.infill import surroundings
from lacuna.infill.surroundings import LIMITS, MEMORY, around, beside
from lacuna.model.chunked.library import Library
from lacuna.syntax.languages.registry import PYTHON
from tests.librarian import Librarian, Seen

FILES = {"pyproject.toml": "", "a.py": "a", "app/b.py": "b", "app/c.py": "c", "lib/d.py": "d", "lib/.env": "secret"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_a_file_sees_the_others_of_its_project_and_what_it_imports_first(root: Path):
    assert beside(Librarian(), root / "app/b.py", "b") == Seen(("c", "a", "d"))
    assert beside(Librarian(), root / "app/b.py", "from lib import d") == Seen(("d", "c", "a"))


def test_no_file_is_read_that_is_not_seen(root: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(surroundings, "SEEN", 2)
    librarian = Librarian()
    assert beside(librarian, root / "app/b.py", "b") == Seen(("c", "a"))
    assert librarian.texts == ["c", "a"]


def test_files_that_are_not_made_use_of_take_no_ones_place(root: Path, monkeypatch: pytest.MonkeyPatch):
    (root / "app/c.py").write_text("# @generated")
    monkeypatch.setattr(surroundings, "SEEN", 2)
    assert beside(Librarian(), root / "app/b.py", "b") == Seen(("a", "d"))


def test_a_file_of_no_project_is_alone(root: Path):
    (root / "pyproject.toml").unlink()
    assert beside(Librarian(), root / "app/b.py", "b") is None


def test_many_files_are_asked_about_with_one_library(root: Path):
    librarian = Librarian()
    known = around(librarian, root)
    assert known.seen_from(root / "app/b.py", "b", PYTHON) == Seen(("c", "a", "d"))
    assert known.seen_from(root / "lib/d.py", "d", PYTHON) == Seen(("a", "b", "c"))
    assert (sorted(librarian.texts), librarian.libraries) == (["a", "b", "c", "d"], 1)


def test_what_may_be_known_fits_into_the_memory_even_while_it_is_sorted_anew():
    tokens = [np.arange(n, n + 2_000, dtype=np.uint16) for n in range(200)]
    seen = Library(tokens, vocabulary=4096)
    tracemalloc.start()
    Library(tokens, vocabulary=4096)
    _, sorting = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    size = sum(map(len, tokens))
    bytes_a_token = (seen.nbytes + sorting + sum(each.nbytes for each in tokens)) / size
    assert LIMITS.kept * bytes_a_token <= MEMORY * 1.02
