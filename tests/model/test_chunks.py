"""Cuts: nothing lost, nothing too long, a function of the text with sentinels alone, near an edit and nowhere else."""

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lacuna.model.chunked.chunks import LONGEST, Chunked, cut
from lacuna.model.tokenizer import HOLE, Tokenizer
from lacuna.syntax.spans import Span

LINES = st.lists(
    st.sampled_from(
        [
            "",
            "x = 1",
            "    return x",
            "def f(a, b):",
            '    """Doc.',
            "\t\tif (",
            "é = '𝄞'",
            "# " + "word " * 30,
            "]" * 250,
        ]
    ),
    max_size=80,
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, list[Span]]:
    text = draw(ENDS).join(draw(LINES))
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    spans = [Span(a, b) for a, b in zip(places[::2], places[1::2], strict=False)]
    return text, spans


def joined(chunked: Chunked) -> list[int]:
    return [token for chunk in chunked.chunks for token in chunk]


def unix(text: str) -> bytes:
    return text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "surrogatepass")


@given(texts_with_spans())
@example(("", []))
@example(("", [Span(0, 0)]))
@example(("x" * 3000, [Span(700, 2100)]))
def test_the_text_about_the_holes_is_all_there(tokenizer: Tokenizer, case: tuple[str, list[Span]]):
    text, spans = case
    chunked = cut(text, spans, tokenizer)
    tokens = joined(chunked)
    # What stands between two sentinels spells the text between two spans.
    sentinels = [n for n, token in enumerate(tokens) if token == HOLE]
    starts, ends = [0, *(n + 1 for n in sentinels)], [*sentinels, len(tokens)]
    parts = [tokenizer.decode(tokens[a:b]) for a, b in zip(starts, ends, strict=True)]
    edges = [0, *(edge for span in spans for edge in (span.start, span.end)), len(text)]
    assert parts == [unix(text[a:b]) for a, b in zip(edges[::2], edges[1::2], strict=True)]


@given(texts_with_spans())
def test_places_are_those_of_the_sentinels(tokenizer: Tokenizer, case: tuple[str, list[Span]]):
    chunked = cut(*case, tokenizer)
    found = [(n, at) for n, chunk in enumerate(chunked.chunks) for at, token in enumerate(chunk) if token == HOLE]
    assert [(place.chunk, place.token) for place in chunked.holes] == found
    assert len(found) == len(case[1])


@given(texts_with_spans())
def test_no_chunk_is_empty_or_too_long(tokenizer: Tokenizer, case: tuple[str, list[Span]]):
    assert all(1 <= len(chunk) <= LONGEST for chunk in cut(*case, tokenizer).chunks)


def test_a_text_without_holes_is_cut_at_line_ends_into_the_tokens_of_its_lines(
    tokenizer: Tokenizer, files: tuple[str, ...]
):
    for text in files:
        chunked = cut(text, [], tokenizer)
        assert tuple(joined(chunked)) == tokenizer.encode_text(text)
        assert all(chunk[-1] == tokenizer.newline for chunk in chunked.chunks[:-1])
        assert len(chunked.chunks) < len(joined(chunked)) / 60, "chunks are about a hundred tokens long"


def test_an_empty_text_has_no_chunks(tokenizer: Tokenizer):
    assert cut("", [], tokenizer) == Chunked((), ())


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_move_no_cut(tokenizer: Tokenizer, files: tuple[str, ...], end: str):
    for text in files:
        assert cut(text.replace("\n", end), [], tokenizer) == cut(text, [], tokenizer)


@pytest.mark.parametrize(
    "text",
    ["[0, " * 250_000, "x = 1\n" * 40_000, "\n" * 200_000, "é" * 100_000],
    ids=["one line", "equal lines", "blank lines", "not ASCII"],
)
def test_long_monotonous_texts_are_cut_in_time(tokenizer: Tokenizer, text: str):
    began = time.thread_time()
    chunked = cut(text, [Span(len(text) // 2, len(text) // 2 + 9)], tokenizer)
    assert time.thread_time() - began < 12, "seconds of CPU"
    assert max(map(len, chunked.chunks)) <= LONGEST


# --- what was hidden leaves no trace


GARBAGE = st.text(max_size=40) | st.sampled_from(
    ["", '"""', "(((", "'\n'\n", "\r\n" * 30, "\\", "x" * 5000, "# \ud800"]
)


@given(texts_with_spans(), st.lists(GARBAGE, min_size=4, max_size=4))
def test_hidden_text_replaced_by_garbage_changes_nothing(
    tokenizer: Tokenizer, case: tuple[str, list[Span]], garbage: list[str]
):
    text, spans = case
    replaced, moved, end = "", [], 0
    for span, new in zip(spans, garbage, strict=False):
        replaced += text[end : span.start]
        moved.append(Span(len(replaced), len(replaced) + len(new)))
        replaced, end = replaced + new, span.end
    assert cut(replaced + text[end:], moved, tokenizer) == cut(text, spans, tokenizer)


# --- edits


PASTED = [
    "x",
    "(",
    ")",
    '"',
    "'",
    '"""',
    "[{",
    "\n",
    "\n\n",
    "    ",
    "#",
    "def g():\n    return '''\n",
    "é",
    "\\\n",
    "]",
]


def edited(text: str, at: int, dice: random.Random) -> tuple[str, int]:
    """The text after a keystroke, a paste or a deletion at a place, and the cursor."""
    match dice.randrange(6):
        case 0:
            return text[: max(0, at - 1)] + text[at:], max(0, at - 1)
        case 1:
            end = min(len(text), at + dice.randrange(60))
            return text[:at] + text[end:], at
        case _:
            new = dice.choice(PASTED)
            return text[:at] + new + text[at:], at + len(new)


def line_rest(text: str, at: int) -> list[Span]:
    end = text.find("\n", at)
    return [Span(at, end if end >= 0 else len(text))]


def unseen(before: Sequence[tuple[int, ...]], after: Sequence[tuple[int, ...]]) -> int:
    return len(set(after) - set(before))


def test_a_thousand_edits_leave_no_history_and_touch_few_chunks(
    tokenizer: Tokenizer, files: tuple[str, ...], tmp_path: Path
):
    path = tmp_path / "tokenizer.json"
    tokenizer.save(path)
    dice = random.Random(7)  # noqa: S311 -- seeded
    touched = []
    for text in files:
        cursor = 0
        for n in range(100):
            # The cursor stays for some keystrokes, then jumps; the hole is the rest of its line.
            at = dice.randrange(len(text) + 1) if n % 5 == 0 else cursor
            before = cut(text, line_rest(text, at), tokenizer).chunks
            text, cursor = edited(text, at, dice)  # noqa: PLW2901 -- edits add up
            spans = line_rest(text, cursor)
            warm = cut(text, spans, tokenizer)
            touched.append(unseen(before, warm.chunks))
            if n % 10 == 0:
                # No line is remembered for a tokenizer that has not been asked before.
                assert cut(text, spans, Tokenizer.load(path)) == warm
    assert len(touched) == 1000
    assert statistics.median(touched) <= 2
    assert statistics.mean(touched) <= 3


def test_cuts_do_not_depend_on_the_process(tokenizer: Tokenizer, tmp_path: Path):
    # `hash` of a string would: what breaks ties between lines must be another function.
    text = "\n".join(f"x{n} = {n}" for n in range(200))
    tokenizer.save(tmp_path / "tokenizer.json")
    (tmp_path / "text").write_text(text)
    asked = subprocess.run([sys.executable, "-I", "-c", CUT], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(asked.stdout) == [list(chunk) for chunk in cut(text, [], tokenizer).chunks]


CUT = """
import json
from pathlib import Path
from lacuna.model.chunked.chunks import cut
from lacuna.model.tokenizer import Tokenizer
print(json.dumps(cut(Path("text").read_text(), [], Tokenizer.load(Path("tokenizer.json"))).chunks))
"""
