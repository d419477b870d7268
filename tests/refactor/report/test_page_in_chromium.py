"""The page in a real browser: keys, filters, ticks, and a reduced plan that `apply` takes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lacuna.cli import main
from tests.refactor.sample import ANNOTATIONS, LOGGING, Sample, many, sample

CHROMIUM = shutil.which("chromium") or ""
NODE = Path(sys.executable).with_name("node")
DRIVE = Path(__file__).with_name("drive.mjs")
COUNT = {"evaluate": "document.querySelector('#count').textContent"}

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here; `make test-editors` gets it"),
    pytest.mark.slow,
]


def wish(field: str, value: str) -> dict[str, str]:
    """Somebody fills in a filter."""
    return {
        "evaluate": f"filters.elements.{field}.value = {json.dumps(value)};"
        "void filters.dispatchEvent(new Event('input'))"
    }


def driven(plan: Sample, *steps: dict[str, Any]) -> list[Any]:
    """What came of each step; the page asks for nothing but itself, and complains of nothing."""
    out = plan.plan.with_suffix(".html")
    assert main.run(["refactor", "show", str(plan.plan), "--html", str(out)]) == 0
    folders = [plan.tree.with_name(name) for name in ("profile", "downloads")]
    command = [NODE, DRIVE, CHROMIUM, folders[0], out.as_uri(), folders[1]]
    folders[1].mkdir(exist_ok=True)
    run = subprocess.run(command, input=json.dumps(steps), capture_output=True, text=True, check=False, timeout=100)
    assert run.returncode == 0, run.stderr
    done: dict[str, list[Any]] = json.loads(run.stdout)
    assert done["complaints"] == []
    assert [url for url in done["requests"] if not url.startswith("blob:")] == [out.as_uri()]
    return done["results"]


@pytest.fixture
def plan(tmp_path: Path) -> Sample:
    return sample(tmp_path / "tree")


def test_two_edits_are_ticked_off_with_keys_and_apply_takes_the_rest(
    plan: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(plan.tree.with_name("state")))
    *_, count, _ = driven(plan, {"keys": "jxjjx"}, COUNT, {"download": "document.querySelector('#export').click()"})
    assert count == "14 of 14 shown, 6 of 8 ticked"

    reviewed = plan.tree.with_name("downloads") / "reviewed.jsonl"
    assert main.run(["refactor", "apply", str(reviewed), "--tree", str(plan.tree)]) == 0
    text = (plan.tree / "ledger.py").read_text()
    assert "def __init__(self, name):" in text  # ticked off
    assert 'print("adding", entry)' in text  # the same
    assert "logging.info(ledger.balance())" in text
    assert "def main(arguments: list[str]) -> int:" in text
    assert text.count("import logging\n") == 1


def test_filters_leave_what_was_asked_for(plan: Sample) -> None:
    everything = (
        wish("rule", ""),
        wish("outcome", ""),
        wish("file", ""),
        wish("from", "0"),
        wish("to", "1"),
        wish("text", ""),
    )
    steps = [
        *(wish("rule", LOGGING), COUNT, *everything),
        *(wish("outcome", "low confidence"), COUNT, *everything),
        *(wish("outcome", "gate names"), COUNT, *everything),
        *(wish("file", "SÜSS"), COUNT, *everything),
        *(wish("file", "süß/"), COUNT, *everything),
        *(wish("from", "0.9"), wish("to", "0.95"), COUNT, *everything),
        *(wish("text", "bound nowhere"), COUNT, *everything),
        *(wish("text", "nothing has this"), COUNT, {"evaluate": "document.querySelector('#none').hidden"}, *everything),
        COUNT,
    ]
    shown = [str(result).split(" of ")[0] for result in driven(plan, *steps) if result is not None]
    assert shown == ["4", "1", "2", "0", "3", "2", "1", "0", "False", "14"]


def test_what_is_shown_is_ticked_at_once(plan: Sample) -> None:
    click = "document.querySelector('#{}').click()"
    results = driven(
        plan,
        wish("rule", ANNOTATIONS),
        {"evaluate": click.format("untick")},
        COUNT,
        wish("file", "ledger"),
        {"evaluate": click.format("tick")},
        COUNT,
    )
    assert [result for result in results if result] == ["9 of 14 shown, 4 of 8 ticked", "5 of 14 shown, 6 of 8 ticked"]


def test_keys_move_over_what_is_shown_and_type_where_text_is_asked_for(plan: Sample) -> None:
    where = {"evaluate": "document.querySelector('.current .where')?.textContent ?? ''"}
    results = driven(
        plan,
        wish("rule", LOGGING),
        {"keys": "j"},
        where,
        {"keys": "jjk"},
        where,
        {"keys": "jjjjjjj"},
        where,
        {"evaluate": "fold()"},
        {"keys": "k"},
        {"evaluate": "document.querySelector('.current').closest('details').open"},
        {"keys": "/jx"},
        {"evaluate": "filters.elements.text.value"},
        {"keys": ["Escape", "e"]},
    )
    assert [result for result in results if result] == ["line 12", "line 21", "line 5", True, "jx"]


def test_what_means_harm_does_none(plan: Sample) -> None:
    title, images = driven(plan, {"evaluate": "document.title"}, {"evaluate": "document.images.length + frames.length"})
    assert (title, images) == (f"Plan of {plan.tree}", 0)


def test_a_thousand_hunks_are_there_and_filtered_in_no_time(tmp_path: Path) -> None:
    loaded = {"evaluate": "performance.getEntriesByType('navigation')[0].domComplete"}
    before = {"evaluate": "void (window.before = performance.now())"}
    after = {"evaluate": "performance.now() - window.before"}
    results = driven(many(tmp_path / "tree", 125), loaded, COUNT, before, wish("text", "float"), after, COUNT)
    load, at_first, *_, filtered, at_last = results
    assert (at_first, at_last) == ("1000 of 1000 shown, 500 of 500 ticked", "125 of 1000 shown, 500 of 500 ticked")
    assert load < 10_000  # milliseconds: bounds that a busy machine keeps, too
    assert filtered < 2_000
