"""Buffer words: the nearest word that goes on as the one before the cursor; `|` is the cursor."""

import pytest

from lacuna.benchmarks.evaluation.baselines.words import offered


@pytest.mark.parametrize(
    ("marked", "rest"),
    [
        ("counter = 1\nco|", "unter"),
        ("counter = 1\ncolumn = 2\nco|", "lumn"),
        ("column\nco|\n\n\ncounter", "lumn"),
        ("column\n\n\n\nco|\ncounter", "unter"),
        ("column co| colour", "lumn"),
        ("counter = 1\nco|unter", ""),
        ("counter = 1\nx = |", ""),
        ("discounter = 1\nco|", ""),
        ("co = 1\nco|", ""),
        ("12345 12|", ""),
    ],
    ids=ascii,
)
def test_the_nearest_word_goes_on(marked, rest):
    assert offered(marked.replace("|", ""), marked.index("|")) == rest
