"""Templates: how they are read and filled, and that what they leave alone is not written."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lacuna.refactor.rule import Hole
from lacuna.refactor.template import Copied, minimal, template_of
from lacuna.syntax.errors import UsageError
from lacuna.syntax.spans import Span


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        pytest.param("", (), id="nothing"),
        pytest.param("log.⟦…⟧(⟦hole⟧)", ("log.", Hole(), "(", Copied("hole"), ")"), id="a blank and a capture"),
        pytest.param("⟦…level⟧⟦hole.a⟧", (Hole("level"), Copied("hole.a")), id="with names"),
    ],
)
def test_a_template_is_text_blanks_and_captures(text, tokens):
    assert template_of(text).tokens == tokens


@pytest.mark.parametrize("text", ["a ⟦", "a ⟧", "⟦a b⟧", "⟦⟧", "⟦…⟧⟧", "⟦⟦…⟧⟧"])
def test_a_bracket_that_holds_no_name_is_told(text):
    with pytest.raises(UsageError, match=r"^The template .* breaks at '[⟦⟧]"):
        template_of(text)


def test_later_lines_are_indented_as_the_holes_line_and_captures_are_not():
    template = template_of("if x:\n    ⟦hole⟧\n\n⟦gone⟧end⟦indent⟧")
    assert template.filled({"hole": "a(\nb)"}, "\t") == ("if x:\n\t    ", "a(\nb)", "\n\n\t", "", "end", "\t")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("a", ("a: ", Hole()), (1, 1, (": ", Hole())), id="an insertion behind"),
        pytest.param(":", (" ", Hole(), ":"), (0, 0, (" ", Hole())), id="an insertion before"),
        pytest.param("a=1", ("a: ", Hole(), " = 1"), (1, 2, (": ", Hole(), " = ")), id="both ends stay"),
        pytest.param("print(x)", ("log.", Hole(), "(x)"), (0, 5, ("log.", Hole())), id="another word"),
        pytest.param("isdir(x)", ("is_dir(x)",), (0, 5, ("is_dir",)), id="no word is cut at its start"),
        pytest.param("hexists", ("exists",), (0, 7, ("exists",)), id="nor at its end"),
        pytest.param("aba", ("aba", "ba"), (0, 3, ("ababa",)), id="ends that overlap in a word"),
        pytest.param("(a)", ("(a)", "(a)"), (3, 3, ("(a)",)), id="ends that overlap"),
        pytest.param("a\r\nb", ("a\nb\nc",), (4, 4, ("\nc",)), id="a line end of two characters is one"),
        pytest.param("a\r\n b", (Hole(), "\n b"), (0, 1, (Hole(),)), id="and so from behind"),
        pytest.param("a", ("a(\r\nb)",), (1, 1, ("(\nb)",)), id="line ends become the plan's"),
        pytest.param("a + b", (), (0, 5, ()), id="all goes"),
        pytest.param("", (Hole(),), (0, 0, (Hole(),)), id="all comes"),
    ],
)
def test_what_stays_at_both_ends_is_not_written(old, new, expected):
    found = minimal(old, Span(0, len(old)), new)
    assert found is not None
    assert (found.span.start, found.span.end, found.pieces) == expected


@pytest.mark.parametrize("text", ["", "a", "a\r\nb"])
def test_what_stays_altogether_is_no_replacement(text):
    assert minimal(text, Span(0, len(text)), (text.replace("\r\n", "\n"),)) is None


TEXTS = st.text(st.sampled_from("ab .\n"), max_size=6)


@given(TEXTS, TEXTS, st.lists(TEXTS | st.just(Hole()), max_size=4))
@example(". ", "a", ["a", Hole(), "a"])
def test_what_is_left_says_the_same(before, old, pieces):
    text, span = before + old + before, Span(len(before), len(before) + len(old))
    found = minimal(text, span, pieces)

    def joined(parts):
        return "".join("⟦⟧" if isinstance(part, Hole) else part for part in parts)

    whole = text[: span.start] + joined(pieces) + text[span.end :]
    if found is None:
        assert whole == text
        return
    assert span.start <= found.span.start <= found.span.end <= span.end
    assert text[: found.span.start] + joined(found.pieces) + text[found.span.end :] == whole
    for offset in (found.span.start, found.span.end):
        assert offset in (span.start, span.end) or not re.fullmatch(r"\w\w", text[offset - 1 : offset + 1])
