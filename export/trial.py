"""An artifact from elsewhere is tried in a process of its own, within limits, before this one opens it.

ONNX Runtime runs what a graph says: it may take all memory, not end, or end the process. Nothing of that is ours to
catch where it happens.
"""

import contextlib
import functools
import os
import signal
import subprocess
import sys
from pathlib import Path

import platformdirs

from lacuna.export.artifact import ArtifactError, embedded
from lacuna.export.runtime import onnxruntime

PROGRAM = """
import ctypes, os, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 9)  # ends, by SIGKILL, with its parent
if os.getppid() != {parent}:  # which has ended before that
    sys.exit(1)
sys.path[:] = {path}
from lacuna.export.chunked.tried import main
main()
"""
REFUSED = 3
"""The exit code of a process whose output says in a sentence what is wrong."""
SECONDS = 120.0
PROCESSOR_SECONDS = 40
MEMORY = 4 << 30
LONGEST = 500
"""Characters of that sentence."""


@functools.lru_cache(maxsize=16)
def withstand(folder: Path, digest: str) -> None:
    """Raise ArtifactError unless the artifact with this manifest opens and predicts; once tried, that is kept.

    What ships with the package is not doubted.
    """
    kept = platformdirs.user_cache_path("lacuna") / "tried" / f"{digest}-{onnxruntime.__version__}"
    if folder.resolve() == embedded() or kept.exists():
        return
    _try(folder, digest)
    with contextlib.suppress(OSError):  # it is only tried again
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch()


def _try(folder: Path, digest: str) -> None:
    program = PROGRAM.format(parent=os.getpid(), path=[entry for entry in sys.path if Path(entry).is_absolute()])
    command = [sys.executable, "-I", "-c", program, str(folder.absolute()), digest]
    try:
        ended = subprocess.run(  # noqa: S603 -- our own interpreter and module
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ArtifactError(f"{folder} holds a model that did not answer in {SECONDS:.0f} seconds.") from error
    if ended.returncode == REFUSED:
        raise ArtifactError(ended.stdout.decode("utf-8", "replace")[:LONGEST])
    if ended.returncode != 0:
        how = f"with {ended.returncode}"
        with contextlib.suppress(ValueError):
            how = f"by {signal.Signals(-ended.returncode).name}"
        raise ArtifactError(f"{folder} holds a model that ended the process in which it was tried, {how}.")
