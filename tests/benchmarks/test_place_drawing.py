"""Where places are put in complete files, what is deleted there, and that the product knows their kinds."""

import pytest

from lacuna.benchmarks.evaluation.place_drawing import Mode, draw
from lacuna.syntax.languages.language import PlaceKind
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.place_kind import place_kind

CODE = '''"""Documents are kept here."""

from os import (
    path,
)

NAMES = {
    "first": 1,
    "second": [2, 3],
}


class Store:
    @property
    def size(self) -> int:
        # Counted anew
        return len(self.items)  # each time

    def put(self, key, value):
        """Keep a value.

        The older one is lost.
        """
        if key in self.items and (
            value
        ):
            raise KeyError("kept already")
        assert key
        self.items[key] = path.join(key, value)
'''
WHERE = {
    PlaceKind.ASSIGNMENT: {
        ("        self.items[key] = ‸", "path.join(key, value)", ""),
        ("NAMES = ‸", '{\n    "first": 1,\n    "second": [2, 3],\n}', ""),
    },
    PlaceKind.RETURN: {("        return ‸", "len(self.items)", "")},
    PlaceKind.MEMBER: {
        ("        return len(self.‸", "items)", ""),
        ("        if key in self.‸", "items and (\n            value\n        ):", ""),
        ("        self.‸", "items[key] = path.join(key, value)", ""),
    },
    PlaceKind.OPEN_ARGUMENTS: {
        ("        return len(‸", "self.items)", ""),
        ("            raise KeyError(‸", '"kept already")', ""),
        ("        self.items[key] = path.join(‸", "key, value)", ""),
    },
    PlaceKind.CLOSED_ARGUMENTS: {
        ("        return len(‸", "self.items", ")  # each time"),
        ("            raise KeyError(‸", '"kept already"', ")"),
        ("        self.items[key] = path.join(‸", "key, value", ")"),
    },
    PlaceKind.NEW_LINE: {
        ("‸", "from os import (\n    path,\n)", ""),
        ("‸", 'NAMES = {\n    "first": 1,\n    "second": [2, 3],\n}', ""),
        ("‸", "class Store:", ""),
        ("    ‸", "def put(self, key, value):", ""),
        ("        ‸", "if key in self.items and (\n            value\n        ):", ""),
        ("        ‸", "assert key", ""),
        ("        ‸", "self.items[key] = path.join(key, value)", ""),
    },
    PlaceKind.NEW_BLOCK: {
        ("    ‸", "@property", ""),
        ("        ‸", "return len(self.items)", ""),
        ("            ‸", 'raise KeyError("kept already")', ""),
    },
    PlaceKind.CONDITION: {("        if ‸", "key in self.items and (\n            value\n        ):", "")},
    PlaceKind.IMPORT: {("from ‸", "os import (\n    path,\n)", ""), ("from os import ‸", "(\n    path,\n)", "")},
    PlaceKind.DECORATOR: {("    @‸", "property", "")},
    PlaceKind.SIGNATURE: {
        ("    def ‸", "size(self) -> int:", ""),
        ("    def size(‸", "self) -> int:", ""),
        ("    def ‸", "put(self, key, value):", ""),
        ("    def put(‸", "self, key, value):", ""),
    },
    PlaceKind.ASSERT: {("        assert ‸", "key", "")},
    PlaceKind.ELEMENT: {
        ("    ‸", '"first": 1,', ""),
        ('    "first": ‸', "1,", ""),
        ("    ‸", '"second": [2, 3],', ""),
        ('    "second": ‸', "[2, 3],", ""),
        ('    "second": [‸', "2, 3],\n}", ""),
        ('    "second": [2, ‸', "3],\n}", ""),
    },
}


@pytest.fixture
def file(tmp_path):
    (tmp_path / "a.py").write_text(CODE, encoding="utf-8")
    return tmp_path / "a.py"


def all_of(file, kind, mode=Mode.IN_FILE):
    return [place for place in draw([file], [kind], 1000, seed=0) if place.mode is mode]


def line_of(place):
    start = place.text.rfind("\n", 0, place.offset) + 1
    return place.text[start : place.offset] + "‸", place.truth, place.text[place.offset :].split("\n")[0]


@pytest.mark.parametrize("kind", WHERE)
def test_every_place_of_a_kind_may_be_drawn(file, kind):
    assert {line_of(place) for place in all_of(file, kind)} == WHERE[kind]


def test_the_name_of_a_file_need_not_be_text(file):
    other = file.rename(file.with_name("a\udcff.py"))
    assert [place.text for place in draw([other], [PlaceKind.ASSERT], 1, seed=0)]


@pytest.mark.parametrize("kind", PlaceKind)
@pytest.mark.parametrize("mode", Mode)
def test_the_product_knows_the_kinds_of_what_is_drawn(file, kind, mode):
    drawn = all_of(file, kind, mode)
    assert drawn
    if kind is not PlaceKind.ANYWHERE:
        assert {place_kind(place.text, PYTHON, place.offset) for place in drawn} == {kind}


@pytest.mark.parametrize("kind", PlaceKind)
def test_with_the_truth_in_it_an_ended_file_is_as_it_was_up_to_there(file, kind):
    for place in all_of(file, kind, Mode.AT_END):
        before, closing = place.text[: place.offset], place.text[place.offset :]
        assert CODE.startswith(before + place.truth + closing + place.beyond)
        assert len(closing) <= 3


def test_a_statement_that_is_not_begun_is_not_there_and_the_block_of_a_begun_one_is(file):
    (new,) = (place for place in all_of(file, PlaceKind.NEW_LINE) if place.truth.startswith("if"))
    (begun,) = all_of(file, PlaceKind.CONDITION)
    assert "KeyError" not in new.text
    assert "KeyError" in begun.text
    assert all(not place.beyond for place in (new, begun))


def test_prose_is_asked_for_to_the_end_of_a_comment_a_string_or_the_line_of_a_docstring(file):
    comments, strings, docstrings = (
        all_of(file, kind) for kind in (PlaceKind.COMMENT, PlaceKind.STRING, PlaceKind.DOCSTRING)
    )
    assert {place.truth.split()[-1] for place in comments} == {"anew", "time"}
    assert {place.truth.split()[-1] for place in strings} == {"first", "second", "already"}
    assert all(place.text[place.offset] == '"' for place in strings)
    assert {place.truth.split()[-1] for place in docstrings} <= {"here.", "value.", "lost."}


def test_the_same_seed_draws_the_same_as_many_of_each_kind_in_both_modes(file):
    kinds = [PlaceKind.ANYWHERE, PlaceKind.SIGNATURE]
    first, again, other = (draw([file], kinds, 2, seed) for seed in (1, 1, 2))
    assert first == again != other
    assert [place.kind for place in first] == [kinds[0]] * 4 + [kinds[1]] * 4
    assert [place.mode for place in first] == list(Mode) * 4


def test_files_that_do_not_parse_are_no_text_or_not_python_are_not_asked_about(tmp_path):
    (tmp_path / "broken.py").write_text("def f(:\n", encoding="utf-8")
    (tmp_path / "binary.py").write_bytes(b"x = 1\0")
    assert draw(sorted(tmp_path.iterdir()), list(PlaceKind), 10, seed=0) == ()


def test_what_has_too_many_lines_is_not_asked_for(tmp_path):
    (tmp_path / "a.py").write_text("x = [\n" + "    1,\n" * 20 + "]\n", encoding="utf-8")
    assert all_of(tmp_path / "a.py", PlaceKind.ASSIGNMENT) == []
    assert len(all_of(tmp_path / "a.py", PlaceKind.ELEMENT)) == 20
