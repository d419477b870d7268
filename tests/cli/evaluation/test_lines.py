"""`lacuna eval lines`: the same holes for all, and a paired comparison."""

import json
from dataclasses import asdict

import pytest

from lacuna.cli.evaluation import baselines, holes, lines
from lacuna.cli.evaluation.holes import Hole
from lacuna.cli.exit_codes import ExitCode
from lacuna.model.tokenizer import Tokenizer
from lacuna.model.training.distributions import SourceFile
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
def lines_of(run, corpus, tmp_path):
    """Run the command; its exit code and the report."""

    def ask(*options, model=None):
        outputs = ("--json", tmp_path / "j", "--samples", tmp_path / "s", "--work", tmp_path / "work")
        inputs = (corpus, "--tokenizer", corpus / "tokenizer.json", "--tuning", 8)
        ended = run("eval", "lines", *inputs, *outputs, *options, model=model)
        return ended, json.loads((tmp_path / "j").read_text())

    return ask


def test_all_answer_the_same_holes_and_lacuna_is_compared_with_each(lines_of, scripted, tmp_path):
    model = scripted(texts=("return nothing",))
    ended, report = lines_of("--count", 16, model=model)
    assert ended.code == ExitCode.DONE
    assert set(report["systems"]) == {"lacuna", "ngram", "copier"}
    assert report["systems"]["lacuna"]["exact"]["by_hole"]["value"] == 0.0
    assert report["systems"]["ngram"]["exact"]["by_hole"]["value"] > 0.3
    for name, gain in report["gains"].items():
        for way in ("by_hole", "by_file"):
            assert gain[way]["value"] == pytest.approx(-report["systems"][name]["exact"][way]["value"])
            assert gain[way]["low"] <= gain[way]["value"] <= gain[way]["high"] <= 0.0
    rows = [json.loads(line) for line in (tmp_path / "s").read_text().splitlines()]
    for row, request in zip(rows, model.requests, strict=True):
        (span,) = request.spans
        assert span == Span(row["start"], row["start"])
        assert request.text[span.start] == "\n"
        source_file = source(row["package"], int(row["path"][1])).text
        assert source_file[: span.start] + row["truth"] + request.text[span.start :] == source_file
    assert {request.threshold for request in model.requests} == {0.0}
    assert b"over copier" in ended.out


def test_baselines_alone_need_no_model(lines_of, scripted):
    model = scripted()
    _, report = lines_of("--count", 10, "--system", "ngram", "--system", "copier", model=model)
    assert report["gains"] == {}
    assert not model.options


def test_what_was_trained_and_tuned_is_kept_and_gives_the_same_report(lines_of, tmp_path):
    _, first = lines_of("--count", 6)
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").iterdir()}
    _, second = lines_of("--count", 6)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "work").iterdir()} == kept
    assert len(kept) == 2
    assert first == second


def test_holes_that_baselines_were_tuned_on_are_not_asked_about(lines_of, corpus, tmp_path):
    _, report = lines_of("--role", "validation", "--count", 1000, "--system", "copier")
    tuned_on = baselines.tuning_holes(corpus, 8)
    assert {hole.package for hole in tuned_on} == {"v", "w"}
    rows = [json.loads(line) for line in (tmp_path / "s").read_text().splitlines()]
    assert not {(h.file, h.span.end) for h in tuned_on} & {(f"{r['package']}/{r['path']}", r["end"]) for r in rows}
    assert report["role"] == "validation"
    assert report["holes"] == 80 - 8


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        pytest.param(["nowhere"], ExitCode.USAGE, "no corpus", id="no corpus"),
        pytest.param([".", "--role", "train"], ExitCode.USAGE, "'train' is not one of", id="trained on"),
    ],
)
def test_bad_requests_are_one_clear_sentence(run, arguments, code, sentence):
    ended = run("eval", "lines", *arguments)
    assert ended.code == code
    assert sentence in ended.err


def test_a_gain_s_interval_is_that_of_the_paired_differences():
    text = "".join(f"value = {number:04}\n" for number in range(400))
    rows = []
    for number in range(400):
        start = text.index(f"{number:04}")
        hole = Hole("p", f"{number // 4}.py", text, Span(start, start + 4))
        is_lacunas, is_ngrams = number % 2 == 0 or number % 10 == 1, number % 2 == 0
        rows.append(lines.Asked(hole, {"lacuna": hole.truth * is_lacunas, "ngram": hole.truth * is_ngrams}))
    report = lines.report(rows, role="test", seed=0, tuned=None, model="m")
    gain = report.gains["ngram"].by_hole
    half = 1.96 * (0.1 * 0.9 / 400) ** 0.5
    assert gain.value == pytest.approx(0.1)
    assert (gain.high - gain.low) / 2 == pytest.approx(half, rel=0.1)
    assert report.digest == holes.digest([row.hole for row in rows])
    assert (report.holes, report.files) == (400, 100)
