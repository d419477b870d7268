"""`lacuna refactor rules`: every rule with its example, as a table or as JSON."""

import json

import pytest

from lacuna.cli.exit_codes import ExitCode
from lacuna.refactor.catalogue import rules


def test_each_rule_is_told_with_its_example(run):
    ended = run("refactor", "rules")
    assert ended.code == ExitCode.DONE
    shown = ended.out.decode()
    for card in rules():
        assert card.name in shown
    assert "except BaseException:" in shown
    assert "assert not self.empty" in shown


def test_a_rule_is_told_by_its_name(run):
    shown = run("refactor", "rules", "bare-except").out.decode()
    assert "except Exception:" in shown
    assert "annotations" not in shown


def test_json_has_a_line_for_each_rule(run):
    lines = [json.loads(line) for line in run("refactor", "rules", "--json").out.splitlines()]
    assert [(line["name"], line["after"]) for line in lines] == [(card.name, card.after) for card in rules()]
    assert {frozenset(line) for line in lines} == {frozenset({"name", "explanation", "before", "after"})}


@pytest.mark.parametrize("option", [(), ("--json",)], ids=["table", "json"])
def test_a_name_that_does_not_ship_is_told(run, option):
    ended = run("refactor", "rules", "nothing", *option)
    assert ended.code == ExitCode.USAGE
    assert ended.out == b""
    assert ended.err.startswith("lacuna: There is no rule 'nothing'; those that ship are adapt-calls, annotations, ")
