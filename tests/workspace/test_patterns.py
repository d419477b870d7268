"""Patterns match what the library says, and in a time that no pattern makes long."""

import random
import re
import time
import warnings

import pytest
from pathspec import GitIgnoreSpec

from lacuna.workspace import patterns
from tests.campaign import seeds

PARTS = ("a", "b", "*", "?", "[ab]", "[b-z]", "**", ".", "\\*", "\\[")
CLASSES = ("[[:alpha:]", "[[a]", "[]-]", "[]a]", "[+--]", "[--.]", "[a&&b]", "[a||b]", "[~~]", "[\\]", "[[-\\]")
"""None has a slash, which the library lets a class match."""


def drawn(draw: random.Random) -> tuple[str, list[str]]:
    """A pattern, and paths that it may match."""
    parts = PARTS + draw.choice((CLASSES, ()))
    segments = ("**" if draw.random() < 0.25 else "".join(draw.choices(parts, k=draw.randint(1, 4))) for _ in range(4))
    pattern = "/".join(list(segments)[: draw.randint(1, 4)])
    names = ["/".join("".join(draw.choices("aab.*[]\\-&", k=draw.randint(1, 4))) for _ in range(3)) for _ in range(12)]
    paths = [name[draw.randrange(len(name)) :].lstrip("/") + draw.choice(("", "/")) for name in names]
    return draw.choice(("", "", "/", "!")) + pattern + draw.choice(("", "", "/")), paths


@seeds(3)
def test_what_is_linear_matches_what_the_library_does(seed: int):
    draw, compared = random.Random(seed), 0  # noqa: S311 -- a draw that can be repeated
    for _ in range(500):
        pattern, paths = drawn(draw)
        try:
            with warnings.catch_warnings(action="ignore"):  # those of the library's own expression
                expected = GitIgnoreSpec.from_lines([pattern])
        except (ValueError, re.error):
            continue
        found = patterns.of([pattern])
        for path in paths:
            assert found.check_file(path).include == expected.check_file(path).include, (pattern, path)
            compared += 1
    assert compared > 5_000


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 9 + "*b", "a" * 40 + ".py"),
        ("*a" * 2_000 + "*b", "a" * 255),
        ("?*" * 2_000 + "b", "a" * 255),
        ("*[ab]" * 800 + "c", "a" * 255),
        ("a**" * 1_000 + "b", "a" * 255),
        ("**/a/" * 7 + "b", "a/" * 30 + "c.py"),
        ("**/a/" * 800 + "b", "a/" * 2_000 + "c.py"),
        ("**/*a*a/" * 500 + "b", "aaaaaaa/" * 500 + "c.py"),
        ("*a*a*/**/" * 400 + "b", "aaaaaaa/" * 500 + "c.py"),
        ("**/" + "*a" * 40 + "*b/**/" + "*a" * 40 + "*b", ("a" * 200 + "/") * 20 + "c.py"),
    ],
    ids=lambda text: f"{text[:20]}.. ({len(text)})",
)
def test_no_pattern_takes_long(pattern: str, path: str):
    spec = patterns.of([pattern])
    began = time.process_time()
    assert spec.check_file(path).include is None
    assert time.process_time() - began < 1


@pytest.mark.parametrize("pattern", ["!", "[z-a]", "a\\", "a" * 5_000], ids=["empty", "range", "escape", "long"])
def test_what_cannot_be_read_is_refused_or_left_out(pattern: str):
    with pytest.raises(ValueError, match=r"^"):
        patterns.of(["a", pattern])
    assert [patterns.readable(["a", pattern]).match_file(path) for path in ("a", "b")] == [True, False]


def test_no_class_is_warned_of():
    """Warnings are errors here, as everywhere in the tests."""
    for inner in ("[", "[:alpha:", "+--", "a-z--9", "&&", "||", "~~", "!--", "^[", "!]["):
        spec = patterns.of([f"[{inner}]b"])
        assert not spec.match_file("/b")
        assert spec.match_file(f"{'x' if inner[0] in '!^' else inner[0]}b")


def test_longer_lists_are_refused_but_comments_are_no_patterns():
    lines = [f"a{n}" for n in range(patterns.MOST)]
    assert patterns.of([*lines, "# a", ""]).match_file(lines[-1])
    for read in (patterns.of, patterns.readable):
        with pytest.raises(patterns.TooManyError):
            read([*lines, "one more"])
        with pytest.raises(patterns.TooManyError):
            read(["*a" * 1_000] * 40)
