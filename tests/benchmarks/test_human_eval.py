"""`lacuna eval infilling`: what is asked, what counts as passed, what is written."""

import gzip
import json
import threading

import pytest

from lacuna.benchmarks.evaluation import human_eval, sandbox
from lacuna.cli import main
from lacuna.cli.evaluate.options import opened
from lacuna.cli.exit_codes import ExitCode
from lacuna.infill.request import Draft, Reason
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


def figures(path, system="lacuna"):
    return json.loads(path.read_text())["systems"][system]


def test_right_and_wrong_answers_are_told_apart_by_running_them(run, scripted, data, tmp_path):
    model = scripted(texts=("    y = 2 * x\n",), drafts=(Draft(1, ((None,),)), Draft(2, (("y",),))))
    ended = run("eval", "infilling", data, "--samples", tmp_path / "s", "--json", tmp_path / "j", model=model)
    assert ended.code == ExitCode.DONE
    report = json.loads((tmp_path / "j").read_text())
    assert (report["rows"], report["problems"], report["gains"]) == (3, 2, {})
    found = figures(tmp_path / "j")
    assert found["passed"]["value"] == 1.0
    assert found["exact"]["value"] == 0.0
    assert found["steps"] == 2.0
    assert found["length_bias"] == len("    y = 2 * x\n") - len("    y = x + x\n")
    samples = [json.loads(line) for line in (tmp_path / "s" / "lacuna.jsonl").read_text().splitlines()]
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


def test_whole_lines_are_asked_for_as_an_editor_would_and_get_their_line_end(run, scripted, data, tmp_path):
    model = scripted(texts=("    y = x + x",))
    run("eval", "infilling", data, "--whole-lines", "--json", tmp_path / "j", model=model)
    assert model.requests[0].text == "def double(x):\n\n    return y\n"
    assert model.requests[0].spans == (Span(15, 15),)
    assert figures(tmp_path / "j")["passed"]["value"] == 1.0
    assert figures(tmp_path / "j")["exact_to_the_byte"] == 1.0
    assert json.loads((tmp_path / "j").read_text())["is_whole_lines"] is True


def test_whole_lines_are_refused_where_the_data_hides_something_else(run, tmp_path):
    row = ROWS[0] | {"prompt": "def double(x):\n    y", "canonical_solution": " = x + x\n"}
    (tmp_path / "d").write_text(json.dumps(row))
    ended = run("eval", "infilling", tmp_path / "d", "--whole-lines")
    assert ended.code == ExitCode.USAGE
    assert (
        ended.err
        == "lacuna: --whole-lines makes no sense here: SingleLineInfilling/HumanEval/0/L0 hides no whole lines.\n"
    )


def test_an_answer_without_its_line_end_is_exact_but_does_not_pass(run, scripted, data, tmp_path):
    run("eval", "infilling", data, "--json", tmp_path / "j", model=scripted(texts=("    y = x + x",)))
    found = figures(tmp_path / "j")
    assert found["exact"]["value"] == 1.0
    assert found["exact_to_the_byte"] == 0.0
    assert found["outcomes"] == {"syntax": 3}


def test_nothing_offered_counts_as_wrong_and_as_empty(run, scripted, data, tmp_path):
    run("eval", "infilling", data, "--json", tmp_path / "j", model=scripted(reason=Reason.NO_PARSE))
    found = figures(tmp_path / "j")
    assert found["passed"]["value"] == 0.0
    assert found["empty"] == 1.0
    assert found["reasons"] == {"no parse": 3}


def test_floors_answer_the_same_rows_and_the_first_system_is_compared_with_each(run, scripted, tmp_path):
    rows = [*ROWS, ROWS[0] | {"task_id": "SingleLineInfilling/HumanEval/3/L0", "suffix": "    return 4\n"}]
    (tmp_path / "d").write_text("".join(json.dumps(row) + "\n" for row in rows))
    systems = [part for name in ("lacuna", "pass", "empty") for part in ("--system", name)]
    options = ("--samples", tmp_path / "s", "--json", tmp_path / "j")
    ended = run("eval", "infilling", tmp_path / "d", *systems, *options, model=scripted(texts=("    y = 2 * x\n",)))
    report = json.loads((tmp_path / "j").read_text())
    assert {name: one["passed"]["value"] for name, one in report["systems"].items()} == {
        "lacuna": 1.0,
        "pass": 0.25,
        "empty": 0.25,
    }
    assert report["systems"]["empty"]["empty"] == 1.0
    gain = report["gains"]["pass"]["passed"]
    assert (gain["gain"]["value"], gain["only_first"], gain["only_other"], gain["p"]) == (0.75, 3, 0, 0.25)
    assert gain["gain"]["clusters"] == 3
    lines = (tmp_path / "s" / "pass.jsonl").read_text().splitlines()
    assert [json.loads(line)["completion"] for line in lines] == ["    pass\n"] * 4
    assert b"over pass" in ended.out


def test_other_artifacts_are_columns_named_by_their_folders(run, scripted, data, tmp_path):
    model = scripted(texts=("    y = x + x\n",))
    against = [part for name in ("a/old", "b/old") for part in ("--against", tmp_path / name)]
    run("eval", "infilling", data, *against, "--json", tmp_path / "j", model=model)
    report = json.loads((tmp_path / "j").read_text())
    assert list(report["systems"]) == ["lacuna", "old", "old-2"]
    assert report["models"]["old-2"] == str(tmp_path / "b" / "old")
    assert [options.folder for options in model.options] == [None, tmp_path / "a" / "old", tmp_path / "b" / "old"]


def test_baselines_say_what_they_need(run, data):
    ended = run("eval", "infilling", data, "--system", "ngram")
    assert ended.code == ExitCode.USAGE
    assert ended.err == "lacuna: The systems ngram and copier need --corpus, which they are trained and tuned on.\n"


@pytest.mark.slow
def test_several_processes_answer_as_one_does(run, data, tmp_path):
    answers = []
    for jobs in (1, 2):
        with_real_model = ("--jobs", jobs, "--threads", 1, "--samples", tmp_path / f"s{jobs}")
        code = main.run(["eval", "infilling", str(data), *map(str, with_real_model)])
        assert code == ExitCode.DONE
        lines = (tmp_path / f"s{jobs}" / "lacuna.jsonl").read_text().splitlines()
        answers.append([json.loads(line)["completion"] for line in lines])
    assert len(answers[0]) == 3
    assert answers[0] == answers[1]


def test_a_model_that_cannot_be_opened_in_a_process_is_one_sentence(run, data, tmp_path):
    code = main.run(["eval", "infilling", str(data), "--jobs", "2", "--model", str(tmp_path / "nowhere")])
    assert code == ExitCode.MODEL


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
    asked = [json.loads(line)["task_id"] for line in (tmp_path / "s" / "lacuna.jsonl").read_text().splitlines()]
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


def test_samples_that_cannot_be_written_are_told_before_the_work(run, scripted, data, tmp_path):
    (tmp_path / "s").write_text("")
    model = scripted()
    ended = run("eval", "infilling", data, "--samples", tmp_path / "s", model=model)
    assert ended.code == ExitCode.USAGE
    assert not model.requests


def test_samples_of_finished_rows_outlast_an_interruption(run, scripted, data, tmp_path, monkeypatch):
    score, begun = human_eval.score, threading.Semaphore(0)

    def counted(*asked, **how):
        begun.release()
        return score(*asked, **how)

    def interrupt():
        if len(model.requests) == 3:
            assert all(begun.acquire(timeout=60) for _ in range(2)), "the first two rows are not running"
            raise KeyboardInterrupt

    monkeypatch.setattr(human_eval, "score", counted)
    model = scripted(texts=("    y = 2 * x\n",), before_answer=interrupt)
    ended = run("eval", "infilling", data, "--samples", tmp_path / "s", model=model)
    assert ended.code == ExitCode.INTERRUPTED
    lines = (tmp_path / "s" / "lacuna.jsonl").read_text().splitlines()
    assert [json.loads(line)["task_id"] for line in lines] == [row["task_id"] for row in ROWS[:2]]


def test_a_row_that_was_kept_is_in_the_file_before_it_is_closed(tmp_path):
    with opened(tmp_path / "s") as keep:
        keep("{}\n")
        assert (tmp_path / "s").read_text() == "{}\n"


def test_problems_are_named_by_the_part_that_rows_share():
    assert {human_eval.Task(**row).problem for row in ROWS} == {"HumanEval/0", "HumanEval/2"}


def test_where_nothing_can_be_confined_the_command_asks_before_it_runs_programs(run, scripted, data, monkeypatch):
    monkeypatch.setattr(sandbox, "confines", lambda: False)
    model = scripted()
    ended = run("eval", "infilling", data, model=model)
    assert ended.code == ExitCode.USAGE
    assert "--unsafe" in ended.err
    assert not model.requests
    ended = run("eval", "infilling", data, "--unsafe", "--limit", "1", model=model)
    assert ended.code == ExitCode.DONE
    assert b"NOT confined" in ended.out
