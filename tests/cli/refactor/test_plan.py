"""`lacuna refactor plan`: what is planned, where the plan goes, how it is gone on with, and what is said."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lacuna.cli import main
from lacuna.refactor.plan import Outcome, PlannedFile, Skipped
from lacuna.refactor.planfile import open_plan
from tests.command_line import Ended
from tests.refactor import crews

RENAME = ("--query", '((identifier) @hole (#eq? @hole "old"))', "--template", "new")
ANNOTATE = ("--query", "(parameters (identifier) @hole)", "--template", "⟦hole⟧: ⟦…⟧")


def laid_out(tree: Path, numbers: range = range(12)) -> Path:
    tree.mkdir(exist_ok=True)
    for n in numbers:
        (tree / f"{n:02}.py").write_text(f"def f(a): ...\n\n\nold = {n}\n" if n % 3 else "x = 1\n")
    return tree


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tree = laid_out(tmp_path / "tree")
    monkeypatch.chdir(tree)
    return tree


@pytest.fixture
def plan(tree: Path, capsysbinary: pytest.CaptureFixture[bytes]):
    def plan(*arguments: object, opening=crews.opening) -> Ended:
        code = main.run(["refactor", "plan", "--jobs", "1", *map(str, arguments)], opening)
        out, err = capsysbinary.readouterr()
        return Ended(code, out, err.decode())

    return plan


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A tree, and the plan to rename in it."""
    folder = tmp_path_factory.mktemp("planned")
    with contextlib.chdir(laid_out(folder / "tree")):
        assert main.run(["refactor", "plan", "--jobs", "1", *RENAME, "-o", "../plan"], crews.unopened) == 0
    return folder / "tree", (folder / "plan").read_bytes()


@pytest.fixture
def renaming(tree: Path, made_once: tuple[Path, bytes]) -> bytes:
    """The plan to rename in this tree."""
    there, data = made_once
    return data.replace(str(there).encode(), str(tree).encode())


def kept(path: Path) -> list[str]:
    entries = [entry for entry in open_plan(path).entries() if isinstance(entry, PlannedFile)]
    return [site.parts[0].new for entry in entries for site in entry.sites if site.outcome is Outcome.KEPT]


# --- where it goes


def test_a_plan_without_a_name_is_kept_aside_and_nothing_in_the_tree_changes(plan, tree: Path):
    before = {path.name: path.read_bytes() for path in tree.iterdir()}
    ended = plan(*RENAME)
    assert ended.code == 0
    path = Path(ended.out.decode().strip())
    assert path.is_relative_to(Path.home())
    assert kept(path) == ["new"] * 8
    assert {path.name: path.read_bytes() for path in tree.iterdir()} == before
    assert "12 files, about 8 spans, nothing to be denoised." in ended.err
    assert "8 kept in 8 of 12 files." in ended.err


def test_a_plan_has_a_name_or_is_printed(plan, tmp_path: Path):
    path = tmp_path / "named.plan"
    assert plan(*RENAME, "-o", path).out.decode() == f"{path}\n"
    assert plan(*RENAME, "-o", "-").out == path.read_bytes()
    assert plan(*RENAME, "-o", path, "--json").out == path.read_bytes()


def test_what_is_no_plan_is_not_overwritten(plan, tree: Path):
    ended = plan(*RENAME, "-o", "01.py")
    assert ended.code == 2
    assert "01.py" in ended.err
    assert (tree / "01.py").read_text().startswith("def")


# --- what is planned


def test_blanks_are_denoised_and_the_header_says_by_what(plan, tmp_path: Path):
    plan(*ANNOTATE, "01.py", "02.py", "-o", tmp_path / "plan", "--threshold", "0.5")
    header = open_plan(tmp_path / "plan").header
    assert kept(tmp_path / "plan") == [": int", ": int"]
    assert header.artifact == crews.preparation(crews.ANNOTATE).artifact
    assert header.options == {
        "query": ANNOTATE[1],
        "template": ANNOTATE[3],
        "paths": "01.py 02.py",
        "threshold": "0.5",
    }


def test_a_rule_without_blanks_opens_no_model(plan, tmp_path: Path):
    assert plan(*RENAME, "-o", tmp_path / "plan", opening=crews.unopened).code == 0
    assert open_plan(tmp_path / "plan").header.artifact == ""


def test_a_model_that_cannot_run_ends_it(plan, tmp_path: Path):
    ended = plan(*ANNOTATE, "-o", tmp_path / "plan", opening=crews.unopened)
    assert ended.code == 3
    assert ended.err.endswith("lacuna: This model cannot run.\n")


def test_only_what_changed_since_a_revision_is_looked_through(plan, tree: Path, tmp_path: Path):
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one"],
    ):
        subprocess.run(["git", "-C", tree, *command], check=True)
    (tree / "01.py").write_text("old = 3\n")
    (tree / "new.py").write_text("old = 4\n")
    plan(*RENAME, "--since", "HEAD", "-o", tmp_path / "plan")
    assert [entry.path for entry in open_plan(tmp_path / "plan").entries()] == ["01.py", "new.py"]


def test_it_ends_after_so_many_sites(plan, tmp_path: Path):
    plan(*RENAME, "--max-sites", "2", "-o", tmp_path / "plan")
    assert len(kept(tmp_path / "plan")) == 2
    footer = open_plan(tmp_path / "plan").footer()
    assert footer
    assert footer.next_path == "03.py"


def test_check_drops_sites_and_the_plan_does_not_name_the_command(plan, tmp_path: Path):
    plan(*RENAME, "-o", tmp_path / "plan", "--check", "! grep -q 'new = 4'")
    assert len(kept(tmp_path / "plan")) == 7
    assert "grep" not in (tmp_path / "plan").read_text().split("\n")[0]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param([], 0, id="there would be changes"),
        pytest.param(["--exit-code"], 1, id="and that is asked"),
        pytest.param(["--exit-code", "--json"], 1, id="however it is printed"),
        pytest.param(["--exit-code", "00.py"], 0, id="there would be none"),
    ],
)
def test_the_exit_code_may_say_whether_there_would_be_changes(plan, tmp_path: Path, arguments: list[str], code: int):
    assert plan(*RENAME, *arguments, "-o", tmp_path / "plan").code == code


def test_a_file_that_fails_is_told_by_the_exit_code(plan, tree: Path, tmp_path: Path):
    (tree / "bad.py").write_text("x = (" + "old ] ) }\n" * 90_000)
    ended = plan(*RENAME, "--exit-code", "-o", tmp_path / "plan")
    [skipped] = [entry for entry in open_plan(tmp_path / "plan").entries() if isinstance(entry, Skipped)]
    assert skipped == Skipped("bad.py", "It cannot be parsed in reasonable time.", is_failure=True)
    assert ended.code == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param([], "Say which RULE", id="no rule"),
        pytest.param(["nonsense"], "There is no rule 'nonsense'", id="an unknown rule"),
        pytest.param(["--query", "(identifier"], "The query does not compile", id="a broken query"),
        pytest.param(["--query", "(identifier) @hole", "--rule", "docstrings"], "exclude each other", id="both"),
        pytest.param(["docstrings", "--template", "x"], "--template goes with --query", id="a template alone"),
        pytest.param(["--rule", "docstrings", "--rule", "docstrings"], "Two rules are called docstrings", id="twice"),
        pytest.param([*RENAME, "--since", "HEAD"], "is in none", id="a revision without a repository"),
        pytest.param(["--resume", "begun", "docstrings"], "--resume goes on", id="to go on with something else"),
    ],
)
def test_what_makes_no_sense_is_said(plan, renaming: bytes, arguments: list[str], words: str):
    if "begun" in arguments:
        Path("begun").write_bytes(renaming.splitlines(keepends=True)[0])
    ended = plan(*arguments)
    assert ended.code == 2
    assert words in ended.err


def test_paths_that_are_not_there_are_no_files(plan):
    assert plan(*RENAME, "nowhere").code == 4


# --- the same plan however it is made


def test_two_processes_make_the_same_plan_as_one(plan, tmp_path: Path):
    for jobs in (1, 2):
        plan(*ANNOTATE, "--jobs", jobs, "-o", tmp_path / str(jobs))
    assert len(kept(tmp_path / "1")) == 8
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


BROKEN_OFF = b'{"end": {"is_complete": false, "files": 6, "next_path": "06.py"}}\n'


def without_footer(path: Path) -> bytes:
    return b"".join(line for line in path.read_bytes().splitlines(keepends=True) if not line.startswith(b'{"end"'))


@pytest.mark.parametrize("breaks_off", ["with a footer", "without one", "within a line"])
def test_a_plan_that_is_gone_on_with_ends_as_if_nothing_had_been(
    plan, tmp_path: Path, renaming: bytes, breaks_off: str
):
    path, whole = tmp_path / "plan", tmp_path / "whole"
    whole.write_bytes(renaming)
    lines = renaming.splitlines(keepends=True)
    end = {"with a footer": BROKEN_OFF, "within a line": lines[5][:40]}
    path.write_bytes(b"".join(lines[:5]) + end.get(breaks_off, b""))
    ended = plan("--resume", path)
    assert ended.code == 0
    assert without_footer(path) == without_footer(whole)
    assert "8 kept" in ended.err
    if breaks_off == "with a footer":
        assert path.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(lambda header: header["rules"][0].update(hash="ab"), "its rules are no longer", id="rule"),
        pytest.param(lambda header: header.update(artifact="ab"), "another model began it", id="model"),
        pytest.param(lambda header: header.update(version="0.0"), "Lacuna 0.0 began it", id="version"),
        pytest.param(lambda header: header["options"].update(check="sha256:ab"), "other options", id="check"),
    ],
)  # fmt: skip
def test_a_plan_of_something_else_is_not_gone_on_with(plan, tmp_path: Path, renaming: bytes, change, words: str):
    path = tmp_path / "plan"
    first, *lines = renaming.decode().splitlines(keepends=True)
    header = json.loads(first)
    change(header["plan"])
    rest = "".join(lines[:4]) + BROKEN_OFF.decode()
    path.write_text(json.dumps(header) + "\n" + rest)
    ended = plan("--resume", path)
    assert ended.code == 2
    assert words in ended.err
    assert path.read_text().endswith(rest)


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        pytest.param({"threshold": "x"}, 2, "line 1: plan.options are none of `plan`", id="no number"),
        pytest.param({"threshold": "nan"}, 2, "nan is no threshold", id="no threshold"),
        pytest.param({"max-sites": "x"}, 2, "line 1: plan.options are none of `plan`", id="no count"),
        pytest.param({"paths": "'"}, 2, "line 1: plan.options are none of `plan`", id="half a quotation"),
        pytest.param({"paths": ".."}, 2, "is not in", id="a path out of the tree"),
        pytest.param({"paths": "'\0'"}, 4, "cannot be read", id="no path"),
        pytest.param({"rules": "nonsense", "query": None}, 2, "no rule 'nonsense'", id="no rule"),
    ],
)
def test_a_plan_whose_options_are_damaged_is_not_gone_on_with(
    plan, tmp_path: Path, renaming: bytes, options: dict[str, str | None], code: int, words: str
):
    path = tmp_path / "plan"
    header = json.loads(renaming.splitlines()[0])
    made = header["plan"]["options"] | options
    header["plan"]["options"] = {name: value for name, value in made.items() if value is not None}
    path.write_bytes(json.dumps(header).encode() + b"\n" + BROKEN_OFF)
    before = path.read_bytes()
    ended = plan("--resume", path)
    assert ended.code == code
    assert words in ended.err
    assert ended.err.count("\n") == 1
    assert path.read_bytes() == before


def test_a_plan_that_is_complete_is_not_gone_on_with(plan, tmp_path: Path, renaming: bytes):
    (tmp_path / "plan").write_bytes(renaming)
    ended = plan("--resume", tmp_path / "plan")
    assert ended.code == 2
    assert "is complete" in ended.err


# --- Ctrl-C

SLOW = """
import signal, sys
from lacuna.cli import main
from tests.refactor import crews

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it
    sys.exit(main.run(sys.argv[1:], crews.unhurried))
"""


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_a_plan_that_says_how_far_it_came(plan, tree: Path, tmp_path: Path, sent: signal.Signals):
    laid_out(tree, range(12, 60))
    script, path = tmp_path / "slow.py", tmp_path / "plan"
    script.write_text(SLOW)
    command = [sys.executable, script, "refactor", "plan", *ANNOTATE, "--jobs", "2", "-o", path]
    here = Path(__file__).parents[3]
    environment = os.environ | {"PYTHONPATH": str(here)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        while not (path.exists() and path.read_text().count('{"file"') >= 2):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(sent)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert f"`lacuna refactor plan --resume {path}` goes on with it." in err
    footer = open_plan(path).footer()
    assert footer
    assert not footer.is_complete
    assert footer.next_path > "02.py"
    assert plan("--resume", path).code == 0
    plan(*ANNOTATE, "-o", tmp_path / "whole")
    assert path.read_bytes() == (tmp_path / "whole").read_bytes()
