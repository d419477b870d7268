"""Queries that would never come to an end are stopped, by a limit or by Ctrl-C, with one sentence."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lacuna.cli.exit_codes import ExitCode

COMPILING = "(list ((_)? (_)? ((_)* (_)*)* )+ @hole)"
MATCHING = "(list (_)* @a (_)* @b (_)* @c (_)* @hole)"
SIBLINGS = f"x = [{'a, ' * 3000}]\n"


@pytest.mark.slow
@pytest.mark.parametrize("query", [COMPILING, MATCHING], ids=["in compiling", "over many siblings"])
def test_a_query_that_does_not_end_is_stopped(run, tmp_path: Path, query: str):
    path = tmp_path / "a.py"
    path.write_text(SIBLINGS)
    ended = run("fill", path, "--query", query, "--write")
    assert ended.code == ExitCode.USAGE
    assert ended.err == "lacuna: The query was stopped: it takes more than 5 s of computing.\n"
    assert path.read_text() == SIBLINGS


@pytest.mark.slow
def test_ctrl_c_ends_a_query(tmp_path: Path):
    (tmp_path / "a.py").write_text(SIBLINGS)
    command = [sys.executable, "-I", "-m", "lacuna.cli", "fill", "a.py", "--query", MATCHING]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 -- one thread
    ) as process:
        time.sleep(2)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        out, err = process.communicate(timeout=10)
    assert time.monotonic() - began < 2
    assert process.returncode == ExitCode.INTERRUPTED
    assert out == ""
    assert err.strip() == "lacuna: interrupted; no file changed."
