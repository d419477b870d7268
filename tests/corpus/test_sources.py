"""The pinned list, fetching by hash, reading archives."""

import re
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from lacuna.model.corpus.files import CorpusError, RawFile, Role
from lacuna.model.corpus.sources import Distribution, archived_files, fetch, read_sources, standard_library_files
from lacuna.syntax.errors import LacunaError
from tests.corpus.made import ShelfIndex, module, packed, pinned

PERMISSIVE = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "PSF-2.0", "Zlib"}


def ignore(_size: int) -> None:
    """Take no notice of download progress."""


# --- The pinned list


def test_the_list_has_at_most_60_entries_each_named_once() -> None:
    names = [distribution.name for distribution in read_sources().distributions]
    assert 50 <= len(names) <= 60
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("distribution", read_sources().distributions, ids=lambda distribution: distribution.name)
def test_every_entry_is_pinned_by_hash_and_permissively_licensed(distribution: Distribution) -> None:
    assert re.fullmatch("[0-9a-f]{64}", distribution.sha256)
    assert set(re.split(" AND | OR ", distribution.licence)) <= PERMISSIVE


def test_at_least_five_packages_are_kept_for_testing_and_four_for_validation() -> None:
    roles = [distribution.role for distribution in read_sources().distributions]
    assert roles.count(Role.TEST) >= 5
    assert roles.count(Role.VALIDATION) >= 4


# --- Fetching


def test_a_fetched_archive_is_cached_and_not_asked_for_again(tmp_path: Path) -> None:
    data = packed({"one-1.0/one.py": module("one")})
    index = ShelfIndex({"one": data})
    first = fetch(pinned("one", data), index, tmp_path, ignore)
    second = fetch(pinned("one", data), index, tmp_path, ignore)
    assert first == second
    assert first.read_bytes() == data
    assert index.asked == 1


def test_a_wrong_hash_is_an_error_and_leaves_nothing_behind(tmp_path: Path) -> None:
    wrong = replace(pinned("one", b"expected"), sha256="0" * 64)
    with pytest.raises(CorpusError, match=r"one-1\.0\.tar\.gz has sha256 .* but sources.toml pins 000"):
        fetch(wrong, ShelfIndex({"one": b"tampered"}), tmp_path, ignore)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_cache_entry_is_fetched_again(tmp_path: Path) -> None:
    distribution = pinned("one", b"good")
    (tmp_path / distribution.archive).write_bytes(b"bad")
    assert fetch(distribution, ShelfIndex({"one": b"good"}), tmp_path, ignore).read_bytes() == b"good"


def test_errors_are_for_the_user() -> None:
    assert issubclass(CorpusError, LacunaError)


# --- Reading archives


def test_only_python_files_are_read_without_the_top_folder(tmp_path: Path) -> None:
    archive = tmp_path / "one.tar.gz"
    archive.write_bytes(packed({"one-1.0/src/one.py": "x = 1\n", "one-1.0/README.md": "text", "setup.py": "boom"}))
    assert list(archived_files(archive)) == [RawFile("src/one.py", b"x = 1\n")]


@pytest.mark.parametrize("name", ["../escape.py", "one/../../escape.py", "/etc/escape.py"])
def test_a_member_outside_the_folder_refuses_the_archive(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "one.tar.gz"
    archive.write_bytes(packed({name: "x = 1\n"}))
    with pytest.raises(CorpusError, match="outside its folder"):
        list(archived_files(archive))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE], ids=["symbolic link", "hard link"])
def test_links_are_not_followed(tmp_path: Path, kind: bytes) -> None:
    archive = tmp_path / "one.tar.gz"
    with tarfile.open(archive, "w:gz") as members:
        link = tarfile.TarInfo("one-1.0/link.py")
        link.type, link.linkname = kind, "/etc/passwd"
        members.addfile(link)
    assert list(archived_files(archive)) == []


@pytest.mark.parametrize(
    "data", [b"no archive at all", packed({"one/one.py": module("one")})[:-40]], ids=["text", "cut"]
)
def test_a_broken_archive_is_an_error(tmp_path: Path, data: bytes) -> None:
    archive = tmp_path / "one.tar.gz"
    archive.write_bytes(data)
    with pytest.raises(CorpusError, match=r"one\.tar\.gz is not a readable"):
        list(archived_files(archive))


def test_the_standard_library_comes_without_its_tests_and_demos() -> None:
    paths = {file.path for file in standard_library_files()}
    assert {"ast.py", "json/decoder.py"} <= paths
    assert not any(path.startswith(("test/", "idlelib/", "turtledemo/", "site-packages/")) for path in paths)
