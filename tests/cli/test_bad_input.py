"""Bad input: one clear sentence, a documented exit code, no file changed."""

import os
import time
from pathlib import Path

import pytest

from lacuna.cli.exit_codes import ExitCode
from lacuna.infill.opening import NO_RUNTIME
from lacuna.infill.request import Answer
from lacuna.syntax.errors import ModelError

CODE = "x = <fill>\ny = 1\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text(CODE)
    Path("empty.py").write_bytes(b"")
    Path("binary.py").write_bytes(b"\x7fELF\0\0")
    Path("latin.py").write_bytes(b"# caf\xe9\n")
    Path("notes.xyz").write_text(CODE)
    Path("folder.py").mkdir()
    Path("loop.py").symlink_to("loop.py")
    Path("huge.py").touch()
    os.truncate("huge.py", 2**40)
    os.mkfifo("pipe.py")
    return tmp_path


def snapshot(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.stat().st_size < 2**20}


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        pytest.param(
            ["gone.py"], ExitCode.FILE, "gone.py cannot be read: No such file or directory.", id="missing file"
        ),
        pytest.param(["folder.py"], ExitCode.FILE, "folder.py is a folder, not a file.", id="folder"),
        pytest.param(["pipe.py"], ExitCode.FILE, "pipe.py is not a regular file.", id="pipe"),
        pytest.param(
            ["loop.py"],
            ExitCode.FILE,
            "loop.py cannot be read: Too many levels of symbolic links.",
            id="link to itself",
        ),
        pytest.param(["binary.py"], ExitCode.FILE, "binary.py is a binary file.", id="binary file"),
        pytest.param(
            ["latin.py"], ExitCode.FILE, "latin.py is not UTF-8: byte 5 cannot be decoded.", id="invalid UTF-8"
        ),
        pytest.param(["huge.py"], ExitCode.FILE, "huge.py is larger than 16 MiB.", id="a terabyte"),
        pytest.param(
            ["a.py", "--query", "gone.scm"],
            ExitCode.FILE,
            "gone.scm cannot be read: No such file or directory.",
            id="missing query file",
        ),
        pytest.param(
            ["notes.xyz"], ExitCode.USAGE, "Lacuna does not know the language of 'notes.xyz'", id="unknown language"
        ),
        pytest.param(["a.py", "--at", "9:0"], ExitCode.USAGE, "9:0 is outside a.py.", id="line outside"),
        pytest.param(["a.py", "--at", "2:6"], ExitCode.USAGE, "2:6 is outside a.py.", id="column outside"),
        pytest.param(
            ["a.py", "--at", "999999999:999999999"],
            ExitCode.USAGE,
            "999999999:999999999 is outside a.py.",
            id="far outside",
        ),
        pytest.param(
            ["a.py", "--at", "0:0"], ExitCode.USAGE, "Invalid value for '--at': lines are counted from 1.", id="line 0"
        ),
        pytest.param(
            ["a.py", "--at", "three"],
            ExitCode.USAGE,
            "Invalid value for '--at': 'three' is not LINE:COL",
            id="no position",
        ),
        pytest.param(
            ["a.py", "--at", "1:²"], ExitCode.USAGE, "Invalid value for '--at': '1:²' is not LINE:COL", id="no digit"
        ),
        pytest.param(
            ["a.py", "--at", "1:99999999999"], ExitCode.USAGE, "Invalid value for '--at'", id="a number beyond reason"
        ),
        pytest.param(
            ["a.py", "--span", "1:0"],
            ExitCode.USAGE,
            "Invalid value for '--span': '1:0' is not LINE:COL-LINE:COL.",
            id="half a span",
        ),
        pytest.param(
            ["a.py", "--span", "1:3-1:1"],
            ExitCode.USAGE,
            "The span 1:3-1:1 ends before it starts.",
            id="span backwards",
        ),
        pytest.param(
            ["a.py", "--span", "1:0-1:3", "--span", "1:2-1:4"],
            ExitCode.USAGE,
            "Spans must not overlap.",
            id="spans overlap",
        ),
        pytest.param(
            ["a.py", "--query", "(identifier @hole"], ExitCode.USAGE, "The query", id="query that does not compile"
        ),
        pytest.param(
            ["a.py", "--query", "(no_such_node) @hole"], ExitCode.USAGE, "The query", id="query with an unknown node"
        ),
        pytest.param(
            ["a.py", "--query", "(identifier) @name"],
            ExitCode.USAGE,
            "The query captures nothing as @hole",
            id="query without @hole",
        ),
        pytest.param(
            ["a.py", "--query", "(class_definition) @hole"],
            ExitCode.USAGE,
            "The query captures no @hole in a.py.",
            id="query that matches nothing",
        ),
        pytest.param(
            ["a.py", "--at", "1:0", "--query", "x"],
            ExitCode.USAGE,
            "--at, --span and --query exclude each other.",
            id="two places",
        ),
        pytest.param(
            ["a.py", "--at", "2:0", "--scope", "body"],
            ExitCode.USAGE,
            "There is no body at 2:0 of a.py.",
            id="no such node there",
        ),
        pytest.param(
            ["empty.py"],
            ExitCode.USAGE,
            "empty.py has no <fill>; say where with --at, --span or --query.",
            id="no marker",
        ),
        pytest.param(
            ["a.py", "--threshold", "2"],
            ExitCode.USAGE,
            "Invalid value for '--threshold': 2.0 is not in the range 0<=x<=1.",
            id="threshold",
        ),
        pytest.param(
            ["a.py", "--threshold", "nan"],
            ExitCode.USAGE,
            "Invalid value for '--threshold'",
            id="threshold that is no number",
        ),
        pytest.param(
            ["a.py", "--threads", "0"],
            ExitCode.USAGE,
            "Invalid value for '--threads': 0 is not in the range x>=1.",
            id="threads",
        ),
        pytest.param(["a.py", "--frobnicate"], ExitCode.USAGE, "No such option", id="unknown option"),
        pytest.param([], ExitCode.USAGE, "Missing argument 'FILE'.", id="no file"),
    ],
)
def test_bad_input_gets_a_sentence_and_a_code(
    run, scripted, folder: Path, arguments: list[str], code: int, sentence: str
):
    before, model = snapshot(folder), scripted()
    ended = run("fill", "--write", *arguments, model=model)
    assert ended.code == code
    assert ended.err.startswith(f"lacuna: {sentence}"), ended.err
    assert ended.err.count("\n") == 1, "one sentence, no traceback"
    assert ended.out == b""
    assert snapshot(folder) == before
    assert not model.options, "no model is loaded for a request that makes no sense"


def test_an_unknown_command_is_refused(run):
    ended = run("frobnicate")
    assert (ended.code, ended.err) == (2, "lacuna: No such command 'frobnicate'.\n")


def test_an_empty_file_can_be_filled(run, folder: Path):
    assert run("fill", "--write", "empty.py", "--at", "1:0").code == 0
    assert Path("empty.py").read_text() == "filled"


@pytest.mark.parametrize(
    "where",
    [["--at", "1:500000"], ["--span", "1:500000-1:500010"], ["--query", "(integer) @hole"]],
    ids=["at", "span", "query"],
)
def test_one_line_of_a_megabyte_is_handled_in_time(run, folder: Path, where: list[str]):
    line = "x = [" + "1, " * 333_333 + "]\n"
    Path("long.py").write_text(line)
    began = time.process_time()
    ended = run("fill", "long.py", *where)
    assert ended.code in (ExitCode.DONE, ExitCode.USAGE)
    assert time.process_time() - began < 10
    assert Path("long.py").read_text() == line


def test_more_holes_than_are_filled_together_are_refused(run, folder: Path):
    Path("a.py").write_text("x = <fill>\n" * 65)
    ended = run("fill", "--write", "a.py")
    assert (ended.code, ended.err) == (2, "lacuna: 65 holes are too many: at most 64 are filled together.\n")


def test_syntax_errors_everywhere_are_no_obstacle(run, folder: Path):
    Path("broken.py").write_text(")( def <fill> ' [ \n" * 60)
    assert run("fill", "--write", "broken.py").code == 0
    assert Path("broken.py").read_text() == ")( def filled ' [ \n" * 60


def test_a_file_that_changes_meanwhile_is_left_alone(run, scripted, folder: Path):
    model = scripted(before_answer=lambda: Path("a.py").write_text("edited meanwhile\n"))
    ended = run("fill", "--write", "a.py", model=model)
    assert (ended.code, ended.err) == (4, "lacuna: a.py has changed since it was read.\n")
    assert Path("a.py").read_text() == "edited meanwhile\n"


def raising(error: Exception):
    def raise_it(*_: object) -> Answer:
        raise error

    return raise_it


def test_a_model_that_cannot_be_opened_is_the_models_fault(run, scripted, folder: Path):
    model = scripted()
    model.open = raising(ModelError("weights.bin has a wrong hash."))
    ended = run("fill", "--write", "a.py", model=model)
    assert (ended.code, ended.err) == (3, "lacuna: weights.bin has a wrong hash.\n")


def test_a_model_that_stops_on_the_way_is_the_models_fault(run, scripted, folder: Path):
    ended = run("fill", "--write", "a.py", model=scripted(before_answer=raising(ModelError("No memory is left."))))
    assert (ended.code, ended.err) == (3, "lacuna: No memory is left.\n")
    assert Path("a.py").read_text() == CODE


def test_a_missing_extra_is_named(run, scripted, folder: Path):
    model = scripted()
    model.open = raising(ModuleNotFoundError("No module named 'onnxruntime'", name="onnxruntime"))
    ended = run("fill", "a.py", model=model)
    assert (ended.code, ended.err) == (3, f"lacuna: {NO_RUNTIME}\n")


def test_a_defect_of_ours_is_one_sentence_and_a_report(run, scripted, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    ended = run("fill", "--write", "a.py", model=scripted(before_answer=raising(RuntimeError("oh no"))))
    [report] = folder.glob("lacuna-*.log")
    assert (ended.code, ended.err) == (
        70,
        f"lacuna: a defect of Lacuna (RuntimeError); please report it with {report}\n",
    )
    assert "RuntimeError: oh no" in report.read_text()
    assert Path("a.py").read_text() == CODE


@pytest.mark.parametrize("link", ["__cause__", "__context__"])
def test_what_an_interrupted_import_makes_of_ctrl_c_is_no_defect(run, scripted, folder: Path, link: str):
    error = ImportError("cannot import name 'InferenceSession'")
    setattr(error, link, KeyboardInterrupt())
    model = scripted()
    model.open = raising(error)
    ended = run("fill", "--write", "a.py", model=model)
    assert (ended.code, ended.err) == (130, "lacuna: interrupted; no file changed.\n")


def test_debug_adds_the_traceback(run, folder: Path, monkeypatch: pytest.MonkeyPatch):
    assert "Traceback" not in run("fill", "gone.py").err
    monkeypatch.setenv("LACUNA_DEBUG", "1")
    assert "Traceback" in run("fill", "gone.py").err
