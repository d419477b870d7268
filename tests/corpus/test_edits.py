"""Planted edits: what the holes hide stays, and what stood in them is what a person may have changed."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.model.corpus import edits
from lacuna.syntax.spans import Span

TEXT = """def area(width, height):
    return width * height


def volume(width, height, depth):
    return area(width, height) * depth


print(area(2, 3), volume(2, 3, 4) == 24)
"""


def spans_of(*hidden: str, text: str = TEXT) -> list[Span]:
    spans, at = [], 0
    for one in hidden:
        start = text.index(one, at)
        at = start + len(one)
        spans.append(Span(start, at))
    return spans


@given(st.integers(0, 10**6), st.lists(st.integers(0, len(TEXT)), max_size=6, unique=True))
def test_the_holes_hide_what_they_hid_and_a_seed_gives_the_same(seed: int, cuts: list[int]):
    cuts = sorted(cuts)[: len(cuts) // 2 * 2]
    spans = [Span(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
    one, again = (edits.planted(TEXT, spans, np.random.default_rng(seed)) for _ in range(2))
    assert one == again
    assert [one.text[s.start : s.end] for s in one.spans] == [TEXT[s.start : s.end] for s in spans]
    assert len(one.before) == len(spans)
    # Outside the holes, nothing but names may differ.
    words = re.compile(r"\w+")
    assert words.sub("", one.text) == words.sub("", TEXT)


def planted(rng: np.random.Generator, *hidden: str) -> edits.Edited:
    return edits.planted(TEXT, spans_of(*hidden), rng)


def test_a_renamed_name_has_its_new_form_where_it_is_defined():
    """Whatever the hole said before, the text shows what it is called now."""
    rng, followed = np.random.default_rng(1), set()
    for _ in range(300):
        found = planted(rng, "area(width, height)")
        (before,) = found.before
        if before.endswith("(width, height)") and before != "area(width, height)":
            old = before.removesuffix("(width, height)")
            assert "def area(" in found.text
            assert len(re.findall(rf"\b(?:area|{re.escape(old)})\b", found.text)) >= 3
            followed.add(len(re.findall(r"\barea\b", found.text)))
    assert followed == {2, 3}, "the other use has followed, or not yet"


@pytest.mark.parametrize(
    "before",
    ["area(width)", "area(height)", "area(height, width)", "area(width, width, height)", "area(width, height)"],
)
def test_arguments_come_go_and_change_places(before: str):
    rng = np.random.default_rng(2)
    told = {one.replace(" ", "") for _ in range(1500) for one in planted(rng, "area(width, height)").before}
    assert before.replace(" ", "") in told


@pytest.mark.parametrize(
    ("piece", "expected"), [("==", "!="), ("True", "False"), ("+", "-"), ("width", "depth"), ("0", "1")]
)
def test_a_piece_is_taken_for_others_of_its_kind(piece: str, expected: str):
    found = edits.others(piece, ["width", "depth"])
    assert expected in found
    assert piece not in found


@pytest.mark.parametrize("piece", ["return", " ", "(", "if", "# x", ""])
def test_other_pieces_are_taken_for_nothing(piece: str):
    assert not edits.others(piece, ["width"])


def test_letters_of_a_number_are_no_name_that_is_used() -> None:
    text = "mask = 0xab + xab\n"
    span = Span(text.index("xab\n"), text.index("\n"))
    for seed in range(20):
        assert edits.planted(text, [span], np.random.default_rng(seed)).text == text
