"""A plan as SARIF 2.1.0, written piece by piece: a result for each site, a fix where it is kept.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from lacuna.refactor.plan import Header, Outcome, Part, Site, Skipped
from lacuna.refactor.report import words
from lacuna.refactor.report.reviewed import PROPOSED, Reviewed
from lacuna.workspace.positions import Encoding, Offsets, line_starts, position_at
from lacuna.workspace.textfile import TextFile, line_end_at

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def document(header: Header, found: Iterable[Reviewed | Skipped], outcomes: frozenset[Outcome]) -> Iterator[str]:
    """The pieces of one JSON document; results come as the plan is read, for sites with one of the `outcomes`."""
    rules = [{"id": rule.name, "shortDescription": {"text": rule.explanation or rule.name}} for rule in header.rules]
    driver = {"name": "Lacuna", "semanticVersion": header.version, "rules": rules}
    yield f'{{"$schema": {json.dumps(_SCHEMA)}, "version": "2.1.0", "runs": [{{'
    yield f'"tool": {json.dumps({"driver": driver})}, "columnKind": "unicodeCodePoints", "results": ['
    failures: list[Skipped] = []
    mark = "\n"
    for one in found:
        if isinstance(one, Skipped):
            failures += [one] if one.is_failure else []
            continue
        for result in _results(one, outcomes):
            yield mark + json.dumps(result, allow_nan=False)
            mark = ",\n"
    invocation = {
        "executionSuccessful": not failures,
        "toolExecutionNotifications": [_notification(skipped) for skipped in failures],
    }
    yield f'\n], "invocations": [{json.dumps(invocation)}]}}]}}\n'


def _results(reviewed: Reviewed, outcomes: frozenset[Outcome]) -> Iterator[dict[str, object]]:
    starts = line_starts(reviewed.source.text) if reviewed.source else None
    for site in (site for site in reviewed.file.sites if site.outcome in outcomes):
        is_kept = site.outcome is Outcome.KEPT
        said = words.change(site) if site.outcome in PROPOSED else "nothing to write"
        result: dict[str, object] = {
            "ruleId": site.rule,
            "level": "note" if is_kept else "none",
            "kind": "fail" if is_kept else "informational",
            "message": {"text": said if is_kept else f"{said}: {words.why_not(site)}"},
            "locations": [_location(reviewed.file.path, _region(site, reviewed.source, starts))],
            "properties": {"outcome": site.outcome, "confidence": site.confidence},
        }
        if is_kept and reviewed.source and starts is not None:
            result["fixes"] = [_fix(reviewed.file.path, site, reviewed.source, starts)]
        yield result


def _region(site: Site, source: TextFile | None, starts: Offsets | None) -> dict[str, int]:
    if source is None or starts is None:
        return {"startLine": max(site.line, 1)}
    return _span(words.seen(site), source.text, starts)


def _span(part: Part, text: str, starts: Offsets) -> dict[str, int]:
    start, end = (position_at(text, starts, offset, Encoding.UTF32) for offset in (part.start, part.end))
    return {
        "startLine": start.line + 1,
        "startColumn": start.character + 1,
        "endLine": end.line + 1,
        "endColumn": end.character + 1,
    }


def _fix(path: str, site: Site, source: TextFile, starts: Offsets) -> dict[str, object]:
    replacements = [
        {
            "deletedRegion": _span(part, source.text, starts),
            "insertedContent": {"text": part.new.replace("\n", line_end_at(source.text, part.start))},
        }
        for part in site.parts
    ]
    return {
        "description": {"text": words.change(site)},
        "artifactChanges": [{"artifactLocation": _artifact(path), "replacements": replacements}],
    }


def _notification(skipped: Skipped) -> dict[str, object]:
    return {
        "level": "error",
        "message": {"text": skipped.reason},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(skipped.path)}}],
    }


def _location(path: str, region: dict[str, int]) -> dict[str, object]:
    return {"physicalLocation": {"artifactLocation": _artifact(path), "region": region}}


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path, errors="replace"), "uriBaseId": "%SRCROOT%"}
