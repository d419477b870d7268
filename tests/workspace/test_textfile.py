"""Bytes outside an edit never change, whatever the file's encoding marks and line ends."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.syntax.errors import FileError
from lacuna.syntax.spans import Span
from lacuna.workspace.changes import Edit
from lacuna.workspace.textfile import decode, line_end_at, with_change, with_edits

PATH = Path("a.py")
AWKWARD = st.text(
    st.sampled_from(list("ab \t\r\n\f\v\x1c\x85\u2028\u2029\ufeff\u00e9\u6f22\U0001f600\U0010ffff")), max_size=40
)


@given(AWKWARD, AWKWARD, st.sampled_from([b"", b"\xef\xbb\xbf"]), st.data())
def test_an_edit_keeps_every_byte_outside_its_span(text: str, new_text: str, mark: bytes, data: st.DataObject):
    start, end = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
    before = mark + text[:start].encode()
    after = text[end:].encode()
    file = decode(PATH, mark + text.encode())

    # A text that begins with U+FEFF is one with a byte order mark: the span then counts from behind it.
    shift = int(not mark and text.startswith("\ufeff"))
    if shift and start == 0:
        return
    written = with_edits(file, [Edit(Span(start - shift, end - shift), new_text)])

    assert written.startswith(before)
    assert written.endswith(after)
    middle = written[len(before) : len(written) - len(after)].decode()
    assert middle == new_text.replace("\n", line_end_at(file.text, start - shift))


@given(st.binary(max_size=60))
def test_no_edit_writes_back_what_was_read(data: bytes):
    try:
        file = decode(PATH, data)
    except FileError:
        return
    assert with_edits(file, []) == data


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        pytest.param("", 0, "\n", id="an empty file gets LF"),
        pytest.param("a", 1, "\n", id="a file of one line gets LF"),
        pytest.param("a\nb", 0, "\n", id="LF"),
        pytest.param("a\r\nb", 0, "\r\n", id="CRLF"),
        pytest.param("a\rb", 0, "\r", id="CR where there is no other"),
        pytest.param("a\r\nb", 3, "\r\n", id="the last line takes the end of the line before"),
        pytest.param("a\rb", 2, "\r", id="the last line, CR"),
        pytest.param("a\nb", 2, "\n", id="the last line, LF"),
        pytest.param("a\r\nb\nc\n", 0, "\r\n", id="mixed: the line's own, CRLF"),
        pytest.param("a\r\nb\nc\r\n", 3, "\n", id="mixed: the line's own, LF"),
        pytest.param("a\rb\nc\n", 0, "\n", id="a stray CR is no style"),
        pytest.param("a\fb\u2028c\x85d", 0, "\n", id="form feed, U+2028 and NEL end no line"),
    ],
)
def test_new_lines_end_as_the_document_does(text: str, position: int, expected: str):
    assert line_end_at(text, position) == expected


def test_several_edits_apply_in_any_order():
    file = decode(PATH, b"one two three\r\n")
    edits = [Edit(Span(8, 13), "3\n"), Edit(Span(0, 3), "1")]
    assert with_edits(file, edits) == b"1 two 3\r\n\r\n"


def test_overlapping_edits_are_refused():
    with pytest.raises(AssertionError, match="disjoint"):
        with_edits(decode(PATH, b"abc"), [Edit(Span(0, 2), ""), Edit(Span(1, 3), "")])


def test_a_change_is_of_the_bytes_it_was_computed_for_alone():
    data = b"\xef\xbb\xbfone two\r\n"
    change = decode(PATH, data).change([Edit(Span(4, 7), "2\n")])
    assert with_change(data, change) == b"\xef\xbb\xbfone 2\r\n\r\n"
    for other in (data.removeprefix(b"\xef\xbb\xbf"), data.replace(b"\r", b""), b"", b"\xff"):
        with pytest.raises(FileError, match=r"^a\.py has changed since it was read\.$"):
            with_change(other, change)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param(b"a\0b", "a.py is a binary file.", id="NUL"),
        pytest.param("x = 1\n".encode("utf-16"), "a.py is a binary file.", id="UTF-16"),
        pytest.param(b"ab\xff", "a.py is not UTF-8: byte 2 cannot be decoded.", id="a byte that never occurs"),
        pytest.param(b"\xef\xbb\xbfab\xff", "a.py is not UTF-8: byte 5 cannot be decoded.", id="counted with the BOM"),
        pytest.param(b"\xed\xa0\x80", "a.py is not UTF-8: byte 0 cannot be decoded.", id="a surrogate"),
        pytest.param(b"ab\xc3", "a.py is not UTF-8: byte 2 cannot be decoded.", id="cut short"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, sentence: str):
    with pytest.raises(FileError) as refused:
        decode(PATH, data)
    assert str(refused.value) == sentence
