"""The rules that ship, on real code and on what they must leave alone: case files, and what holds for all of them."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from pathspec import GitIgnoreSpec

from lacuna.refactor.catalogue import rule_named, rules
from lacuna.refactor.rule import Rule
from lacuna.refactor.rulesource import Grounds
from lacuna.refactor.template import minimal
from tests.refactor.sketching import sketched, sketches

FOLDER = Path(__file__).parent / "rules"
BY_HAND = "written for this test"
OF_A_TREE = "adapt-calls"
"""Looks at more than one file, and has its own tests."""
NAMES = [card.name for card in rules() if card.name != OF_A_TREE]

REPLACED = {
    "annotations": r"| *=",
    "docstrings": r"|pass",
    "print-to-logging": r"|print(\(.*)?",
    "stub-bodies": r" ?(\.\.\.|pass|raise NotImplementedError.*)",
}
"""What goes where a rule has a blank: all else stays as text."""


@dataclass(frozen=True)
class Case:
    """A file `# from: …`, `# --- before`, text, and, unless all of it is left alone, `# --- after`, text."""

    path: Path
    origin: str
    before: str
    after: str

    @classmethod
    def read(cls, path: Path) -> "Case":
        text = path.read_text("utf-8")
        origin, rest = text.removeprefix("# from: ").split("\n# --- before\n")
        before, _, after = rest.partition("# --- after\n")
        return cls(path, origin, before, after or before)


CASES = [Case.read(path) for path in sorted(FOLDER.glob("*/*.txt"))]


def rule(name: str) -> Rule:
    return rule_named(name, Grounds(FOLDER))


@pytest.fixture(params=CASES, ids=lambda case: f"{case.path.parent.name}: {case.path.stem}")
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


def test_a_rule_writes_this_and_nothing_else(case):
    assert sketched(rule(case.path.parent.name), case.before) == case.after


def test_what_was_written_is_not_written_again(case):
    name = case.path.parent.name
    answered = re.sub(r"⟦….*?⟧", "info" if name == "print-to-logging" else "answer()", case.after)
    assert [sketch for sketch in sketches(rule(name), answered) if not sketch.left] == []


def test_line_ends_do_not_matter(case):
    made = sketched(rule(case.path.parent.name), case.before.replace("\n", "\r\n"))
    assert made.replace("\r\n", "\n") == case.after


def test_nothing_is_written_that_stays(case):
    for sketch in sketches(rule(case.path.parent.name), case.before):
        for one in sketch.replacements:
            assert minimal(case.before, one.span, one.pieces) == (None if sketch.left else one)


@pytest.mark.parametrize("name", REPLACED)
def test_holes_are_as_small_as_they_can_be(name):
    found = 0
    for case in CASES:
        for sketch in sketches(rule(name), case.before):
            for one in sketch.replacements:
                if any(not isinstance(piece, str) for piece in one.pieces):
                    found += 1
                    assert re.fullmatch(REPLACED[name], case.before[one.span.start : one.span.end], re.DOTALL)
    assert found


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_has_cases_of_real_code_and_of_what_it_leaves_alone(name):
    own = [case for case in CASES if case.path.parent.name == name]
    assert any(case.origin != BY_HAND and case.after != case.before for case in own)
    assert any(case.after == case.before for case in own)
    assert all(
        case.origin == BY_HAND or re.search(r", (PSF-2\.0|MIT|BSD-3-Clause|Apache-2\.0)$", case.origin) for case in own
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_example_is_what_the_rule_makes(name):
    card = next(card for card in rules() if card.name == name)
    assert sketched(rule(name), card.before) == card.after


@pytest.mark.parametrize("card", rules(), ids=lambda card: card.name)
def test_an_example_fits_beside_itself_on_a_screen(card):
    assert max(map(len, (card.before + card.after).split("\n"))) <= 56
    assert len(card.before.split("\n")) <= 15


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text", ["", "\n", "def f(:\n", "x = [\n", "print(\n", "class A:\n", "\ufeff", "'%s' % (", "𝒳 = '{}'.format(𝒳)\n"]
)
def test_broken_and_empty_files_are_no_matter(name, text):
    sketches(rule(name), text)


@pytest.mark.parametrize(
    ("name", "path", "is_for"),
    [
        ("print-to-logging", "a/b.py", True),
        ("print-to-logging", "tests/b.py", False),
        ("print-to-logging", "a/tests/b.py", False),
        ("print-to-logging", "setup.py", False),
        ("docstrings", "a/test_b.py", False),
        ("docstrings", "a/b.pyi", False),
        ("stub-bodies", "a/b.pyi", False),
        ("stub-bodies", "a/b.pyw", True),
    ],
)
def test_files_that_a_rule_is_not_for(name, path, is_for):
    assert GitIgnoreSpec.from_lines(rule(name).files).match_file(path) is is_for


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("bare-except", "try:\n    f()\nexcept:  # noqa: E722\n    pass\n", "a comment says that it is meant"),
        (
            "os-path",
            "import os\n\n\ndef f(p: bytes):\n    os.path.exists(p)\n",
            "its path may be bytes, which Path does not take",
        ),
    ],
)
def test_a_place_that_is_left_alone_says_why(name, text, reason):
    assert [sketch.left for sketch in sketches(rule(name), text)] == [reason]
