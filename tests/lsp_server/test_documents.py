"""Documents follow their client, change by change, in every encoding."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.lsp_server.documents import ContentChange, Document, Documents, UnknownDocumentError
from lacuna.syntax.spans import Span
from lacuna.workspace.positions import Encoding, Position, Range

URI = "file:///project/module.py"
with gzip.open(Path(__file__).parent / "data/edit_sequences.jsonl.gz", "rt", encoding="utf-8") as rows:
    SEQUENCES = [json.loads(row) for row in rows]
CHARACTERS = "ab \n\n\r\t\f\x85\u2028é变😀\U0010ffff"
TEXT = st.text(st.sampled_from(CHARACTERS), max_size=30)


def opened(text, version=1):
    return Document.opened(URI, "python", version, text)


def change_of(sent):
    if "range" not in sent:
        return ContentChange(None, sent["text"])
    ends = (Position(**sent["range"]["start"]), Position(**sent["range"]["end"]))
    return ContentChange(Range(*ends), sent["text"])


def fingerprint(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@pytest.mark.parametrize("row", SEQUENCES, ids=lambda row: f"{row['id']}-{row['encoding']}-{row['kind']}")
def test_a_recorded_sequence_of_changes_leads_to_the_recorded_texts(row):
    document = opened(row["text"])
    for version, step in enumerate(row["steps"], start=2):
        document = document.changed(version, map(change_of, step["changes"]), Encoding(row["encoding"]))
        assert fingerprint(document.text) == step["sha"]
        assert document.version == version
    assert document.text == row["final"]


def width(text, encoding):
    """Columns by another way than the code under test: encode and count bytes."""
    unit = {Encoding.UTF8: 1, Encoding.UTF16: 2, Encoding.UTF32: 4}[encoding]
    codec = {Encoding.UTF8: "utf-8", Encoding.UTF16: "utf-16-le", Encoding.UTF32: "utf-32-le"}[encoding]
    return len(text.encode(codec)) // unit


def position_one_by_one(text, offset, encoding):
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    lines = before.split("\n")
    return Position(len(lines) - 1, width(lines[-1], encoding))


@st.composite
def edits(draw, text):
    r"""Offsets that a client may name: never between "\r" and "\n"."""
    allowed = [o for o in range(len(text) + 1) if text[max(o - 1, 0) : o + 1] != "\r\n"]
    start, end = sorted((draw(st.sampled_from(allowed)), draw(st.sampled_from(allowed))))
    return start, end, draw(TEXT)


@given(TEXT, st.sampled_from(Encoding), st.data())
def test_changes_do_what_slicing_does(text, encoding, data):
    document = opened(text)
    for version in range(2, 2 + data.draw(st.integers(1, 4))):
        start, end, new = data.draw(edits(text))
        ends = (position_one_by_one(text, start, encoding), position_one_by_one(text, end, encoding))
        document = document.changed(version, [ContentChange(Range(*ends), new)], encoding)
        text = text[:start] + new + text[end:]
        assert document.text == text
        assert document.line_starts.tolist() == opened(text).line_starts.tolist()


@given(TEXT, st.sampled_from(Encoding), st.data())
def test_a_span_and_its_range_are_the_same_place(text, encoding, data):
    start, end, _ = data.draw(edits(text))
    document = opened(text)
    assert document.span_of(document.range_of(Span(start, end), encoding), encoding) == Span(start, end)


def test_a_snapshot_stays_as_it_was_when_its_document_changes():
    before = opened("one\n")
    after = before.changed(2, [ContentChange(None, "two\nthree\n")], Encoding.UTF16)
    assert (before.version, before.text, before.line_starts.tolist()) == (1, "one\n", [0, 4])
    assert (after.version, after.text, after.line_starts.tolist()) == (2, "two\nthree\n", [0, 4, 10])


def test_a_backward_range_means_the_same_as_a_forward_one():
    backward = Range(Position(0, 3), Position(0, 1))
    assert opened("abcd").changed(2, [ContentChange(backward, "-")], Encoding.UTF16).text == "a-d"


def test_half_a_surrogate_pair_becomes_a_character_of_the_same_width():
    document = opened("a\ud83db")
    assert document.text == "a\ufffdb"
    assert document.position_at(2, Encoding.UTF16) == Position(0, 2)


def test_only_the_newest_snapshot_of_an_open_document_is_current():
    documents = Documents()
    old, new = opened("a", version=0), opened("a", version=0)  # Neovim's first version is 0: it tells nothing
    documents.put(old)
    assert documents.is_current(old)
    documents.put(new)
    assert not documents.is_current(old)
    assert documents[URI] is new
    documents.close(URI)
    assert not documents.is_current(new)


def test_a_document_that_is_not_open_is_named():
    with pytest.raises(UnknownDocumentError, match=URI):
        Documents()[URI]


def test_a_keystroke_in_a_large_document_moves_the_lines_behind_it():
    text = "x = 1\n" * 100_000
    document = opened(text)
    at = Position(50_000, 2)
    after = document.changed(2, [ContentChange(Range(at, at), "yy")], Encoding.UTF8)
    assert after.line_starts[:50_001].tolist() == document.line_starts[:50_001].tolist()
    assert (after.line_starts[50_001:] - document.line_starts[50_001:] == 2).all()
