"""Commands load what they need and nothing more."""

import importlib.util
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from lacuna.cli.main import COMMANDS, EXTRAS

ROOT = Path(__file__).parents[2]
LOADED = """
import json, sys
from lacuna.cli import main
code = main.run(sys.argv[1:])
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def loaded_by(*arguments: str) -> set[str]:
    printed = subprocess.run(
        [sys.executable, "-I", "-c", LOADED, *arguments], capture_output=True, text=True, check=True
    )
    code, modules = json.loads(printed.stdout.splitlines()[-1])
    assert code == 0, printed.stderr
    return set(modules)


@pytest.mark.parametrize("arguments", [[], ["--help"], ["--version"]], ids=["nothing", "--help", "--version"])
def test_help_and_version_load_nothing_heavy(arguments: list[str]):
    assert not loaded_by(*arguments) & {"numpy", "onnxruntime", "torch", "tree_sitter", "rich", "pygls", "tokenizers"}


def test_help_of_fill_loads_nothing_that_computes():
    assert not loaded_by("fill", "--help") & {"numpy", "onnxruntime", "tokenizers"}


@pytest.mark.parametrize("command", ["fill", "serve", "doctor", "model", "eval", "bench"])
def test_no_serving_command_loads_torch(command: str):
    assert "torch" not in loaded_by(command, "--help")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_there(command: str):
    assert importlib.util.find_spec(COMMANDS[command].target.split(":")[0])


def test_every_extra_that_is_named_exists():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(EXTRAS.values()) <= set(project["optional-dependencies"])
