"""The page holds the plan, loads nothing, and what a plan's texts hold stays text."""

import base64
import hashlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from lacuna.refactor.plan import Footer, Outcome, PlannedFile, Skipped
from lacuna.refactor.planfile import open_plan
from lacuna.refactor.report import page
from lacuna.refactor.report.reviewed import Selection, Totals, reviewed
from lacuna.refactor.tree import permitted
from lacuna.syntax.errors import FileError
from tests.refactor.sample import (
    ANNOTATIONS,
    HARM_PATH,
    LEDGER,
    OVERRIDE,
    RULES,
    Sample,
    part,
    sample,
    site,
    write,
    write_plan,
)

NODE = Path(sys.executable).with_name("node")
SCRIPT = Path(page.__file__).with_name("page") / "plan.js"


class Read(HTMLParser):
    """A page as another parser than ours sees it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        """By the innermost element, scripts by their class."""
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = f"{tag} {dict(attrs).get('class') or ''}".strip()

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._open, []).append(data)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 -- the library's signature
        self._open = ""


@pytest.fixture
def plan(tmp_path: Path) -> Sample:
    return sample(tmp_path / "tree")


def made(plan: Sample, selection: Selection | None = None) -> str:
    read, out, totals = open_plan(plan.plan), plan.plan.with_suffix(".html"), Totals()
    page.write(
        out,
        read,
        reviewed(read.entries(), selection or Selection(), lambda path: permitted(plan.tree, path), totals),
        totals,
    )
    return out.read_text(encoding="utf-8")


def test_the_plan_is_in_the_page_line_by_line(plan: Sample, tmp_path: Path) -> None:
    out = tmp_path / "again.jsonl"
    out.write_text("\n".join(Read(made(plan)).texts["script plan"]) + "\n")
    assert tuple(open_plan(out).entries()) == plan.entries
    assert open_plan(out).header == open_plan(plan.plan).header
    assert open_plan(out).footer() == open_plan(plan.plan).footer()


def test_a_page_of_some_sites_holds_a_plan_of_these_alone(plan: Sample, tmp_path: Path) -> None:
    out = tmp_path / "again.jsonl"
    html = made(plan, Selection(outcomes=frozenset({Outcome.LOW})))
    out.write_text("\n".join(Read(html).texts["script plan"]) + "\n")
    files = [entry for entry in open_plan(out).entries() if isinstance(entry, PlannedFile)]
    assert [(file.path, [site.line for site in file.sites]) for file in files] == [("ledger.py", [15])]


def test_only_our_script_may_run_and_nothing_may_be_loaded(plan: Sample) -> None:
    read = Read(made(plan))
    ((policy,),) = [
        (found["content"],) for tag, found in read.tags if found.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules.pop("default-src") == rules.pop("base-uri") == rules.pop("form-action") == "'none'"
    (script,), (style,) = read.texts["script"], read.texts["style"]
    assert rules == {
        f"{kind}-src": f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for kind, text in (("script", script), ("style", style))
    }
    for _, found in read.tags:
        assert not {"src", "href", "action", "style", "srcdoc"} & set(found)
        assert not [name for name in found if name.startswith("on")]


def test_what_means_harm_is_text(plan: Sample) -> None:
    html = made(plan)
    read = Read(html)
    assert not [tag for tag, _ in read.tags if tag in {"img", "iframe", "object", "embed", "link"}]
    assert len([tag for tag, found in read.tags if tag == "script" and "type" not in found]) == 1
    assert "U+202E" in read.texts["span point"]
    assert "U+001B" in read.texts["span point"]
    shown = re.sub(r'="[^"]*"', "", html)  # attributes are not shown
    assert OVERRIDE not in shown
    assert "\x1b" not in shown


def test_all_of_a_site_is_there(plan: Sample) -> None:
    read = Read(made(plan))
    articles = [found for tag, found in read.tags if tag == "article"]
    assert [found["data-outcome"] for found in articles] == [
        site.outcome for entry in plan.entries if isinstance(entry, PlannedFile) for site in entry.sites
    ]
    assert articles[1]["data-gates"] == "names"
    assert [found["data-path"] for tag, found in read.tags if found.get("class") == "file"] == [
        "ledger.py",
        "süß/dos.py",
        HARM_PATH,
    ]
    assert {"Entri", "object", "list[str]"} <= set(read.texts["code"]) | set(read.texts["ins blank"])
    assert "object is too wide" in read.texts["span fault"]
    assert "names: Entri is bound nowhere" in read.texts["p reason failed"]
    assert "0.21 of 0.35" in read.texts["p reason"]
    assert {rule.explanation for rule in RULES} <= set(read.texts["dd"])
    said = " ".join(text for texts in read.texts.values() for text in texts)
    assert (
        "8 kept, 1 low confidence, 1 nothing offered, 2 failed a gate, 1 overlaps another, 1 left alone in 3 files."
        in said
    )
    assert "1 not looked through: it ran out of its 30 seconds" in said


def test_candidates_of_several_lines_have_several_lines(plan: Sample) -> None:
    text = LEDGER
    lines = part(text, "return |0", "…", ("(\n    0\n)", 0.5), old="0")
    several = write(plan.tree, {"a.py": text.encode()}, {"a.py": (site(text, ANNOTATIONS, lines),)})
    read = Read(made(several))
    assert "(\n    0\n)" in read.texts["code"]
    assert "U+000A" not in read.texts.get("span point", [])


def test_a_file_that_has_changed_is_shown_by_the_plan_s_texts(plan: Sample) -> None:
    (plan.tree / "ledger.py").write_text("changed")
    read = Read(made(plan))
    assert (
        "ledger.py has changed since the plan was made. Only the texts of the plan can be shown."
        in read.texts["p note"]
    )
    assert len([tag for tag, _ in read.tags if tag == "article"]) == 14


@pytest.mark.parametrize(
    ("footer", "words"),
    [
        pytest.param(Footer(is_complete=False, files=2, next_path="z.py"), "interrupted before z.py", id="interrupted"),
        pytest.param(
            Footer(is_complete=False, files=0), "Planning was interrupted.", id="interrupted before it knew a file"
        ),
        pytest.param(None, "The plan breaks off", id="killed"),
    ],
)
def test_a_plan_that_is_not_complete_says_so(plan: Sample, footer: Footer | None, words: str) -> None:
    write_plan(plan.plan, plan.tree, plan.entries, footer or Footer(is_complete=True, files=0))
    if footer is None:
        lines = plan.plan.read_text().splitlines(keepends=True)
        plan.plan.write_text("".join(lines[:-1]))
    assert any(words in note for note in Read(made(plan)).texts["p note"])


def test_a_page_that_cannot_be_written_is_one_sentence(plan: Sample) -> None:
    read = open_plan(plan.plan)
    with pytest.raises(FileError, match=r"there/page\.html cannot be written: No such file"):
        page.write(plan.tree / "there/page.html", read, (), Totals())


def test_what_is_unticked_is_taken_out_and_all_else_stays(plan: Sample, tmp_path: Path) -> None:
    lines = [*Read(made(plan)).texts["script plan"]]
    program = f"""
        const {{ lines, unticked }} = JSON.parse(require("fs").readFileSync(0));
        require("vm").runInThisContext({json.dumps(SCRIPT.read_text())});
        process.stdout.write(reduced(lines, new Map(unticked)));
    """
    asked = json.dumps({"lines": lines, "unticked": [[1, [0, 4]], [3, [1]]]})
    run = subprocess.run([NODE, "-e", program], input=asked, capture_output=True, text=True, check=True)
    out = tmp_path / "reduced.jsonl"
    out.write_text(run.stdout, encoding="utf-8")
    changed = []
    for old, new in zip(plan.entries, open_plan(out).entries(), strict=True):
        if isinstance(old, Skipped) or isinstance(new, Skipped):
            assert old == new
            continue
        for before, after in zip(old.sites, new.sites, strict=True):
            if before != after:
                changed.append((new.path, after.line, after.outcome))
    assert changed == [
        ("ledger.py", 7, Outcome.UNTICKED),
        ("ledger.py", 19, Outcome.UNTICKED),
        (HARM_PATH, 2, Outcome.UNTICKED),
    ]
    assert open_plan(out).footer() == open_plan(plan.plan).footer()
