"""What every test relies on: repeatable properties, and nothing read from or written to the user's home."""

import gc
import itertools
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from lacuna.export.processor import form, processor

# Examples of a property take as long as the machine lets them; CI must give the same verdict twice.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_report_header() -> str:
    """Figures and answers may differ in the last digits between kinds of processors."""
    name, instructions = processor()
    return f"processor: {name}, {' '.join(instructions or ('unknown',))}; 8-bit products: {form()}"


pytest_plugins = ("tests.command_line",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a slow test come first: of the processes that share the files, none is left with a long one at last.

    What was imported and collected is there to the end: every collection of garbage would look through it in vain.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
    gc.freeze()


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Names of folders that are not there yet."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def empty_home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    home = next(homes)  # `mktemp` would look through all that there are, thousands of times
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for variable in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "LACUNA_DEBUG"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(autouse=True)
def ctrl_c() -> Iterator[None]:
    """A command that has written a file ignores Ctrl-C to its end."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)
