"""Names that an answer reads and nothing binds; `‸` is where it goes."""

import pytest

from lacuna.syntax.python.gate import PythonGate
from lacuna.syntax.spans import Span
from tests.syntax.python.marked import FUNCTION, METHOD, UNBOUND, kinds

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
    "but by the loop over it": ("def f(a):\n    for c in ‸:\n        print(c)\n", "c"),
    "but by the loop that the answer begins": (FUNCTION, "for b, c in c.items():\n        print(c)"),
    "but by the loop, whose header is half": ("def f(a):\n    for count in cou‸\n        print(count)\n", "nt:"),
    "but by the class of which it is a base": ("class A(‸):\n    x = 1\n", "A"),
    "but by the assignment": (FUNCTION, "c = c + a\n    return c"),
    "the first of its own": (FUNCTION, "c += b\n    d = c1"),
}


@pytest.mark.parametrize(("marked", "answer"), UNBOUND_NAMES.values(), ids=UNBOUND_NAMES.keys())
def test_a_name_is_bound_nowhere(marked, answer):
    assert UNBOUND in kinds(marked, answer)


CAPTURES = "def f(a):\n    match a:\n        case {'x': x, **rest}:\n            return ‸\n"
BOUND_NAMES = {
    "by the answer": (FUNCTION, "c = a\n    return c"),
    "by another loop, too": ("def f(a):\n    for c in a:\n        for c in ‸:\n            print(c)\n", "c"),
    "by the module, too": ("c = 1\ndef f(a):\n    for c in ‸:\n        print(c)\n", "c"),
    "by another branch": ("def f(a):\n    if a:\n        c = 1\n    else:\n        ‸\n    return c\n", "c = c + 1"),
    "by the assignment, for an argument": ("def f(a):\n    ‸\n    return c\n", "c = a(c=1, b='c')"),
    "by the assignment, for later": ("def f(a):\n    ‸\n    return c\n", "c = lambda: c"),
    "by the assignment's comprehension": ("def f(a):\n    ‸\n    return c\n", "c = [c for c in a]"),
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


ROOT = "def f(root, paths):\n    return "


@pytest.mark.parametrize(
    ("marked", "answer", "is_unbound"),
    [
        pytest.param(ROOT + "tuple(path.relative_t‸\n", "o(root))", True, id="its bracket closes"),
        pytest.param(ROOT + "tuple(path.relative_t‸", "o(root))", True, id="its bracket closes at the end"),
        pytest.param(ROOT + "[path‸", "]", True, id="in a list"),
        pytest.param(ROOT + "sorted({path‸", "})", True, id="in the brackets that are open last"),
        pytest.param(ROOT + "tuple(path.relative_t‸", "o(root) for path in paths)", False, id="the answer binds it"),
        pytest.param(ROOT + "tuple(path.relative_t‸", "o(root", False, id="it may yet be bound"),
        pytest.param(
            ROOT + "tuple(path.relative_t‸)\n", "o(root)", False, id="it may be bound before what stands there"
        ),
        pytest.param(ROOT + "print(json.du‸", "mps(root))", False, id="where no comprehension is usual"),
        pytest.param(ROOT + "[json.du‸", "mps(root)]", False, id="a module that may be imported"),
        pytest.param(ROOT + "[Path‸", "(root)]", False, id="a class that may be imported"),
        pytest.param(ROOT + "root[path‸", "]", False, id="in an index"),
        pytest.param(ROOT + "tuple(root, path‸", ")", False, id="behind a comma"),
        pytest.param(ROOT + "path, [path‸", "]", False, id="it is read before, too"),
        pytest.param("def g():\n    return path\n\n" + ROOT + "[path‸", "]", False, id="others read it, too"),
    ],
)
def test_a_comprehension_that_was_begun_binds_its_name(marked, answer, is_unbound):
    assert (kinds(marked, answer) == {UNBOUND}) is is_unbound


@pytest.mark.parametrize(
    ("marked", "bound"),
    [
        pytest.param("def f[T](a: T) -> T:\n    return ‸\n", "a", id="a function's"),
        pytest.param("class A[T]:\n    def f(self, a: T) -> T:\n        return ‸\n", "a", id="a class's"),
        pytest.param("class A[T: (int, str)](B[T]):\n    x: T\n    y: ‸\nB = list\n", "T", id="with bounds"),
        pytest.param("class A:\n    def f[\n        T,\n    ](self, a: T):\n        return ‸\n", "a", id="on lines"),
        pytest.param("def f(a):\n    type X[T] = list[T]\n    return ‸\n", "a", id="a type's"),
        pytest.param("type X = int\ny = ‸\n", "X", id="a type"),
    ],
)
def test_newer_syntax_hides_no_name(marked, bound):
    assert kinds(marked, bound) == set()
    assert kinds(marked, "b") == {UNBOUND}


@pytest.mark.parametrize(
    ("marked", "is_bound"),
    [
        pytest.param("def f[T](a: T) -> T:\n    return ‸\n", True, id="in the function"),
        pytest.param("def f[T](a: ‸) -> T:\n    return a\n", True, id="in the function's header"),
        pytest.param("def f[T](a: T):\n    def g(b: ‸):\n        return b\n", True, id="in a function within"),
        pytest.param("def f[T](a: T):\n    g(\n  a)\n    return ‸\ng = f\n", True, id="behind a bracket"),
        pytest.param(
            'def f[T](a: T):\n    """\nOf a.\n    """\n    return ‸\n', True, id="behind a string of several lines"
        ),
        pytest.param("class A[T]:\n    x: ‸\n", True, id="in the class"),
        pytest.param("class A[T](‸):\n    x: T\n", True, id="in the class's bases"),
        pytest.param("class A[T]:\n    def f(self, a: ‸): pass\n", True, id="in the class's function"),
        pytest.param("class A[*P, T]:\n    def f[U](self, a: U) -> ‸: pass\n", True, id="about another one's"),
        pytest.param("type A[T: (int, str)] = list[‸]\n", True, id="in the type"),
        pytest.param("type A[T] = dict[\n    T,\n    ‸,\n]\n", True, id="in the type's other lines"),
        pytest.param("def f[T](a: T): pass\ndef g(a):\n    return ‸\n", False, id="in another function"),
        pytest.param("def f(a):\n    return ‸\ndef g[T](a: T):\n    return T\n", False, id="above the function"),
        pytest.param("def g():\n    def f[T](a: T): return T\n    return ‸\n", False, id="about the function"),
        pytest.param("class A:\n    def f[T](self, a: T): pass\n    x: ‸\n", False, id="about the method"),
        pytest.param(
            "class A:\n    def f[T](self, a: T): pass\n\n    def g(self, a: ‸): pass\n", False, id="in another method"
        ),
        pytest.param("class A[T]:\n    x: T\n\ny: ‸\n", False, id="behind the class"),
        pytest.param("type A[T] = list[T]\ny: ‸\n", False, id="behind the type"),
        pytest.param("class A[T: B]:\n    x: T\nclass B:\n    x: ‸\n", False, id="behind a class with bounds"),
        pytest.param("def f[T](a: T): pass\n\nx = g(\n\ndef g(a: ‸): pass\n", False, id="behind an open bracket"),
    ],
)
def test_a_type_parameter_is_bound_in_what_has_it(marked, is_bound):
    assert kinds(marked, "T") == (set() if is_bound else {UNBOUND})


def test_what_a_replaced_text_bound_is_missed():
    text = "def f():\n    total = 1\n    return total\n"
    gate = PythonGate(text, (Span(13, 18),), None)
    assert gate.faults(("total",), is_brief=False) == ()
    assert [fault.about for fault in gate.faults(("sum",), is_brief=False)] == ["total"]
