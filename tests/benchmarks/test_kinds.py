"""Which questions are drawn, of each kind."""

import reprlib
import textwrap
from pathlib import Path

import pytest

from lacuna.benchmarks.evaluation import held_out, kinds
from lacuna.benchmarks.evaluation.hole_kind import HoleKind
from lacuna.model.corpus.files import SourceFile

FILES = [
    SourceFile(package, f"{module.__name__}{copy}.py", Path(module.__file__).read_text() + f"# {copy}\n")
    for package, copies in (("p", 2), ("q", 3))
    for module in (reprlib, textwrap)
    for copy in range(copies)
]


@pytest.fixture(scope="module")
def drawn():
    return kinds.draw(FILES, 90, list(HoleKind), seed=0)


def test_every_kind_and_every_package_has_as_many_questions(drawn):
    for kind in HoleKind:
        packages = [question.holes[0].package for question in drawn if question.kind == kind]
        assert packages == ["p"] * 5 + ["q"] * 5


def test_holes_hide_something_are_sorted_and_lie_apart(drawn):
    for question in drawn:
        assert all(truth.strip() and truth.count("\n") < kinds.LONGEST for truth in question.truths)
        assert len({hole.file for hole in question.holes}) == 1
        assert all(one.span.end < two.span.start for one, two in zip(question.holes, question.holes[1:], strict=False))
        assert len(question.holes) in ((2, 3) if question.kind == HoleKind.JOINT else (1,))


@pytest.mark.parametrize("kind", [HoleKind.REST_OF_LINE, HoleKind.WITHIN_LINE, HoleKind.EXPRESSION])
def test_some_begin_inside_words(kind):
    questions = kinds.draw(FILES, 200, [kind], seed=0)
    inside = sum(
        hole.text[hole.span.start - 1 : hole.span.start + 1].isalnum() and hole.span.start > 0
        for question in questions
        for hole in question.holes
    )
    share = inside / len(questions)
    assert share == 0.0 if kind is HoleKind.EXPRESSION else 0.2 < share < 0.7


def test_rest_of_line_holes_are_those_of_before():
    questions = kinds.draw(FILES, 40, [HoleKind.REST_OF_LINE], seed=3)
    assert [question.holes[0] for question in questions] == list(held_out.draw(FILES, 40, seed=3))


def test_the_seed_and_nothing_else_decides():
    once = kinds.draw(FILES, 30, [HoleKind.STATEMENT, HoleKind.JOINT, HoleKind.BODY], seed=1)
    again = kinds.draw(FILES[::-1], 10, [HoleKind.JOINT], seed=1)
    assert [question for question in once if question.kind == HoleKind.JOINT] == list(again)
    assert kinds.draw(FILES, 10, [HoleKind.JOINT], seed=2) != again


def test_no_question_is_asked_twice_and_lines_already_asked_about_are_left_out():
    first = kinds.draw(FILES, 40, [HoleKind.BODY], seed=0)
    assert len(set(first)) == len(first)
    taken = [hole for question in first for hole in question.holes]
    second = kinds.draw(FILES, 40, [HoleKind.BODY], seed=0, apart_from=taken)
    assert not {(hole.file, hole.span.end) for hole in taken} & {
        (hole.file, hole.span.end) for question in second for hole in question.holes
    }
