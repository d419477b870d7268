"""What can be known to be wrong with an answer without running it; `‸` is where it goes."""

import random
import sys
import threading
from pathlib import Path

import pytest

from lacuna.syntax.gate import FaultKind, gate_of
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.python.gate import PythonGate
from lacuna.syntax.spans import Span

REFUSED, UNBOUND, REBOUND = FaultKind.REFUSED, FaultKind.UNBOUND, FaultKind.REBOUND
FOREIGN, BODILESS, WRONG = FaultKind.FOREIGN, FaultKind.BODILESS, FaultKind.WRONG


def gate_at(marked, oldest=None):
    pieces = marked.split("‸")
    offsets = [len("".join(pieces[: i + 1])) for i in range(len(pieces) - 1)]
    return PythonGate("".join(pieces), tuple(Span(offset, offset) for offset in offsets), oldest)


def kinds(marked, *answers, oldest=None):
    return {fault.kind for fault in gate_at(marked, oldest).faults(answers, is_brief=False)}


def test_python_has_this_gate():
    assert gate_of(PYTHON) is PythonGate


FUNCTION = "def f(a, b):\n    ‸\n"
METHOD = "class A:\n    def f(self, a):\n        ‸\n\n    def g(self):\n        return 1\n"
LOOP = "def f(a):\n    for x in a:\n        ‸\n"
REFUSALS = {
    "a keyword repeated": ("f(a=1, ‸)\n", "a=2"),
    "a keyword repeated below": ("f(\n    ‸\n    a=1,\n)\n", "a=2,"),
    "a keyword repeated in an open call": ("f(a=1, ‸", "a=2"),
    "a positional argument behind a keyword": ("f(a=1, ‸)\n", "2"),
    "a positional argument behind a mapping": ("f(**a, ‸)\n", "2"),
    "a sequence behind a mapping": ("f(**a, ‸)\n", "*a"),
    "a parameter twice": ("def f(a, ‸):\n    pass\n", "a"),
    "a parameter of a lambda twice": ("f = lambda a, ‸: 1\n", "a"),
    "a parameter without a default behind one with": ("def f(a=1, ‸):\n    pass\n", "b"),
    "a parameter behind the mapping": ("def f(**a, ‸):\n    pass\n", "b"),
    "a second star": ("def f(*a, ‸):\n    pass\n", "*b"),
    "a bare star at the end": ("def f(a, ‸):\n    pass\n", "*"),
    "await outside a coroutine": (FUNCTION, "return await a"),
    "async for outside a coroutine": (FUNCTION, "async for x in a:\n        pass"),
    "async with outside a coroutine": (FUNCTION, "async with a:\n        pass"),
    "an asynchronous comprehension outside a coroutine": (FUNCTION, "return [x async for x in a]"),
    "await in a module": ("x = 1\n‸\n", "await f()"),
    "await in a class": ("class A:\n    x = 1\n    ‸\n", "y = await f()"),
    "yield from in a coroutine": ("async def f(a):\n    ‸\n", "yield from a"),
    "return in a module": ("x = 1\n‸\n", "return x"),
    "return in a class": ("class A:\n    x = 1\n    ‸\n", "return x"),
    "return under a condition of a module": ("if x:\n    ‸\n", "return x"),
    "yield in a module": ("x = 1\n‸\n", "yield x"),
    "yield in a class": ("class A:\n    x = 1\n    ‸\n", "yield x"),
    "break outside a loop": (FUNCTION, "break"),
    "continue outside a loop": (FUNCTION, "continue"),
    "break in a function in a loop": ("for x in a:\n    def f():\n        ‸\n", "break"),
    "break behind a loop": ("for x in a:\n    f()\n‸\n", "break"),
    "nonlocal in a module": ("x = 1\n‸\n", "nonlocal x"),
    "nonlocal without a binding": (FUNCTION, "nonlocal c"),
    "a parameter that is nonlocal": (FUNCTION, "nonlocal a"),
    "a parameter that is global": (FUNCTION, "global a"),
    "global behind a use": ("def f():\n    print(x)\n    ‸\n", "global x"),
    "a use before global": ("def f():\n    ‸\n    global x\n", "x = 1"),
    "global and nonlocal": ("def f():\n    x = 1\n    def g():\n        global x\n        ‸\n", "nonlocal x"),
    "a literal as a target": ("x = 1\n‸\n", "1 = x"),
    "a call as a target": ("x = 1\n‸\n", "f() = x"),
    "a call that is added to": ("x = 1\n‸\n", "f() += x"),
    "None as a target": ("x = 1\n‸\n", "None = x"),
    "a call that is deleted": ("x = 1\n‸\n", "del f()"),
    "two stars in targets": ("‸\n", "*a, *b = f()"),
    "a star by itself": ("x = ‸\n", "*a"),
    "a walrus by itself": ("‸\n", "x := 1"),
    "an iterable bound by a walrus": ("x = ‸\n", "[a := 1 for b in (a := c)]"),
    "a number with an old octal": ("x = ‸\n", "012"),
    "a name right behind a number": ("x = ‸\n", "1abc"),
    "bytes beyond ASCII": ("x = ‸\n", "b'ä'"),
    "an escape that is cut": ("x = ‸\n", r"'\x1'"),
    "a name without a character": ("x = ‸\n", r"'\N{no such character}'"),
    "bytes and text side by side": ("x = ‸\n", "b'a' 'b'"),
    "an empty value in a string": ("x = ‸\n", "f'{}'"),
    "a lone brace in a string": ("x = ‸\n", "f'}'"),
    "an import of the future below": ("import a\nx = 1\n‸\n", "from __future__ import annotations"),
    "a future that is none": ("‸\nimport a\n", "from __future__ import braces"),
    "a wildcard in a function": (FUNCTION, "from a import *"),
    "a name bound twice in a pattern": ("match x:\n    case ‸:\n        pass\n", "[a, a]"),
    "a bracket closed that is not open": ("x = (1\n‸", ")]"),
    "a bracket closed by another": ("x = f(a, ‸", "b]"),
    "in a method": (METHOD, "return await a"),
    "in the last of several lines": (FUNCTION, "x = 1\n    if x:\n        break"),
    "a comparison as a keyword": ("f(‸)\n", "a == 1 = 2"),
    "an argument behind a bare comprehension": ("f(‸)\n", "x for x in a, 1"),
    "a keyword as a name": ("x = ‸\n", "y.class"),
}


@pytest.mark.parametrize(("marked", "answer"), REFUSALS.values(), ids=REFUSALS.keys())
def test_the_compiler_refuses(marked, answer):
    assert REFUSED in kinds(marked, answer)


ACCEPTED = {
    "a keyword behind a sequence": ("f(*a, ‸)\n", "b=1"),
    "an argument behind a sequence": ("f(*a, ‸)\n", "b"),
    "a sequence behind a keyword": ("f(a=1, ‸)\n", "*b"),
    "a keyword behind a mapping": ("f(**a, ‸)\n", "b=1"),
    "parameters by place and by name": ("def f(a, /, b, *, ‸):\n    pass\n", "c, d=1"),
    "await in a coroutine": ("async def f(a):\n    ‸\n", "return await a"),
    "await in a nested coroutine": ("def f(a):\n    async def g():\n        ‸\n    return g\n", "await a"),
    "an asynchronous loop": ("async def f(a):\n    ‸\n", "async for x in a:\n        pass"),
    "an asynchronous comprehension": ("async def f(a):\n    ‸\n", "return [x async for x in a]"),
    "break in a loop": (LOOP, "break"),
    "continue in a try in a loop": ("for x in a:\n    try:\n        ‸\n    finally:\n        f()\n", "continue"),
    "return in a class's function": ("class A:\n    def f(self):\n        ‸\n", "return 1"),
    "global above a use": ("def f():\n    ‸\n    x = 1\n", "global x"),
    "nonlocal of an outer function": ("def f():\n    x = 1\n    def g():\n        ‸\n        x = 2\n", "nonlocal x"),
    "an import of the future on top": ('"""So."""\n‸\nimport a\n', "from __future__ import annotations"),
    "a comment": (FUNCTION, "# so"),
    "half of an open call": ("def f(a):\n    return a.f(‸", "a, "),
    "half of an open string": ("x = f('‸", "abc"),
    "half of a long string": ('def f():\n    """‸', "Do so."),
    "half of a table": ("x = {\n    ‸", "'a': 1,"),
    "half of a condition of several lines": ("def f(a):\n    return a and (‸", "f(a) or"),
    "half of an import": ("‸", "from a import ("),
    "half of a type": ("def f(a) -> ‸", "tuple["),
    "a header at the end": ("def f(a):\n    ‸", "for x in a:"),
    "half of a header at the end": ("def f(a):\n    ‸", "if a"),
    "a try at the end": ("def f(a):\n    ‸", "try:"),
    "a line in a try at the end": ("def f(a):\n    try:\n        ‸", "return a.b"),
    "a line in two tries at the end": ("def f(a):\n    try:\n        a()\n        try:\n            ‸", "return a.b"),
    "a line in a loop in a try at the end": ("try:\n    for a in b():\n        ‸", "a()"),
    "a decorator": ("class A:\n    ‸\n    def f(self):\n        pass\n", "@property"),
    "an argument in a decorator": ("@f(\n    ‸\n)\nclass A:\n    x = 1\n", "a=1,"),
    "a decorator at the end": ("import a\n\n‸", "@a.b(1)"),
    "a bracket that the text left open": ("def f(a:\n    ‸\n", "return a"),
    "an indented line in a string": ("x = '''\n‸\n'''\n", "   return ("),
    "an end of a long string": ('"""\nSo.\n‸\n\nx = 1\n', '"""'),
    "a long string among long strings": ('a = 1\n"""On a."""\n\nb = 2\n‸On b."""\n\nc = 3\n"""On c."""\n', '"""'),
    "an else": ("if x:\n    f()\n‸\n    g()\n", "else:"),
    "rest of an else": ("if a():\n    b = 1\nel‸:\n    b = 2\n", "se"),
    "an except": ("try:\n    f()\n‸\n    g()\n", "except OSError:"),
    "a header above its body": ("def f(a):\n    ‸\n        g()\n\ndef g(): pass\n", "for x in a:"),
    "a definition's header above its body": ("class A:\n    ‸\n        return 1\n", "def f(self):"),
    "a match": ("def f(a):\n    ‸\n", "match a:\n        case [x, *rest] if x:\n            return rest\n"),
    "in a class in a block": ("with a():\n    class B(C):\n        ‸\n", "pass"),
    "in a method below decorators of several lines": (
        "class A(B):\n    @p(\n        (1, 2)\n    )\n    def f(self, a):\n        ‸\n",
        "self.f(a)",
    ),
}


@pytest.mark.parametrize(("marked", "answer"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_the_compiler_does_not_refuse(marked, answer):
    assert REFUSED not in kinds(marked, answer)


MATCH = "match a:\n        case 1:\n            pass"
QUOTES = "def f(a):\n    return ‸\n", "f'{a['b']}'"


@pytest.mark.parametrize(
    ("marked", "answer", "oldest", "is_refused"),
    [
        pytest.param(*QUOTES, (3, 11), True, id="the quote of a string in it, for an old Python"),
        pytest.param(*QUOTES, (3, 12), False, id="the same for a newer one"),
        pytest.param(QUOTES[0], "f'{a[\"b\"]}'", (3, 11), False, id="another quote"),
        pytest.param("‸\n", "type A = int", (3, 12), False, id="a newer statement"),
        pytest.param("‸\n", "type A = int", (3, 11), True, id="a newer statement for an old Python"),
        pytest.param("‸\n", "type A = int", None, False, id="a newer statement for any Python"),
        pytest.param("def f‸(a):\n    return a\n", "[T]", None, False, id="newer parameters for any Python"),
        pytest.param("def f‸(a):\n    return a\n", "[T]", (3, 9), True, id="newer parameters for an old Python"),
        pytest.param("def f[T](a: T) -> ‸:\n    pass\n", "T", None, False, id="behind newer parameters for any Python"),
        pytest.param("x = ‸\n", "(y := 1)", (3, 7), True, id="a walrus for an old Python"),
        pytest.param("x = ‸\n", "(y := 1)", (3, 8), False, id="a walrus"),
        pytest.param("def f(a, ‸):\n    return a\n", "/", (3, 7), True, id="parameters by place for an old Python"),
        pytest.param(FUNCTION, MATCH, (3, 9), True, id="match for an old Python"),
        pytest.param(FUNCTION, MATCH, None, False, id="match for any Python"),
        pytest.param("match = 1\nx = ‸\n", "match", (3, 9), False, id="a name that is a newer keyword"),
        pytest.param("x = ‸\n", "f(a=1, a=2)", (4, 0), True, id="what no Python takes, for one that is not there"),
    ],
)
def test_versions(marked, answer, oldest, is_refused):
    assert (REFUSED in kinds(marked, answer, oldest=oldest)) is is_refused


def test_quotes_in_a_string_count_by_the_servers_python_where_no_project_says_which():
    assert (REFUSED in kinds(*QUOTES)) is (sys.version_info < (3, 12))


BROKEN = "def g(\n    return (\n"
METHODS = "class A:\n    def f(self, a):\n        ‸\n\n    def g(self):\n        return ((\n"


@pytest.mark.parametrize(
    ("marked", "answer", "expected"),
    [
        pytest.param(FUNCTION + "\n" + BROKEN, "return await a", {REFUSED}, id="below"),
        pytest.param(BROKEN + "\n" + FUNCTION, "return await a", {REFUSED}, id="above"),
        pytest.param(METHODS, "return await a", {REFUSED}, id="a method beside it"),
        pytest.param("class B:\n    x = (\n\n" + METHOD, "return await a", {REFUSED}, id="another class"),
        pytest.param(FUNCTION + "\n" + BROKEN, "return c", {UNBOUND}, id="a name, below"),
        pytest.param(METHODS, "return c", {UNBOUND}, id="a name, in a method beside it"),
        pytest.param(FUNCTION + "\n" + BROKEN, "return a", set(), id="nothing is wrong, below"),
        pytest.param(METHODS, "return self.g(a)", set(), id="nothing is wrong, in a method beside it"),
        pytest.param("def f(a):\n    ‸\n    return ((\n", "return c", set(), id="about it"),
    ],
)
def test_what_is_broken_elsewhere(marked, answer, expected):
    assert kinds(marked, answer) == expected


IN_CLASS = "class A:\n    size = 1\n\n    def f(self):\n        return ‸\n"
UNBOUND_NAMES = {
    "nowhere": (FUNCTION, "return c"),
    "in another function": ("def g():\n    c = 1\n    return c\n\n" + FUNCTION, "return c"),
    "in another method": ("class A:\n    def g(self):\n        c = 1\n\n    def f(self):\n        return ‸\n", "c"),
    "in a function within": ("def f():\n    def g():\n        c = 1\n        return c\n    return ‸\n", "c"),
    "in its class": (IN_CLASS, "size"),
    "a parameter of another function": ("def g(c):\n    return c\n\n" + FUNCTION, "return c"),
    "in a comprehension": ("def f(a):\n    b = [c for c in a]\n    return ‸\n", "c"),
    "in a lambda": ("def f(a):\n    b = lambda c: c\n    return ‸\n", "c"),
    "in a module": ("x = 1\ny = ‸\n", "z"),
    "in a module, but of a function": ("def f():\n    z = 1\n    return z\n\ny = ‸\n", "z"),
    "as a member alone": ("import a\n\ny = a.z\nx = ‸\n", "z"),
    "as a keyword alone": ("y = f(z=1)\ndef f(z): pass\nx = ‸\n", "z"),
    "in a string alone": ("y = 'z'\nx = ‸\n", "z"),
    "in an argument": ("def f(a):\n    return a(‸)\n", "c"),
    "in a condition": ("def f(a):\n    if ‸:\n        return a\n", "c"),
    "in a call of one": (FUNCTION, "c(a)"),
    "in a string's value": (FUNCTION, "return f'{c}'"),
    "a decorator": ("import a\n\n‸\ndef f():\n    pass\n", "@b"),
    "a base": ("class A(‸):\n    pass\n", "B"),
    "a type": ("def f(a: ‸):\n    pass\n", "B"),
    "an exception": ("try:\n    f()\nexcept ‸:\n    pass\ndef f(): pass\n", "BError"),
    "at the end of a file": ("def f(a):\n    ‸", "return c"),
    "in an open call at the end of a file": ("def f(a):\n    return a.b(a, ‸", "c"),
    "a name of an exception behind its handler, in a default": (
        "def f(a):\n    return a\n\ndef g(b=‸):\n    return b\n",
        "a",
    ),
    "a global that nothing binds": ("def f():\n    global c\n    return ‸\n", "d"),
    "the first of its own": (FUNCTION, "c += b\n    d = c1"),
}


@pytest.mark.parametrize(("marked", "answer"), UNBOUND_NAMES.values(), ids=UNBOUND_NAMES.keys())
def test_a_name_is_bound_nowhere(marked, answer):
    assert UNBOUND in kinds(marked, answer)


CAPTURES = "def f(a):\n    match a:\n        case {'x': x, **rest}:\n            return ‸\n"
BOUND_NAMES = {
    "by the answer": (FUNCTION, "c = a\n    return c"),
    "by a parameter": (FUNCTION, "return a"),
    "by a parameter with a star": ("def f(*args, **options):\n    return ‸\n", "args, options"),
    "by the outer function": ("def f(a):\n    c = 1\n    def g():\n        return ‸\n    return g\n", "c"),
    "by the outer function, below": ("def f(a):\n    def g():\n        return ‸\n    c = 1\n    return g\n", "c"),
    "by the module, below": (FUNCTION + "\nc = 1\n", "return c"),
    "by the module's function, below": (FUNCTION + "\ndef c(): pass\n", "return c()"),
    "by an import": ("import os.path\n" + FUNCTION, "return os"),
    "by an import with another name": ("import numpy as np\n" + FUNCTION, "return np"),
    "by an import that may fail": (
        "try:\n    import json\nexcept ImportError:\n    json = None\n" + FUNCTION,
        "return json",
    ),
    "by an import for types": ("if TYPE_CHECKING:\n    from a import B\n\ndef f(a: ‸):\n    pass\n", "B"),
    "by a condition": ("if a():\n    c = 1\nelse:\n    c = 2\n" + FUNCTION, "return c"),
    "by a loop": ("def f(a):\n    for c, (d, *e) in a:\n        return ‸\n", "c, d, e"),
    "by a with": ("def f(a):\n    with a as c:\n        return ‸\n", "c"),
    "by an except": ("def f(a):\n    try:\n        a()\n    except OSError as e:\n        return ‸\n", "e"),
    "by a walrus": ("def f(a):\n    if c := a():\n        return ‸\n", "c"),
    "by a walrus in a comprehension": ("def f(a):\n    b = [c := x for x in a]\n    return ‸\n", "c"),
    "by a pattern": (CAPTURES, "x, rest"),
    "by its own comprehension": (FUNCTION, "return [c for c in a if c]"),
    "by a comprehension that has yet to come": ("def f(a):\n    return [‸", "c.b"),
    "by a comprehension behind it": ("def f(a):\n    return [‸ for c in a]\n", "c"),
    "by a lambda": (FUNCTION, "return lambda c: c"),
    "by a lambda that has begun": ("def f(a):\n    return a(key=lambda c: ‸)\n", "c"),
    "by a global statement": ("def g():\n    global c\n    c = 1\n\n" + FUNCTION, "return c"),
    "by a class": ("class A:\n    size = 1\n    half = ‸\n", "size"),
    "by the class's function": ("class A:\n    def g(self): pass\n\n    h = ‸\n", "g"),
    "by the class, for a decorator": (
        "class A:\n    def p(f):\n        return f\n\n    ‸\n    def g(self):\n        pass\n",
        "@p",
    ),
    "by Python": (FUNCTION, "return len(a), __name__, __file__, NotImplemented"),
    "by a class's body": ("class A:\n    x = ‸\n", "__qualname__, __module__"),
    "by being a method": (METHOD, "return __class__, super().f(a)"),
    "by type parameters": ("def f(a):\n    return ‸\n", "a"),
    "by a deletion that it follows": ("def f(a):\n    c = 1\n    del c\n    ‸\n", "c = a"),
    "by a wildcard": ("from a import *\n\n" + FUNCTION, "return c"),
    "by whoever fails to": ("try:\n    unicode\nexcept NameError:\n    unicode = str\n" + FUNCTION, "return unicode"),
    "by a handler of its absence": ("def f(a):\n    try:\n        ‸\n    except NameError:\n        pass\n", "c()"),
    "by exec": ("exec('c = 1')\n" + FUNCTION, "return c"),
    "by globals": ("globals().update(c=1)\n" + FUNCTION, "return c"),
    "elsewhere, as others expect": ("def g():\n    return _('a')\n\n" + FUNCTION, "return _('b')"),
    "as a type in a string": ("def f(a: 'B') -> ‸:\n    pass\n", "'B'"),
    "as a keyword": ("def f(a):\n    return a(‸)\n", "c=a"),
    "as a member": (FUNCTION, "return a.c"),
    "as a word in a string": (FUNCTION, "return 'c d'"),
    "as a word in a comment": (FUNCTION, "return a  # c d"),
    "as a name of its own": (FUNCTION, "def g(c):\n        return c\n    return g"),
    "as a name that is mangled": ("class A:\n    __x = 1\n    y = ‸\n", "__x"),
    "as a name that is mangled and is the module's": (
        "_A__x = 1\nclass A:\n    def f(self):\n        return ‸\n",
        "__x",
    ),
    "as a target": ("‸ = 1\n", "c"),
    "as a target of a loop": ("def f(a):\n    for ‸ in a:\n        pass\n", "c, d"),
    "as a target of an open loop": ("def f(a):\n    for (‸", "c, d"),
    "as targets that have begun": ("def f(a):\n    (‸", "c, d"),
    "as a parameter": ("def f(‸):\n    pass\n", "c"),
    "as a parameter of an open definition": ("def f(a, ‸", "c"),
    "as an import": ("‸\n", "import c"),
    "as a name of an import": ("from a import ‸\n", "c"),
    "as a name of an open import": ("from a import (‸", "c, d"),
    "as what is deleted": ("def f(a):\n    c = 1\n    ‸\n", "del c"),
    "as a part of a word": ("def f(count):\n    return cou‸\n", "nt"),
    "as a head of a word": ("def f(count):\n    return ‸unt\n", "co"),
    "in what the text had anyway": ("def f(a):\n    return missing(‸)\n", "a"),
}


@pytest.mark.parametrize(("marked", "answer"), BOUND_NAMES.values(), ids=BOUND_NAMES.keys())
def test_a_name_is_bound(marked, answer):
    assert kinds(marked, answer) == set()


TWICE = {
    "a function of a module": ("def f():\n    return 1\n\n‸\n", "def f():\n    return 2"),
    "a function of a class": (
        "class A:\n    def f(self):\n        return 1\n\n    ‸\n",
        "def f(self):\n        return 2",
    ),
    "a function within a function": (
        "def g():\n    def f():\n        return 1\n    ‸\n    return f\n",
        "def f():\n        return 2",
    ),
    "a class": ("class A:\n    x = 1\n\n‸\n", "class A:\n    x = 2"),
    "a function that stands below": ("‸\n\ndef f():\n    return 1\n", "def f():\n    return 2"),
    "a function that has the name of a class": ("class A:\n    x = 1\n\n‸\n", "def A():\n    return 2"),
    "an import": ("import os\n‸\n\nprint(os)\n", "import os"),
    "an import from elsewhere": ("from a import b\n‸\n\nprint(b)\n", "from c import b"),
    "an imported name, by a function": ("from a import b\n‸\n", "def b():\n    return 2"),
    "a test": ("def test_a():\n    assert 1\n\n\n‸\n", "def test_a():\n    assert 2"),
}
ONCE = {
    "a function of another class": (
        "class A:\n    def f(self):\n        return 1\n\nclass B:\n    ‸\n",
        "def f(self):\n        return 2",
    ),
    "an overload": (
        "from typing import overload\n\n@overload\ndef f(a: int): ...\n@overload\ndef f(a: str): ...\n‸\n",
        "def f(a):\n    return a",
    ),
    "a setter": (
        "class A:\n    @property\n    def x(self):\n        return 1\n\n    ‸\n",
        "@x.setter\n    def x(self, value):\n        pass",
    ),
    "a header of a setter": (
        "class A:\n    @property\n    def x(self):\n        return 1\n\n    @x.setter\n    ‸\n        pass\n",
        "def x(self, value):",
    ),
    "what is above a setter": (
        "class A:\n    @property\n    ‸\n\n    @x.setter\n    def x(self, value):\n        pass\n",
        "def x(self):\n        return 1",
    ),
    "by decorators": (
        "@p.register(int)\ndef _(a):\n    return a\n\n‸\n",
        "@p.register(str)\ndef _(a):\n    return a",
    ),
    "by calls that decorate": (
        "@when('a')\ndef step(a):\n    return a\n\n‸\n",
        "@when('b')\ndef step(a):\n    return a",
    ),
    "under another condition": ("if a():\n    def f(): pass\n\nif b():\n    ‸\n", "def f(): pass"),
    "what is replaced where something is there": (
        "def f(): pass\n\ntry:\n    ‸\nexcept OSError:\n    pass\n",
        "def f(): pass",
    ),
    "what was used": ("import os\nprint(os)\n‸\n", "import os"),
    "in the other branch": ("if a():\n    def f(): pass\nelse:\n    ‸\n", "def f(): pass"),
    "where the first import may fail": (
        "try:\n    import json\nexcept ImportError:\n    ‸\n",
        "import simplejson as json",
    ),
    "a module and one in it": ("import os\n‸\nprint(os)\n", "import os.path"),
    "an import in a function": ("import os\n\ndef f():\n    ‸\n    return os\n\nprint(os)\n", "import os"),
    "a variable": ("x = 1\n‸\n", "x = 2"),
    "a name of a loop": ("def f(a):\n    for x in a: print(x)\n    ‸\n", "for x in a: print(x)"),
    "what is defined twice anyway": ("def f(): return 1\ndef f(): return 2\nx = ‸\n", "f()"),
}


@pytest.mark.parametrize(("marked", "answer"), TWICE.values(), ids=TWICE.keys())
def test_something_is_defined_twice(marked, answer):
    assert REBOUND in kinds(marked, answer)


@pytest.mark.parametrize(("marked", "answer"), ONCE.values(), ids=ONCE.keys())
def test_nothing_is_defined_twice(marked, answer):
    assert kinds(marked, answer) == set()


def classes(first, second, others=""):
    """Two classes of which the first binds `total`; in the second a place."""
    heads = f"class {first}:\n    def __init__(self):\n        self.total = 0\n\nclass {second}:\n"
    return f"{others}{heads}    def f(self, a):\n        ‸\n"


@pytest.mark.parametrize(
    ("marked", "answer", "is_foreign"),
    [
        pytest.param(classes("A", "B"), "return self.total", True, id="of another class"),
        pytest.param(classes("A", "B(object)"), "return self.total", True, id="the base is Python's own"),
        pytest.param(classes("A", "B(C)", "class C:\n    x = 1\n\n"), "return self.total", True, id="of no base"),
        pytest.param(classes("A", "B(A)"), "return self.total", False, id="inherited"),
        pytest.param(classes("A", "B(C)", "class C(A):\n    x = 1\n\n"), "return self.total", False, id="from afar"),
        pytest.param(classes("A(B)", "B"), "return self.total", False, id="of a class that derives from it"),
        pytest.param(
            classes("A", "B") + "\nclass C(A, B):\n    x = 1\n",
            "return self.total",
            False,
            id="of a class mixed in",
        ),
        pytest.param(classes("A", "BMixin"), "return self.total", False, id="of what is mixed with anything"),
        pytest.param(classes("A", "B(C)"), "return self.total", False, id="the base is unknown"),
        pytest.param(classes("A", "B(metaclass=C)"), "return self.total", False, id="made by another class"),
        pytest.param(classes("A", "B"), "self.total = 1", False, id="written"),
        pytest.param(classes("A", "B"), "self.total: int = 1", False, id="written with its type"),
        pytest.param(classes("A", "B"), "self.total = 1\n        return self.total", False, id="written, then read"),
        pytest.param(classes("A", "B"), "self.total, self.x = a", False, id="written with another"),
        pytest.param(classes("A", "B"), "for self.total in a:\n            pass", False, id="written by a loop"),
        pytest.param(classes("A", "B"), "self.total += 1", False, id="added to"),
        pytest.param(classes("A", "B"), "return self.other", False, id="of no class"),
        pytest.param(
            classes("A", "B") + "\n    def total(self): pass\n", "return self.total", False, id="its own, below"
        ),
        pytest.param(
            classes("A", "B") + "\n    def __getattr__(self, name): pass\n",
            "return self.total",
            False,
            id="of anything",
        ),
    ],
)
def test_members_of_another_class(marked, answer, is_foreign):
    assert (FOREIGN in kinds(marked, answer)) is is_foreign


@pytest.mark.parametrize(
    ("marked", "answer", "is_wrong"),
    [
        pytest.param("class A:\n    ‸\n    def f(self): pass\n", "@classmethod", True, id="a class's, with self"),
        pytest.param("class A:\n    ‸\n    def f(self): pass\n", "@staticmethod", True, id="of nothing, with self"),
        pytest.param("class A:\n    ‸\n    def f(cls): pass\n", "@staticmethod", True, id="of nothing, with cls"),
        pytest.param("class A:\n    @classmethod\n    def f(‸): pass\n", "self, a", True, id="self for a class's"),
        pytest.param("class A:\n    ‸\n    def f(cls): pass\n", "@classmethod", False, id="a class's, with cls"),
        pytest.param("class A:\n    ‸\n    def f(a): pass\n", "@staticmethod", False, id="of nothing"),
        pytest.param("class A:\n    ‸\n    def f(self): pass\n", "@property", False, id="a property"),
        pytest.param("x = ‸\n", "'%s %s' % (1,)", True, id="a format without its value"),
        pytest.param("x = ‸\n", "'%(a)s' % {'b': 1}", True, id="a format without its name"),
        pytest.param("x = ‸\n", "'%(b)s' % {'b': 1}", False, id="a format by names"),
        pytest.param("x = ‸\n", "'%s' % {'b': 1}", False, id="a format of a mapping"),
        pytest.param("x = ‸\n", "'{} {}'.format(1)", True, id="a format whose argument is missing"),
        pytest.param("x = ‸\n", "'{} {0}'.format(1)", True, id="a format by order and by number"),
        pytest.param("x = ‸\n", "'{'.format(1)", True, id="a format that is none"),
        pytest.param("x = ‸\n", "'{} {}'.format(*y)\ny = 1", False, id="a format of any arguments"),
        pytest.param("x = ‸\n", "'{} {}'.format(1, 2)", False, id="a format"),
        pytest.param("def f(a):\n    ‸\n", "raise NotImplemented", True, id="what cannot be raised"),
        pytest.param("def f(a):\n    ‸\n", "raise NotImplementedError", False, id="what can be raised"),
        pytest.param("def f(a):\n    ‸\n", "assert (a, 'so')", True, id="an assertion that always holds"),
        pytest.param("def f(a):\n    ‸\n", "assert (a), 'so'", False, id="an assertion"),
        pytest.param("def f(a):\n    ‸\n", "if (a, 1):\n        return 1", True, id="a condition that always holds"),
    ],
)
def test_what_cannot_work(marked, answer, is_wrong):
    assert (WRONG in kinds(marked, answer)) is is_wrong


def test_a_key_with_two_values_is_there_twice():
    assert kinds("x = {'a': 1, ‸}\n", "'a': 2") == {REBOUND}
    assert kinds("x = {'a': 1, ‸}\n", "'b': 2") == set()


@pytest.mark.parametrize(
    ("marked", "answer", "is_bodiless"),
    [
        pytest.param("import a\n\n‸", "def f(x):", True, id="a function at the end"),
        pytest.param("import a\n\n‸", "def f(", True, id="half of a function"),
        pytest.param("import a\n\n‸", "class A:", True, id="a class"),
        pytest.param("class A:\n    x = 1\n\n    ‸", "def f(self):", True, id="a method"),
        pytest.param("import a\n\n‸", "x = 1\n\n\ndef f():", True, id="behind something else"),
        pytest.param("import a\n\n‸", "def f(x):\n    return x", False, id="with a body"),
        pytest.param("import a\n\n‸", "def f(x): return x", False, id="with a body on its line"),
        pytest.param("import a\n\n‸\n    return 1\n", "def f(x):", False, id="above its body"),
        pytest.param("import a\n\ndef ‸(x):\n    return 1\n", "f", False, id="its name alone"),
        pytest.param("x = f(1)\n\n‸", "def f(x):", False, id="its name is called"),
        pytest.param("x = f(1)\n\n‸", "def f(", False, id="half of what is called"),
        pytest.param("x = f(1)\n\ndef f(): pass\n\n‸", "def f(x):", True, id="its name is called and defined"),
        pytest.param("from a import f\nx = f(1)\n\n‸", "def f(x):", True, id="its name is called and imported"),
        pytest.param(
            "class A:\n    def g(self):\n        return self.f()\n\n    ‸",
            "def f(self):",
            False,
            id="it is called of self",
        ),
        pytest.param("def f(‸", "a, b", False, id="its name stood there"),
        pytest.param("def f(a):\n    ‸", "if a:", False, id="a condition"),
        pytest.param("def f(a):\n    ‸", "while a:", False, id="a loop"),
        pytest.param("def f(a):\n    ‸", "with a as b:", False, id="a with"),
    ],
)
def test_a_definition_without_a_body(marked, answer, is_bodiless):
    assert (BODILESS in kinds(marked, answer)) is is_bodiless


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param(("a=1", "c = 1", "return c"), set(), id="nothing is wrong"),
        pytest.param(("a=1", "c = 1", "return d"), {UNBOUND}, id="a name that no answer binds"),
        pytest.param(("b", "c = 1", "return c"), {REFUSED}, id="a parameter twice"),
        pytest.param(("a=1", "global b", "return c"), {REFUSED, UNBOUND} - {UNBOUND}, id="a parameter that is global"),
    ],
)
def test_several_places_are_judged_together(answers, expected):
    assert kinds("def f(b, ‸):\n    ‸\n    ‸\n", *answers) == expected


def test_what_a_replaced_text_bound_is_missed():
    text = "def f():\n    total = 1\n    return total\n"
    gate = PythonGate(text, (Span(13, 18),), None)
    assert gate.faults(("total",), is_brief=False) == ()
    assert [fault.about for fault in gate.faults(("sum",), is_brief=False)] == ["total"]


def test_what_is_brief_tells_no_findings():
    gate = gate_at("def f():\n    return 1\n\n‸\n")
    assert gate.faults(("def f():\n    return 2",), is_brief=True) == ()
    assert gate.faults(("def f():\n    return 2",), is_brief=False)
    assert gate.faults(("return 2",), is_brief=True)


@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["CRLF", "CR"])
@pytest.mark.parametrize(
    ("marked", "answer"),
    [
        pytest.param("import a\n\n\nclass A:\n\n    def f(self):\n\n        return ‸\n\n\nx = 1\n", "c", id="unbound"),
        pytest.param("def f():\n\n    return 1\n\n\n‸\n", "def f():\n    return 2", id="twice"),
        pytest.param("def f(\n    a,\n    ‸\n):\n    pass\n", "a", id="refused"),
    ],
)
def test_line_ends_of_a_file(marked, answer, end):
    assert kinds(marked.replace("\n", end), answer) == kinds(marked, answer) != set()


@pytest.mark.parametrize("before", ["\ufeff", "\f\n", "#!/usr/bin/python\n# -*- coding: latin-1 -*-\n"])
def test_what_a_file_may_begin_with(before):
    assert kinds(before + "import a\n" + FUNCTION, "return c") == {UNBOUND}
    assert kinds(before + "import a\n" + FUNCTION, "return a") == set()


def test_tabs_indent():
    marked = "class A:\n\tdef f(self, a):\n\t\t‸\n\n\tdef g(self): pass\n"
    assert kinds(marked, "return c") == {UNBOUND}
    assert kinds(marked, "if a:\n\t\t\treturn a") == set()


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


def test_a_long_file_is_judged_by_the_definition_about_the_place():
    others = "".join(f"def g{i}(a):\n    return a + {i}\n\n\n" for i in range(3_000))
    assert kinds(others + FUNCTION + "\n" + others, "return g17(c)") == {UNBOUND}


SOURCES = sorted(Path(__file__).parents[3].glob("syntax/**/*.py"))


def _places(seed, count):
    """Places in our own sources: the rest of a line, a whole line or some lines, which an answer gives back."""
    rng = random.Random(seed)  # noqa: S311 -- no secret
    texts = [source.read_text("utf-8") for source in SOURCES]
    while count:
        text = rng.choice(texts)
        lines = text.splitlines(keepends=True)
        first = rng.randrange(len(lines) or 1)
        if not lines or not lines[first].strip():
            continue
        begin = sum(map(len, lines[:first]))
        start = begin + len(lines[first]) - len(lines[first].lstrip())
        end = begin + sum(map(len, lines[first : first + rng.choice((1, 1, 3))])) - 1
        start = rng.choice((start, rng.randrange(start, begin + len(lines[first]))))
        if start < end:
            count -= 1
            yield text, Span(start, end)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_that_stood_there_is_a_fault(seed):
    for text, span in _places(seed, 50):
        truth, hole = text[span.start : span.end], Span(span.start, span.start)
        gate = PythonGate(text[: span.start] + text[span.end :], (hole,), None)
        assert gate.faults((truth,), is_brief=False) == (), (text[: span.start][-200:], truth)
        assert PythonGate(text, (span,), None).faults((truth,), is_brief=False) == ()
