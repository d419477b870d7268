"""Builds the source distribution from what git tracks, and the wheel from that. Argument: the folder that gets both.

They are built from a copy, so that nothing that an earlier build left behind in the checkout gets in.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def tracked(*folders: str) -> list[Path]:
    """The files that git tracks and that are still there, by their paths in the repository."""
    listed = subprocess.run(["git", "ls-files", "-z", "--", *folders], cwd=ROOT, capture_output=True, check=True).stdout
    return [Path(name) for name in os.fsdecode(listed).rstrip("\0").split("\0") if (ROOT / name).is_file()]


def committed() -> str:
    """When the last commit was made, in seconds: files of a release bear that time, whenever they are built."""
    git = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=True)
    return git.stdout.strip()


def build(out: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "lacuna")
        for path in tracked():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, source / path)
        command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", out, source]
        environment = os.environ | {"SOURCE_DATE_EPOCH": committed()}
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
