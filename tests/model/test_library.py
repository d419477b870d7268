"""What other files say follows the run of tokens before a place: the longest run, the nearest file, what is written."""

import numpy as np
import pytest

from lacuna.model.chunked.library import LONGEST_LINE, Head, Library, Lines
from lacuna.model.denoiser import fitting

SPELLINGS = (*(bytes([n]) for n in range(128)), b"self", b"se", b"lf", b"arch")
SELF, SE, LF, ARCH = range(128, 132)
LONGEST = 16


def tokens(text: str) -> list[int]:
    return list(text.encode())


def library(*files: list[int]) -> Library:
    return Library([np.array(file, np.uint16) for file in files], len(SPELLINGS))


def following(known: Library, before: list[int], nearest: list[int], head: bytes = b"") -> list[tuple[int, int]]:
    """What follows the runs that share the most tokens of the keys, and their lengths."""
    begun = Head(head, SPELLINGS, fitting(head, SPELLINGS)) if head else None
    found = known.seen_from(nearest).ends(np.array(before[::-1], np.int64), LONGEST, begun)
    return [] if found is None else list(zip(found.following.tolist(), found.runs.tolist(), strict=True))


def text(found: list[tuple[int, int]]) -> list[tuple[str, int]]:
    return [(chr(token), run) for token, run in found]


def test_the_longest_run_is_found_and_none_of_less_than_three_tokens():
    known = library(tokens("wxabcdefghijk1"), tokens("..jk2..ijk3"))
    assert text(following(known, tokens("abcdefghijk"), [0, 1])) == [("1", 11)]
    assert text(following(known, tokens("..ijk"), [0, 1])) == [("3", 5)]
    assert text(following(known, tokens("-ijk"), [0, 1])) == [("1", 3), ("3", 3)]
    assert following(known, tokens("-jk"), [0, 1]) == []


def test_of_runs_of_the_same_tokens_the_nearest_comes_first():
    known = library(tokens("abc1"), tokens("abc2"), tokens("abc3"))
    assert text(following(known, tokens("abc"), [2, 0, 1])) == [("3", 3), ("1", 3), ("2", 3)]


def test_files_that_are_not_seen_say_nothing():
    known = library(tokens("abc1"), tokens("abc2"))
    assert text(following(known, tokens("abc"), [1])) == [("2", 3)]
    assert following(known, tokens("abc"), []) == []


def test_no_run_goes_from_one_file_into_the_next():
    known = library(tokens("..abc"), tokens("1ab"), tokens("c2"))
    assert following(known, tokens("abc"), [0, 1, 2]) == []


def test_what_is_written_counts_as_a_token_of_the_run_and_must_be_gone_on_with():
    known = library([*tokens("a"), SELF, *tokens("..a"), SE, ARCH, *tokens("..a"), SE, LF])
    assert following(known, tokens("a"), [0]) == [], "one token is no run"
    assert following(known, tokens("a"), [0], b"sel") == [(SELF, 2), (SE, 2)], "both spell what is written"
    assert following(known, tokens("a"), [0], b"sea") == [(SE, 2)]
    assert following(known, tokens("a"), [0], b"so") == []


def test_the_nearest_of_many_places_are_compared():
    known = library(*[tokens("abc1")] * 300, tokens("abc2"))
    ends = following(known, tokens("abc"), [300, *range(300)])
    assert (len(ends), ends[0]) == (256, (ord("2"), 3))


@pytest.mark.parametrize("files", [[], [[]]])
def test_a_library_without_tokens_says_nothing(files: list[list[int]]):
    assert following(library(*files), tokens("abc"), list(range(len(files)))) == []


LINES = Lines(ord("\n"), np.array([not spelling.strip(b" \n\0") for spelling in SPELLINGS]))


def lines(known: Library, before: str, nearest: list[int], head: bytes = b"") -> list[tuple[str, int]]:
    begun = Head(head, SPELLINGS, fitting(head, SPELLINGS)) if head else None
    found = known.seen_from(nearest).lines(np.array(tokens(before)[::-1], np.int64), begun, LINES)
    return [(bytes(line).decode(), count) for line, count in found.items()]


def test_lines_that_begin_alike_are_counted_the_nearest_first():
    known = library(tokens("x = 1\n  x = 2\nx = 1\n"), tokens("x = 3\n"))
    assert lines(known, "x =", [1, 0]) == [(" 3", 1), (" 1", 2), (" 2", 1)]
    assert lines(known, "x =", [1]) == [(" 3", 1)]


@pytest.mark.parametrize(
    "file",
    ["y.x = 1\n", "x =\n", "x = 1", f"x = {'1' * LONGEST_LINE}\n", "y = 1\n"],
    ids=["in the middle of a line", "nothing follows", "the line does not end", "much follows", "another line"],
)
def test_a_line_is_not_quoted(file: str):
    assert lines(library(tokens(file)), "x =", [0]) == []


def test_a_line_longer_than_a_key_must_begin_alike_as_a_whole():
    known = library(tokens("aaaabcdefghijkl = 1\nzzzzbcdefghijkl = 2\n"))
    assert lines(known, "zzzzbcdefghijkl =", [0]) == [(" 2", 1)]


def test_what_is_written_begins_what_is_quoted():
    known = library(tokens("x = one\nx = two\nx = o\n"))
    assert lines(known, "x =", [0], b" o") == [(" one", 1), (" o", 1)]
    assert lines(known, "x =", [0], b" on") == [(" one", 1)]
