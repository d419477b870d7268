"""JSON lines, SARIF 2.1.0 and GitHub's annotations: what programs read stays well-formed whatever a plan holds."""

import functools
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from lacuna.refactor.plan import FORMAT, Header, Outcome, Part, PlannedFile, Site, Skipped
from lacuna.refactor.report import github, json_lines, sarif
from lacuna.refactor.report.reviewed import Reviewed, Selection, Totals, reviewed
from lacuna.refactor.rewriting import rewritten
from lacuna.refactor.tree import permitted
from lacuna.workspace.positions import Encoding, Position, line_starts, offset_at
from tests.refactor.sample import HARM_PATH, IMAGE, LEDGER, RULES, Sample, sample

KEPT = frozenset({Outcome.KEPT})
EVIL = "a,b:c%d\r\n::error file=x::harmed\ud800"


def found(plan: Sample, totals: Totals | None = None) -> Iterator[Reviewed | Skipped]:
    return reviewed(plan.entries, Selection(), functools.partial(permitted, plan.tree), totals or Totals())


@pytest.fixture
def plan(tmp_path: Path) -> Sample:
    return sample(tmp_path / "tree")


# 1. JSON lines


def test_a_line_has_all_that_is_known_about_a_site(plan: Sample) -> None:
    (first, *_) = (one for one in found(plan) if isinstance(one, Reviewed))
    line = json_lines.site_line(first, first.file.sites[1])
    assert line.endswith("}\n")
    assert line.isascii()
    assert json.loads(line)["site"] == {
        "path": "ledger.py",
        "line": 11,
        "rule": "annotations",
        "outcome": "failed a gate",
        "reason": "Entri is bound nowhere",
        "confidence": 0.44,
        "edits": [
            {
                "start": LEDGER.index("):\n        print"),
                "end": LEDGER.index("):\n        print"),
                "old": "",
                "new": ": Entri",
                "blanks": [
                    {
                        "start": 2,
                        "end": 7,
                        "candidates": [
                            {"text": "Entri", "confidence": 0.44, "faults": []},
                            {"text": "object", "confidence": 0.22, "faults": ["object is too wide"]},
                            {"text": "Any", "confidence": 0.11, "faults": []},
                        ],
                    }
                ],
            }
        ],
        "gates": [
            {"gate": "parses", "passed": True, "words": ""},
            {"gate": "names", "passed": False, "words": "Entri is bound nowhere"},
        ],
        "changed_since": False,
    }


def test_the_sums_come_last(plan: Sample) -> None:
    totals = Totals(looked_through=12)
    failed = [json_lines.skipped_line(one) for one in found(plan, totals) if isinstance(one, Skipped)]
    assert json.loads(failed[1]) == {
        "skipped": {"path": "slow.py", "reason": "it ran out of its 30 seconds", "failed": True}
    }
    assert json.loads(json_lines.totals_line(totals))["totals"] == {
        "files": 3,
        "looked_through": 12,
        "sites": {
            "kept": 8,
            "failed a gate": 2,
            "low confidence": 1,
            "overlaps another": 1,
            "left alone": 1,
            "nothing offered": 1,
        },
        "changed_since": 0,
        "skipped": 2,
    }


# 2. SARIF


def log(plan: Sample, outcomes: frozenset[Outcome] = KEPT) -> dict[str, Any]:
    header = Header(FORMAT, "0.1.0", str(plan.tree), "", RULES, {})
    read: dict[str, Any] = json.loads("".join(sarif.document(header, found(plan), outcomes)))
    return read


def test_a_log_has_what_the_standard_asks_for(plan: Sample) -> None:
    """https://docs.oasis-open.org/sarif/sarif/v2.1.0: required properties and closed sets, by section."""
    read = log(plan, frozenset(Outcome))
    assert (read["version"], set(read)) == ("2.1.0", {"$schema", "version", "runs"})  # 3.13
    (run,) = read["runs"]
    assert set(run) <= {"tool", "results", "invocations", "columnKind"}  # 3.14
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["tool"]["driver"]["name"] == "Lacuna"  # 3.19.8
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {rule.name for rule in RULES}
    for result in run["results"]:
        assert result["message"]["text"]  # 3.27.11
        assert (result["kind"], result["level"]) in {("fail", "note"), ("informational", "none")}  # 3.27.9, 3.27.10
        for location in result["locations"]:
            place = location["physicalLocation"]
            assert not re.search(r"[^!-~]", place["artifactLocation"]["uri"])  # 3.10.1: RFC 3986
            region = place["region"]
            assert 1 <= region["startLine"] <= region["endLine"]  # 3.30
            assert region["startColumn"] >= 1
        for fix in result.get("fixes", ()):
            for change in fix["artifactChanges"]:  # 3.55.3
                assert change["artifactLocation"]
                assert all(one["deletedRegion"] for one in change["replacements"])  # 3.57.3
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False  # 3.20.14: slow.py was not looked through
    assert [one["message"]["text"] for one in invocation["toolExecutionNotifications"]] == [
        "it ran out of its 30 seconds"
    ]


def test_a_result_for_each_site_that_was_asked_for_and_a_fix_where_it_is_kept(plan: Sample) -> None:
    results = log(plan, frozenset(Outcome))["runs"][0]["results"]
    assert Counter(result["properties"]["outcome"] for result in results) == Counter(
        site.outcome.value for entry in plan.entries if isinstance(entry, PlannedFile) for site in entry.sites
    )
    assert {result["properties"]["outcome"] for result in results if "fixes" in result} == {"kept"}
    assert len(log(plan)["runs"][0]["results"]) == 8


def test_whoever_carries_out_the_fixes_gets_what_apply_writes(plan: Sample) -> None:
    edits: dict[str, set[tuple[int, int, str]]] = {}
    for result in log(plan)["runs"][0]["results"]:
        for change in result["fixes"][0]["artifactChanges"]:
            path = unquote(change["artifactLocation"]["uri"])
            text = (plan.tree / path).read_bytes().decode("utf-8-sig")
            starts = line_starts(text)

            def at(region: dict[str, int], end: str, text: str = text, starts: Any = starts) -> int:
                position = Position(region[f"{end}Line"] - 1, region[f"{end}Column"] - 1)
                return offset_at(text, starts, position, Encoding.UTF32)

            edits.setdefault(path, set()).update(
                (at(one["deletedRegion"], "start"), at(one["deletedRegion"], "end"), one["insertedContent"]["text"])
                for one in change["replacements"]
            )
    for one in found(plan):
        if isinstance(one, Reviewed) and one.source:
            text = one.source.text
            for start, end, new in sorted(edits[one.file.path], reverse=True):
                text = text[:start] + new + text[end:]
            kept = [site for site in one.file.sites if site.outcome is Outcome.KEPT]
            assert text == rewritten(one.file, one.source, kept).decode("utf-8-sig")


def test_a_plan_without_sites_is_a_log_without_results(plan: Sample) -> None:
    empty = Sample(plan.tree, plan.plan, ())
    (run,) = log(empty)["runs"]
    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is True


# 3. GitHub


def test_an_annotation_says_where_what_and_how_likely(plan: Sample) -> None:
    (first, *_) = (one for one in found(plan) if isinstance(one, Reviewed))
    assert github.site_annotation(first, first.file.sites[0]) == (
        '::notice file=ledger.py,line=7,title=annotations::insert ": str" (confidence 0.91)\n'
    )
    assert github.site_annotation(first, first.file.sites[3]) == (
        '::notice file=ledger.py,line=15,title=annotations::low confidence (0.21 of 0.35): insert " -> float"\n'
    )
    assert github.site_annotation(first, first.file.sites[7]) == (
        "::notice file=ledger.py,line=22,title=annotations::left alone (it is a value)\n"
    )


def test_no_text_ends_an_annotation() -> None:
    site = Site(EVIL, 1, (Part(0, 0, "", EVIL),), None, Outcome.GATED, EVIL)
    lines = github.site_annotation(Reviewed(PlannedFile(EVIL, "", (site,)), None), site)
    lines += github.skipped_annotation(Skipped(EVIL, EVIL))
    lines.encode()
    for line in lines.removesuffix("\n").split("\n"):
        properties, message = re.fullmatch(r"::(?:notice|warning) ([^:]*)::(.*)", line).groups()  # type: ignore[union-attr]
        assert "\r" not in line
        assert properties.count("file=a%2Cb%3Ac%25d%0D%0A%3A%3Aerror file=x%3A%3Aharmed?") == 1
        assert "a,b:c%25d\\r\\n::error" in message


def test_a_path_that_is_html_is_a_path(plan: Sample) -> None:
    files = [one for one in found(plan) if isinstance(one, Reviewed) and one.file.path == HARM_PATH]
    line = github.site_annotation(files[0], files[0].file.sites[2])
    assert line.startswith(f"::notice file={HARM_PATH},line=1,title=annotations::failed a gate (")
    assert IMAGE in line
    assert line.count("\n") == 1
