"""The index that the machine is set up with."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from lacuna.model.corpus.files import CorpusError
from lacuna.model.corpus.index import PipIndex
from tests.corpus.made import packed, pinned

# pip leaves a page of an index in a folder open; over the network it does not.
PIP_LEAVES_FILES_OPEN = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <_io:pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture
def local_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point pip at a folder on this machine that offers one source distribution, "one" 1.0."""
    folder = tmp_path / "simple" / "one"
    folder.mkdir(parents=True)
    (folder / "one-1.0.tar.gz").write_bytes(packed({"one-1.0/setup.py": "raise SystemExit('setup.py was run')\n"}))
    (folder / "index.html").write_text('<!DOCTYPE html><a href="one-1.0.tar.gz">one-1.0.tar.gz</a>', encoding="utf-8")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", folder.parent.as_uri())
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    return folder


@PIP_LEAVES_FILES_OPEN
def test_pip_s_index_gives_the_archive_without_running_it(local_index: Path) -> None:
    data = (local_index / "one-1.0.tar.gz").read_bytes()
    assert b"".join(PipIndex().archive(pinned("one", data))) == data


@PIP_LEAVES_FILES_OPEN
@pytest.mark.parametrize("url", [None, "http://127.0.0.1:9"], ids=["version not offered", "nothing listens"])
def test_an_index_without_the_distribution_is_an_error(
    local_index: Path, monkeypatch: pytest.MonkeyPatch, url: str | None
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", url or local_index.parent.as_uri())
    with pytest.raises(CorpusError, match=r"no source distribution of one 2\.0: is this machine offline"):
        list(PipIndex().archive(replace(pinned("one", b""), version="2.0")))
