"""docs/refactor.md describes every field of a plan, and nothing else."""

import dataclasses
import re
import types
import typing
from pathlib import Path

import pytest

from lacuna.refactor.plan import (
    FORMAT,
    Alternative,
    Blank,
    Footer,
    Header,
    Outcome,
    Part,
    PlannedFile,
    RuleNote,
    Site,
    Skipped,
    Verdict,
)

PAGE = (Path(__file__).parents[2] / "docs/refactor.md").read_text(encoding="utf-8")
SECTIONS = {
    "`plan`": Header,
    "a rule": RuleNote,
    "`file`": PlannedFile,
    "a site": Site,
    "a part": Part,
    "a blank": Blank,
    "a candidate": Alternative,
    "a verdict": Verdict,
    "`skipped`": Skipped,
    "`end`": Footer,
}
WORDS = {str: "string", Outcome: "string", int: "integer", bool: "boolean", float: "number", dict[str, str]: "object"}


def word(kind: object) -> str:
    """The page's word for a type."""
    if isinstance(kind, types.UnionType):
        return "number or null" if kind == float | None else "?"
    if typing.get_origin(kind) is tuple:
        return "list of strings" if typing.get_args(kind)[0] is str else "list"
    return WORDS[kind]  # type: ignore[index]


def rows(heading: str) -> list[tuple[str, str]]:
    (section,) = re.findall(rf"^#### {re.escape(heading)}\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    (table,) = re.findall(r"^\| field \| type \|.*\n\| ---.*\n((?:\|.*\n)*)", section, re.MULTILINE)
    return re.findall(r"^\| `(\w+)` \| ([\w ]+) \|", table, re.MULTILINE)


@pytest.mark.parametrize("heading", SECTIONS)
def test_a_table_has_the_fields_of_its_value(heading: str) -> None:
    kinds = typing.get_type_hints(SECTIONS[heading])
    fields = [(field.name, word(kinds[field.name])) for field in dataclasses.fields(SECTIONS[heading])]
    assert rows(heading) == fields


def test_all_values_of_a_plan_have_a_table() -> None:
    assert {f"#### {heading}" for heading in SECTIONS} == set(re.findall("^#### .*", PAGE, re.MULTILINE))


def test_the_outcomes_are_those_of_a_plan() -> None:
    (table,) = re.findall(r"^\| outcome \| \|\n\| ---.*\n((?:\|.*\n)*)", PAGE, re.MULTILINE)
    assert re.findall(r"^\| `([\w ]+)` \|", table, re.MULTILINE) == [outcome.value for outcome in Outcome]


def test_the_format_is_the_one_that_is_written() -> None:
    assert f"| `format` | integer | of plans: {FORMAT} |" in PAGE
