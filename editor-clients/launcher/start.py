"""Where the command `lacuna` begins.

A module of its own outside `lacuna`: that is a namespace package, so a folder `lacuna/` on PYTHONPATH would be taken
for a part of it before a line of ours had run.
"""

import os
import subprocess
import sys
from typing import NoReturn


def main() -> int:
    if os.environ.get("PYTHONPATH") and not sys.flags.ignore_environment:
        _again_without_pythonpath()
    from lacuna.cli.main import main as command_line  # noqa: PLC0415 -- only now is the path known to be clean

    return command_line()


def _again_without_pythonpath() -> NoReturn:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-P", "-m", "lacuna.cli", *sys.argv[1:]]
    if os.name == "nt":  # there exec returns to the shell at once
        sys.exit(subprocess.call(command, env=environment))  # noqa: S603 -- our own interpreter and arguments
    os.execve(sys.executable, command, environment)  # noqa: S606 -- the same
