"""Rule files: what is written in them is what the rule does, and what is wrong is told in one sentence."""

import pickle
from pathlib import Path

import pytest

from lacuna.refactor.catalogue import rule_at, rule_named, rule_of_query, rules
from lacuna.refactor.rulefile import RuleError
from lacuna.refactor.rulesource import Grounds
from lacuna.syntax import queries
from lacuna.syntax.errors import UsageError
from tests.refactor.sketching import sketched, sketches

RULE = """
name = "logging"
explanation = "Logs."
language = "python"

[[rewrite]]
query = '((call function: (identifier) @_print arguments: (_) @args) @hole (#eq? @_print "print"))'
template = "log.⟦…level⟧⟦args⟧"
kept = ["args"]
"""


@pytest.fixture
def grounds(tmp_path: Path) -> Grounds:
    return Grounds(tmp_path)


@pytest.fixture
def at(tmp_path: Path, grounds: Grounds):
    def at(text: str):
        path = tmp_path / "rule.toml"
        path.write_text(text, encoding="utf-8")
        return rule_at(path, grounds)

    return at


def test_a_rule_says_what_it_is(at):
    rule = at(RULE.replace("[[rew", 'files = ["src/"]\nthreshold = 1\njoint = true\nkeeps_kind = true\n[[rew', 1))
    assert (rule.name, rule.explanation, rule.language) == ("logging", "Logs.", "python")
    assert (rule.files, rule.threshold, rule.is_joint, rule.keeps_kind) == (("src/",), 1.0, True, True)
    assert rule.has_blanks


def test_a_rule_does_what_it_says_and_survives_the_way_to_another_process(at):
    rule = pickle.loads(pickle.dumps(at(RULE)))  # noqa: S301 -- pickled here
    assert sketched(rule, "print(a)\nif b:\n    print(c, d)\n") == "log.⟦…level⟧(a)\nif b:\n    log.⟦…level⟧(c, d)\n"


def test_the_hash_is_of_the_text(at):
    assert at(RULE).hash == at(RULE).hash != at(RULE + "#").hash


WRONG = {
    "no TOML": ("name =", "this is no TOML: Invalid value"),
    "a key is missing": (RULE.replace('name = "logging"', ""), "'name' is missing"),
    "an unknown key": (RULE.replace("name =", 'command = "rm"\nname ='), "unknown 'command'; known are name, expl"),
    "an unknown key of a rewrite": (RULE + 'run = "rm"', "unknown 'run'; known are query, template"),
    "another type": (RULE.replace('"Logs."', "1"), "1 is no text @ the rule.explanation"),
    "a share that is none": (RULE.replace("name =", "threshold = 2\nname ="), "2 is no number from 0 to 1"),
    "another language": (RULE.replace('"python"', '"cobol"'), "Lacuna does not know the language of 'cobol'"),
    "a suffix for a language": (RULE.replace('"python"', '"a.py"'), "'a.py' is no language; 'python' is one"),
    "files that nothing can match": (
        RULE.replace("name =", 'files = ["!"]\nname ='),
        "'files' should be patterns as in .gitignore, 1,000 of them, of 64 KiB, at most",
    ),
    "a range of files that ends before it begins": (
        RULE.replace("name =", 'files = ["[z-a]"]\nname ='),
        "'files' should be patterns as in .gitignore",
    ),
    "no rewrites": (RULE.partition("[[")[0] + "rewrite = []", "the rule has no [[rewrite]]"),
    "another rewrite": (RULE.partition("[[")[0] + 'rewrite = "os.system"', "'os.system' is none of Lacuna's rewrites"),
    "a broken query": (
        RULE.replace("(call ", "(cal "),
        "rewrite 1: The query breaks at line 1, column 3: invalid node",
    ),
    "an unknown predicate": (RULE.replace("#eq?", "#is-odd?"), "rewrite 1: The query uses #is-odd?"),
    "a predicate beside its pattern": (
        RULE.replace("'((call", "'(call").replace('"print"))', '"print")'),
        "rewrite 1: The query has #eq? beside a pattern; it belongs within: ((call) @hole (#eq? …)).",
    ),
    "no hole": (RULE.replace("@hole", "@whole"), "rewrite 1: The query captures nothing as @hole"),
    "an unknown capture": (RULE.replace("⟦args⟧", "⟦arg⟧"), "names ⟦arg⟧, which the query does not capture"),
    "an unknown capture that is kept": (RULE.replace('["args"]', '["arg"]'), "kept names @arg, which the query does"),
    "an open bracket": (RULE.replace("⟦args⟧", "⟦args"), "rewrite 1: The template 'log.⟦…level⟧⟦args' breaks at"),
    "blanks side by side": (RULE.replace("⟦args⟧", "⟦…⟧"), "has two blanks with nothing between them"),
    "no template": (RULE.replace("template =", "unless ="), "captures @hole, for which there is no template"),
    "a template too many": (RULE + 'templates = { x = "" }', "There is a template for @hole.x, which the query"),
    "unless without @unless": (RULE + 'unless = "(call) @hole"', "'unless' captures nothing as @unless"),
    "needs that bind nothing": (RULE.replace("name", 'needs = ["f()"]\nname', 1), "neither imports one name nor gives"),
    "needs that do not parse": (RULE.replace("name", 'needs = ["import"]\nname', 1), "neither imports one name nor"),
}


@pytest.mark.parametrize(("text", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_told_with_the_files_name(at, tmp_path: Path, text, sentence):
    with pytest.raises(RuleError) as caught:
        at(text)
    assert str(caught.value).startswith(f"{tmp_path / 'rule.toml'}: ")
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_a_rule_whose_query_does_not_end_is_refused(at, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(queries, "SECONDS", 1)
    with pytest.raises(RuleError, match=r"The query was stopped: it takes more than 1 s of computing\.$"):
        at(RULE.replace("((call ", "((list ((_)? (_)? ((_)* (_)*)* )+) (call "))


def test_a_name_that_does_not_ship_is_told_with_those_that_do(grounds):
    with pytest.raises(UsageError, match=r"^There is no rule 'x'; those that ship are adapt-calls, "):
        rule_named("x", grounds)


def test_the_rules_that_ship_are_told_with_examples():
    cards = rules()
    assert [card.name for card in cards] == sorted(card.name for card in cards)
    assert all(card.explanation and card.before != card.after for card in cards)


# --- a query for a rule


def test_a_query_alone_makes_a_blank_of_each_hole():
    rule = rule_of_query("(return_statement (_) @hole)")
    assert rule.has_blanks
    assert sketched(rule, "def f():\n    return 1\n") == "def f():\n    return ⟦…⟧\n"


def test_a_template_is_for_all_holes_of_a_query():
    rule = rule_of_query("(assignment left: (_) @hole right: (_) @hole.b)", "⟦hole⟧.x")
    assert not rule.has_blanks
    assert sketched(rule, "a = b\n") == "a.x = a.x\n"


@pytest.mark.parametrize(
    ("query", "template", "sentence"),
    [
        ("(call) @x", "", r"^The query captures nothing as @hole"),
        ("(cal) @hole", "", r"^The query breaks at line 1"),
        ("(call) @hole", "⟦x⟧", r"^The template '⟦x⟧' names ⟦x⟧"),
    ],
    ids=["no hole", "does not compile", "template"],
)
def test_a_query_that_is_no_rule_is_told(query, template, sentence):
    with pytest.raises(UsageError, match=sentence):
        rule_of_query(query, template)


# --- what is matched


def test_of_two_rewrites_of_one_hole_the_first_is_taken(at):
    first = RULE + '[[rewrite]]\nquery = "(call) @hole"\ntemplate = "⟦…⟧"'
    assert sketched(at(first), "print(a)\nf()\n") == "log.⟦…level⟧(a)\n⟦…⟧\n"


def test_holes_of_one_match_are_one_sketch(at):
    rule = at(
        RULE.partition("[[")[0] + "[[rewrite]]\n"
        "query = '(assignment left: (_) @hole right: (_) @hole.value)'\n"
        "template = 'x'\ntemplates = { value = '⟦hole⟧(⟦…⟧)' }"
    )
    (sketch,) = sketches(rule, "a = b\n")
    assert [one.pieces[0] for one in sketch.replacements] == ["x", "a("]


def test_holes_that_overlap_are_told(at):
    rule = at(
        RULE.partition("[[")[0] + "[[rewrite]]\n"
        "query = '(assignment right: (_) @hole.value) @hole'\ntemplate = 'x'\ntemplates = { value = 'y' }"
    )
    with pytest.raises(UsageError, match="Two holes of one match overlap"):
        sketches(rule, "a = b\n")


def test_texts_that_must_stay_are_those_that_are_written_anew(at):
    rule = "(assignment left: (_) @name right: (_) @value) @hole"
    text = RULE.partition("query")[0] + f"query = '{rule}'\ntemplate = '⟦name⟧ = ⟦…⟧'\nkept = ['name', 'value']"
    (sketch,) = sketches(at(text), "a = b\n")
    assert sketch.kept == ("b",)


def test_what_does_not_parse_is_left_alone(at):
    assert sketched(at(RULE), "print(a b)\nprint(c)\n") == "print(a b)\nlog.⟦…level⟧(c)\n"


def test_a_sketch_that_changes_nothing_is_none():
    assert sketches(rule_of_query("(identifier) @hole", "⟦hole⟧"), "a = b\n") == []


def test_offsets_are_code_points_and_line_ends_the_templates():
    rule = rule_of_query("(expression_statement (call) @hole)", "if 𝒳:\n    ⟦hole⟧")
    text = "if 'é😀':\r\n\tf(\r\n1)\r\n"
    assert sketched(rule, text) == "if 'é😀':\r\n\tif 𝒳:\n\t    f(\r\n1)\r\n"
