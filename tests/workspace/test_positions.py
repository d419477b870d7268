"""Positions and offsets: vectors of other implementations, round trips, a slow oracle."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.workspace.positions import Encoding, Position, line_starts, line_starts_after, offset_at, position_at

VECTORS = [
    json.loads(row)
    for row in (Path(__file__).parent / "data/position_vectors.jsonl").read_text("utf-8").split("\n")
    if row
]
# Line ends, what only Python takes for line ends, and characters of every width.
TEXT = st.text(st.sampled_from("ab \n\n\r\t\f\v\x1c\x85\u2028\u0301é变😀\U0010ffff\x00\ufeff"), max_size=40)
ENCODINGS = st.sampled_from(Encoding)


def starts_one_by_one(text):
    """Line starts by another way: regular expression instead of arrays."""
    return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]


def named(row):
    return f"{row['encoding']} {row['line']}:{row['character']} of {row['text']!a}"


@pytest.mark.parametrize("row", VECTORS, ids=named)
def test_a_position_means_the_offset_that_other_implementations_found(row):
    text = row["text"]
    position = Position(row["line"], row["character"])
    assert offset_at(text, line_starts(text), position, Encoding(row["encoding"])) == row["offset"]


@pytest.mark.parametrize("row", [row for row in VECTORS if row["kind"] == "exact"], ids=named)
def test_an_offset_has_the_position_that_other_implementations_found(row):
    text = row["text"]
    found = position_at(text, line_starts(text), row["offset"], Encoding(row["encoding"]))
    assert found == Position(row["line"], row["character"])


@given(TEXT)
def test_only_line_feed_return_and_both_end_a_line(text):
    assert line_starts(text).tolist() == starts_one_by_one(text)


@given(TEXT, ENCODINGS, st.data())
def test_offset_to_position_and_back(text, encoding, data):
    offset = data.draw(st.integers(0, len(text)))
    within_line_end = text[max(offset - 1, 0) : offset + 1] == "\r\n"
    starts = line_starts(text)
    back = offset_at(text, starts, position_at(text, starts, offset, encoding), encoding)
    assert back == (offset - 1 if within_line_end else offset)


@given(TEXT, ENCODINGS, st.integers(0, 50), st.integers(0, 100))
def test_any_position_means_an_offset_on_its_line_or_the_end_of_the_text(text, encoding, line, character):
    starts = starts_one_by_one(text)
    offset = offset_at(text, line_starts(text), Position(line, character), encoding)
    if line >= len(starts):
        assert offset == len(text)
        return
    content = re.split(r"\r\n|\r|\n", text)[line]
    widths = {Encoding.UTF8: lambda c: len(c.encode()), Encoding.UTF16: lambda c: len(c.encode("utf-16-le")) // 2}
    width = widths.get(encoding, len)
    fitting = 0
    while fitting < len(content) and sum(map(width, content[: fitting + 1])) <= character:
        fitting += 1
    assert offset == starts[line] + fitting


@given(TEXT, TEXT, st.data())
def test_the_line_index_after_a_change_equals_a_fresh_one(text, new, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    changed = text[:start] + new + text[end:]
    reused = line_starts_after(line_starts(text), changed, start, end, inserted=len(new))
    assert reused.tolist() == starts_one_by_one(changed)
