"""`lacuna eval holes`: the same questions for all, and a paired comparison."""

import json
from dataclasses import asdict
from statistics import pstdev
from types import SimpleNamespace

import pytest

from lacuna.benchmarks.evaluation import compared, held_out
from lacuna.benchmarks.evaluation.baselines import settled as baselines
from lacuna.benchmarks.evaluation.filling import Filled
from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.benchmarks.evaluation.hole_kind import HoleKind
from lacuna.benchmarks.evaluation.questions import Question
from lacuna.cli.exit_codes import ExitCode
from lacuna.infill.opening import open_model
from lacuna.model.corpus.files import SourceFile
from lacuna.model.tokenizer import Tokenizer
from lacuna.syntax.spans import Span


def source(package, number):
    names = [f"{word}_{number}" for word in ("alpha", "beta", "gamma", "delta")]
    functions = [f"def get_{name}(self):\n    return self.{name}\n\n\n" for name in names]
    return SourceFile(package, f"{package}{number}.py", "".join(functions))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    roles = {"train": ["a", "b", "c"], "validation": ["v", "w"], "test": ["x", "y"]}
    for role, packages in roles.items():
        files = [source(package, number) for package in packages for number in range(5)]
        (folder / f"{role}.jsonl").write_text("".join(json.dumps(asdict(file)) + "\n" for file in files))
    texts = [source(package, number).text for package in "abc" for number in range(5)]
    Tokenizer.train(texts, 330).save(folder / "tokenizer.json")
    return folder


@pytest.fixture
def holes_of(run, corpus, tmp_path):
    """Run the command; how it ended and the report."""

    def ask(*options, model=None):
        outputs = ("--json", tmp_path / "j", "--samples", tmp_path / "s", "--work", tmp_path / "work")
        inputs = (corpus, "--tokenizer", corpus / "tokenizer.json", "--tuning", 8)
        ended = run("eval", "holes", *inputs, *outputs, *options, model=model)
        return ended, json.loads((tmp_path / "j").read_text())

    return ask


LINES = ("--kind", "rest-of-line")


def test_all_answer_the_same_questions_and_the_first_is_compared_with_each(holes_of, scripted, tmp_path):
    model = scripted(texts=("return nothing",))
    ended, report = holes_of(*LINES, "--count", 16, model=model)
    assert ended.code == ExitCode.DONE
    assert list(report["systems"]) == ["lacuna", "ngram", "copier"]
    exact = {name: system["all"]["exact"]["value"] for name, system in report["systems"].items()}
    assert exact["lacuna"] == 0.0
    assert exact["ngram"] > 0.3
    for name, gain in report["gains"].items():
        found = gain["all"]["gain"]
        assert found["value"] == pytest.approx(-exact[name])
        assert found["low"] <= found["value"] <= found["high"] <= 0.0
        assert gain["all"]["only_other"] == 16 * exact[name]
        assert gain["by_kind"]["rest-of-line"] == gain["all"]
    rows = [json.loads(line) for line in (tmp_path / "s").read_text().splitlines()]
    for row, request in zip(rows, model.requests, strict=True):
        ((start, end),) = row["spans"]
        assert request.spans == (Span(start, start),)
        text = source(row["package"], int(row["path"][1])).text
        assert request.text == text[:start] + text[end:]
        assert row["truths"] == [text[start:end]]
    assert {request.threshold for request in model.requests} == {0.0}
    assert b"over copier" in ended.out


def test_every_kind_is_asked_about_and_joint_holes_are_one_request(holes_of, scripted, tmp_path):
    there = [kind for kind in HoleKind if kind not in (HoleKind.CONDITION, HoleKind.ARGUMENTS)]
    kinds = [part for kind in there for part in ("--kind", kind)]
    model = scripted(texts=("nothing",))
    _, report = holes_of(*kinds, "--count", 28, model=model)
    assert {kind: one["questions"] for kind, one in report["systems"]["copier"]["by_kind"].items()} == dict.fromkeys(
        there, 4
    )
    rows = [json.loads(line) for line in (tmp_path / "s").read_text().splitlines()]
    for row, request in zip(rows, model.requests, strict=True):
        assert len(request.spans) == len(row["spans"]) == len(row["answers"]["copier"]["texts"])
        assert (len(row["spans"]) > 1) == (row["kind"] == "joint")
    groups = [report["systems"]["ngram"][name] for name in ("by_kind", "by_length", "by_file_lines", "by_package")]
    assert {sum(one["questions"] for one in group.values()) for group in groups} == {28}


def test_a_kind_that_no_file_has_is_one_clear_sentence(run, corpus):
    ended = run("eval", "holes", corpus, "--system", "lacuna", "--kind", "condition")
    assert ended.code == ExitCode.FILE
    assert ended.err == f"lacuna: {corpus} has no holes to ask about for the role test.\n"


def test_baselines_alone_need_no_model(holes_of, scripted):
    model = scripted()
    _, report = holes_of(*LINES, "--count", 10, "--system", "ngram", "--system", "copier", model=model)
    assert list(report["gains"]) == ["copier"]
    assert report["first"] == "ngram"
    assert not model.options


def test_what_was_trained_and_tuned_is_kept_and_gives_the_same_report(holes_of, tmp_path):
    found = []
    for _ in range(2):
        _, report = holes_of(*LINES, "--count", 6, "--system", "ngram", "--system", "copier")
        for system in report["systems"].values():
            system["all"].pop("milliseconds")
        times = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").iterdir()}
        found.append((times, report["digest"], report["tuned"], [one["all"] for one in report["systems"].values()]))
    assert found[0] == found[1]
    assert len(found[0][0]) == 2


def test_holes_that_baselines_were_tuned_on_are_not_asked_about(holes_of, corpus, tmp_path):
    _, report = holes_of(*LINES, "--role", "validation", "--count", 1000, "--system", "copier")
    tuned_on = baselines.tuning_holes(corpus, 8)
    assert {hole.package for hole in tuned_on} == {"v", "w"}
    rows = [json.loads(line) for line in (tmp_path / "s").read_text().splitlines()]
    assert not {(h.file, h.span.end) for h in tuned_on} & {
        (f"{r['package']}/{r['path']}", r["spans"][0][1]) for r in rows
    }
    assert report["role"] == "validation"
    assert report["questions"] == 80 - 8


def test_a_variant_is_the_real_model_with_other_defaults_in_a_column_of_its_own(holes_of):
    one_step = "candidates=1,canvas=1"
    options = (*LINES, "--count", 4, "--system", "lacuna", "--variant", one_step, "--variant", "budget=0")
    _, report = holes_of(*options, "--threads", 1)
    assert list(report["systems"]) == ["lacuna", f"lacuna {one_step}", "lacuna budget=0"]
    assert report["systems"][f"lacuna {one_step}"]["all"]["steps"] <= 2
    assert report["systems"]["lacuna budget=0"]["all"]["steps"] > 0


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        pytest.param(["nowhere"], ExitCode.FILE, "There is no corpus in nowhere", id="no corpus"),
        pytest.param(["c", "--role", "train"], ExitCode.USAGE, "'train' is not one of", id="trained on"),
        pytest.param(["c", "--kind", "words"], ExitCode.USAGE, "'words' is not one of", id="no such kind"),
        pytest.param(["c", "--variant", "budget"], ExitCode.USAGE, "'budget' is not of the form", id="no value"),
        pytest.param(["c", "--variant", "width=1"], ExitCode.USAGE, "no sampler default 'width'", id="no such default"),
        pytest.param(["c", "--variant", "budget=all"], ExitCode.USAGE, "budget cannot be 'all'", id="no number"),
        pytest.param(["c", "--variant", "canvas=0"], ExitCode.USAGE, "canvas and candidates", id="no canvas"),
        pytest.param(["c", "--model", "gone", "--system", "lacuna"], ExitCode.MODEL, "no artifact at", id="no model"),
    ],
)  # fmt: skip
def test_bad_requests_are_one_clear_sentence(run, corpus, tmp_path, monkeypatch, arguments, code, sentence):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c").symlink_to(corpus)
    ended = run("eval", "holes", *arguments, model=SimpleNamespace(open=open_model))
    assert ended.code == code
    assert sentence in ended.err


def asked(number, answers):
    text = "".join(f"value = {n:04}\n" for n in range(400))
    start = text.index(f"{number:04}")
    hole = Hole("p", f"{number // 2}.py", text, Span(start, start + 4))
    filled = {name: Filled((hole.truth if is_right else "0",), steps=3) for name, is_right in answers.items()}
    return compared.judged(Question("rest-of-line", (hole,)), filled)


def test_a_gain_s_interval_is_that_of_the_paired_differences():
    rows = [asked(n, {"lacuna": n % 2 == 0 or n % 10 == 1, "ngram": n % 2 == 0}) for n in range(400)]
    files = [0.5 * (n % 5 == 0) for n in range(200)]
    report = compared.report(rows, role="test", seed=0, models={"lacuna": "m"})
    gain = report.gains["ngram"].all
    half = 1.96 * pstdev(files) / 200**0.5
    assert gain.gain.value == pytest.approx(0.1)
    assert (gain.gain.high - gain.gain.low) / 2 == pytest.approx(half, rel=0.1)
    assert (gain.only_first, gain.only_other) == (40, 0)
    assert report.digest == held_out.digest([row.question.holes[0] for row in rows])
    assert (report.questions, report.files) == (400, 200)


def test_a_question_is_right_when_all_its_holes_are():
    text = "a = 1\nb = 2\n"
    question = Question("joint", tuple(Hole("p", "p.py", text, Span(at, at + 1)) for at in (4, 10)))
    row = compared.judged(question, {"both": Filled(("1", "2")), "one": Filled(("1", "(")), "none": Filled(("", ""))})
    figures = {system: compared.figures([row], system, seed=0) for system in row.answers}
    assert [one.exact.value for one in figures.values()] == [1.0, 0.0, 0.0]
    assert [one.similarity for one in figures.values()] == [1.0, 0.5, 0.0]
    assert [one.parses for one in figures.values()] == [1.0, 0.0, None]
    assert [one.empty for one in figures.values()] == [0, 0, 1]
    assert [one.length_error for one in figures.values()] == [0, 0, 1]
