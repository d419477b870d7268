"""What holes see: distances and near tokens against a plain count, chunks chosen nearest first within the budget."""

import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lacuna.model.chunked.chunks import Chunked, Sentinel
from lacuna.model.chunked.context import choose, window
from lacuna.model.tokenizer import HOLE


@st.composite
def chunkeds(draw: st.DrawFn) -> Chunked:
    """Chunks whose tokens are all different, but for at least one sentinel."""
    lengths = draw(st.lists(st.integers(1, 9), min_size=1, max_size=12))
    fresh = itertools.count(10)
    chunks = [[next(fresh) for _ in range(length)] for length in lengths]
    everywhere = [(n, at) for n, chunk in enumerate(chunks) for at in range(len(chunk))]
    places = sorted(draw(st.sets(st.sampled_from(everywhere), min_size=1, max_size=4)))
    for n, at in places:
        chunks[n][at] = HOLE
    return Chunked(tuple(map(tuple, chunks)), tuple(Sentinel(*place) for place in places))


@st.composite
def windows(draw: st.DrawFn) -> tuple[Chunked, list[int]]:
    chunked = draw(chunkeds())
    own = {place.chunk for place in chunked.holes}
    others = draw(st.sets(st.sampled_from(range(len(chunked.chunks)))))
    return chunked, sorted(own | others)


def counted(chunked: Chunked, chosen: list[int]) -> tuple[list[int], list[int]]:
    """The document's token number of each chosen token, and of each sentinel, by counting."""
    seen, holes, number = [], [], 0
    for n, chunk in enumerate(chunked.chunks):
        for token in chunk:
            if n in chosen:
                seen.append(number)
            if token == HOLE:
                holes.append(number)
            number += 1
    return seen, holes


@given(windows())
def test_offsets_count_tokens_from_each_sentinel(case: tuple[Chunked, list[int]]):
    seen, holes = counted(*case)
    assert window(*case).offsets().tolist() == [[token - hole for token in seen] for hole in holes]


@given(windows(), st.integers(1, 12))
def test_near_are_the_tokens_on_either_side_that_are_there(case: tuple[Chunked, list[int]], width: int):
    seen, holes = counted(*case)
    index, offsets = window(*case).near(width)
    assert index.shape == offsets.shape == (len(holes), 2 * width)
    for hole, row_index, row_offsets in zip(holes, index.tolist(), offsets.tolist(), strict=True):
        wanted = [*range(-width, 0), *range(1, width + 1)]
        assert row_offsets == [offset if hole + offset in seen else 0 for offset in wanted]
        assert [seen[i] for i, offset in zip(row_index, row_offsets, strict=True) if offset] == [
            hole + offset for offset in row_offsets if offset
        ]


def gaps(chunked: Chunked) -> list[int]:
    """Tokens from each chunk to the hole nearest to it, by counting."""
    _, holes = counted(chunked, [])
    numbers, start = [], 0
    for chunk in chunked.chunks:
        numbers.append(range(start, start + len(chunk)))
        start += len(chunk)
    return [min(abs(token - hole) for token in own for hole in holes) for own in numbers]


@given(chunkeds(), st.integers(0, 120), st.integers(0, 20))
def test_the_nearest_are_chosen_within_the_budget(chunked: Chunked, budget: int, near: int):
    chosen = choose(chunked, budget, near)
    gap, lengths = gaps(chunked), [len(chunk) for chunk in chunked.chunks]
    left_out = set(range(len(lengths))) - set(chosen)
    assert list(chosen) == sorted(chosen)
    assert {n for n, distance in enumerate(gap) if distance <= near} <= set(chosen)
    assert all(gap[n] <= gap[other] for n in chosen for other in left_out)
    spent = sum(lengths[n] for n in chosen)
    assert spent <= budget or all(gap[n] <= near for n in chosen)


@given(chunkeds(), st.integers(0, 20))
def test_everything_is_chosen_of_a_text_that_fits(chunked: Chunked, near: int):
    assert choose(chunked, sum(map(len, chunked.chunks)), near) == tuple(range(len(chunked.chunks)))


@given(chunkeds(), st.integers(0, 60))
def test_a_chunk_that_fits_next_is_not_left_out(chunked: Chunked, budget: int):
    chosen = choose(chunked, budget, 0)
    gap, lengths = gaps(chunked), [len(chunk) for chunk in chunked.chunks]
    left_out = [n for n in range(len(lengths)) if n not in chosen]
    assume(left_out)
    following = min(left_out, key=lambda n: (gap[n], n))
    assert sum(lengths[n] for n in chosen) + lengths[following] > budget


@pytest.mark.parametrize(
    ("budget", "expected"),
    [(3, (2,)), (6, (1, 2)), (9, (1, 2, 3)), (12, (0, 1, 2, 3)), (15, (0, 1, 2, 3, 4))],
    ids="{}".format,
)
def test_of_equally_near_chunks_the_first_comes_first(budget: int, expected: tuple[int, ...]):
    chunked = Chunked(((10, 11, 12), (13, 14, 15), (16, HOLE, 18), (19, 20, 21), (22, 23, 24)), (Sentinel(2, 1),))
    assert choose(chunked, budget, 0) == expected
