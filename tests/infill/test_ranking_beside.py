"""What an answer makes of what stands behind it: refused unasked; asked, it comes last with its reason."""

import pytest

from lacuna.export.artifact import embedded
from lacuna.export.chunked.engine import Engine
from lacuna.infill.infill import infill
from lacuna.infill.places import Filled
from lacuna.infill.ranking import Rules
from lacuna.infill.request import Reason, Request, answered
from lacuna.syntax.spans import Span
from tests.infill.scripted import Scripted

TAKES, TURNS = "it takes over what stands behind it", "it turns round what stands behind it"
CUTS = "it cuts off what stands behind it"
CLASS = "class Clock:\n    def stop(self, code):\n        self.code = code\n\n    def run(self):\n        "
ENDED = CLASS + "self.stop(0)\n        self.st«»(1)\n"


def asked(marked, **options):
    """A request for what stands between « and »."""
    start, end = marked.index("«"), marked.index("»") - 1
    return Request(marked.replace("«", "").replace("»", ""), "python", (Span(start, end),), 0.0, **options)


def verdict(request, answer):
    rules = Rules.of(request)
    return rules.verdict(Filled().place(request, rules.check), answer, (answer,))


def candidates(denoiser, request):
    (found,) = answered(infill(denoiser, request)).candidates
    return found


@pytest.mark.parametrize(
    ("marked", "answer", "faults"),
    [
        pytest.param(ENDED, "op()", (TAKES,), id="a call becomes what is called"),
        pytest.param(ENDED, "op", (), id="the rest of the name that is called"),
        pytest.param(ENDED, "yle", (), id="the rest of a new name"),
        pytest.param("x = y«»(1)\n", ".z", (TAKES,), id="a member becomes what is called"),
        pytest.param("x = «»[0]\n", "y", (TAKES,), id="a list becomes an index"),
        pytest.param("x = y«».z\n", "[0]", (TAKES,), id="an item becomes what has the member"),
        pytest.param("x = y«»(1)\n", " + ", (), id="an operator"),
        pytest.param("x = y«.b»(1)\n", ".z", (), id="in place of what was called"),
        pytest.param("x = «y»(1)\n", "z.a", (), id="a member in place of what was called"),
        pytest.param("x = «1, »(1)\n", "z", (TAKES,), id="in place of an operand before"),
        pytest.param("if «»x:\n    x()\n", "not ", (TURNS,), id="a condition is turned round"),
        pytest.param("if «not y and not »x:\n    x()\n", "not z and not ", (), id="it was turned round"),
        pytest.param("if «»x:\n    x()\n", "y and ", (), id="a condition gets another"),
        pytest.param(ENDED, "op()\n", (CUTS,), id="arguments become a line"),
        pytest.param("x = 1«»\n", " + 2\n", (), id="nothing follows"),
        pytest.param("«»x = 1\n", "y = 2\n", (), id="a line above"),
        pytest.param("y = ax.«»(1)\n", "plot", (), id="what is called is missing"),
        pytest.param("stop = 1\nx = st«»  (1)\n", "op()", (TAKES,), id="a call becomes what is called, over blanks"),
        pytest.param(
            "class A:\n    def st«»(self):\n        pass\n", "art", (), id="the rest of a function's new name"
        ),
        pytest.param("# see st«»(1)\n", "art()", (), id="a call in a comment"),
        pytest.param("x = 'see st«».y'\n", "art", (), id="a word in a string"),
        pytest.param("# it is «»so\n", "not ", (), id="a comment says otherwise"),
        pytest.param("x = 'see ' + st«»(1)\n", "op()", (TAKES,), id="a call behind a string"),
    ],
)
def test_what_stands_behind_is_bent(marked, answer, faults):
    found = verdict(asked(marked), answer)
    assert found.may_be_offered
    assert tuple(words for words in found.faults if words in (TAKES, TURNS, CUTS)) == faults
    assert verdict(asked(marked, is_unasked=True), answer).runs_on is (bool(faults) or answer == "yle")


@pytest.mark.parametrize(
    ("marked", "answers", "expected"),
    [
        pytest.param(ENDED, {"op()": 0.7, "op": 0.3}, ["op", "op()"], id="takes over"),
        pytest.param("if «»x:\n    x()\n", {"not ": 0.7, "x or ": 0.3}, ["x or ", "not "], id="turns round"),
        pytest.param("x = y«»(1)\n", {".z": 0.7, ".a": 0.3}, [".z", ".a"], id="all take over"),
    ],
)
def test_asked_it_comes_last(marked, answers, expected):
    found = candidates(Scripted(lambda _scene: answers), asked(marked, alternatives=2))
    assert [one.text for one in found] == expected
    assert found[-1].faults[-1] in (TAKES, TURNS)


def test_unasked_it_is_not_offered():
    text = "if «»x:\n    x()\n"
    answer = answered(infill(Scripted(lambda _scene: {"not ": 1.0}), asked(text, is_unasked=True)))
    assert answer.reason is Reason.RUNS_ON


def test_the_embedded_model_gives_what_is_called_before_what_is_called_on():
    found = candidates(Engine.load(embedded(), threads=1), asked(ENDED, alternatives=5))
    assert found[0].text == "op"
    assert found[0].faults == ()
    assert any(TAKES in one.faults for one in found)
