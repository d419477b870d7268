"""What a whole text has become: only what was not wrong before is told."""

import pytest

from lacuna.syntax.gate import judge_of
from lacuna.syntax.languages.registry import PYTHON

BEFORE = "import os\n\n\ndef f(a):\n    return a + unknown\n"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param("a + unknown", "a * unknown", (), id="nothing new is wrong"),
        pytest.param("a + unknown", "a + other", ("other is not bound here",), id="a name that nothing binds"),
        pytest.param("import os", "", (), id="what nobody reads need not be bound"),
        pytest.param("f(a)", "f(b)", ("a is not bound here",), id="what bound a name is gone"),
        pytest.param("return a", "return )", ("unmatched",), id="the compiler refuses it"),
        pytest.param("return a +", "return a + await", ("'await' outside async function",), id="so late, too"),
        pytest.param("return a", "assert (a, 'b')\n    return a", ("assertion is always true",), id="it cannot work"),
        pytest.param("import os", "import os\n\ndef f(): ...", ("f is defined twice",), id="something comes twice"),
    ],
)
def test_only_what_is_new_is_told(old: str, new: str, words: tuple[str, ...]) -> None:
    judge = judge_of(PYTHON)
    assert judge
    faults = judge(BEFORE, None).faults(BEFORE.replace(old, new), [(old, new)])
    assert faults is not None
    assert len(faults) == len(words)
    assert all(part in fault.words for fault, part in zip(faults, words, strict=True))


def test_of_what_the_compiler_does_not_take_anyway_nothing_is_told() -> None:
    judge = judge_of(PYTHON)
    assert judge
    assert judge("print 'x'\n", None).faults("print 'y'\n", [("x", "y")]) is None
    assert judge("x = 1\n", None).faults("x = " + "-" * 100_000 + "1\n", [("1", "-1")]) is None


@pytest.mark.parametrize(
    ("line", "count"),
    [("from os import *", 0), ('"""Try\n    from os import *\n"""', 1)],
    ids=["any name may be imported", "an example imports nothing"],
)
def test_what_imports_all_names_may_bind_any(line: str, count: int) -> None:
    judge = judge_of(PYTHON)
    assert judge
    faults = judge(f"{line}\nx = 1\n", None).faults(f"{line}\nx = other\n", [("1", "other")])
    assert faults is not None
    assert len(faults) == count
