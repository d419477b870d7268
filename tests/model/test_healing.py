"""Where holes begin in tokens: at the piece that the cursor cuts or follows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.model.chunked.healing import healed
from lacuna.syntax.spans import Span


@pytest.mark.parametrize(
    ("head", "beginning"),
    [
        pytest.param("", "", id="an empty text"),
        pytest.param("    ", "", id="indentation"),
        pytest.param("    ret", "ret", id="within a word"),
        pytest.param("x = ", " ", id="after a space"),
        pytest.param("x = foo(", "(", id="after a bracket"),
        pytest.param("self._na", "_na", id="the last word of a name"),
        pytest.param("range(10", "10", id="within a number"),
        pytest.param("a\nb", "b", id="not beyond the line"),
        pytest.param("a\n", "", id="at a line's start"),
        pytest.param('s = "é😀', "é😀", id="what is not ASCII"),
        pytest.param("-" * 99, "", id="a long piece is left as it is"),
    ],
)
def test_the_beginning(head, beginning):
    text = head + "tail\n"
    (span,) = healed(text, [Span(len(head), len(head) + 2)])
    assert text[span.start : len(head)] == beginning
    assert span.end == len(head) + 2


@given(st.text(alphabet="ab_ (=\n\t1é😀", max_size=40), st.data())
def test_spans_stay_sorted_disjoint_and_of_the_same_ends(text, data):
    bounds = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4)))
    spans = [Span(*bounds[:2]), Span(*bounds[2:])]
    grown = healed(text, spans)
    assert [span.end for span in grown] == [span.end for span in spans]
    assert all(0 <= new.start <= old.start for new, old in zip(grown, spans, strict=True))
    assert grown[0].end <= grown[1].start
    assert not any("\n" in text[new.start : old.start] for new, old in zip(grown, spans, strict=True))
