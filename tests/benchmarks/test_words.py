"""Buffer words: the nearest words that go on as the one before the cursor; `|` is the cursor."""

import pytest

from lacuna.benchmarks.evaluation.baselines.words import menu


@pytest.mark.parametrize(
    ("marked", "rests"),
    [
        ("counter = 1\nco|", ("unter",)),
        ("counter = 1\ncolumn = 2\nco|", ("lumn", "unter")),
        ("column\nco|\n\n\ncounter", ("lumn", "unter")),
        ("column\n\n\n\nco|\ncounter", ("unter", "lumn")),
        ("column co| colour", ("lumn", "lour")),
        ("column counter counter column colour co|", ("lour", "lumn", "unter")),
        ("cow cop con cog co|", ("g", "n", "p")),
        ("counter = 1\nco|unter", ()),
        ("counter = 1\nx = |", ()),
        ("discounter = 1\nco|", ()),
        ("co = 1\nco|", ()),
        ("12345 12|", ()),
    ],
    ids=ascii,
)
def test_the_nearest_words_go_on(marked, rests):
    assert menu(marked.replace("|", ""), marked.index("|")) == rests
