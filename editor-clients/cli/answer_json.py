"""An answer as the object that `--json` prints: lines from 0, characters in UTF-16 as in LSP."""

import json

from lacuna.infill.request import Answer
from lacuna.workspace import positions
from lacuna.workspace.positions import Encoding


def answer_json(text: str, answer: Answer) -> str:
    """One line; `text` is the document's before the edits."""
    starts = positions.line_starts(text)

    def position(offset: int) -> dict[str, int]:
        found = positions.position_at(text, starts, offset, Encoding.UTF16)
        return {"line": found.line, "character": found.character}

    return json.dumps(
        {
            "edits": [
                {"start": position(edit.span.start), "end": position(edit.span.end), "new_text": edit.new_text}
                for edit in answer.edits
            ],
            "candidates": [
                [
                    {
                        "text": candidate.text,
                        "confidence": candidate.confidence,
                        "parses": candidate.parses,
                        "faults": list(candidate.faults),
                    }
                    for candidate in hole
                ]
                for hole in answer.candidates
            ],
            "left": [{"hole": one.hole, "reason": one.reason.value, "detail": one.detail} for one in answer.left],
            "timings_ms": {
                "parse": answer.timings.parse,
                "encode": answer.timings.encode,
                "steps": list(answer.timings.steps),
                "total": answer.timings.total,
            },
            "tokens": {
                "context": answer.tokens.context,
                "encoded": answer.tokens.encoded,
                "slots": answer.tokens.slots,
            },
            "reason": None if answer.reason is None else answer.reason.value,
            "detail": answer.detail,
            "provider": answer.provider,
            "model": answer.model,
        },
        allow_nan=False,
    )
