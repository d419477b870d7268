"""The embedded model answers alike on every kind of processor, and as it did when the reference was made."""

import pytest

from lacuna.export.artifact import embedded
from lacuna.export.chunked.engine import Engine
from lacuna.export.processor import form, processor
from tests.reference import answers

LEAST_ALIKE = 0.99
FARTHEST = 0.01
"""Difference of confidences."""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_answers_are_those_of_the_reference() -> None:
    engine = Engine.load(embedded(), threads=1)
    holes = list(answers.holes())
    found = [answers.answer(engine, hole.text, hole.at) for hole in holes]
    alike = [
        (hole.confidence, confidence)
        for hole, (text, confidence) in zip(holes, found, strict=True)
        if text == hole.answer
    ]
    farthest = max(abs(one - other) for one, other in alike)
    said = (
        f"{len(alike)} of {len(holes)} texts are those of the reference, confidences differ by at most {farthest:.4f}; "
        f"here: {processor()}, {form()}; the reference: {answers.rows()[0]}"
    )
    print(said)  # noqa: T201 -- shown with `-rP`, and where the test fails
    assert len(holes) == 300
    assert len(alike) >= LEAST_ALIKE * len(holes), said
    assert farthest <= FARTHEST, said
