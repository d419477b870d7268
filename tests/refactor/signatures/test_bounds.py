"""Trees that are large, or hostile, cost little."""

import time

import pytest

from tests.refactor.signatures import trees

DEFINED = "def f(a, b):\n    return a - b\n"
CHANGED = "def f(b, a):\n    return a - b\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("f(1, 2\n", id="does not parse"),
        pytest.param("x = " + "-" * 50_000 + "1\nf(1, 2)\n", id="nested too deep"),
        pytest.param("f\0(1, 2)\n", id="null byte"),
        pytest.param("\ud800 = f(1, 2)\n", id="lone surrogate"),
    ],
)
def test_what_cannot_be_read_is_left_out_with_a_reason(text: str):
    adapting = trees.rule({"m.py": DEFINED, "x.py": text}, {"m.py": CHANGED, "x.py": text})
    reason = "x.py:1: Python does not take this file, and it may have calls of what changed"
    assert list(trees.reasons("x.py", text, trees.sketches(adapting, "x.py", text))) == [reason]
    assert not trees.rule({"m.py": DEFINED}, {"m.py": text}).tree.changes
    assert not trees.rule({"m.py": text}, {"m.py": CHANGED}).tree.changes


def test_nothing_is_said_of_a_file_without_a_word_that_changed():
    adapting = trees.rule({"m.py": DEFINED, "x.py": "g(1, 2\n"}, {"m.py": CHANGED, "x.py": "g(1, 2\n"})
    assert trees.sketches(adapting, "x.py", "g(1, 2\n") == []


@pytest.mark.slow
def test_a_thousand_changes_are_followed_in_seconds():
    def module(number: int, parameters: str) -> str:
        methods = "".join(
            f"    def m{number}_{n}(self, {parameters}):\n        return a - b - {n}\n\n" for n in range(10)
        )
        return f"class C{number}:\n{methods}"

    old = {f"p/m{n}.py": module(n, "a, b") for n in range(100)}
    new = {f"p/m{n}.py": module(n, "b, a") for n in range(100)}
    uses = {
        f"p/use{n}.py": f"from p.m{n % 100} import C{n % 100}\n\n" + f"C{n % 100}().m{n % 100}_3(1, 2)\n" * 20
        for n in range(300)
    }
    began = time.process_time()
    adapting = trees.rule(old | uses, new | uses)
    assert len(adapting.tree.changes.calls) == 1000
    for path, text in uses.items():
        assert trees.written(text, trees.sketches(adapting, path, text)) == text.replace("(1, 2)", "(2, 1)")
    assert time.process_time() - began < 20
