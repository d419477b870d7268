"""docs/refactor-rules.md has every key of a rule file and every rule that ships, and its own example works."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from lacuna.refactor.catalogue import rule_at, rules
from lacuna.refactor.rulefile import Example, RuleFile, Table
from lacuna.refactor.rulesource import Grounds
from tests.refactor.sketching import sketched

PAGE = (Path(__file__).parents[2] / "docs/refactor-rules.md").read_text("utf-8")
WRITING, SHIPPED = PAGE.split("\n## Those that ship\n")


@pytest.mark.parametrize(
    ("heading", "owner"),
    [("### Keys", RuleFile), ("In a table `[[rewrite]]`", Table), ("In the table `[example]`", Example)],
)
def test_the_page_has_every_key_and_no_other(heading, owner):
    (table,) = re.findall(rf"{re.escape(heading)}\n\n((?:\|.*\n)+)", WRITING)
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [one.name for one in fields(owner)]


def test_the_page_has_every_rule_that_ships_with_its_example():
    assert re.findall(r"^### (.+)$", SHIPPED, re.MULTILINE) == [card.name for card in rules()]
    for card, text in zip(rules(), SHIPPED.split("\n### ")[1:], strict=True):
        assert text.startswith(f"{card.name}\n\n{card.explanation}\n")
        shown = [block.strip("\n") for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL)]
        assert shown == [card.before.strip("\n"), card.after.strip("\n")]


def test_the_pages_own_rule_does_what_it_says(tmp_path):
    (text,) = re.findall(r"```toml\n(.*?)```", WRITING, re.DOTALL)
    path = tmp_path / "rule.toml"
    path.write_text(text, "utf-8")
    example = tomllib.loads(text)["example"]
    assert sketched(rule_at(path, Grounds(tmp_path)), example["before"]) == example["after"]
