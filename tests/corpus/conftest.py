"""A few real files to draw from."""

import sysconfig
from pathlib import Path

import pytest

STDLIB = Path(sysconfig.get_path("stdlib"))


@pytest.fixture(scope="session")
def texts() -> tuple[str, ...]:
    return tuple(
        (STDLIB / f"{name}.py").read_text(encoding="utf-8")
        for name in ("bisect", "colorsys", "fnmatch", "queue", "reprlib", "sched", "textwrap")
    )
