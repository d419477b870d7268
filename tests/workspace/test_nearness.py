"""The order of a project's files as seen from one: what it imports, its own folder, then step by step."""

from dataclasses import replace
from pathlib import Path

import pytest

from lacuna.syntax.languages.registry import PYTHON
from lacuna.workspace.imports import Import, imports
from lacuna.workspace.nearness import Nearness

ROOT = Path("/project")
FILES = (
    *(
        "setup.py",
        "src/app/__init__.py",
        "src/app/main.py",
        "src/app/text.py",
        "src/app/text.pyi",
        "src/app/core/json.py",
    ),
    *("src/app/core/__init__.py", "src/app/core/model.py", "src/app/core/deep/part.py", "tests/test_main.py"),
    *("tests/tools.py", "other/app/main.py", "page.html"),
)
NEARNESS = Nearness([ROOT / name for name in FILES])


def order(document: str, text: str = "", recent: tuple[str, ...] = ()) -> list[str]:
    numbers = NEARNESS.order(ROOT / document, text, PYTHON, [ROOT / name for name in recent])
    return [FILES[n] for n in numbers]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import a.b", [Import(("a", "b"))]),
        ("import a, b.c as d  # e", [Import(("a",)), Import(("b", "c"))]),
        ("    import a\n", [Import(("a",))]),
        ("from a.b import c, d as e", [Import(("a", "b")), Import(("a", "b", "c")), Import(("a", "b", "d"))]),
        ("from . import x", [Import((), 1), Import(("x",), 1)]),
        ("from ..a import x", [Import(("a",), 2), Import(("a", "x"), 2)]),
        ("from a import (\n    b,  # c\n    d,\n)\n", [Import(("a",)), Import(("a", "b")), Import(("a", "d"))]),
        ("from a import *", [Import(("a",))]),
        ("from a import (b,", [Import(("a",)), Import(("a", "b"))]),
        ("from a import", [Import(("a",))]),
        ("x = 'import a'\nimportant = 1\nfrom_ = 2\n", []),
        ("from", []),
    ],
    ids=lambda value: ascii(value)[:40] if isinstance(value, str) else None,
)
def test_imports_are_read_as_they_are_written(text: str, expected: list[Import]):
    assert list(imports(text, PYTHON)) == expected


def test_a_language_that_does_not_say_how_it_imports_imports_nothing():
    assert not list(imports("import a", replace(PYTHON, imports=None)))


def test_without_imports_folders_come_by_their_distance_and_files_by_their_names():
    assert order("src/app/main.py") == [
        *("src/app/__init__.py", "src/app/text.py", "src/app/text.pyi"),
        *("src/app/core/__init__.py", "src/app/core/json.py", "src/app/core/model.py"),
        *("setup.py", "src/app/core/deep/part.py"),
        *("tests/test_main.py", "tests/tools.py", "other/app/main.py"),
    ]


@pytest.mark.parametrize(
    ("document", "text", "first"),
    [
        ("src/app/main.py", "from .core.model import A", ["src/app/core/model.py"]),
        ("src/app/main.py", "from .core import model", ["src/app/core/__init__.py", "src/app/core/model.py"]),
        (
            "src/app/core/model.py",
            "from .. import text",
            ["src/app/__init__.py", "src/app/text.py", "src/app/text.pyi"],
        ),
        ("tests/test_main.py", "from app.core import model", ["src/app/core/__init__.py", "src/app/core/model.py"]),
        ("tests/test_main.py", "import app.main", ["other/app/main.py", "src/app/main.py"]),
        ("src/app/main.py", "import tools", ["tests/tools.py"]),
        ("tests/test_main.py", "import json", ["tests/tools.py"]),
        ("tests/test_main.py", "from ...... import x", ["tests/tools.py"]),
    ],
    ids=[
        *("a part of a package", "a package and its module", "two up", "a whole name", "twice, the nearer first"),
        *("a name beside no package", "not what a package holds", "too far up"),
    ],
)
def test_what_is_imported_comes_first(document: str, text: str, first: list[str]):
    assert order(document, text)[: len(first)] == first


def test_among_files_as_near_the_last_used_come_first():
    recent = ("src/app/text.pyi", "src/app/core/model.py", "src/app/text.py", "src/app/main.py")
    assert order("src/app/main.py", recent=recent)[:5] == [
        *("src/app/text.pyi", "src/app/text.py", "src/app/__init__.py"),
        *("src/app/core/model.py", "src/app/core/__init__.py"),
    ]


def test_a_document_that_is_not_known_sees_all_others():
    assert len(order("src/app/new.py")) == len(FILES) - 1, "of another language is one"
