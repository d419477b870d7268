"""Which answers may be offered: they parse, change something, and do not repeat what follows."""

import itertools

import pytest

from lacuna.infill.places import Filled
from lacuna.infill.ranking import (
    Judged,
    Rules,
    off_indentation,
    rank,
    refusal,
    repeats,
    why_not,
    with_line_end,
    without_doubled_blank,
    without_overlap,
)
from lacuna.infill.request import Reason, Request
from lacuna.syntax.spans import Span


def at(marked):
    """A text with one span between « and »."""
    start, end = marked.index("«"), marked.index("»") - 1
    return marked.replace("«", "").replace("»", ""), Span(start, end)


@pytest.mark.parametrize(
    ("marked", "answer", "expected"),
    [
        pytest.param("print(«»value)\n", "value", True, id="the first word that follows"),
        pytest.param("print(«»value)\n", "value)", True, id="rest of the line with its bracket"),
        pytest.param("f(«»)\n", "g()", False, id="a closing bracket may stand twice"),
        pytest.param("x = «»\nreturn x\n", "1\nreturn x", True, id="whole next line"),
        pytest.param("x = «»\n\n\n    return x\n", "1\n    return x", True, id="next line past blank ones"),
        pytest.param("a = 1\na «»\na = 1\n", "= 1", True, id="the line becomes the next one"),
        pytest.param("x = «»\n)\n", "(\n)", False, id="a lone bracket may stand twice"),
        pytest.param("x = «»\n", "value", False, id="nothing follows"),
        pytest.param("x = «»", "value", False, id="end of the file"),
        pytest.param("x = «old»\r\ny = 2\r\n", "1\ny = 2", True, id="CRLF"),
        pytest.param("x = 1\n«»y = 2\n", "y = 2\n", True, id="the next line and its end"),
        pytest.param("x = 1\n«»y = 2\n", "x = 1\n", True, id="the line before"),
        pytest.param("x = 1\n\n«»", "\nx = 1", True, id="the line before past blank ones"),
        pytest.param("x = 1\nx «»\n", "= 1", True, id="the line becomes the one before"),
        pytest.param("x = 1\r«»\r", "x = 1", True, id="lone carriage returns"),
        pytest.param("f(\n    1,\n    «»\n)\n", "1,", False, id="a short line may stand twice"),
        pytest.param("x = 1\n«»y = 2\n", "z = 3\n", False, id="another line"),
        pytest.param("retur«»n x\n", "n", False, id="part of a word"),
        pytest.param("    a.b = «»\n", "b\n    a.b = b", True, id="the line that it completes"),
        pytest.param("«»\n", "f(x)\nf(x)", True, id="a line of its own"),
        pytest.param("«»\n", "f(x)\ng(x)\nf(x)", False, id="a line of its own, with another between"),
    ],
)
def test_repeats(marked, answer, expected):
    text, span = at(marked)
    assert repeats(text, span, answer) is expected


@pytest.mark.parametrize(
    ("marked", "answer", "expected"),
    [
        pytest.param("def f(«»):\n", "self):", "self", id="brackets and colon"),
        pytest.param("def f(«»):\n", "self)", "self", id="some of what follows"),
        pytest.param("x = [«»]\n", "a[0]", "a[0", id="whether it parses is judged elsewhere"),
        pytest.param("for x in «»:\n", "items", "items", id="nothing said again"),
        pytest.param("x = «»\n)\n", "f(1)", "f(1)", id="the next line is no rest of this one"),
        pytest.param("f(«»)  \r\n", ")", "", id="all of it"),
    ],
)
def test_without_overlap(marked, answer, expected):
    text, span = at(marked)
    assert without_overlap(text, span, answer) == expected


@pytest.mark.parametrize(
    ("marked", "answer", "expected"),
    [
        pytest.param("fro«» a import b\n", "m ", "m", id="a blank stands behind"),
        pytest.param("fro«»a import b\n", "m ", "m ", id="no blank stands behind"),
        pytest.param("x = a«» + b\n", " ", " ", id="nothing but a blank"),
        pytest.param("def f():\n«»    x = 1\n", "    y = 1\n    ", "    y = 1\n    ", id="a line of its own"),
        pytest.param("x = «»\n", "1 ", "1 ", id="a line ends behind"),
    ],
)
def test_without_doubled_blank(marked, answer, expected):
    text, span = at(marked)
    assert without_doubled_blank(text, span, answer) == expected


@pytest.mark.parametrize(
    ("marked", "answer", "expected"),
    [
        pytest.param("x = 1\n«»y = 2\n", "z = 3", "z = 3\n", id="above a line"),
        pytest.param("x = 1\n«»    y = 2\n", "    z = 3", "    z = 3\n", id="above an indented line"),
        pytest.param("x = 1\n«»y = 2\n", "z = 3\n", "z = 3\n", id="ends its line already"),
        pytest.param("x = 1\n«»\ny = 2\n", "z = 3", "z = 3", id="on an empty line"),
        pytest.param("x = 1\n«y = 2»\n", "z = 3", "z = 3", id="in place of a line"),
        pytest.param("x = «»y\n", "z + ", "z + ", id="within a line"),
        pytest.param("x = 1\n«»y = 2\n", "", "", id="nothing"),
    ],
)
def test_with_line_end(marked, answer, expected):
    text, span = at(marked)
    assert with_line_end(text, span, answer) == expected


@pytest.mark.parametrize(
    ("marked", "answer", "expected"),
    [
        pytest.param("def f():\n«»    return 1\n", "    x = 1", "    x = 1\n", id="above an indented line"),
        pytest.param("def f():\n«»    return 1\n", "    x = 1\n", "    x = 1\n", id="with its end"),
        pytest.param("x = 1\n«»y = 2\n", "z = ", "z = ", id="before a line that is not indented"),
        pytest.param("def f():\n    «»return 1\n", "x = 1", "x = 1", id="behind the indentation"),
        pytest.param("def f():\n«»\n", "    x = 1", "    x = 1", id="on an empty line"),
    ],
)
def test_off_indentation(marked, answer, expected):
    text, span = at(marked)
    assert off_indentation(text, span, answer) == expected


def ranked(marked, *answers, **options):
    text, span = at(marked)
    request = Request(text, "python", (span,), 0.0, **options)
    rules = Rules.of(request)
    place = Filled().place(request, rules.check)
    return rank(
        Judged(Filled().written(answer, confidence, is_open=False), rules.verdict(place, answer, (answer,)), {})
        for answer, confidence in answers
    )


def test_what_parses_comes_first_whatever_its_confidence():
    best, *_ = ranked("x = f(«»)\n", ("((", 0.9), ("y", 0.1))
    assert best.filled.texts == ("y",)
    assert refusal([best], 0.05) is None


def test_of_those_that_parse_the_surer_one_comes_first():
    assert [judged.filled.texts[0] for judged in ranked("x = «»\n", ("y", 0.1), ("z", 0.4))] == ["z", "y"]


def test_what_leaves_nothing_unparsable_comes_before_what_is_a_little_surer():
    assert [judged.filled.texts[0] for judged in ranked("f(«»", ("1, 2", 0.3), ("1, 2)", 0.1))] == ["1, 2)", "1, 2"]
    assert [judged.filled.texts[0] for judged in ranked("f(«»", ("a, b", 0.9), ("a, b)", 0.05))] == ["a, b", "a, b)"]


def test_of_several_holes_each_must_get_something():
    request = Request("f(, )\n", "python", (Span(2, 2), Span(4, 4)), 0.0)
    rules = Rules.of(request)
    for first, second, changes in (("a", "b", True), ("a", " ", False), ("", "b", False)):
        place = Filled().written(first, 1.0, is_open=False).place(request, rules.check)
        assert rules.verdict(place, second, (first, second)).changes is changes


@pytest.mark.parametrize(
    ("marked", "answer", "confidence", "reason"),
    [
        pytest.param("x = «»\n", "y", 0.2, Reason.BELOW_THRESHOLD, id="below threshold"),
        pytest.param("x = «»\n", "((", 0.9, Reason.NO_PARSE, id="no parse"),
        pytest.param("f(«»value)\n", "value)", 0.9, Reason.NO_PARSE, id="no parse comes before repeats"),
        pytest.param("x = y«» + long_name\n", " + long_name", 0.9, Reason.REPEATS, id="repeats"),
        pytest.param("x = y«»\n", "", 0.9, Reason.EMPTY, id="nothing to add"),
        pytest.param("x = «y»\n", "y", 0.9, Reason.EMPTY, id="what stands there already"),
        pytest.param("x = y«»\n", "  \n", 0.9, Reason.EMPTY, id="white space only"),
    ],
)
def test_why_an_answer_is_not_offered(marked, answer, confidence, reason):
    why, _ = refusal(ranked(marked, (answer, confidence)), 0.3)
    assert why is reason


CONFLICT = "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other\n"


def verdict_at(marked, answer, **options):
    text, span = at(marked)
    request = Request(text, "python", (span,), 0.0, **options)
    rules = Rules.of(request)
    return rules.verdict(Filled().place(request, rules.check), answer, (answer,))


@pytest.mark.parametrize(
    ("marked", "answer", "oldest", "parses", "fault"),
    [
        pytest.param("x = f(a=1, «»)\n", "a=2", None, False, "keyword argument repeated: a", id="the compiler"),
        pytest.param("x = f(a=1, «»)\n", "b=2", None, True, None, id="nothing"),
        pytest.param("def f(a):\n    return «»\n", "ab", None, True, "ab is not bound here", id="a name"),
        pytest.param("x = «»\n", "(y := 1)", (3, 7), False, "assignment expressions", id="a Python that is too old"),
        pytest.param("x = «»\n", "(y := 1)", (3, 8), True, None, id="a Python that is not"),
        pytest.param("x = «»\n", "((", None, False, None, id="no tree"),
    ],
)
def test_what_is_known_to_be_wrong_is_said(marked, answer, oldest, parses, fault):
    verdict = verdict_at(marked, answer, oldest=oldest)
    assert verdict.parses is parses
    assert bool(verdict.faults) is bool(fault)
    assert fault is None or any(words.lower().startswith(fault) for words in verdict.faults)


def test_what_is_wrong_is_offered_to_who_asks_and_comes_last():
    marked = "def f(a):\n    return «»\n"
    assert verdict_at(marked, "ab").may_be_offered
    assert not verdict_at(marked, "ab", is_unasked=True).may_be_offered
    assert [judged.filled.texts[0] for judged in ranked(marked, ("ab", 0.9), ("a", 0.01))] == ["a", "ab"]


def test_the_likeliest_answer_says_why_none_is_offered():
    marked = "def make(a, b=1, «»):\n    return a\n"
    (best, *_) = found = ranked(marked, ("b=2", 0.3), ("c=", 0.2), ("*,", 0.1), is_unasked=True)
    assert best.filled.texts == ("b=2",)
    assert refusal(found, 0.35) == (Reason.NO_PARSE, "duplicate argument 'b' in function definition")


def test_the_likeliest_answer_says_why_though_another_is_sound():
    marked = "def f(«»):\n    return 1\n"
    found = ranked(marked, ("a, a", 0.5), ("", 0.1), is_unasked=True)
    assert [judged.filled.texts[0] for judged in found] == ["", "a, a"]
    assert refusal(found, 0.35) == (Reason.NO_PARSE, "duplicate argument 'a' in function definition")


def test_the_compiler_refuses_a_mark_that_adds_nothing():
    assert not verdict_at("def make(a, b=1, «»):\n    return a\n", "*,", is_unasked=True).parses


def unasked_refusal(marked, answer, confidence, threshold):
    text, span = at(marked)
    request = Request(text, "python", (span,), threshold, is_unasked=True)
    rules = Rules.of(request)
    verdict = rules.verdict(Filled().place(request, rules.check), answer, (answer,))
    return refusal([Judged(Filled().written(answer, confidence, is_open=False), verdict, {})], threshold)


@pytest.mark.parametrize(
    ("marked", "answer", "confidence", "reason", "detail"),
    [
        pytest.param("x = «»\n", "1", 0.2, Reason.BELOW_THRESHOLD, "0.20 of 0.35", id="below threshold"),
        pytest.param("x = «»\n", "1", 0.3499, Reason.BELOW_THRESHOLD, "0.3499 of 0.35", id="with digits that show it"),
        pytest.param("def f(a):\n    return «»\n", "b", 0.9, Reason.FAULTY, "b is not bound here", id="what is wrong"),
        pytest.param("x = f(a=1, «»)\n", "a=2", 0.9, Reason.NO_PARSE, "keyword argument repeated: a", id="no parse"),
        pytest.param("x = «»\n", "((", 0.9, Reason.NO_PARSE, "", id="no parse of which nothing is known"),
        pytest.param("x = 1«»\n", "", 0.9, Reason.EMPTY, "", id="nothing to add"),
    ],
)
def test_a_reason_has_its_detail(marked, answer, confidence, reason, detail):
    assert unasked_refusal(marked, answer, confidence, 0.35) == (reason, detail)


def test_no_candidate_at_all_is_no_parse():
    assert refusal([], 0.35) == (Reason.NO_PARSE, "")


def test_answers_that_differ_by_line_ends_are_one():
    assert [judged.filled.texts[0] for judged in ranked("x = «»\n", ("1\n", 0.3), ("1", 0.4), ("1  ", 0.1))] == ["1"]


def test_an_answer_that_spoils_a_better_one_by_what_it_adds_is_no_alternative():
    marked = "def f(a):\n    a.b = «»\n"
    answers = (
        ("a", 0.9),
        ("a\n    a", 0.5),
        ("a\n    c()", 0.5),
        ("a\n    a.b +=", 0.4),
        ("a\n    a.c = a", 0.3),
        ("1", 0.2),
    )
    assert [judged.filled.texts[0] for judged in ranked(marked, *answers)] == ["a", "a\n    a.c = a", "1"]


def test_two_holes_side_by_side_do_not_get_the_same():
    request = Request("def f():\n    \n    \n", "python", (Span(13, 13), Span(18, 18)), 0.0)
    rules = Rules.of(request)
    place = Filled().written("g()", 1.0, is_open=False).place(request, rules.check)
    assert rules.verdict(place, "g()", ("g()", "g()")).repeats
    assert not rules.verdict(place, "h()", ("g()", "h()")).repeats


@pytest.mark.parametrize(
    ("marked", "is_unasked", "expected"),
    [
        pytest.param(CONFLICT + "y = «»\n", True, Reason.CONFLICT, id="unasked"),
        pytest.param(CONFLICT + "y = «»\n", False, None, id="asked"),
        pytest.param("«»" + CONFLICT, False, Reason.CONFLICT, id="asked, at a marker"),
        pytest.param("<<<<<<< HEAD\n«x = 1\n=======\nx = 2»\n>>>>>>> other\n", False, Reason.CONFLICT, id="across one"),
        pytest.param('"""\nTitle\n=======\n"""\nx = «»\n', True, None, id="a title underlined"),
    ],
)
def test_a_conflict_is_to_be_resolved_first(marked, is_unasked, expected):
    text, span = at(marked)
    assert why_not(Rules.of(Request(text, "python", (span,), 0.0, is_unasked=is_unasked))) is expected


@pytest.mark.parametrize("answer", ["=======", "y = 1\n>>>>>>> other", "<<<<<<< HEAD\n"])
def test_no_marker_is_written_into_a_conflict(answer):
    assert not verdict_at(CONFLICT + "«»\n", answer).parses


def test_what_stands_in_for_holes_to_come_is_no_fault_of_an_answer():
    parts = ("def f(ys):\n    a = ", "\n    ys.append(", ")\n    for y in ys.", ":\n        a += y\n    return a\n")
    ends = [*itertools.accumulate(map(len, parts))][:-1]
    request = Request("".join(parts), "python", tuple(Span(end, end) for end in ends), 0.0)
    rules = Rules.of(request)
    place = Filled().place(request, rules.check)
    assert rules.verdict(place, "ys", ("ys",)).faults == ()
    for unbound in ("zs", "x"):
        assert rules.verdict(place, unbound, (unbound,)).faults == (f"{unbound} is not bound here",)
