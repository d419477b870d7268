"""Offsets are exact, windows are whole blocks, and no text costs more than its budget."""

import argparse
import inspect
import io
import itertools
import pickletools
import pydoc
import random
import re
import time
import tokenize
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lacuna.syntax.blocks import Blocks, Window
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.nodes import enclosing, every
from lacuna.syntax.parsing import WHOLE, Parsed, parse, parse_window
from lacuna.syntax.spans import Kind, Span

SOUND = (Path(__file__).parent / "data/sound.txt").read_text("utf-8")
LONG = SOUND * 60
# Every width in UTF-8, line ends, what looks like one, lone surrogates, a byte-order mark, what opens something.
ANYTHING = st.text(st.sampled_from("ax1 \n\n\r\t\f\v\x00\x85\u2028é变😀\ud800\udfff\ufeff()[\"'#:=@\\"), max_size=700)


def byte_of_each(text):
    """Where each code point begins, by another way: one at a time."""
    return list(itertools.accumulate((len(c.encode("utf-8", "surrogatepass")) for c in text), initial=0))


# 1. Offsets


@given(ANYTHING)
@example("")
@example("\ufeff")
@example("é" * 256)
@example("é" * 600 + "\r")
def test_offsets_convert_as_one_by_one(text):
    parsed = parse(text, PYTHON)
    expected = byte_of_each(text)
    assert [parsed.to_byte(offset) for offset in range(len(text) + 1)] == expected
    assert [parsed.to_offset(byte) for byte in expected] == list(range(len(text) + 1))


@given(ANYTHING)
def test_a_byte_within_a_code_point_gives_that_code_point(text):
    parsed = parse(text, PYTHON)
    for offset, (byte, after) in enumerate(itertools.pairwise(byte_of_each(text))):
        assert {parsed.to_offset(inside) for inside in range(byte, after)} == {offset}


@given(ANYTHING, ANYTHING, ANYTHING)
def test_offsets_in_a_window_are_those_of_the_document(before, text, after):
    window = Span(len(before), len(before + text))
    parsed = parse_window(before + text + after, PYTHON, Window(window, is_ragged=False), seconds=60)
    for offset, byte in enumerate(byte_of_each(text), len(before)):
        assert parsed.to_byte(offset) == byte
        assert parsed.to_offset(byte) == offset


@pytest.mark.parametrize("offset", [-1, 3], ids=["before", "after"])
def test_an_offset_outside_is_our_own_fault(offset):
    with pytest.raises(AssertionError, match="outside"):
        parse("ab", PYTHON).to_byte(offset)


@pytest.mark.parametrize(
    "text",
    ["a = 1\rb = 2\r", "\ufeffa = 1\n", "a = '\ud800'\r\n", "\fa = 1\n\f\ndef f():\n\treturn 2\n", "", "\ufeff"],
    ids=["lone returns", "byte-order mark", "lone surrogate", "form feed and tab", "empty", "only a byte-order mark"],
)
def test_sound_however_it_is_written(text):
    assert not parse(text, PYTHON).tree.root_node.has_error


# 2. Windows


def starts_of_blocks(text):
    """By another way: the root's children, whole text parsed; a block goes up to the next."""
    parsed = parse(text, PYTHON)
    return {0, len(text), *(parsed.span_of(node).start for node in parsed.tree.root_node.children)}


@given(st.integers(0, len(LONG)))
def test_windows_of_a_sound_file_are_whole_blocks(offset):
    around = Span(offset, offset)
    for window in (LONG_BLOCKS.wide(around, 16_000), LONG_BLOCKS.narrow(around, 16_000)):
        assert not window.is_ragged
        assert window.span.start <= offset <= window.span.end
        assert {window.span.start, window.span.end} <= STARTS
        assert window.span.end - window.span.start <= 16_000


LONG_BLOCKS = Blocks.of(LONG, PYTHON)
STARTS = starts_of_blocks(LONG)


@given(st.integers(0, len(LONG)))
def test_a_window_of_a_sound_file_is_sound_and_a_short_file_is_its_own(offset):
    parsed = parse(LONG, PYTHON, Span(offset, offset))
    assert not parsed.tree.root_node.has_error
    assert parsed.window.end - parsed.window.start < len(LONG)
    assert parse(SOUND, PYTHON, Span(0, 0)).window == Span(0, len(SOUND))


NARROW_WINDOWS = {
    "decorators stay with what they decorate": "x = 1\n|@a\n@b(\n  c\n)\ndef f():\n    p^ass\n|y = 2\n",
    "a cursor among the decorators": "x = 1\n|@a\n@^b\ndef f():\n    pass\n|y = 2\n",
    "an else stays with its if": "|if a:\n    b\nelse:\n    c^\n|d\n",
    "no cut within a long string": '|s = """\ndef f():\n^class A:\n"""\n|d\n',
    "up to the end": "|def f():\n    ^\n\n\n|",
    "nothing": "|^|",
    "no line end at the end": "a\n|b^|",
    "a bracket at the margin": "|(\n^1\n)\n|a\n",
    "CRLF": "a\r\n|b^\r\n|c\r\n",
}


@pytest.mark.parametrize("marked", NARROW_WINDOWS.values(), ids=NARROW_WINDOWS.keys())
def test_the_narrow_window_is_the_block_at_the_cursor(marked):
    text = marked.replace("|", "").replace("^", "")
    offset = marked.replace("|", "").index("^")
    start = marked.index("|")
    end = marked.replace("^", "").rindex("|") - 1
    assert Blocks.of(text, PYTHON).narrow(Span(offset, offset), 1_000) == Window(Span(start, end), is_ragged=False)


def test_a_huge_class_is_cut_between_its_methods():
    method = "    @property\n    def f(self):\n        def g():\n            pass\n        return 1\n\n"
    text = "class A:\n" + method * 500
    offset = len(text) // 2
    window = Blocks.of(text, PYTHON).narrow(Span(offset, offset), 4_000)
    assert text[window.span.start : window.span.end] == method
    assert window.is_ragged


def test_what_a_window_cuts_short_is_not_taken_for_a_span():
    text = "class A:\n" + "    def f(self):\n        return 1\n\n" * 500
    offset = len(text) // 2
    ragged = parse_window(text, PYTHON, Blocks.of(text, PYTHON).wide(Span(offset, offset), 4_000), seconds=60)
    assert ragged.is_ragged
    whole = parse(text, PYTHON)
    for kind in Kind:
        assert set(every(ragged, kind)) < set(every(whole, kind)) or not every(whole, kind)
    assert enclosing(parse(text, PYTHON, Span(offset, offset)), 9, Kind.BODY) == enclosing(whole, 9, Kind.BODY)


def test_long_strings_are_where_the_tokenizer_finds_them():
    """By another way: the standard library's tokenizer, over its own sources."""
    for module in (argparse, inspect, pickletools, pydoc, tokenize):
        text = inspect.getsource(module)
        blocks = Blocks.of(text, PYTHON)
        starts = [0, *(match.end() for match in re.finditer("\n", text))]
        expected = [
            (starts[token.start[0] - 1] + token.start[1] + prefix, starts[token.end[0] - 1] + token.end[1])
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type == tokenize.STRING
            for prefix in (len(token.string) - len(token.string.lstrip("rRbBuUfF")),)
            if token.string[prefix:].startswith(tuple(fence.opens for fence in PYTHON.text.fences))
        ]
        assert list(zip(blocks.prose_starts, blocks.prose_ends, strict=True)) == expected


LONG_STRINGS = {
    "none": ("a = 1\n", []),
    "in a comment": ('# """\n"""a"""\n', ['"""a"""']),
    "in a short string": ("'\"\"\"' + '''a'''\n", ["'''a'''"]),
    "the other fence within": ("'''\"\"\"'''\n", ["'''\"\"\"'''"]),
    "an escaped fence": ('"""\\"""a"""', ['"""\\"""a"""']),
    "an escaped backslash before the fence": ('"""\\\\"""a', ['"""\\\\"""']),
    "two in a line": ('"""a""" + """b"""', ['"""a"""', '"""b"""']),
    "a quote left open before": ("x = ' \"\"\"\n'''a'''", ["'''a'''"]),
    "one that never ends": ('"""a"""\n"""\ndef f(): pass\n', ['"""a"""']),
}


@pytest.mark.parametrize(("text", "expected"), LONG_STRINGS.values(), ids=LONG_STRINGS.keys())
def test_long_strings(text, expected):
    blocks = Blocks.of(text, PYTHON)
    assert [text[start:end] for start, end in zip(blocks.prose_starts, blocks.prose_ends, strict=True)] == expected


# 3. The budget


def punctuation(size):
    choose = random.Random(1)  # noqa: S311  # repeatable, not secret
    return "".join(choose.choice("()[]{}\"':,.\n =+-x") for _ in range(size))


GARBAGE = {
    "open brackets": lambda size: "(" * size,
    "open calls": lambda size: "f(\n" * (size // 3),
    "an open quote": lambda size: '"' + "abc " * (size // 4),
    "open quotes": lambda size: '"x\n' * (size // 3),
    "fences": lambda size: '"""\n' * (size // 4),
    "decorators": lambda size: "@\n" * (size // 2),
    "open definitions": lambda size: "def f(\n" * (size // 7),
    "punctuation": punctuation,
    "surrogates": lambda size: "\ud800x(" * (size // 3),
    "spaces": lambda size: " " * size,
    "NUL": lambda size: "\x00" * size,
}


@pytest.mark.parametrize("where", [0.0, 0.5, 1.0], ids=["start", "middle", "end"])
@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_is_bounded(garbage, where):
    text = GARBAGE[garbage](200_000)
    offset = int(len(text) * where)
    before = time.thread_time()
    parsed = parse(text, PYTHON, Span(offset, offset))
    assert (
        time.thread_time() - before < 0.5
    )  # 60 ms for the whole, 30 ms for each of two windows, and room for a slow machine
    assert parsed is None or parsed.window.start <= offset <= parsed.window.end


def test_a_whole_text_over_the_budget_is_none():
    assert parse_window(punctuation(WHOLE), PYTHON, Window(Span(0, WHOLE), is_ragged=False), seconds=0.001) is None


def test_five_thousand_sound_lines_parse_whole():
    assert LONG.count("\n") > 3_000
    parsed = parse(LONG, PYTHON)
    assert isinstance(parsed, Parsed)
    assert parsed.window == Span(0, len(LONG))
