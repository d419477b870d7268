"""The index that the machine is set up with: where pip looks, and that nothing of a package is run."""

import os
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lacuna.model.corpus import index
from lacuna.model.corpus.files import CorpusError
from lacuna.model.corpus.index import ConfiguredIndex, settings_in
from tests.corpus.made import packed, pinned

DATA = packed({"one-1.0/setup.py": "raise SystemExit('setup.py was run')\n"})
UNREACHABLE = "http://127.0.0.1:9/simple/"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index in a folder, which offers one source distribution, "one" 1.0."""
    folder = tmp_path / "simple"
    (folder / "one").mkdir(parents=True)
    for name in ("one-1.0.tar.gz", "one-2.0.zip", "one-2.0-py3-none-any.whl"):
        (folder / "one" / name).write_bytes(DATA)
    links = "".join(f'<a href="{path.name}" data-requires-python="&lt;3">x</a>' for path in (folder / "one").iterdir())
    (folder / "one" / "index.html").write_text(f"<!DOCTYPE html>{links}", encoding="utf-8")
    return folder


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *_arguments: object) -> None:
        """Keep quiet."""


@pytest.fixture
def served(folder: Path) -> Iterator[str]:
    """The same over HTTP."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def given(settings: dict[str, str], version: str = "1.0") -> bytes:
    return b"".join(ConfiguredIndex(settings).archive(pinned("one", DATA, version=version)))


def test_pip_s_own_configuration_says_where_to_look(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    (tmp_path / "pip.conf").write_text(f"[global]\nindex-url = {UNREACHABLE}\nextra-index-url = {folder.as_uri()}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    assert b"".join(index.configured().archive(pinned("one", DATA))) == DATA


@pytest.mark.parametrize(
    "settings",
    [
        {"index-url": "FOLDER"},
        {"index-url": "SERVED"},
        {"index-url": UNREACHABLE, "extra-index-url": "http://127.0.0.1:9/other SERVED"},
        {"no-index": "1", "find-links": "/nowhere PATH/one"},
        {"no-index": "1", "find-links": "SERVEDone/"},
    ],
    ids=["folder", "server", "one that is not reached before one that is", "links in a folder", "links on a server"],
)
def test_the_archive_is_found_wherever_pip_would_find_it(folder: Path, served: str, settings: dict[str, str]) -> None:
    places = {"FOLDER": folder.as_uri(), "SERVED": served, "PATH": str(folder)}
    for place, url in places.items():
        settings = {name: value.replace(place, url) for name, value in settings.items()}
    assert given(settings) == DATA


@pytest.mark.parametrize("url", ["FOLDER", UNREACHABLE], ids=["version not offered as .tar.gz", "nothing listens"])
def test_an_index_without_the_distribution_is_an_error(folder: Path, url: str) -> None:
    with pytest.raises(CorpusError, match=r"no source distribution of one 2\.0: is this machine offline"):
        given({"index-url": url.replace("FOLDER", folder.as_uri())}, "2.0")


def test_a_download_that_fails_is_an_error(folder: Path, served: str) -> None:
    (folder / "one" / "one-1.0.tar.gz").unlink()
    with pytest.raises(CorpusError, match=r"Downloading one-1\.0\.tar\.gz failed \(HTTPStatusError\)"):
        given({"index-url": served})


def test_the_environment_wins_over_what_is_set_for_downloads_and_that_over_the_rest() -> None:
    listed = (
        ":env:.index-url='http://c'\ndownload.cert='/d'\ndownload.index-url='http://b'\nglobal.index-url='http://a'\n"
        "global.cert='/a'\nglobal.find-links='/one\\n/two'\nglobal.proxy=''\ninstall.timeout='7'\n"
    )
    assert settings_in(listed) == {"index-url": "http://c", "cert": "/d", "find-links": "/one\n/two"}


def test_without_pip_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = subprocess.CompletedProcess([], 1, "", "No module named pip")
    monkeypatch.setattr(subprocess, "run", lambda *_arguments, **_options: absent)
    with pytest.raises(CorpusError, match="python -m ensurepip"):
        index.configured()
