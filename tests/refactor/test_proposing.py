"""From one file to its part of a plan: what is written, what is dropped and why."""

import functools
from collections.abc import Mapping
from pathlib import Path

import pytest

from lacuna.infill.infill import infill
from lacuna.model.denoiser import Scene
from lacuna.refactor.plan import Outcome, PlannedFile, Site
from lacuna.refactor.proposing import Proposer, Task
from lacuna.refactor.rewriting import rewritten
from lacuna.refactor.rule import Rule
from lacuna.workspace.textfile import decode
from tests.infill.scripted import Scripted
from tests.refactor.sketchers import rule

Answers = Mapping[str, Mapping[str, float]]
"""How likely each text is behind some other."""


def denoiser(answers: Answers) -> Scripted:
    def answer(scene: Scene) -> Mapping[str, float]:
        before = scene.text[: scene.spans[0].start]
        fitting = [end for end in answers if before.endswith(end)]
        return answers[max(fitting, key=len)] if fitting else {"": 1.0}

    return Scripted(answer)


def planned(text: str, *rules: Rule, answers: Answers | None = None, threshold: float = 0.3) -> PlannedFile | None:
    model = denoiser(answers or {})
    proposer = Proposer(rules, functools.partial(infill, model), threshold)
    found = proposer.propose(Task("a.py", text.encode(), None, tuple(range(len(rules)))))
    assert found is None or isinstance(found, PlannedFile)
    return found


def sites(text: str, *rules: Rule, answers: Answers | None = None) -> tuple[Site, ...]:
    found = planned(text, *rules, answers=answers)
    return found.sites if found else ()


def written(text: str, *rules: Rule, answers: Answers | None = None) -> str:
    """The text with all sites that are kept; planned once more it has none."""
    found = planned(text, *rules, answers=answers)
    if found is None:
        return text
    kept = [site for site in found.sites if site.outcome is Outcome.KEPT]
    data = rewritten(found, decode(Path("a.py"), text.encode()), kept)
    again = planned(data.decode(), *rules, answers=answers)
    assert not [site for site in again.sites if site.outcome is Outcome.KEPT] if again else True
    return data.decode()


RENAME = rule(r"\bold\(", "new(")


# --- what is written


def test_a_rule_without_blanks_writes_what_it_says_and_no_more_than_that():
    text = "def new(): ...\n\n\nx = new(old(1))\n"
    [site] = sites(text, RENAME)
    [part] = site.parts
    assert (part.old, part.new, site.line, site.confidence) == ("old", "new", 4, None)
    assert [verdict.gate for verdict in site.verdicts if verdict.is_passed] == [
        *("words", "parses", "names", "faults", "again"),
    ]
    assert written(text, RENAME) == text.replace("old", "new")


def test_blanks_get_candidates_and_a_confidence():
    text = "def f(count):\n    return count\n"
    [site] = sites(text, rule(r"count\)", "count: ⟦…⟧)"), answers={"count: ": {"int": 0.75, "str": 0.25}})
    [part] = site.parts
    [blank] = part.blanks
    assert (part.start, part.end, part.old, part.new) == (11, 11, "", ": int")
    assert part.new[blank.start : blank.end] == "int"
    assert [one.text for one in blank.candidates] == ["int", "str"]
    assert site.outcome is Outcome.KEPT
    assert site.confidence == pytest.approx(0.75, abs=0.01)


def test_a_site_that_is_not_likely_enough_is_low():
    text = "def f(count):\n    return count\n"
    answers = {"count: ": {"int": 0.2, "str": 0.2, "bool": 0.2, "float": 0.2, "list": 0.2}}
    [site] = sites(text, rule(r"count\)", "count: ⟦…⟧)"), answers=answers)
    assert site.outcome is Outcome.LOW
    assert site.reason == "0.20 of 0.3"


def test_of_two_blanks_the_second_sees_the_answer_to_the_first_and_confidences_multiply():
    text = "x = f(1)\n"
    answers = {"a=": {"2": 0.8, "3": 0.2}, "a=2, b=": {"4": 0.5, "5": 0.3, "6": 0.2}}
    [site] = sites(text, rule(r"f\(1\)", "f(1, a=⟦…⟧, b=⟦…⟧)"), answers=answers)
    assert site.parts[0].new == ", a=2, b=4"
    assert site.confidence == pytest.approx(0.4, abs=0.01)


def test_line_ends_stay_the_file_s_own():
    text = "def f(a):\r\n    return a\r\n"
    found = written(text, rule(r"    return a", '    """⟦…⟧"""\n    return a'), answers={'"""': {"Say it.": 1.0}})
    assert found == 'def f(a):\r\n    """Say it."""\r\n    return a\r\n'


def test_what_all_sites_need_is_written_once():
    text = "def f():\n    show(1)\n    show(2)\n"
    assert written(text, rule(r"show\(", "logging.info(", needs="import logging\n")) == (
        "import logging\ndef f():\n    logging.info(1)\n    logging.info(2)\n"
    )


# --- joint holes


def test_joint_holes_see_the_answers_before_them():
    text = "f(1)\nf(2)\n"
    answers = {"f(1, ": {"3": 1.0}, "f(1, 3)\nf(2, ": {"4": 1.0}, "f(2, ": {"5": 1.0}}
    assert written(text, rule(r"f\((\d)\)", r"f(\1, ⟦…⟧)", is_joint=True), answers=answers) == "f(1, 3)\nf(2, 4)\n"


def test_a_joint_hole_that_is_not_likely_enough_is_not_seen_by_those_behind_it():
    text = "f(1)\nf(2)\nf(3)\n"
    low = {"3": 0.25, "4": 0.25, "5": 0.25, "6": 0.25}
    answers = {"f(1, ": low, "f(1)\nf(2, ": {"7": 1.0}, "f(2, 7)\nf(3, ": {"8": 1.0}}
    found = sites(text, rule(r"f\((\d)\)", r"f(\1, ⟦…⟧)", is_joint=True), answers=answers)
    assert [(site.outcome, site.parts[0].new) for site in found] == [
        (Outcome.LOW, ", 3"),
        (Outcome.KEPT, ", 7"),
        (Outcome.KEPT, ", 8"),
    ]


def test_a_joint_hole_without_an_answer_says_why_and_the_others_go_on():
    text = "f(1)\nf(2)\n"
    answers = {"f(1, ": {"": 1.0}, "f(1)\nf(2, ": {"3": 1.0}}
    found = sites(text, rule(r"f\((\d)\)", r"f(\1, ⟦…⟧)", is_joint=True), answers=answers)
    assert [site.outcome for site in found] == [Outcome.EMPTY, Outcome.KEPT]
    assert found[0].reason


# --- what is kept is in view


FOLLOWED = rule(r"f\((\d)\)", r"f(\1, ⟦…⟧)")
UNSURE = {"0": 0.25, "1": 0.25, "5": 0.25, "6": 0.25}


def following(count: int) -> tuple[str, Answers]:
    """Calls whose new argument is unsure until that of the call before has been written."""
    text = "".join(f"f({n})\n" for n in range(1, count + 1))
    sure = {f"f({n - 1}, {n + 6})\nf({n}, ": {f"{n + 7}": 1.0} for n in range(2, count + 1)}
    return text, {"f(1, ": {"8": 1.0}, **{f"f({n}, ": UNSURE for n in range(2, count + 1)}, **sure}


def test_what_is_not_likely_enough_is_asked_once_more_beside_what_is_kept():
    text, answers = following(2)
    first, second = sites(text, FOLLOWED, answers=answers)
    assert (first.outcome, second.outcome) == (Outcome.KEPT, Outcome.KEPT)
    assert second.confidence == pytest.approx(1.0, abs=0.01)
    assert written(text, FOLLOWED, answers=answers) == "f(1, 8)\nf(2, 9)\n"


def test_it_is_asked_as_long_as_that_lets_more_be_kept_and_not_for_ever():
    text, answers = following(4)
    assert written(text, FOLLOWED, answers=answers) == "f(1, 8)\nf(2, 9)\nf(3, 10)\nf(4, 11)\n"
    text, answers = following(8)
    assert [site.outcome for site in sites(text, FOLLOWED, answers=answers)] == [Outcome.KEPT] * 5 + [Outcome.LOW] * 3


def test_what_had_no_answer_is_asked_once_more_too():
    text, answers = following(2)
    nothing = answers | {"f(2, ": {"": 1.0}}
    assert written(text, FOLLOWED, answers=nothing) == "f(1, 8)\nf(2, 9)\n"


def test_what_stays_unlikely_tells_how_likely_it_is_beside_the_others():
    text, answers = following(2)
    still = answers | {"f(1, 8)\nf(2, ": {"9": 0.2, **dict.fromkeys("01345678", 0.1)}}
    assert [site.reason for site in sites(text, FOLLOWED, answers=still)] == ["", "0.20 of 0.3"]


def test_what_breaks_the_file_beside_the_others_is_dropped_and_they_stay():
    text, answers = following(3)
    broken = answers | {"f(1, 8)\nf(2, ": {"unknown": 1.0}}
    found = sites(text, FOLLOWED, answers=broken)
    assert [site.outcome for site in found] == [Outcome.KEPT, Outcome.GATED, Outcome.LOW]
    assert found[1].reason == "unknown is not bound here"


# --- gates


@pytest.mark.parametrize(
    ("text", "made", "gate", "reason"),
    [
        pytest.param("x = 1\n", rule("1", "(1"), "parses", "'(' was never closed", id="it does not parse"),
        pytest.param("x = f(1)\n", rule("f", "unknown"), "names", "unknown is not bound here", id="a name is unbound"),
        pytest.param("a = f()\n", rule("f..", "a", keeps_kind=True), "kind", "it makes identifier of call", id="kind"),
        pytest.param("x = 'a'\n", rule("'a'", "'b'", kept=("a",)), "kept", "it loses text that must stand", id="kept"),
        pytest.param("x = a\n", rule("(?=a)", "y"), "words", "it makes 'ya' of words that stood apart", id="words"),
        pytest.param("x = 1\n", rule("1", "(1)"), "again", "the rule matches again in what it would write", id="again"),
    ],
)  # fmt: skip
def test_a_site_that_fails_a_gate_says_which_and_why(text: str, made: Rule, gate: str, reason: str):
    [site] = sites(text, made)
    assert site.outcome is Outcome.GATED
    assert site.reason == reason
    assert [verdict.gate for verdict in site.verdicts if not verdict.is_passed] == [gate]
    assert written(text, made) == text


def test_an_old_fault_is_not_the_site_s():
    text = "x = f(unknown)\nprint 'python 2'\n"
    assert written(text, rule(r"f\(", "g(")) == text.replace("f(", "g(")


def test_a_denoised_line_that_leaves_its_block_fails():
    text = "def f():\n    x = 1\n"
    [site] = sites(text, rule("x = 1", "x = ⟦…⟧"), answers={"x = ": {"2\ny = 3": 1.0}})
    assert site.outcome is Outcome.GATED
    assert site.reason == "it leaves its block"


def test_where_a_candidate_fails_the_next_is_tried():
    text = "def f(count):\n    return count\n"
    answers = {"count: ": {"Unknown": 0.6, "int": 0.4}}
    [site] = sites(text, rule(r"count\)", "count: ⟦…⟧)"), answers=answers)
    assert site.parts[0].new == ": int"


def test_sites_that_break_the_file_are_dropped_and_the_others_stay():
    text = "a = 1\nb = 2\nc = 3\nd = 4\n"
    good, bad = rule(r"(a|c) = (\d)", r"\1: int = \2", "good"), rule(r"(b|d) = ", r"\1 = [", "bad")
    assert written(text, bad, good) == "a: int = 1\nb = 2\nc: int = 3\nd = 4\n"
    assert [site.rule for site in sites(text, bad, good) if site.outcome is Outcome.GATED] == ["bad", "bad"]


# --- overlaps


def test_of_overlapping_sites_the_earlier_rule_wins_and_the_loser_is_named():
    text = "x = f(g(1))\n"
    found = sites(text, rule(r"g\(1\)", "2", "inner"), rule(r"f\(g\(1\)\)", "3", "outer"))
    assert [(site.rule, site.outcome, site.reason) for site in found] == [
        ("outer", Outcome.OVERLAPS, "overlaps inner at line 1"),
        ("inner", Outcome.KEPT, ""),
    ]


def test_within_one_rule_the_better_confidence_wins():
    text = "x = f(g(1))\n"
    made = rule(r"g\(1\)\)|(?<== )f\((?=g)", "⟦…⟧")
    answers = {"x = f(": {"5)": 0.9, "6)": 0.1}, "x = ": {"abs(": 0.5, "len(": 0.5}}
    assert written(text, made, answers=answers) == "x = abs(5)\n"


@pytest.mark.parametrize(
    ("made", "gate"),
    [
        pytest.param("(3", "parses", id="it breaks the file"),
        pytest.param("unknown", "names", id="a name is unbound"),
        pytest.param("f(f(g(1)))", "again", id="its rule matches again"),
    ],
)
def test_a_site_that_fails_a_gate_makes_none_lose_that_overlaps_it(made: str, gate: str):
    text = "x = f(g(1))\ny = g(1)\n"
    bad, good = rule(r"f\(g\(1\)\)", made, "bad"), rule(r"g\(1\)", "2", "good")
    found = sites(text, bad, good)
    assert [(site.rule, site.line, site.outcome) for site in found] == [
        ("bad", 1, Outcome.GATED),
        ("good", 1, Outcome.KEPT),
        ("good", 2, Outcome.KEPT),
    ]
    assert [verdict.gate for verdict in found[0].verdicts if not verdict.is_passed] == [gate]
    assert written(text, bad, good) == "x = f(2)\ny = 2\n"


def test_where_what_took_a_failed_site_s_place_fails_too_the_next_has_it():
    text = "x = f(g(h(1)))\n"
    bad, worse, good = rule(r"f\(.*", "(", "bad"), rule(r"g\(.*\)(?=\))", "[", "worse"), rule("h.1.", "2", "good")
    assert written(text, bad, worse, good) == "x = f(g(2))\n"
    better = rule("h.1.", "3", "better")
    last = sites(text, bad, worse, good, better)[-1]
    assert (last.rule, last.reason) == ("better", "overlaps good at line 1")


def test_insertions_of_whole_lines_at_one_place_stand_in_the_order_of_the_rules():
    text = "f()\ng()\n"
    made = rule("f", "a", "one", needs="import a\n"), rule("g", "b", "two", needs="import b\n")
    assert written(text, *made) == "import a\nimport b\na()\nb()\n"


def test_other_insertions_at_one_place_overlap():
    found = sites("x = f(1)\n", rule(r"(?<=1)\)", ", 2)", "one"), rule(r"(?<=1)\)", ", 3)", "two"))
    assert [(site.rule, site.outcome) for site in found] == [("one", Outcome.KEPT), ("two", Outcome.OVERLAPS)]
