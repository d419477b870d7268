"""A campaign: Ctrl-C at any moment while a large file is written. What is said of the file is so."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.campaign import seeds

TRIES = 5  # for each seed
OLD = b"x = <fill>\n" + b"y = 0  # as large as few files are\n" * 100_000
NEW = OLD.replace(b"<fill>", b"1")
FILL = """
import signal, sys
from lacuna.cli import main
from lacuna.infill.opening import OpenModel
from lacuna.infill.request import Answer, Candidate, Draft, Timings, Tokens
from lacuna.workspace.changes import Edit

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it

def infill(request):
    yield Draft(0, ((None,),))
    print("answered", flush=True)
    return Answer(
        (Edit(request.spans[0], "1"),), ((Candidate("1", 0.9, parses=True),),), None,
        Timings(0, 0, (), 0), Tokens(0, 0, 0), "scripted", "scripted", 0.5,
    )

sys.exit(main.main(lambda options: OpenModel(infill)))
"""
INTERRUPTED = (130, "lacuna: interrupted; no file changed.", OLD)
WRITTEN = (0, "", NEW)


def filled(folder: Path, moment: float | None) -> tuple[tuple[int, str, bytes], float]:
    """The exit code, what was said and what is in the file; and the seconds from the answer to the end."""
    (folder / "large.py").write_bytes(OLD)
    command = [sys.executable, "-I", "-c", FILL, "fill", "large.py", "--write", "--alone"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        answered = time.monotonic()
        if moment is not None:
            time.sleep(moment)
            process.send_signal(signal.SIGINT)
        said = process.communicate()[1].decode().strip()
        took = time.monotonic() - answered
    assert [path.name for path in folder.iterdir()] == ["large.py"], "a temporary file is left"
    return (process.returncode, said, (folder / "large.py").read_bytes()), took


@seeds(2)
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_what_is_said_of_the_file_is_so(tmp_path: Path, seed: int):
    chance = random.Random(seed)  # noqa: S311 -- to be repeated, not to be secret
    ending, took = filled(tmp_path, None)
    assert ending == WRITTEN
    for _ in range(TRIES):
        moment = chance.random() * took * 1.1
        ending, _ = filled(tmp_path, moment)
        assert ending in (INTERRUPTED, WRITTEN), f"after {moment:.3f} of {took:.3f} s"
