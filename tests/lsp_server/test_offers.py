"""What is served from an offer that was made before. "|" stands for the cursor."""

from dataclasses import replace

import pytest

from lacuna.infill.request import Answer, Candidate, Reason, Request, Timings, Tokens
from lacuna.lsp_server.offers import Offers
from lacuna.syntax.spans import Span
from lacuna.workspace.changes import Edit

URI = "file:///a.py"
TEXTS = {"compute(a)": 0.9, "compute(b)": 0.6, "con": 0.4}
USUAL = 0.5


def request_at(text, threshold=0.3, blanks=0, sought=3):
    cursor = text.index("|")
    span = Span(cursor, cursor + blanks)
    return Request(text.replace("|", ""), "python", (span,), threshold, alternatives=sought)


def answer_of(request, texts, reason=None):
    return Answer(
        edits=() if reason else (Edit(request.spans[0], next(iter(texts))),),
        candidates=(tuple(Candidate(text, confidence, parses=True) for text, confidence in texts.items()),),
        reason=reason,
        timings=Timings(0, 0, (), 0),
        tokens=Tokens(0, 0, 0),
        provider="",
        model="",
        threshold=USUAL,
    )


def holding(text="x = |\ny\n", threshold=0.3, texts=TEXTS, blanks=0, sought=3):
    offers = Offers()
    request = request_at(text, threshold, blanks, sought)
    assert offers.take(URI, request, answer_of(request, texts))
    return offers


def along(offers, text, threshold=0.3, most=3):
    offer = offers.along(URI, text.replace("|", ""), text.index("|"), threshold, most)
    return offer and offer.alternatives


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("x = |\ny\n", ("compute(a)", "compute(b)", "con")),
        ("x = co|\ny\n", ("mpute(a)", "mpute(b)", "n")),
        ("x = com|\ny\n", ("pute(a)", "pute(b)")),
        ("x = compute(|)\ny\n", ("a", "b")),
        ("x = compute(a|)\ny\n", None),
        ("x = compute(b|\ny\n", (")",)),
        ("x = con|\ny\n", None),
        ("x = d|\ny\n", None),
        ("x =|\ny\n", None),
        ("x = co|\nz\n", None),
        ("z = co|\ny\n", None),
        ("x = co|\ny\n\n", None),
        ("x = co|xyz\ny\n", None),
        ("x = co|)\ny\n", ("mpute(a", "mpute(b")),
        ("x = co\ny|\n", None),
        ("|x = co\ny\n", None),
    ],
    ids=[
        *("the same again", "typed along", "fewer fit", "a bracket closed by the editor", "all but that bracket"),
        *("the second", "typed to the end", "typed otherwise", "taken back", "changed after", "changed before"),
        *("longer after", "words behind the cursor", "a bracket behind the cursor", "cursor after", "cursor before"),
    ],
)
def test_what_is_left_of_an_offer(text, left):
    assert along(holding(), text) == left


def test_line_ends_of_the_document_count_as_those_of_the_answer():
    offers = holding("x = |\r\n", texts={"a(\n    b)": 0.9})
    assert along(offers, "x = a(\r\n  |\r\n") == ("  b)",)


def test_blanks_behind_the_cursor_are_still_replaced():
    offers = holding("x = |  \n", blanks=2)
    assert offers.along(URI, "x = co  \n", 6, 0.3, 3).span == Span(6, 8)


def test_what_was_asked_for_explicitly_is_no_excuse_for_showing_it_later():
    offers = holding(threshold=0.0, texts={"sure": 0.9, "surely not": 0.1})
    assert along(offers, "x = su|\ny\n", threshold=0.3) == ("re",)


def test_an_offer_above_a_threshold_does_not_answer_who_asks_for_everything():
    assert along(holding(threshold=0.3), "x = co|\ny\n", threshold=0.0) is None


def test_who_names_no_threshold_gets_what_is_above_the_artifacts():
    request = request_at("x = |\ny\n", threshold=None)
    offers = Offers()
    assert offers.take(URI, request, answer_of(request, TEXTS)).alternatives == ("compute(a)", "compute(b)")
    assert along(offers, "x = co|\ny\n", threshold=None) == ("mpute(a)", "mpute(b)")
    assert along(offers, "x = co|\ny\n", threshold=0.4) is None
    assert along(holding(threshold=0.0), "x = co|\ny\n", threshold=None) == ("mpute(a)", "mpute(b)")
    assert along(holding(threshold=0.8), "x = co|\ny\n", threshold=None) is None


def test_no_more_is_shown_than_was_sought_and_no_less_is_held():
    offers = Offers()
    request = request_at("x = |\ny\n", sought=1)
    assert offers.take(URI, request, answer_of(request, TEXTS)).alternatives == ("compute(a)",)
    assert along(offers, "x = compute(b|\ny\n", most=1) == (")",), "found on the way, though only one was sought"


def test_an_offer_of_one_does_not_answer_who_asks_for_three():
    assert along(holding(sought=1), "x = co|\ny\n", most=3) is None
    assert along(holding(sought=3), "x = co|\ny\n", most=1) == ("mpute(a)",)


@pytest.mark.parametrize("forget", [lambda offers: offers.forget(URI), Offers.forget_all], ids=["document", "all"])
def test_what_is_forgotten_is_not_served(forget):
    offers = holding()
    forget(offers)
    assert along(offers, "x = co|\ny\n") is None
    assert len(offers) == 0


def test_other_documents_are_not_served():
    assert holding().along("file:///b.py", "x = co\ny\n", 6, 0.3, 3) is None


@pytest.mark.parametrize(
    ("texts", "reason", "offered"),
    [
        ({"f()": 0.9, "": 0.8, "  ": 0.7, "g()": 0.2}, None, ("f()",)),
        ({"f()": 0.9}, Reason.BELOW_THRESHOLD, None),
        ({"": 0.9}, None, None),
        ({"f() + 1": 0.9}, None, ("f() + 1",)),
        ({"f()\nfollowing = 1": 0.9, "g()": 0.5}, None, ("g()",)),
    ],
    ids=["empty, unchanged and doubtful ones", "refused", "only empty", "one", "repeats what follows"],
)
def test_what_is_offered_of_an_answer(texts, reason, offered):
    request = request_at("x = |  \nfollowing = 1\n", blanks=2)
    offer = Offers().take(URI, request, answer_of(request, texts, reason))
    assert (offer and offer.alternatives) == offered


@pytest.mark.parametrize(
    ("is_unasked", "threshold", "offered"),
    [
        pytest.param(True, 0.3, ("sound",), id="not unasked"),
        pytest.param(True, 0.0, ("sound",), id="not unasked, whatever the threshold"),
        pytest.param(False, 0.3, ("sound",), id="above no threshold"),
        pytest.param(False, 0.0, ("sound", "faulty"), id="to who asks for everything"),
    ],
)
def test_what_is_known_to_be_wrong_is_offered(is_unasked, threshold, offered):
    request = Request("x = \ny\n", "python", (Span(4, 4),), threshold, alternatives=3, is_unasked=is_unasked)
    answer = answer_of(request, {"sound": 0.4, "faulty": 0.9})
    faulty = Candidate("faulty", 0.9, parses=True, faults=("it is not bound here",))
    answer = replace(answer, candidates=((answer.candidates[0][0], faulty),))
    assert Offers().take(URI, request, answer).alternatives == offered


def test_what_is_known_to_be_wrong_is_held_for_who_asks_for_everything_alone():
    request = Request("x = \ny\n", "python", (Span(4, 4),), 0.0, alternatives=3)
    faulty = Candidate("faulty", 0.9, parses=True, faults=("it is not bound here",))
    offers = Offers()
    assert offers.take(URI, request, replace(answer_of(request, {"faulty": 0.9}), candidates=((faulty,),)))
    assert along(offers, "x = fau|\ny\n", threshold=0.0) == ("lty",)
    assert along(offers, "x = fau|\ny\n", threshold=0.3) is None
