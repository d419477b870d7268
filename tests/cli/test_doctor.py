"""`lacuna doctor` says what is there and whether it works."""

import json
import subprocess
import sys

from lacuna.infill.opening import NO_RUNTIME
from lacuna.syntax.errors import ModelError


def test_it_shows_versions_providers_and_a_fill(run, scripted):
    ended = run("doctor", model=scripted(texts=("values",)))
    shown = ended.out.decode()
    assert ended.code == 0
    for expected in (
        "tree-sitter ",
        "8-bit products: ",
        "CPUExecutionProvider",
        "scripted on CPUExecutionProvider",
        "in [values]",
    ):
        assert expected in shown


def test_json_holds_the_same(run, scripted):
    found = json.loads(run("doctor", "--json", model=scripted(texts=("values",))).out)
    assert set(found) == {"versions", "processor", "providers", "notes", "fill", "error"}
    assert found["processor"].keys() == {"name", "instructions", "products"}
    assert found["fill"]["text"] == "values"
    assert found["fill"]["peak_memory_mib"] > 1
    assert found["error"] is None


def test_a_model_that_cannot_run_is_a_finding(run, scripted):
    def broken(_options: object) -> None:
        raise ModelError("weights.bin has a wrong hash.")

    model = scripted()
    model.open = broken
    ended = run("doctor", model=model)
    assert (ended.code, ended.err) == (3, "lacuna: weights.bin has a wrong hash.\n")
    assert "cannot run" in ended.out.decode()
    assert "tree-sitter" in ended.out.decode(), "what else was found is still shown"


def test_a_missing_runtime_is_a_finding():
    without = "import sys; sys.modules['onnxruntime'] = None; from lacuna.cli.main import main; sys.exit(main())"
    command = [sys.executable, "-I", "-c", without, "doctor", "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    found = json.loads(ended.stdout)
    assert ended.returncode == 3
    assert found["error"] == NO_RUNTIME
    assert found["providers"] == []
