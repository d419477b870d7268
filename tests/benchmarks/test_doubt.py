"""Planted wrong tokens: what is planted where, and how it ranks among the tokens of its function."""

from pathlib import Path

import pytest

from lacuna.benchmarks.evaluation import doubt
from lacuna.syntax.spans import Span
from tests.infill.scripted import Scripted

TEXT = '''def total(prices, tax):
    """Add prices, tax included."""
    result = 0
    for price in prices:
        result += price * tax
    return result
'''


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    found = []
    for name in ("a.py", "b.py", "d.py"):
        found.append(tmp_path / name)
        found[-1].write_text("def broken(:\n" if name == "d.py" else TEXT)
    return found


def test_one_token_of_a_function_is_another_of_its_kind(files: list[Path]):
    told = set()
    for seed in range(120):
        planted = doubt.planted(files, 10, seed)
        assert [Path(one.file).name for one in planted] in (["a.py", "b.py"], ["b.py", "a.py"])
        for one in planted:
            wrong = one.text[one.wrong.start : one.wrong.end]
            assert wrong != one.right
            assert one.text[: one.wrong.start] + one.right + one.text[one.wrong.end :] == TEXT
            assert one.body.start <= one.wrong.start
            assert one.wrong.end <= one.body.end
            told.add((one.right, wrong))
    assert {("+=", "-="), ("*", "/"), ("0", "1"), ("price", "tax")} <= told
    assert not {right for right, _ in told} & {"Add", "for", "return", "total"}
    assert doubt.planted(files, 1, 3) == doubt.planted(files, 1, 3)


def test_the_rank_counts_what_is_doubted_more():
    wrong = TEXT.index("*")
    body = Span(TEXT.index('"""'), len(TEXT) - 1)
    one = doubt.Planted("a.py", TEXT, body, Span(wrong, wrong + 1), "/")
    for belonging, before in (({"*": 0.1}, 0), ({"*": 0.2, "0": 0.1}, 1), ({"*": 0.2, "+": 0.1, "0": 0.1}, 2)):
        rank, tokens = doubt.rank(Scripted(lambda _: {}, belonging=belonging), one)
        assert rank == before
        assert tokens > 60


def test_shares_are_of_functions():
    planted = doubt.Planted("a.py", TEXT, Span(0, 9), Span(0, 1), "x")
    found = doubt.report([planted] * 4, [(0, 10), (1, 20), (2, 30), (9, 40)], 0)
    assert (found.functions, found.tokens) == (4, 25.0)
    assert {count: share.value for count, share in found.among.items()} == {1: 0.25, 3: 0.75}
    assert '"functions": 4' in doubt.to_json(found)
