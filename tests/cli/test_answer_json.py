"""What `--json` says of each candidate."""

import json

from lacuna.cli.answer_json import answer_json
from lacuna.infill.request import Answer, Candidate, Reason, Timings, Tokens


def test_what_is_wrong_with_a_candidate_is_said_and_why_none_is_offered():
    candidates = (
        Candidate("ab", 0.5, parses=True, faults=("ab is not bound here",)),
        Candidate("a=2", 0.25, parses=False, faults=("keyword argument repeated: a",)),
    )
    answer = Answer(
        edits=(),
        candidates=(candidates,),
        reason=Reason.FAULTY,
        timings=Timings(0, 0, (), 0),
        tokens=Tokens(0, 0, 0),
        provider="",
        model="",
        threshold=0.0,
        detail="ab is not bound here",
    )
    shown = json.loads(answer_json("", answer))
    assert shown["candidates"] == [
        [
            {"text": "ab", "confidence": 0.5, "parses": True, "faults": ["ab is not bound here"]},
            {"text": "a=2", "confidence": 0.25, "parses": False, "faults": ["keyword argument repeated: a"]},
        ]
    ]
    assert (shown["reason"], shown["detail"]) == ("known to be wrong", "ab is not bound here")
