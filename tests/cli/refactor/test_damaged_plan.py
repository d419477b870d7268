"""A plan that was damaged by hand: whatever value was changed, `show` and `apply` say so in a sentence, or take it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lacuna.cli.exit_codes import ExitCode
from lacuna.refactor.plan import FORMAT, Alternative, Blank, Footer, Header, Outcome, Part, RuleNote, Site, Skipped
from lacuna.refactor.planfile import line_of
from tests.command_line import Run
from tests.refactor.plans import at, contents, laid_out, planned

TEXT = "x = old\ny = f(1)\n"
DENOISED = Part(4, 7, "old", "new", (Blank(0, 3, (Alternative("new", 0.75, ("it is long",)),)),))
SITES = (Site("r", 1, (DENOISED,), 0.75, Outcome.KEPT), at(TEXT, 14, "1", "2"))
LINES = (
    Header(FORMAT, "0.1.0", "/TREE", "", (RuleNote("r", "Why.", "cd" * 32),), {"since": "HEAD"}),
    planned("a.py", TEXT.encode(), *SITES),
    Skipped("c.py", "It took too long.", is_failure=True),
    Footer(is_complete=True, files=2),
)
ENTRIES = [json.loads(line_of(line)) for line in LINES]
VALUES = (None, True, 0, -1, 99, 10**400, 0.5, float("nan"), float("inf"), "", "x", "../x", "\0", "\ud800", [], [1], {})
COMMANDS = (["show"], ["show", "--json"], ["show", "--format", "sarif"], ["show", "--format", "github"], ["apply"])

Place = tuple[str | int, ...]


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Where in some JSON values stand."""
    if place:
        yield place
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from places(one, (*place, name))


def changed(value: Any, place: Place, new: object) -> Any:
    if not place:
        return new
    first, *rest = place
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[first] = changed(value[first], tuple(rest), new)
    return copy


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tree = laid_out(tmp_path / "tree", {"a.py": TEXT.encode()})
    monkeypatch.chdir(tree)
    return tree


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.sampled_from([(n, *place) for n, entry in enumerate(ENTRIES) for place in places(entry)]),
    new=st.sampled_from(VALUES),
    command=st.sampled_from(COMMANDS),
)
def test_a_value_that_does_not_fit_is_named_and_nothing_is_written(
    run: Run, tree: Path, place: Place, new: object, command: list[str]
) -> None:
    (tree / "a.py").write_text(TEXT)
    text = "".join(f"{json.dumps(entry)}\n" for entry in changed(ENTRIES, place, new))
    path = tree.parent / "plan"
    path.write_text(text.replace("/TREE", str(tree)))
    ended = run("refactor", *command, path)
    assert ended.code in (ExitCode.DONE, ExitCode.USAGE, ExitCode.FILE)
    if ended.code is ExitCode.USAGE:
        assert ended.err.startswith("lacuna: ")
        assert ended.err.count("\n") == 1
    if ended.code is not ExitCode.DONE or command[0] == "show":
        assert contents(tree) == {"a.py": TEXT.encode()}
