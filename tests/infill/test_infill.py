"""What an infill makes of what a denoiser says: a scripted one says it exactly."""

import math
from dataclasses import replace

import pytest

from lacuna.infill.infill import COLD, infill, warm
from lacuna.infill.request import Draft, Reason, Request, Scope, answered
from lacuna.model.denoiser import Calibration, Sampling
from lacuna.syntax.spans import Span, markers
from tests.infill.scripted import Scripted

HEADER = "def total(prices):\n    result = 0\n    for price in prices:\n        result += price\n    return "
GAPS = "def mean(prices):\n    a = <>\n    b = <>\n    return a / b\n"


def marked(text):
    """A text less its marks `<>`, and the spans where they stood."""
    spans = []
    while (at := text.find("<>")) >= 0:
        spans.append(Span(at, at))
        text = text[:at] + text[at + 2 :]
    return text, tuple(spans)


def request(text, threshold=0.0, **options):
    plain, spans = marked(text)
    return Request(plain, "python", spans, threshold, **options)


def always(answers, **options):
    return Scripted(lambda _scene: answers, **options)


def filled(denoiser, asked, **options):
    drafts: list[Draft] = []
    return answered(infill(denoiser, asked, **options), drafts.append), drafts


# --- depth

METHODS = "class Box:\n    def area(self):\n    <>\n\n    def width(self):\n        return 2\n"


@pytest.mark.parametrize(
    ("text", "indentation"),
    [
        pytest.param(METHODS, "    ", id="a method"),
        pytest.param("def f(xs):\n    for x in xs:\n    <>\n    return xs\n", "    ", id="for"),
        pytest.param("def f(xs):\n    while xs:\n    <>\n    return xs\n", "    ", id="while"),
        pytest.param("def f(xs):\n    if xs:\n        f(1)\n    else:\n    <>\n    return xs\n", "    ", id="else"),
        pytest.param("def f(xs):\n    try:\n    <>\n    except OSError:\n        f(1)\n", "    ", id="try"),
        pytest.param("def f(xs):\n    try:\n    <>\n", "    ", id="try without the rest"),
        pytest.param("def f(xs):\n    with xs:\n  <>\n    return xs\n", "      ", id="left of the header"),
        pytest.param("def f(xs):\n    with xs:\n        <>\n    return xs\n", "", id="in the block"),
        pytest.param('def f(xs):\n    """Do so:\n    <>\n    """\n', "", id="no header, but prose"),
        pytest.param("def f(xs):\n    f(1)\n    # so:\n    <>\n    f(2)\n", "", id="no header, but a comment"),
    ],
)
def test_an_answer_in_an_empty_block_brings_the_indentation_that_is_lacking(text, indentation):
    asked = request(text)
    denoiser = always({"f(3)": 0.9})
    answer, drafts = filled(denoiser, asked)
    (edit,), ((candidate, *_),) = answer.edits, answer.candidates
    assert (edit.span, edit.new_text, candidate.text, candidate.parses) == (
        asked.spans[0],
        *(indentation + "f(3)",) * 2,
        True,
    )
    (seen, _), *_ = denoiser.looked
    assert seen.text[: seen.spans[0].start] == asked.text[: asked.spans[0].start] + indentation
    assert "".join(filter(None, drafts[-1].holes[0])) == indentation + "f(3)"


def test_a_comment_is_no_block():
    answer, _ = filled(always({"#": 0.9}), request(METHODS))
    assert (answer.reason, answer.candidates[0][0].parses) == (Reason.NO_PARSE, False)


def test_each_hole_in_an_empty_block_brings_the_indentation_that_is_lacking():
    holes = "def f(xs):\n    if xs:\n    <>\n    else:\n    <>\n"
    answer, _ = filled(always({"f(1)": 0.6, "f(2)": 0.4}), request(holes))
    assert [edit.new_text for edit in answer.edits] == ["    f(1)", "    f(1)"]


# --- confidence and threshold


def test_a_confidence_is_the_probability_of_the_text():
    answer, _ = filled(always({"result": 0.75, "price": 0.25}), request(HEADER + "<>\n", alternatives=3))
    ((best, other),) = answer.candidates
    assert (best.text, best.parses, other.text) == ("result", True, "price")
    assert best.confidence == pytest.approx(0.75, rel=1e-4)
    assert other.confidence == pytest.approx(0.25, rel=1e-4)


def test_a_calibration_changes_confidences_unless_it_is_left_out():
    calibration = Calibration(1.0, {"score": 2.0, "at the end": 0.5, "score, at the end": 0.25, "elsewhere": 9.0})
    denoiser = always({"result": 0.75, "price": 0.25}, calibration=calibration)
    calibrated, _ = filled(denoiser, request(HEADER + "<>\n"))
    expected = 1 / (1 + math.exp(-(2.25 * math.log(0.75) + 1.5)))
    assert calibrated.candidates[0][0].confidence == pytest.approx(expected, rel=1e-4)
    raw, _ = filled(denoiser, request(HEADER + "<>\n"), is_calibrated=False)
    assert raw.candidates[0][0].confidence == pytest.approx(0.75, rel=1e-4)


@pytest.mark.parametrize(
    ("asked", "own", "is_offered"),
    [(None, 0.7, True), (None, 0.8, False), (0.7, 0.8, True), (0.8, 0.7, False), (0.0, 1.0, True)],
)
def test_the_threshold_is_the_denoisers_unless_the_request_names_one(asked, own, is_offered):
    denoiser = always({"result": 0.75, "price": 0.25}, sampling=Sampling(threshold=own))
    answer, _ = filled(denoiser, request(HEADER + "<>\n", asked))
    assert bool(answer.edits) is is_offered
    assert answer.reason is (None if is_offered else Reason.BELOW_THRESHOLD)
    assert answer.threshold == own


def test_an_answer_that_comes_twice_is_as_sure_as_the_surer_one():
    text = "def f(x):\n<>    return x\n"
    answer, _ = filled(always({"    x += 1": 0.6, "    x += 1\n": 0.1, "    x = 2\n": 0.3}), request(text))
    best, *others = answer.candidates[0]
    assert (best.text, best.confidence) == ("    x += 1\n", pytest.approx(0.6, rel=1e-4))
    assert best.text not in [other.text for other in others]


# --- what is offered


def test_what_does_not_parse_is_not_offered_however_likely():
    answer, _ = filled(always({"result)": 0.9, "result": 0.1}), request(HEADER + "<>\n"))
    assert answer.edits[0].new_text == "result"


def test_a_doubtful_answer_counts_a_tenth():
    text = "def f(x):\n    total = 1\n    <>\n    return total\n"
    answer, _ = filled(always({"total": 0.8, "total += x": 0.2}), request(text))
    assert answer.edits[0].new_text == "total += x"


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"result)": 1.0}, Reason.NO_PARSE),
        ({"": 1.0}, Reason.EMPTY),
        ({"result": 0.9, "price": 0.1}, Reason.BELOW_THRESHOLD),
        ({}, Reason.EMPTY),
    ],
    ids=["nothing parses", "nothing to say", "unsure", "no text at all"],
)
def test_why_nothing_is_offered(answers, reason):
    answer, _ = filled(always(answers), request(HEADER + "<>\n", threshold=0.95))
    assert (answer.edits, answer.reason) == ((), reason)


def test_an_answer_is_cut_to_the_scope_that_is_wanted():
    answer, _ = filled(always({"result\n\nprint(1)": 1.0}), request(HEADER + "<>\n", scope=Scope.LINE))
    assert answer.edits[0].new_text == "result"


def test_what_the_head_repeats_is_not_offered():
    answer, drafts = filled(always({"ult": 1.0}, head="res"), request(HEADER + "res<>\n"))
    assert answer.edits[0].new_text == "ult"
    assert all("".join(slot or "" for slot in draft.holes[0]) in "ult" for draft in drafts)


def test_more_is_looked_for_where_more_is_asked_for():
    answers = {"price": 0.6, "prices": 0.2, "len(prices)": 0.1, "result + price": 0.1}
    one, three = always(answers), always(answers)
    first, _ = filled(one, request(HEADER + "<>\n", alternatives=1))
    both, _ = filled(three, request(HEADER + "<>\n", alternatives=3))
    assert first.edits == both.edits
    assert one.calls < three.calls
    assert len(both.candidates[0]) >= 3


# --- openings


def test_what_is_read_behind_the_cursor_and_bound_nowhere_is_bound():
    text = "def mean(prices):\n    <>\n    for price in prices:\n        summed += price\n    return summed\n"
    answer, _ = filled(always({"x = 1": 0.99, "summed = 0": 0.01}), request(text))
    assert answer.edits[0].new_text == "summed = 0"


def test_a_block_that_has_no_head_gets_one():
    text = (
        "def f(word):\n    vowels = 0\n<>\n        if letter in 'aeiou':\n            vowels += 1\n    return vowels\n"
    )
    answer, _ = filled(always({"    vowels = 1": 0.97, "    for letter in word:": 0.03}), request(text))
    assert answer.edits[0].new_text == "    for letter in word:"


# --- the middle of a line


@pytest.mark.parametrize(
    "text", [HEADER + "resul<>t\n", "def test_mean<>():\n    return 1\n"], ids=["a word", "a definition's name"]
)
def test_unasked_nothing_is_filled_in_the_middle_of_what_is_whole(text):
    denoiser = always({"s": 1.0})
    answer, drafts = filled(denoiser, request(text, is_unasked=True))
    assert (answer.reason, answer.edits, drafts) == (Reason.COMPLETE, (), [])
    assert not denoiser.looked


@pytest.mark.parametrize(
    "text",
    [HEADER + "resu<>\n", HEADER + "result <>\n", HEADER + "resu<>[0]\n", HEADER + "result.<>(1)\n"],
    ids=["at a line's end", "behind a blank", "in an unknown word", "where a name is missing"],
)
def test_unasked_a_gap_is_filled(text):
    denoiser = always({"lt": 1.0})
    filled(denoiser, request(text, is_unasked=True))
    assert denoiser.looked


def test_asked_what_is_whole_may_be_added_to():
    answer, _ = filled(always({"s": 1.0}), request(HEADER + "price<> \n"))
    assert answer.edits[0].new_text == "s"


def test_of_answers_the_one_that_makes_a_known_word_with_what_follows_is_offered():
    text = HEADER + "resul<>t\n"
    answer, _ = filled(always({"s": 0.9, "t + resul": 0.1}), request(text))
    assert answer.edits[0].new_text == "t + resul"


def test_what_runs_into_what_follows_is_told_so():
    answer, _ = filled(always({'set_ylabel("month")': 1.0}), request('ax.<>("amount")\n'))
    assert (answer.edits, answer.reason) == ((), Reason.RUNS_ON)


def test_only_unasked_is_a_lone_mark_nothing_where_nothing_is_wrong():
    whole, broken = "f(\n    a,\n    b<>\n)\n", "f(a, b<>\n"
    for text, asked, is_offered in ((whole, True, False), (whole, False, True), (broken, True, True)):
        answer, _ = filled(always({"," if text == whole else ")": 1.0}), request(text, is_unasked=asked))
        assert bool(answer.edits) is is_offered


@pytest.mark.parametrize(
    ("text", "bent", "other"),
    [
        pytest.param("print(<>(1, 2))\n", "max", "1, ", id="taken over"),
        pytest.param("def f(x):\n    if <>x:\n        return x\n", "not ", "x and ", id="turned round"),
    ],
)
def test_only_unasked_is_what_is_whole_kept_as_it_is(text, bent, other):
    assert filled(always({bent: 1.0}), request(text))[0].edits[0].new_text == bent
    assert filled(always({bent: 0.9, other: 0.1}), request(text))[0].edits[0].new_text == other
    assert filled(always({bent: 1.0}), request(text, is_unasked=True))[0].reason is Reason.RUNS_ON


# --- several holes


def by_place(scene):
    return {"sum(prices)": 0.9, "1": 0.1} if scene.text[: scene.spans[0].start].endswith("a = ") else {"len(prices)": 1}


def test_a_hole_sees_what_those_before_it_got():
    denoiser = Scripted(by_place)
    answer, drafts = filled(denoiser, request(GAPS))
    assert [edit.new_text for edit in answer.edits] == ["sum(prices)", "len(prices)"]
    (first, _), (second, _) = denoiser.looked
    plain, spans = marked(GAPS)
    assert (first.text, first.spans) == (plain, spans)
    longer = len("sum(prices)")
    assert second.text == plain[: spans[0].start] + "sum(prices)" + plain[spans[0].start :]
    assert second.spans == (Span(spans[1].start + longer, spans[1].end + longer),)
    assert [draft.step for draft in drafts] == list(range(1, len(drafts) + 1))
    assert drafts[0].holes[1] == (None,)
    assert drafts[-1].holes[0] == ("sum(prices)",)


def test_a_hole_does_not_repeat_the_answer_to_the_one_before_it():
    text = "def f(a, b):\n    self.a = <>\n    self.a = <>\n"
    answer, _ = filled(always({"a": 0.9, "b": 0.1}), request(text))
    assert [edit.new_text for edit in answer.edits] == ["a", "b"]


def test_a_scene_says_what_stood_at_its_spans():
    denoiser = Scripted(lambda _scene: {"new": 1.0})
    text = "a = old\nb = other\n"
    spans = (Span(4, 7), Span(12, 17))
    filled(denoiser, Request(text, "python", spans, 0.0, replaces=True))
    assert [scene.before for scene, _ in denoiser.looked] == [("old", "other"), ("other",)]
    denoiser.looked.clear()
    filled(denoiser, Request(text, "python", spans, 0.0))
    assert [scene.before for scene, _ in denoiser.looked] == [("", ""), ("",)], "a mark is no old text"


def test_each_hole_has_candidates_of_its_own():
    answer, _ = filled(Scripted(by_place), request(GAPS, alternatives=3))
    first, second = answer.candidates
    assert [candidate.text for candidate in first] == ["sum(prices)", "1"]
    assert [candidate.text for candidate in second] == ["len(prices)"]


def test_what_will_not_be_offered_is_not_filled_to_the_end():
    denoiser = Scripted(by_place)
    answer, drafts = filled(denoiser, request(GAPS, threshold=0.95))
    assert (answer.reason, answer.edits, answer.candidates[1]) == (Reason.BELOW_THRESHOLD, (), ())
    assert answer.candidates[0]
    assert len(denoiser.looked) == 1
    assert all(draft.holes[1] == (None,) for draft in drafts)


def by_name(**texts):
    """Says what belongs behind `NAME = `, and nothing but nonsense elsewhere."""

    def answers(scene):
        before = scene.text[: scene.spans[0].start].removesuffix(" = ").split()
        return {texts[before[-1]]: 0.9, "1": 0.1} if before and before[-1] in texts else {"len(prices)": 1.0}

    return answers


THREE = "def f(prices):\n    a = <fill>\n    b = <fill>\n    c = <fill>\n    return a, b, c\n"


def partial(text, threshold=0.0):
    return Request(text, "python", tuple(markers(text)), threshold, is_partial=True)


def test_of_a_partial_request_what_cannot_be_filled_stays_open_and_the_others_are_filled():
    denoiser = Scripted(by_name(a="sum(prices)", b="min(prices) )", c="max(prices)"))
    answer, drafts = filled(denoiser, partial(THREE, 0.5))
    assert [(THREE.count("\n", 0, edit.span.start), edit.new_text) for edit in answer.edits] == [
        (1, "sum(prices)"),
        (3, "max(prices)"),
    ]
    assert (answer.reason, [one.hole for one in answer.left]) == (None, [1])
    assert answer.left[0].explained == "below threshold (0.10 of 0.5)"
    assert drafts[-1].holes[:2] == (("sum(prices)",), ())


def test_what_stays_open_is_stood_in_for_where_the_next_holes_see_it():
    denoiser = Scripted(by_name(a="sum(prices))", b="min(prices)"))
    filled(denoiser, partial(THREE, 0.5))
    _, (second, _), (third, _) = denoiser.looked
    assert "    a = ...\n" in second.text
    assert "    a = ...\n    b = min(prices)\n" in third.text


def test_a_partial_request_in_which_nothing_can_be_filled_says_why():
    answer, _ = filled(always({"sum(prices)": 0.5, "1": 0.5}), partial(THREE, 0.9))
    assert (answer.edits, answer.reason) == ((), Reason.BELOW_THRESHOLD)
    assert [one.hole for one in answer.left] == [0, 1, 2]


PARTS = "def area(width, height):\n    return 2 * width + height\n"


def reworking(text, parts, threshold=0.0):
    """The request to write parts of a code anew, in order."""
    spans, end = list[Span](), 0
    for part in parts:
        start = text.index(part, end)
        spans.append(Span(start, end := start + len(part)))
    return Request(text, "python", tuple(spans), threshold, replaces=True, is_partial=True)


def by_part(**answers):
    """Says of a part, by what stands there."""
    return lambda scene: answers.get(scene.text[scene.spans[0].start : scene.spans[0].end], {"?": 1.0})


def test_where_code_is_reworked_the_parts_to_come_stand_as_they_are():
    denoiser = Scripted(by_part(**{" *": {" -": 0.9, "": 0.1}, " +": {" )": 1.0}}))
    answer, drafts = filled(denoiser, reworking(PARTS, [" *", " +"]))
    assert [(edit.span.start, edit.new_text) for edit in answer.edits] == [(PARTS.index(" *"), " -")]
    assert [(one.hole, one.reason) for one in answer.left] == [(1, Reason.NO_PARSE)]
    assert answer.candidates[0][0].parses
    assert drafts[-1].holes[0] == (" -",)


def test_a_part_of_reworked_code_for_which_nothing_better_is_found_stays_and_is_shown():
    denoiser = Scripted(by_part(**{" *": {" )": 1.0}, " +": {" -": 1.0}}))
    answer, drafts = filled(denoiser, reworking(PARTS, [" *", " +"]))
    assert [edit.new_text for edit in answer.edits] == [" -"]
    assert [(edit.new_text, some[0].text) for edit, some in answer.offered] == [(" -", " -")]
    assert drafts[-1].holes[0] == (" *",)


@pytest.mark.parametrize(
    ("first", "instead", "words"),
    [
        pytest.param("def area", "def area\n", "expected '('", id="refused"),
        pytest.param("width", "depth", "width is not bound here", id="unbound"),
    ],
)
def test_code_that_is_reworked_is_worse_in_no_way_that_can_be_known(first, instead, words):
    denoiser = Scripted(by_part(**{first: {instead: 1.0}, " +": {" -": 1.0}}))
    answer, _ = filled(denoiser, reworking(PARTS, [first, " +"]))
    assert [edit.new_text for edit in answer.edits] == [" -"]
    assert [(one.hole, one.reason, one.detail) for one in answer.left] == [(0, Reason.FAULTY, words)]


@pytest.mark.parametrize(("likely", "offered"), [(0.4, [" -", " -"]), (0.6, [" -"])])
def test_code_that_stands_there_stays_unless_something_is_likelier(likely, offered):
    denoiser = Scripted(by_part(**{" *": {" -": 1.0 - likely, " *": likely}, " +": {" -": 1.0}}))
    answer, _ = filled(denoiser, reworking(PARTS, [" *", " +"]))
    assert [edit.new_text for edit in answer.edits] == offered
    assert [(one.hole, one.explained) for one in answer.left] == [
        (0, "nothing to add (what stands there is likelier)")
    ] * (len(offered) == 1)


def test_code_with_errors_may_be_reworked_and_gets_no_more_of_them():
    text = PARTS.replace("height\n", "height)\n")
    denoiser = Scripted(by_part(**{" *": {" -": 1.0}, " +": {" ) +": 1.0}}))
    answer, _ = filled(denoiser, reworking(text, [" *", " +"]))
    assert [edit.new_text for edit in answer.edits] == [" -"]


def test_no_part_is_nothing_to_add():
    answer, drafts = filled(always({"x": 1.0}), reworking(PARTS, []))
    assert (answer.reason, answer.edits, drafts) == (Reason.EMPTY, (), [])


def test_stubs_behind_their_headers_get_bodies_on_lines_of_their_own_in_tabs():
    text = "class A:\n\tdef f(self, x): ...\n\tdef g(self, x):\t...\n\n\tdef h(self, x):\n\t\treturn x\n"
    spans = tuple(Span(at, text.index("\n", at)) for at in (text.index(" ..."), text.index("\t...")))
    answer, drafts = filled(always({"return x + 1": 1.0}), Request(text, "python", spans, 0.0, is_partial=True))
    assert [edit.new_text for edit in answer.edits] == ["\n\t\treturn x + 1"] * 2
    assert drafts[0].holes[0][0] == "\n\t\t"


def test_a_stub_that_stays_open_stays_as_it_is():
    text = "def f(x):\n    ...\n\n\ndef g(x):\n    ...\n"
    stubs = (Span(14, 17), Span(34, 37))
    assert {text[span.start : span.end] for span in stubs} == {"..."}
    denoiser = Scripted(lambda scene: {"pass": 1.0} if "def g" in scene.text[scene.spans[0].end :] else {"return x": 1})
    answer, _ = filled(denoiser, Request(text, "python", stubs, 0.5, is_partial=True))
    assert [(edit.span, edit.new_text) for edit in answer.edits] == [(stubs[1], "return x")]
    assert answer.left[0].explained == "nothing to add"
    assert denoiser.looked[1][0].text == text


def test_a_header_below_that_nothing_heals_is_no_reason_to_leave_a_hole_open():
    denoiser = Scripted(by_name(a="sum(prices)"))
    answer, _ = filled(
        denoiser, partial("def f(prices):\n    a = <fill>\n    return a\n\n\ndef <fill>(x)\n    return 1\n", 0.5)
    )
    assert [edit.new_text for edit in answer.edits] == ["sum(prices)"]
    assert [one.hole for one in answer.left] == [1]


# --- the open end of a hole


def rest_of(whole):
    """Says, at any place, what is still to come of a text behind `return `."""

    def answers(scene):
        written = scene.text[len(HEADER) : scene.spans[0].start]
        return {"": 0.2, whole[len(written) :]: 0.8} if whole.startswith(written) else {"": 1.0}

    return answers


def test_a_text_that_fills_its_canvas_goes_on_at_its_end():
    whole = "result + price"
    denoiser = Scripted(rest_of(whole), sampling=Sampling(canvas=7, blocks=3))
    answer, drafts = filled(denoiser, request(HEADER + "<>\n"))
    assert answer.edits[0].new_text == whole
    assert answer.edits[0].span == Span(len(HEADER), len(HEADER))
    assert answer.candidates[0][0].confidence == pytest.approx(0.64, rel=1e-4), "what each block has"
    assert [scene.spans for scene, _ in denoiser.looked] == [
        *((Span(len(HEADER) + at, len(HEADER) + at),) for at in (0, 7, 14))
    ]
    assert drafts[-1].holes[0][0] == whole


def test_no_more_canvases_are_written_than_the_sampling_has():
    denoiser = Scripted(rest_of("result + price"), sampling=Sampling(canvas=6, blocks=1))
    answer, _ = filled(denoiser, request(HEADER + "<>\n"))
    assert answer.edits[0].new_text == "result"


# --- sampling, reading, cancelling


def test_the_sampling_is_the_callers_if_there_is_one():
    denoiser = always({"result": 1.0})
    sampling = Sampling(canvas=3, budget=77)
    answer, _ = filled(denoiser, request(HEADER + "<>\n"), sampling=sampling)
    assert [used for _, used in denoiser.looked] == [sampling]
    assert answer.candidates[0][0].text == "res"
    assert answer.tokens.slots == 3


def test_who_does_not_wait_is_told_that_much_is_still_to_be_read():
    denoiser = always({"result": 1.0}, unread=COLD + 1)
    answer, drafts = filled(denoiser, request(HEADER + "<>\n", is_patient=False))
    assert (answer.reason, drafts, denoiser.calls) == (Reason.WARMING, [], 0)
    patient, _ = filled(denoiser, request(HEADER + "<>\n"))
    assert patient.tokens.encoded == COLD + 1
    assert patient.edits


def test_warming_reads_what_a_request_will_see():
    denoiser = always({"result": 1.0}, unread=COLD + 1)
    asked = request(HEADER + "<>\n", is_patient=False)
    assert list(warm(denoiser, asked)) == [COLD + 1, 0]
    assert filled(denoiser, asked)[0].edits


def test_closing_it_makes_no_further_call():
    denoiser = always({"result": 0.5, "price": 0.5})
    steps = infill(denoiser, request(HEADER + "<>\n"))
    next(steps)
    steps.close()
    assert denoiser.calls == 1


def test_what_interrupts_the_showing_of_a_draft_ends_the_infill():
    denoiser = always({"result": 0.5, "price": 0.5})

    def interrupt(_draft):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answered(infill(denoiser, request(HEADER + "<>\n")), interrupt)
    assert denoiser.calls == 1


@pytest.mark.parametrize(
    ("line", "is_unasked", "expected"),
    [("b = 1\na = b<>\n", True, 1.0), ("b = 1\na = b<>\n", False, None), ("b = 1\na = unkno<>\n", True, None)],
    ids=["unasked", "asked", "within a word that nobody knows"],
)
def test_unasked_less_is_likely_right_behind_a_line_that_is_whole(line, is_unasked, expected):
    denoiser = always({"+": 0.75}, calibration=Calibration(0.0, {"nothing is missing": -2.0}))
    answer, _ = filled(denoiser, replace(request(line), is_unasked=is_unasked))
    (best, *_), *_ = answer.candidates
    assert best.evidence.get("nothing is missing") == expected


def test_what_other_files_say_is_weighed_though_the_search_does_not_meet_it_and_may_come_first():
    calibration = Calibration(0.0, {"score": 0.5, "elsewhere so": 6.0})
    denoiser = always({"result": 0.9, "total + price": 1e-4}, calibration=calibration, quoted={"total + price": 9})
    answer, _ = filled(denoiser, request(HEADER + "<>\n"))
    assert answer.edits[0].new_text == "total + price"
    alone, _ = filled(replace(denoiser, quoted={}), request(HEADER + "<>\n"))
    assert alone.edits[0].new_text == "result"
    assert "total + price" not in {one.text for one in alone.candidates[0]}
