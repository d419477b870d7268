"""Hints against a plain search: the longest run before a place that stands elsewhere too, and what follows it there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.model.chunked.chunks import Chunked, Sentinel
from lacuna.model.chunked.hints import AROUND, ENDED, OLD, Hints, of_text
from lacuna.model.chunked.library import Library
from lacuna.model.chunked.runs import LENGTHS, LONGEST
from lacuna.model.tokenizer import HOLE, MASK, PAD

A, B, C, D = range(4, 8)
SPELLINGS = [b"", b"", b"", b"", b"a", b"b", b"ab", b"abc"]


def strength_of(run: int) -> int:
    return sum(run >= length for length in LENGTHS)


def best(found: list[tuple[int, int, int]]) -> tuple[list[int], list[int]]:
    """Take the strongest of (strength, nearness, what follows), then the strongest that something else follows."""
    hints, strengths = [PAD] * AROUND, [0] * AROUND
    for n in range(AROUND):
        left = [one for one in found if one[0] and one[2] not in hints[:n]]
        if left:
            strengths[n], _, hints[n] = max(left)
    return hints, strengths


def chunked(*tokens: int) -> Chunked:
    """Two chunks, cut in the middle."""
    middle = len(tokens) // 2
    places = [Sentinel(0, at) if at < middle else Sentinel(1, at - middle) for at, t in enumerate(tokens) if t == HOLE]
    return Chunked((tokens[:middle], tokens[middle:]), tuple(places))


def asked(document: Chunked, *slots: int, hole: int = 0, head: bytes = b"") -> list[tuple[list[int], list[int]]]:
    heads = [head if n == hole else b"" for n in range(len(document.holes))]
    hints, strengths = (found[:, :AROUND] for found in Hints(document, heads, SPELLINGS).of(hole, slots))
    return list(zip(hints.tolist(), strengths.tolist(), strict=True))


texts = st.lists(st.integers(4, 7), min_size=1, max_size=60)


@given(texts)
def test_of_text_is_what_a_plain_search_finds(text: list[int]):
    hints, strengths = of_text(np.array(text))
    for at in range(len(text)):
        found = []
        for place in range(at):
            run = 0
            while run < LONGEST and run <= place and text[place - run] == text[at - run]:
                run += 1
            found.append((strength_of(run), place, text[place + 1]))
        assert (hints[at, :AROUND].tolist(), strengths[at, :AROUND].tolist()) == best(found)
        assert not hints[at, AROUND:].any()
        assert not strengths[at, AROUND:].any()


@given(texts)
def test_of_text_does_not_look_ahead(text: list[int]):
    half = len(text) // 2
    for whole, part in zip(of_text(np.array(text)), of_text(np.array(text[:half], dtype=np.int64)), strict=True):
        assert np.array_equal(whole[: half - 1], part[: half - 1])


@given(texts, st.data())
def test_the_anchor_has_the_hints_that_a_plain_search_finds_on_both_sides(text: list[int], data: st.DataObject):
    hole = data.draw(st.integers(0, len(text)))
    document = [*text[:hole], HOLE, *text[hole:]]
    found = []
    for place in range(len(document) - 1):
        run = 0
        while run < LONGEST and run <= min(place, hole - 1) and document[place - run] == document[hole - 1 - run]:
            run += 1
        if place != hole - 1 and document[place + 1] != HOLE:
            found.append((strength_of(run), -abs(place + 1 - hole), document[place + 1]))
    (hints, strengths), *_ = asked(chunked(*document))
    expected = best(found)
    # Two places may be as near, one on either side.
    assert strengths == expected[1]
    assert all(any(one[0] == s and one[2] == h for one in found) for h, s in zip(hints, strengths, strict=True) if s)


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        pytest.param((MASK, MASK, MASK), [(C, 2), (D, 2), (A, 2), (A, 2)], id="masked slots follow the run"),
        pytest.param((C, MASK), [(C, 2), (D, 3), (A, 3)], id="a right slot makes it longer"),
        pytest.param((D, MASK), [(C, 2), (A, 1), (A, 1)], id="a wrong slot begins another"),
        pytest.param((MASK, D), [(C, 2), (D, 2), (A, 3)], id="a right slot after a masked one"),
    ],
)
def test_slots_go_on_where_the_run_led(slots: tuple[int, ...], expected: list[tuple[int, int]]):
    document = chunked(A, B, C, D, A, A, B, HOLE, B)
    assert [(hints[0], strengths[0]) for hints, strengths in asked(document, *slots)] == expected


def test_the_second_hint_differs_from_the_first():
    (hints, strengths), *_ = asked(chunked(B, C, B, D, A, B, C, A, B, HOLE))
    assert (hints, strengths) == ([C, D], [2, 1])


def test_no_run_goes_through_a_hole():
    document = chunked(A, B, HOLE, A, B, HOLE)
    assert asked(document, MASK, hole=0) == [([PAD, PAD], [0, 0])] * 2
    assert asked(document, MASK, hole=1) == [([PAD, PAD], [0, 0])] * 2
    assert asked(chunked(HOLE), MASK) == [([PAD, PAD], [0, 0])] * 2


@pytest.mark.parametrize(
    ("head", "hints"),
    [
        pytest.param(b"", [D, C], id="none"),
        pytest.param(b"ab", [D, C], id="spelled by one token or more"),
        pytest.param(b"abc", [D, PAD], id="longer than a token"),
        pytest.param(b"aba", [C, PAD], id="spelled by two tokens"),
        pytest.param(b"b", [B, PAD], id="anywhere, whatever stands before it"),
        pytest.param(b"bx", [PAD, PAD], id="nowhere"),
    ],
)
def test_what_is_looked_up_begins_as_the_hole_does(head: bytes, hints: list[int]):
    (found, _), *_ = asked(chunked(A, C, A, D, B, A, HOLE), head=head)
    assert found == hints


def test_of_all_is_each_by_itself():
    document = chunked(A, B, C, HOLE, A, B, HOLE, D)
    slots = np.array([[[MASK, C], [C, MASK]], [[A, B], [MASK, MASK]]])
    lookup = Hints(document, [b"", b""], SPELLINGS)
    hints, strengths = lookup.of_all(slots)
    for b, g in np.ndindex(2, 2):
        expected = lookup.of(g, slots[b, g])
        assert np.array_equal(hints[b, g], expected[0])
        assert np.array_equal(strengths[b, g], expected[1])


# --- other files


def beside(document: list[int], other: list[int], head: bytes = b"") -> tuple[list[int], list[int]]:
    seen = Library([np.array(other, np.uint16)], len(SPELLINGS)).seen_from([0])
    hints, strengths = Hints(chunked(*document), [head], SPELLINGS, seen).of(0, [])
    return hints[0, :AROUND].tolist(), strengths[0, :AROUND].tolist()


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ([], ([D, PAD], [3, 0])),
        ([A, B, C, A], ([D, A], [3, 2])),
        ([D, A, B, C, A], ([D, A], [3, 2])),
        ([C, D, D, A, B, C, A], ([D, A], [3, 3])),
        ([A, B, C, D, D, A, B, C, A], ([A, D], [5, 3])),
        ([A, B, C, D], ([D, PAD], [3, 0])),
    ],
    ids=["nothing", "as long", "one more", "three more", "five more", "the same"],
)
def test_a_run_of_another_file_counts_for_less_than_one_of_the_document(other, expected):
    """The document has the run A B C once more, and D behind it."""
    assert beside([A, B, C, D, D, A, B, C, HOLE], other) == expected


def test_of_other_files_what_goes_on_with_a_head_is_a_hint_behind_one_token():
    assert beside([B, HOLE], [B, D, B, C, A], b"ab") == ([D, PAD], [1, 0])
    assert beside([B, HOLE], [B, D, B, C, A], b"c") == ([PAD, PAD], [0, 0])


# --- what stood in a hole before


def of_old(old: list[int], *slots: int, hole: int = 0, document: Chunked | None = None) -> list[tuple[int, int]]:
    """The old text's hints of the anchor and behind each slot, and their strengths."""
    document = document or chunked(A, B, HOLE, C)
    olds = [old if n == hole else [] for n in range(len(document.holes))]
    hints, strengths = Hints(document, [b""] * len(olds), SPELLINGS, old=olds).of(hole, slots)
    return list(zip(hints[:, OLD].tolist(), strengths[:, OLD].tolist(), strict=True))


SURE = len(LENGTHS)


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        pytest.param((C, D, B), [(C, SURE), (D, SURE), (B, SURE), (ENDED, SURE)], id="the same, to its end"),
        pytest.param((MASK, MASK, MASK), [(C, SURE), (D, SURE), (B, SURE), (ENDED, SURE)], id="masked slots"),
        pytest.param(
            (A, D), [(C, SURE), (B, 1), (B, 1)], id="another token: what stands elsewhere, then where it goes on"
        ),
        pytest.param((C, B, D), [(C, SURE), (D, SURE), (ENDED, 1), (B, 1)], id="one left out, and one moved"),
    ],
)
def test_the_old_text_says_what_followed(slots: tuple[int, ...], expected: list[tuple[int, int]]):
    assert of_old([C, D, B], *slots) == expected


def test_of_equal_runs_of_the_old_text_that_counts_where_the_answer_is():
    assert of_old([C, A, D, A, C, A, B], D, MASK)[0] == (C, SURE)
    assert [token for token, _ in of_old([A, B, A, C, A, D], C, A)] == [A, A, D]


def test_holes_without_an_old_text_have_none():
    document = chunked(A, HOLE, B, HOLE, C)
    assert of_old([C], C, hole=1, document=document) == [(C, SURE), (ENDED, SURE)]
    hints, strengths = Hints(document, [b"", b""], SPELLINGS, old=[[], [C]]).of(0, [A])
    assert not hints[:, OLD].any()
    assert not strengths[:, OLD].any()


@given(texts, st.data())
def test_an_answer_that_is_the_old_text_is_hinted_token_by_token(text: list[int], data: st.DataObject):
    hole = data.draw(st.integers(0, len(text)))
    old = data.draw(st.lists(st.integers(4, 7), min_size=1, max_size=8))
    document = chunked(*text[:hole], HOLE, *text[hole:])
    assert [token for token, _ in of_old(old, *old, document=document)] == [*old, ENDED]
