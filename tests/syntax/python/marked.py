"""Places in Python: `‸` is where an answer goes."""

from lacuna.syntax.gate import FaultKind
from lacuna.syntax.python.gate import PythonGate
from lacuna.syntax.spans import Span

REFUSED, UNBOUND, REBOUND = FaultKind.REFUSED, FaultKind.UNBOUND, FaultKind.REBOUND
FOREIGN, BODILESS, WRONG = FaultKind.FOREIGN, FaultKind.BODILESS, FaultKind.WRONG
FUNCTION = "def f(a, b):\n    ‸\n"
METHOD = "class A:\n    def f(self, a):\n        ‸\n\n    def g(self):\n        return 1\n"
LOOP = "def f(a):\n    for x in a:\n        ‸\n"


def gate_at(marked, oldest=None):
    pieces = marked.split("‸")
    offsets = [len("".join(pieces[: i + 1])) for i in range(len(pieces) - 1)]
    return PythonGate("".join(pieces), tuple(Span(offset, offset) for offset in offsets), oldest)


def kinds(marked, *answers, oldest=None):
    return {fault.kind for fault in gate_at(marked, oldest).faults(answers, is_brief=False)}
