"""Sites become bytes exactly, or a sentence says what does not fit."""

from pathlib import Path

import pytest

from lacuna.refactor.plan import Blank, Outcome, Part, PlannedFile, Site
from lacuna.refactor.rewriting import MisfitError, edits, rewritten
from lacuna.syntax.spans import Span
from lacuna.workspace.changes import Edit, sha256
from lacuna.workspace.textfile import BOM, TextFile, decode

TEXT = "import a\r\nx = 1\r\ny = é\r\n"


def site(*parts: tuple[int, int, str], rule: str = "r", line: int = 1, text: str = TEXT) -> Site:
    replaced = tuple(Part(start, end, text[start:end], new) for start, end, new in parts)
    return Site(rule, line, replaced, None, Outcome.KEPT)


def planned(*sites: Site, data: bytes = TEXT.encode()) -> tuple[PlannedFile, TextFile]:
    return PlannedFile("m.py", sha256(data), sites), decode(Path("m.py"), data)


def test_only_spans_change_and_lines_end_as_in_the_file() -> None:
    file, source = planned(site((10, 10, "import b\n"), (14, 15, "b")), site((21, 22, "ü"), line=3))
    assert rewritten(file, source, file.sites) == "import a\r\nimport b\r\nx = b\r\ny = ü\r\n".encode()


def test_offsets_are_of_the_text_without_its_byte_order_mark() -> None:
    file, source = planned(site((14, 15, "2")), data=BOM + TEXT.encode())
    assert rewritten(file, source, file.sites) == BOM + TEXT.replace("1", "2").encode()


def test_an_insertion_that_several_sites_need_is_written_once() -> None:
    needed = (10, 10, "import b\n")
    file, _ = planned(site(needed, (14, 15, "b")), site(needed, (21, 22, "b"), line=3))
    assert [edit.new_text for edit in edits(file, file.sites)] == ["import b\n", "b", "b"]


def test_whole_lines_may_be_inserted_at_one_place_in_the_order_of_their_sites() -> None:
    file, source = planned(site((10, 10, "import c\n")), site((10, 10, "import b\n")))
    assert rewritten(file, source, file.sites).startswith(b"import a\r\nimport c\r\nimport b\r\nx")


def test_an_insertion_may_touch_what_is_replaced() -> None:
    file, _ = planned(site((10, 11, "z")), site((10, 10, "a = ")), site((11, 11, ": int")))
    assert edits(file, file.sites) == (
        Edit(Span(10, 10), "a = "),
        Edit(Span(10, 11), "z"),
        Edit(Span(11, 11), ": int"),
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param((10, 15, "z"), (14, 15, "2"), id="one in the other"),
        pytest.param((14, 15, "2"), (14, 15, "2"), id="the same replacement twice"),
        pytest.param((10, 15, "z"), (12, 12, ","), id="an insertion within"),
        pytest.param((11, 11, ": int"), (11, 11, ": str"), id="two insertions that are no lines"),
        pytest.param((10, 10, "import b\n"), (10, 10, "y, "), id="a line and a piece of one"),
    ],
)
def test_an_overlap_names_both_places(first: tuple[int, int, str], second: tuple[int, int, str]) -> None:
    file, _ = planned(site(first, rule="one", line=2), site(second, rule="two", line=3))
    with pytest.raises(MisfitError, match=r"m\.py: what (one|two) writes in line \d overlaps what (one|two) writes"):
        edits(file, file.sites)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        pytest.param(Part(14, 99, "1", "2"), "line 7: the plan's span 14 to 99 is outside", id="beyond the end"),
        pytest.param(Part(-1, 0, "", "2"), "outside", id="before the start"),
        pytest.param(Part(15, 14, "", "2"), "outside", id="ends before it starts"),
        pytest.param(Part(14, 15, "3", "2"), "does not have the text that the plan replaces", id="another old text"),
        pytest.param(Part(14, 15, "1", "2\r\n"), "characters that no text file may have", id="CR in a new text"),
        pytest.param(Part(14, 15, "1", "\ud800"), "characters that no text file may have", id="half a character"),
        pytest.param(Part(14, 15, "1", "2", (Blank(0, 2, ()),)), "a blank is not within", id="a blank beyond its text"),
        pytest.param(
            Part(14, 15, "1", "ab", (Blank(1, 2, ()), Blank(0, 1, ()))), "a blank is not within", id="blanks swapped"
        ),
        pytest.param(Part(14, 15, "1", "\0"), "characters that no text file may have", id="NUL"),
    ],
)
def test_what_does_not_fit_is_one_sentence(wrong: Part, sentence: str) -> None:
    file, source = planned(Site("r", 7, (wrong,), None, Outcome.KEPT))
    with pytest.raises(MisfitError, match=sentence):
        rewritten(file, source, file.sites)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param((), id="none"),
        pytest.param((Part(21, 22, "é", "e"), Part(14, 15, "1", "2")), id="backwards"),
        pytest.param((Part(14, 15, "1", "2"), Part(14, 15, "1", "2")), id="twice the same"),
    ],
)
def test_parts_of_a_site_come_by_start_and_there_is_one(parts: tuple[Part, ...]) -> None:
    file, source = planned(Site("r", 7, parts, None, Outcome.KEPT))
    with pytest.raises(MisfitError, match="line 7: the parts of a site are missing or out of order"):
        rewritten(file, source, file.sites)


def test_other_bytes_are_refused() -> None:
    file, _ = planned(site((14, 15, "2")))
    with pytest.raises(MisfitError, match=r"m\.py has changed since the plan was made"):
        rewritten(file, decode(Path("m.py"), b"import a\n"), file.sites)
