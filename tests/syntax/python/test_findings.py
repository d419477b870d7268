"""What is there twice or cannot work; `‸` is where an answer goes."""

import pytest

from tests.syntax.python.marked import REBOUND, WRONG, kinds

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
    "what the answer alone gives the name of another": ("def barker(): return 1\n\ndef bark‸", "er():\n    return 2"),
    "a property": (
        "class A:\n    @property\n    def x(self): return 1\n\n    ‸\n",
        "@property\n    def x(self): return 2",
    ),
    "a function as a property": (
        "class A:\n    @property\n    def x(self): return 1\n\n    @‸\n    def x(self, value): pass\n",
        "property",
    ),
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
    "a decorator that begins": (
        "class A:\n    @property\n    def x(self): return 1\n\n    @‸\n    def x(self, value): pass\n",
        "x.setter",
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
    "what had the name of another before": ("def bark(): return 1\n\ndef bark‸\n\nx = 1\n", "():\n    return 2"),
    "what had the name of another before, in a class": (
        "class A:\n    def bark(self): return 1\n\n    def bark‸\n\n    def g(self): return 1\n",
        "(self):\n        return 2",
    ),
    "what had the name of another before, at the end": ("def bark(): return 1\n\ndef bark‸", "():\n    return 2"),
    "what is defined twice anyway": ("def f(): return 1\ndef f(): return 2\nx = ‸\n", "f()"),
}


@pytest.mark.parametrize(("marked", "answer"), TWICE.values(), ids=TWICE.keys())
def test_something_is_defined_twice(marked, answer):
    assert REBOUND in kinds(marked, answer)


@pytest.mark.parametrize(("marked", "answer"), ONCE.values(), ids=ONCE.keys())
def test_nothing_is_defined_twice(marked, answer):
    assert kinds(marked, answer) == set()


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


CAUGHT = "try:\n    f()\nexcept OSError:\n    f()\n‸"
ASKED = "def g(x, y):\n    if x == 1:\n        f()\n    ‸"
CASES = "def g(x):\n    match x:\n        case 1:\n            f()\n        ‸"


@pytest.mark.parametrize(
    ("marked", "answer", "is_wrong"),
    [
        pytest.param(CAUGHT + "\n", "except OSError:\n    g()", True, id="a handler"),
        pytest.param(CAUGHT + "\n    g()\n", "except OSError:", True, id="a handler's header"),
        pytest.param(CAUGHT, "except OSError:", True, id="a handler's header at the end"),
        pytest.param(CAUGHT, "except OSError", False, id="half of a handler's header at the end"),
        pytest.param(CAUGHT + "\n", "except (KeyError, OSError):\n    g()", True, id="one of what a handler takes"),
        pytest.param(CAUGHT + "\n", "except KeyError:\n    g()", False, id="another handler"),
        pytest.param(CAUGHT + "\n", "except:\n    g()", False, id="a handler of all"),
        pytest.param(
            "try:\n    f()\nexcept OSError:\n    try:\n        f()\n    ‸\n",
            "except OSError:\n        g()",
            False,
            id="a handler of another try",
        ),
        pytest.param(ASKED + "\n", "elif x == 1:\n        g(x)", True, id="a condition"),
        pytest.param(ASKED, "elif x == 1:", True, id="a condition at the end"),
        pytest.param(ASKED + "\n", "elif x == 2:\n        g(x)", False, id="another condition"),
        pytest.param(ASKED + "\n", "if x == 1:\n        g(x)", False, id="a condition of its own"),
        pytest.param(
            "def g(x):\n    if x():\n        f()\n    ‸\n",
            "elif x():\n        g(x)",
            False,
            id="a call may come out otherwise",
        ),
        pytest.param(CASES + "\n", "case 1:\n            g(x)", True, id="a case"),
        pytest.param(CASES + "\n", "case 2 | 1:\n            g(x)", True, id="one of the values of a case"),
        pytest.param(CASES + "\n", "case 2:\n            g(x)", False, id="another case"),
        pytest.param(CASES + "\n", "case y if y:\n            g(x)", False, id="a case of anything"),
        pytest.param(
            CASES.replace("1:", "1 if f:") + "\n", "case 1:\n            g(x)", False, id="a case with a condition"
        ),
        pytest.param(
            "def g(x):\n    if x == 1:\n        f()\n    elif x == 1:\n        ‸\n",
            "g(x)",
            False,
            id="it is there anyway",
        ),
    ],
)
def test_a_branch_that_is_there_twice(marked, answer, is_wrong):
    assert (WRONG in kinds("def f(): pass\ndef g(): pass\n" + marked, answer)) is is_wrong


def test_a_key_with_two_values_is_there_twice():
    assert kinds("x = {'a': 1, ‸}\n", "'a': 2") == {REBOUND}
    assert kinds("x = {'a': 1, ‸}\n", "'b': 2") == set()
