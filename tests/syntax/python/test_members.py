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
