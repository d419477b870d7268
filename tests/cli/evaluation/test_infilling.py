"""`lacuna eval infilling`: what is asked, what counts as passed, what is written."""

import gzip
import json

import pytest

from lacuna.cli.evaluation import infilling
from lacuna.cli.exit_codes import ExitCode
from lacuna.lsp_server.request import Draft, Reason
from lacuna.syntax.spans import Span

TEST = "def check(f):\n    assert f(2) == 4\n"
ROWS = [
    {
        "task_id": f"SingleLineInfilling/HumanEval/{problem}/L{line}",
        "entry_point": "double",
        "prompt": "def double(x):\n",
        "suffix": "    return y\n",
        "canonical_solution": "    y = x + x\n",
        "test": TEST,
    }
    for problem, line in [(0, 0), (0, 1), (2, 0)]
]


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "data.jsonl.gz"
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in ROWS).encode()))
    return path


def test_right_and_wrong_answers_are_told_apart_by_running_them(run, scripted, data, tmp_path):
    model = scripted(texts=("    y = 2 * x\n",), drafts=(Draft(1, ((None,),)), Draft(2, (("y",),))))
    ended = run("eval", "infilling", data, "--samples", tmp_path / "s", "--json", tmp_path / "j", model=model)
    assert ended.code == ExitCode.DONE
    report = json.loads((tmp_path / "j").read_text())
    assert report["passed"]["value"] == 1.0
    assert report["exact"]["value"] == 0.0
    assert (report["rows"], report["problems"], report["steps"]) == (3, 2, 2.0)
    assert report["length_bias"] == len("    y = 2 * x\n") - len("    y = x + x\n")
    samples = [json.loads(line) for line in (tmp_path / "s").read_text().splitlines()]
    assert [sample["task_id"] for sample in samples] == [row["task_id"] for row in ROWS]
    assert samples[0]["completion"] == "    y = 2 * x\n"
    assert b"pass@1" in ended.out


def test_the_request_is_the_text_without_the_answer_and_an_empty_span_between(run, scripted, data):
    model = scripted(texts=("    y = x + x",))
    run("eval", "infilling", data, "--limit", 1, model=model)
    (request,) = model.requests
    assert request.text == "def double(x):\n    return y\n"
    assert request.spans == (Span(15, 15),)
    assert request.threshold == 0.0
    assert request.as_long_as is None


def test_the_true_length_is_told_only_on_demand(run, scripted, data, tmp_path):
    model = scripted(texts=("    y = x + x",))
    ended = run("eval", "infilling", data, "--true-length", "--json", tmp_path / "j", model=model)
    assert [request.as_long_as for request in model.requests] == [(row["canonical_solution"],) for row in ROWS]
    assert json.loads((tmp_path / "j").read_text())["true_length"] is True
    assert b"true length" in ended.out


def test_an_answer_without_its_line_end_is_exact_but_does_not_pass(run, scripted, data, tmp_path):
    run("eval", "infilling", data, "--json", tmp_path / "j", model=scripted(texts=("    y = x + x",)))
    report = json.loads((tmp_path / "j").read_text())
    assert report["exact"]["value"] == 1.0
    assert report["exact_to_the_byte"] == 0.0
    assert report["outcomes"] == {"syntax": 3}


def test_nothing_offered_counts_as_wrong_and_as_empty(run, scripted, data, tmp_path):
    run("eval", "infilling", data, "--json", tmp_path / "j", model=scripted(reason=Reason.NO_PARSE))
    report = json.loads((tmp_path / "j").read_text())
    assert report["passed"]["value"] == 0.0
    assert report["empty"] == 1.0
    assert report["reasons"] == {"no parse": 3}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param(["--limit", "2"], [0, 1], id="the first two"),
        pytest.param(["--every", "2"], [0, 2], id="every second"),
        pytest.param(["--every", "2", "--limit", "1"], [0], id="the first of every second"),
    ],
)
def test_some_rows_only(run, scripted, data, tmp_path, options, expected):
    run("eval", "infilling", data, "--samples", tmp_path / "s", *options, model=scripted(reason=Reason.EMPTY))
    asked = [json.loads(line)["task_id"] for line in (tmp_path / "s").read_text().splitlines()]
    assert asked == [ROWS[number]["task_id"] for number in expected]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(None, "cannot be read", id="missing"),
        pytest.param(b"", "holds no rows", id="empty"),
        pytest.param(b"\x1f\x8bno gzip at all", "cannot be read", id="broken gzip"),
        pytest.param(gzip.compress(b"{}")[:-9], "holds no HumanEval-Infilling rows", id="gzip cut short"),
        pytest.param(b"{}\n", "holds no HumanEval-Infilling rows", id="other rows"),
        pytest.param(b"not json\n", "holds no HumanEval-Infilling rows", id="no JSON"),
        pytest.param(b"\xff\xfe\n", "holds no HumanEval-Infilling rows", id="no UTF-8"),
        pytest.param(json.dumps(ROWS[0] | {"prompt": 1}).encode(), "1 is no text", id="a number for a text"),
        pytest.param(b"[1]\n", "holds no HumanEval-Infilling rows", id="no objects"),
    ],
)
def test_bad_data_is_one_clear_sentence(run, tmp_path, content, sentence):
    path = tmp_path / "data.jsonl"
    if content is not None:
        path.write_bytes(content)
    ended = run("eval", "infilling", path)
    assert ended.code == ExitCode.FILE
    assert sentence in ended.err
    assert ended.err.count("\n") == 1


def test_a_report_that_cannot_be_written_is_told_before_the_work(run, scripted, data, tmp_path):
    model = scripted()
    ended = run("eval", "infilling", data, "--json", tmp_path / "missing" / "j", model=model)
    assert ended.code == ExitCode.FILE
    assert not model.requests


def test_problems_are_named_by_the_part_that_rows_share():
    assert {infilling.Task(**row).problem for row in ROWS} == {"HumanEval/0", "HumanEval/2"}
