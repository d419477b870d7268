"""Members that only another class has; `‸` is where an answer goes."""

import pytest

from tests.syntax.python.marked import FOREIGN, kinds


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


OTHER = "class A:\n    def __init__(me):\n        me.total = 0\n\nclass B:\n    "


@pytest.mark.parametrize(
    ("marked", "answer", "is_foreign"),
    [
        pytest.param(OTHER + "def f(me):\n        ‸\n", "return me.total", True, id="of what is not called self"),
        pytest.param(
            OTHER + "def f(this):\n        ‸\n", "return this.total", False, id="of what another calls otherwise"
        ),
        pytest.param(
            OTHER.replace("me", "self") + "def f(this):\n        ‸\n", "return this.total", True, id="of self elsewhere"
        ),
        pytest.param(OTHER + "def f(me):\n        ‸\n", "me.total = 1", False, id="written"),
        pytest.param(OTHER + "def f(me):\n        me.total = 1\n        ‸\n", "return me.total", False, id="its own"),
        pytest.param(
            OTHER + "def f(me):\n        setattr(me, 'a', 1)\n        ‸\n", "return me.total", False, id="of anything"
        ),
        pytest.param(OTHER + "def f(me, other):\n        ‸\n", "return other.total", False, id="of an argument"),
        pytest.param(
            OTHER + "def f(me):\n        def g(me): pass\n        ‸\n", "return me.total", True, id="behind another"
        ),
        pytest.param(OTHER + "@classmethod\n    def f(me):\n        ‸\n", "return me.total", False, id="of a class"),
        pytest.param(OTHER + "@staticmethod\n    def f(me):\n        ‸\n", "return me.total", False, id="of nothing"),
    ],
)
def test_members_of_what_a_method_calls_its_object(marked, answer, is_foreign):
    assert (FOREIGN in kinds(marked, answer)) is is_foreign
