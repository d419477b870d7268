"""What `show --json` prints: lines for each site and each file left out, and the sums; docs/refactor.md has it."""

import json

from lacuna.refactor.plan import Part, Site, Skipped
from lacuna.refactor.report.reviewed import Reviewed, Totals


def site_line(reviewed: Reviewed, site: Site) -> str:
    return _line(
        "site",
        {
            "path": reviewed.file.path,
            "line": site.line,
            "rule": site.rule,
            "outcome": site.outcome,
            "reason": site.reason,
            "confidence": site.confidence,
            "edits": [_edit(part) for part in site.parts],
            "gates": [
                {"gate": verdict.gate, "passed": verdict.is_passed, "words": verdict.words} for verdict in site.verdicts
            ],
            "changed_since": reviewed.source is None,
        },
    )


def skipped_line(skipped: Skipped) -> str:
    return _line("skipped", {"path": skipped.path, "reason": skipped.reason, "failed": skipped.is_failure})


def totals_line(totals: Totals) -> str:
    return _line(
        "totals",
        {
            "files": totals.files,
            "looked_through": totals.looked_through,
            "sites": dict(totals.outcomes),
            "changed_since": totals.without_source,
            "skipped": totals.skipped.total(),
        },
    )


def _edit(part: Part) -> dict[str, object]:
    return {
        "start": part.start,
        "end": part.end,
        "old": part.old,
        "new": part.new,
        "blanks": [
            {
                "start": blank.start,
                "end": blank.end,
                "candidates": [
                    {"text": one.text, "confidence": one.confidence, "faults": list(one.faults)}
                    for one in blank.candidates
                ],
            }
            for blank in part.blanks
        ],
    }


def _line(kind: str, value: dict[str, object]) -> str:
    return json.dumps({kind: value}, allow_nan=False) + "\n"
