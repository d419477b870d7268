"""`lacuna fill`: which spans are asked for, and what is printed and written of the answer."""

import json
from pathlib import Path

import pytest

from lacuna.export.providers import Provider
from lacuna.infill.opening import ModelOptions
from lacuna.infill.request import Draft, Reason
from lacuna.syntax.spans import Span
from tests.librarian import Librarian, Seen

CODE = "def f(a, b):\n    total = a + b\n    return total\n"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.py"
    path.write_text(CODE)
    return path


# --- where


@pytest.mark.parametrize(
    ("where", "asked"),
    [
        pytest.param(["--at", "2:12"], ["a + b"], id="rest of the line by default"),
        pytest.param(["--at", "2:17"], [""], id="at a line's end"),
        pytest.param(["--at", "2:12", "--scope", "cursor"], [""], id="nothing but the cursor"),
        pytest.param(["--at", "2:12", "--scope", "statement"], ["total = a + b"], id="statement"),
        pytest.param(["--at", "2:12", "--scope", "expression"], ["a"], id="expression"),
        pytest.param(["--at", "2:12", "--scope", "body"], ["total = a + b\n    return total"], id="body"),
        pytest.param(["--span", "2:4-2:9"], ["total"], id="a span"),
        pytest.param(
            ["--span", "3:11-3:16", "--span", "2:4-2:9"], ["total", "total"], id="several spans, in any order"
        ),
        pytest.param(["--span", "1:8-2:3"], [" b):\n   "], id="a span over lines"),
        pytest.param(["--query", "(return_statement (identifier) @hole)"], ["total"], id="a query"),
        pytest.param(["--query", "(parameters (identifier) @hole)"], ["a", "b"], id="all holes of a query, jointly"),
        pytest.param(["--at", "4:0"], [""], id="the empty line after the last"),
    ],
)
def test_the_place_says_what_is_filled(run, scripted, path: Path, where: list[str], asked: list[str]):
    model = scripted()
    assert run("fill", path, *where, model=model).code == 0
    [request] = model.requests
    assert [request.text[span.start : span.end] for span in request.spans] == asked
    assert request.text == CODE
    assert request.language == "python"


def test_a_query_may_come_from_a_file(run, scripted, path: Path):
    Path("params.scm").write_text("(parameters (identifier) @hole)")
    model = scripted()
    run("fill", path, "--query", "params.scm", model=model)
    assert len(model.requests[0].spans) == 2


def test_without_a_place_all_markers_are_filled_jointly(run, scripted, path: Path):
    path.write_text("x = <fill>\ny = <fill>\n")
    ended = run("fill", path, "--write", model=scripted(texts=("1", "2")))
    assert ended.code == 0
    assert path.read_text() == "x = 1\ny = 2\n"


def test_columns_count_code_points_behind_the_byte_order_mark(run, scripted, path: Path):
    path.write_bytes("\ufeffs = '\U0001f600', 1\n".encode())
    model = scripted()
    run("fill", path, "--at", "1:9", "--write", model=model)
    assert model.requests[0].spans == (Span(9, 10),)
    assert path.read_bytes() == "\ufeffs = '\U0001f600', filled\n".encode()


# --- what is seen beside it


@pytest.mark.parametrize(
    ("options", "marks", "beside"),
    [
        ([], ["pyproject.toml"], Seen(("b = 1", "c = 2"))),
        (["--alone"], ["pyproject.toml"], None),
        ([], [], None),
    ],
    ids=["its project", "alone", "no project"],
)
def test_the_other_files_of_its_project_are_beside_it(run, scripted, path: Path, options, marks, beside):
    for name, text in {"b.py": "b = 1", "sub/c.py": "c = 2", ".env.py": "secret", **dict.fromkeys(marks, "")}.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text)
    model = scripted(librarian=Librarian())
    ended = run("fill", "a.py", "--at", "2:12", *options, model=model)
    assert (ended.code, ended.err) == (0, "")
    assert model.requests[0].beside == beside
    assert ("b = 1" in model.librarian.texts) == (beside is not None)


# --- which model


@pytest.mark.parametrize(
    ("given", "threshold"),
    [([], None), (["--threshold", "0"], 0.0), (["--threshold", "0.9"], 0.9)],
    ids=["model's", "0", "0.9"],
)
def test_the_threshold_is_the_models_unless_given(run, scripted, path: Path, given: list[str], threshold: float):
    model = scripted()
    run("fill", path, "--at", "2:12", *given, model=model)
    assert model.requests[0].threshold == threshold


def test_model_options_reach_the_engine(run, scripted, path: Path):
    model = scripted()
    run("fill", path, "--at", "2:12", "--model", "here", "--provider", "cuda", "--threads", "2", model=model)
    run("fill", path, "--at", "2:12", model=model)
    assert model.options == [
        ModelOptions(Path("here"), Provider.CUDA, 2),
        ModelOptions(None, Provider.AUTO, None),
    ]


# --- what is shown


def test_it_prints_a_diff_and_changes_nothing(run, scripted, path: Path):
    ended = run("fill", path, "--at", "2:12", model=scripted(texts=("sum((a, b))",)))
    assert ended.out.decode() == (
        "--- a/a.py\n+++ b/a.py\n@@ -1,3 +1,3 @@\n def f(a, b):\n-    total = a + b\n"
        "+    total = sum((a, b))\n     return total\n"
    )
    assert ended.err == ""
    assert path.read_text() == CODE


def test_write_changes_the_file_and_prints_the_same_diff(run, scripted, path: Path):
    shown = run("fill", path, "--at", "2:12", model=scripted(texts=("1",)))
    written = run("fill", path, "--at", "2:12", "--write", model=scripted(texts=("1",)))
    assert written == shown
    assert path.read_text() == CODE.replace("a + b", "1")


def test_new_lines_take_the_documents_line_end(run, scripted, path: Path):
    path.write_bytes(CODE.replace("\n", "\r\n").encode())
    run("fill", path, "--at", "2:12", "--write", model=scripted(texts=("a\n    total += b",)))
    assert path.read_bytes() == CODE.replace("a + b", "a\n    total += b").replace("\n", "\r\n").encode()


def test_json_is_one_object(run, scripted, path: Path):
    path.write_text("s = '\U0001f600'; x = 1\n")
    ended = run("fill", path, "--span", "1:13-1:14", "--json", model=scripted(texts=("2\n",)))
    assert json.loads(ended.out) == {
        "edits": [
            {
                # The astral character counts twice.
                "start": {"line": 0, "character": 14},
                "end": {"line": 0, "character": 15},
                "new_text": "2\n",
            }
        ],
        "candidates": [[{"text": "2\n", "confidence": 0.5, "parses": True, "faults": []}]],
        "left": [],
        "timings_ms": {"parse": 1.0, "encode": 2.0, "steps": [3.0, 4.0], "total": 10.0},
        "tokens": {"context": 100, "encoded": 7, "slots": 32},
        "reason": None,
        "detail": "",
        "provider": "CPUExecutionProvider",
        "model": "scripted",
    }


def test_nothing_offered_is_said_with_its_reason(run, scripted, path: Path):
    ended = run(
        "fill", path, "--at", "2:12", "--write", model=scripted(reason=Reason.BELOW_THRESHOLD, detail="0.50 of 0.75")
    )
    why = "below threshold (0.50 of 0.75); --threshold 0 shows it"
    assert (ended.code, ended.out, ended.err) == (1, b"", f"lacuna: nothing offered: {why}.\n")
    assert path.read_text() == CODE


def test_of_several_holes_the_one_that_nothing_is_offered_for_is_named(run, scripted, path: Path):
    asked = ("fill", path, "--query", "(parameters (identifier) @hole)", "--threshold", 0.75)
    ended = run(*asked, model=scripted(reason=Reason.BELOW_THRESHOLD, tried=1))
    why = "below threshold; --threshold 0 shows it"
    assert ended.err == f"lacuna: nothing offered for hole 1 of 2: {why}.\n"
    assert run(*asked, model=scripted(reason=Reason.NO_PARSE)).err == "lacuna: nothing offered: no parse.\n"


def test_nothing_offered_in_json_has_candidates_but_no_edits(run, scripted, path: Path):
    ended = run("fill", path, "--at", "2:12", "--json", model=scripted(reason=Reason.NO_PARSE))
    shown = json.loads(ended.out)
    assert (ended.code, shown["edits"], shown["reason"]) == (1, [], "no parse")
    assert shown["candidates"][0][0]["text"] == "filled"


def test_watch_shows_every_slot_settle_beside_a_clean_stdout(run, scripted, path: Path):
    drafts = (Draft(1, (("sum", None, None),)), Draft(2, (("sum", "(a,\n", None),)))
    ended = run("fill", path, "--at", "2:12", "--watch", model=scripted(drafts=drafts))
    assert ended.err == "step 1, hole 1 of 1: sum░░\nstep 2, hole 1 of 1: sum(a,⏎░\n"
    assert ended.out == run("fill", path, "--at", "2:12").out


@pytest.mark.parametrize(
    ("colour", "is_coloured"), [("always", True), ("never", False), ("auto", False)], ids=["always", "never", "a pipe"]
)
def test_colour_is_as_asked(run, path: Path, colour: str, *, is_coloured: bool):
    assert (b"\x1b[" in run("fill", path, "--at", "2:12", "--color", colour).out) == is_coloured
