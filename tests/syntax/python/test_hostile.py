"""Text that would take a compiler down ends in an answer."""

import threading

import pytest

from lacuna.syntax.python.gate import PythonGate
from lacuna.syntax.spans import Span

HOSTILE = {
    "brackets": "x = " + "(" * 5_000,
    "brackets that close": "x = " + "(" * 3_000 + ")" * 3_000,
    "minus signs": "x = " + "-" * 100_000 + "1",
    "a few minus signs": "x = " + "-" * 5_000 + "1",
    "members": "x = a" + ".b" * 5_000,
    "calls": "x = a" + "()" * 5_000,
    "sums": "x = 1" + "+1" * 5_000,
    "conditions": "\n".join(" " * i + "if x:" for i in range(200)),
    "null bytes": "x = 'a\0b'",
    "a lone surrogate": "x = '\ud800'",
    "a lone surrogate as a name": "x = \ud800",
    "a long line": "x = '" + "a" * 1_000_000 + "'",
    "a long name": "a" * 1_000_000,
    "commas": "x = " + "a," * 50_000,
    "decorators": "@a\n" * 50_000,
    "headers": "def f():\n" * 20_000,
    "tries": "try:\n" * 20_000,
    "quotes": "'\"" * 50_000,
    "fences": '"""\n' * 10_000,
    "formats": "x = f'" + "{f'" * 200,
    "a large number": "x = " + "9" * 5_000,
    "a power": "x = 9 ** 9 ** 9",
    "a repetition": "x = 'a' * 10 ** 10",
    "a shift": "x = 1 << 10 ** 10",
    "markers": "<<<<<<<\n" * 20_000,
    "returns": "\r" * 100_000,
    "backslashes": "\\" * 100_000,
    "blanks": " " * 200_000,
}


def _is_told_of(text):
    for before, behind in ((text + "\n", ""), ("", "\n" + text), ("def f(a):\n    ", "\n" + text)):
        PythonGate(before + behind, (Span(len(before), len(before)),), (3, 9)).faults(("return b",), is_brief=False)
    PythonGate("def f(a):\n    \n", (Span(14, 14),), None).faults((text,), is_brief=False)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_ends_in_an_answer(text):
    _is_told_of(text)


def test_hostile_text_ends_in_an_answer_on_a_small_stack():
    ended = []

    def tell():
        for text in HOSTILE.values():
            if len(text) < 50_000:
                _is_told_of(text)
        ended.append(True)

    usual = threading.stack_size(1024 * 1024)
    try:
        thread = threading.Thread(target=tell)
        thread.start()
    finally:
        threading.stack_size(usual)
    thread.join()
    assert ended
