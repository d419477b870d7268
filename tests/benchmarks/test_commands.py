"""The group `lacuna eval`: its commands are there, and reading about them loads nothing heavy."""

import importlib.util
import json
import subprocess
import sys

import pytest

from lacuna.cli.evaluate.group import COMMANDS

LOADED = """
import json, sys
from lacuna.cli import main
code = main.run(sys.argv[1:])
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_there_and_its_help_loads_no_model(command: str):
    assert importlib.util.find_spec(COMMANDS[command].target.split(":")[0])
    arguments = [sys.executable, "-c", LOADED, "eval", command, "--help"]
    printed = subprocess.run(arguments, capture_output=True, text=True, check=True)
    code, modules = json.loads(printed.stdout.splitlines()[-1])
    assert code == 0
    assert not set(modules) & {"numpy", "onnxruntime", "torch", "matplotlib"}
