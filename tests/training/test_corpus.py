"""The corpus: the pinned list, fetching by hash, reading archives, what is kept, what is held out, the same bytes."""

import gzip
import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lacuna.model.training import corpus
from lacuna.model.training.distributions import (
    CorpusError,
    Distribution,
    PipIndex,
    RawFile,
    Recipe,
    Role,
    SourceFile,
    fetch,
    python_files,
    read_recipe,
    standard_library_files,
)
from lacuna.model.training.selection import Dropped, Duplicates, contaminated, examine, is_test, probes_of
from lacuna.syntax.errors import LacunaError

PERMISSIVE = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "PSF-2.0", "Zlib"}

# pip leaves a page of an index in a folder open; over the network it does not.
PIP_LEAVES_FILES_OPEN = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <_io:pytest.PytestUnraisableExceptionWarning"
)

PROBLEM = {
    "task_id": "Infilling/0/L0",
    "entry_point": "count_gaps",
    "prompt": 'def count_gaps(line):\n    """ Count how many gaps there are between the words of a line,\n'
    '    leaving out those at either end.\n    >>> count_gaps(\' a b \')\n    1\n    """\n',
    "canonical_solution": "    words = [word for word in line.split(' ') if word]\n",
    "suffix": "    return max(0, len(words) - 1)\n",
}


def module(name: str, functions: int = 12) -> str:
    """Return Python text that shares no run of lines with that of another name."""
    return "\n\n".join(
        f"def {name}_{number}(first_{name}, second):\n"
        f"    {name}_total = first_{name} + {number}\n"
        f"    return {name}_total * second"
        for number in range(functions)
    )


def packed(members: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


class ShelfIndex:
    """An index that serves archives it was given, and counts how often it is asked."""

    def __init__(self, archives: dict[str, bytes]) -> None:
        self._archives = archives
        self.asked = 0

    def archive(self, distribution: Distribution) -> Iterator[bytes]:
        self.asked += 1
        yield self._archives[distribution.name]


def pinned(name: str, data: bytes, role: Role = Role.TRAIN) -> Distribution:
    return Distribution(name, "1.0", hashlib.sha256(data).hexdigest(), "MIT", role)


def ignore(_size: int) -> None:
    """Take no notice of download progress."""


def raw(text: str | bytes, path: str = "package/module.py") -> RawFile:
    return RawFile(path, text.encode() if isinstance(text, str) else text)


# --- The pinned list


def test_the_list_has_at_most_60_entries_each_named_once() -> None:
    names = [distribution.name for distribution in read_recipe().distributions]
    assert 50 <= len(names) <= 60
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("distribution", read_recipe().distributions, ids=lambda distribution: distribution.name)
def test_every_entry_is_pinned_by_hash_and_permissively_licensed(distribution: Distribution) -> None:
    assert re.fullmatch("[0-9a-f]{64}", distribution.sha256)
    assert set(re.split(" AND | OR ", distribution.licence)) <= PERMISSIVE


def test_at_least_five_packages_are_kept_for_testing_and_four_for_validation() -> None:
    roles = [distribution.role for distribution in read_recipe().distributions]
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
    with pytest.raises(CorpusError, match=r"one-1\.0\.tar\.gz has sha256 .* but the recipe pins 000"):
        fetch(wrong, ShelfIndex({"one": b"tampered"}), tmp_path, ignore)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_cache_entry_is_fetched_again(tmp_path: Path) -> None:
    distribution = pinned("one", b"good")
    (tmp_path / distribution.archive).write_bytes(b"bad")
    assert fetch(distribution, ShelfIndex({"one": b"good"}), tmp_path, ignore).read_bytes() == b"good"


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


def test_errors_are_for_the_user() -> None:
    assert issubclass(CorpusError, LacunaError)


# --- Reading archives


def test_only_python_files_are_read_without_the_top_folder(tmp_path: Path) -> None:
    archive = tmp_path / "one.tar.gz"
    archive.write_bytes(packed({"one-1.0/src/one.py": "x = 1\n", "one-1.0/README.md": "text", "setup.py": "boom"}))
    assert list(python_files(archive)) == [RawFile("src/one.py", b"x = 1\n")]


@pytest.mark.parametrize("name", ["../escape.py", "one/../../escape.py", "/etc/escape.py"])
def test_a_member_outside_the_folder_refuses_the_archive(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "one.tar.gz"
    archive.write_bytes(packed({name: "x = 1\n"}))
    with pytest.raises(CorpusError, match="outside its folder"):
        list(python_files(archive))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE], ids=["symbolic link", "hard link"])
def test_links_are_not_followed(tmp_path: Path, kind: bytes) -> None:
    archive = tmp_path / "one.tar.gz"
    with tarfile.open(archive, "w:gz") as members:
        link = tarfile.TarInfo("one-1.0/link.py")
        link.type, link.linkname = kind, "/etc/passwd"
        members.addfile(link)
    assert list(python_files(archive)) == []


@pytest.mark.parametrize(
    "data", [b"no archive at all", packed({"one/one.py": module("one")})[:-40]], ids=["text", "cut"]
)
def test_a_broken_archive_is_an_error(tmp_path: Path, data: bytes) -> None:
    archive = tmp_path / "one.tar.gz"
    archive.write_bytes(data)
    with pytest.raises(CorpusError, match=r"one\.tar\.gz is not a readable"):
        list(python_files(archive))


def test_the_standard_library_comes_without_its_tests_and_demos() -> None:
    paths = {file.path for file in standard_library_files()}
    assert {"ast.py", "json/decoder.py"} <= paths
    assert not any(path.startswith(("test/", "idlelib/", "turtledemo/", "site-packages/")) for path in paths)


# --- One file


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        pytest.param(raw(module("a"), "pip/_vendor/a.py"), Dropped.VENDORED, id="vendored"),
        pytest.param(
            raw(module("a"), "numpy/vendored-meson/a.py"), Dropped.VENDORED, id="vendored under a longer name"
        ),
        pytest.param(raw(module("a"), "lib/third_party/a.py"), Dropped.VENDORED, id="third party"),
        pytest.param(raw(module("a"), "tests/data/a.py"), Dropped.TEST_DATA, id="test data"),
        pytest.param(raw(module("a"), "one/api_pb2.py"), Dropped.GENERATED, id="protobuf"),
        pytest.param(raw("# Generated by a tool\n" + module("a")), Dropped.GENERATED, id="generated"),
        pytest.param(raw("# DO NOT EDIT.\n" + module("a")), Dropped.GENERATED, id="do not edit"),
        pytest.param(raw("# GNU Lesser General Public License\n" + module("a")), Dropped.COPYLEFT, id="copyleft file"),
        pytest.param(raw("x = 1\n"), Dropped.TINY, id="tiny"),
        pytest.param(raw(module("a", 3000)), Dropped.LARGE, id="large"),
        pytest.param(raw(module("a").encode() + b"\n# caf\xe9\n"), Dropped.NOT_UTF8, id="latin-1"),
        pytest.param(raw(module("a") + "\nx = '" + "a" * 1000 + "'\n"), Dropped.LONG_LINES, id="long line"),
        pytest.param(raw("table = [\n" + "    12345, 67890,\n" * 40 + "]\n"), Dropped.TABLES, id="table"),
        pytest.param(raw(module("a") + "\nprint 'python 2'\n"), Dropped.UNPARSABLE, id="python 2"),
        pytest.param(raw(module("a") + "\n\0"), Dropped.UNPARSABLE, id="null byte"),
    ],
)
def test_a_file_is_dropped_for(file: RawFile, reason: Dropped) -> None:
    assert examine("one", file) is reason


def test_plain_code_is_kept() -> None:
    assert examine("one", raw(module("a"))) == SourceFile("one", "package/module.py", module("a"))


@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["windows", "old mac"])
def test_line_ends_and_a_byte_order_mark_are_normalised(end: str) -> None:
    kept = examine("one", raw(b"\xef\xbb\xbf" + module("a").replace("\n", end).encode()))
    assert isinstance(kept, SourceFile)
    assert kept.text == module("a")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/helpers.py", True),
        ("one/tests/deep/a.py", True),
        ("one/test_a.py", True),
        ("one/a_test.py", True),
        ("conftest.py", True),
        ("one/testimony.py", False),
        ("one/contest.py", False),
    ],
)
def test_a_package_s_own_tests_are_told_by_path(path: str, *, expected: bool) -> None:
    assert is_test(path) is expected


# --- Between files


@pytest.mark.parametrize(
    ("copy", "reason"),
    [
        pytest.param(module("a"), Dropped.DUPLICATE, id="same"),
        pytest.param(module("a").replace("    ", "\t") + "\n\n", Dropped.DUPLICATE, id="other white space"),
        pytest.param("import sys\n" + module("a") + "\nsys.exit()", Dropped.NEAR_DUPLICATE, id="lines around it"),
        pytest.param("# A licence\n" * 30 + module("a") + "\nx = 1", Dropped.NEAR_DUPLICATE, id="another header"),
        pytest.param(module("a", 12) + "\n\n" + module("b", 24), None, id="a third of it"),
        pytest.param(module("b"), None, id="another text"),
    ],
)
def test_a_copy_is_found(copy: str, reason: Dropped | None) -> None:
    duplicates = Duplicates()
    assert duplicates.drop_train(module("a")) is None
    assert duplicates.drop_train(copy) is reason


def test_a_shared_licence_header_makes_no_duplicates() -> None:
    header = "".join(f"# Sentence {number} of a licence.\n" for number in range(30))
    duplicates = Duplicates()
    assert duplicates.drop_train(header + module("a", 2)) is None
    assert duplicates.drop_train(header + module("b", 2)) is None


def test_a_training_file_with_a_third_of_held_out_text_is_dropped() -> None:
    duplicates = Duplicates()
    assert duplicates.drop_held_out(module("a", 12)) is None
    assert duplicates.drop_train(module("a", 12) + "\n\n" + module("b", 24)) is Dropped.HELD_OUT


# --- Benchmark text


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_benchmark_text_is_found_wherever_it_is_indented(tmp_path: Path, *, compressed: bool) -> None:
    line = (json.dumps(PROBLEM) + "\n").encode()
    path = tmp_path / ("problems.jsonl.gz" if compressed else "problems.jsonl")
    path.write_bytes(gzip.compress(line) if compressed else line)
    probes = probes_of(path)
    docstring, solution = PROBLEM["prompt"], PROBLEM["canonical_solution"] + PROBLEM["suffix"]
    assert contaminated(module("a") + "\n\n" + docstring, probes)
    assert contaminated("class A:\n    def other(self, line):\n" + solution.replace("    ", " " * 8), probes)
    assert not contaminated(module("a"), probes)
    assert not contaminated(PROBLEM["suffix"], probes)


@pytest.mark.parametrize("content", ["no json\n", '{"prompt": ""}\n'], ids=["not json", "a key is missing"])
def test_an_unreadable_benchmark_is_an_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "problems.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError, match="cannot be read as a benchmark"):
        probes_of(path)


# --- The whole


@pytest.fixture
def shelf() -> dict[str, bytes]:
    return {
        "held": packed({"held-1.0/held.py": module("held"), "held-1.0/setup.py": "x = 1\n"}),
        "tuned": packed({"tuned-1.0/tuned.py": module("tuned")}),
        "aside": packed(
            {
                "aside-1.0/aside/b.py": module("aside_b"),
                "aside-1.0/aside/a.py": module("aside_a"),
                "aside-1.0/aside/copied.py": module("held") + "\n",
                "aside-1.0/aside/leak.py": module("aside_leak") + "\n\n\n" + PROBLEM["prompt"] + "    return 0\n",
                "aside-1.0/tests/test_one.py": module("test_one", 4),
                "aside-1.0/tests/test_two.py": module("test_two", 4),
                "aside-1.0/tests/test_three.py": module("test_three", 4),
            }
        ),
    }


@pytest.fixture
def recipe(shelf: dict[str, bytes]) -> Recipe:
    roles = {"held": Role.TEST, "tuned": Role.VALIDATION, "aside": Role.TRAIN}
    return Recipe(1_000_000, 0.25, tuple(pinned(name, data, roles[name]) for name, data in shelf.items()))


@pytest.fixture
def no_standard_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the standard library out: it is the same reading and filtering, only more of it."""
    monkeypatch.setattr(corpus, "standard_library_files", lambda: iter(()))


@pytest.fixture
def problems(tmp_path: Path) -> Path:
    path = tmp_path / "problems.jsonl"
    path.write_text(json.dumps(PROBLEM) + "\n", encoding="utf-8")
    return path


@pytest.mark.usefixtures("no_standard_library")
def test_each_role_gets_its_packages_and_no_copy_or_leak(
    tmp_path: Path, shelf: dict[str, bytes], recipe: Recipe, problems: Path
) -> None:
    built = tmp_path / "corpus"
    report = corpus.build(built, tmp_path / "cache", problems, ShelfIndex(shelf), recipe)
    assert [file.path for file in corpus.load(built, Role.TEST)] == ["held.py"]
    assert [file.path for file in corpus.load(built, Role.VALIDATION)] == ["tuned.py"]
    train = list(corpus.load(built, Role.TRAIN))
    assert [file.path for file in train if not is_test(file.path)] == ["aside/a.py", "aside/b.py"]
    assert train[0] == SourceFile("aside", "aside/a.py", module("aside_a"))
    assert {reason: report.dropped[reason] for reason in (Dropped.HELD_OUT, Dropped.CONTAMINATED, Dropped.TINY)} == {
        Dropped.HELD_OUT: 1,
        Dropped.CONTAMINATED: 1,
        Dropped.TINY: 1,
    }


@pytest.mark.usefixtures("no_standard_library")
def test_tests_are_at_most_a_quarter_of_a_package(tmp_path: Path, shelf: dict[str, bytes], recipe: Recipe) -> None:
    corpus.build(tmp_path, tmp_path / "cache", None, ShelfIndex(shelf), recipe)
    train = list(corpus.load(tmp_path, Role.TRAIN))
    tests = sum(len(file.text) for file in train if is_test(file.path))
    assert 0 < tests <= 0.25 * sum(len(file.text) for file in train)


@pytest.mark.usefixtures("no_standard_library")
def test_no_package_is_larger_than_the_cap(tmp_path: Path, shelf: dict[str, bytes], recipe: Recipe) -> None:
    small = replace(recipe, package_bytes=2500)
    report = corpus.build(tmp_path, tmp_path / "cache", None, ShelfIndex(shelf), small)
    sizes = {package.name: package.kept.bytes for package in report.packages}
    assert 0 < sizes["aside"] <= 2500
    assert report.dropped[Dropped.PACKAGE_CAP] > 0


@pytest.mark.usefixtures("no_standard_library")
def test_the_same_inputs_give_the_same_bytes_whatever_their_order(
    tmp_path: Path, shelf: dict[str, bytes], recipe: Recipe, problems: Path
) -> None:
    turned = replace(recipe, distributions=recipe.distributions[::-1])
    one = corpus.build(tmp_path / "one", tmp_path / "cache", problems, ShelfIndex(shelf), recipe)
    two = corpus.build(tmp_path / "two", tmp_path / "other cache", problems, ShelfIndex(shelf), turned)
    assert one == two
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == ["corpus.json", "test.jsonl", "train.jsonl", "validation.jsonl"]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.usefixtures("no_standard_library")
def test_the_report_on_disk_says_hashes_amounts_and_licences(
    tmp_path: Path, shelf: dict[str, bytes], recipe: Recipe
) -> None:
    corpus.build(tmp_path, tmp_path / "cache", None, ShelfIndex(shelf), recipe)
    report = json.loads((tmp_path / "corpus.json").read_text(encoding="utf-8"))
    for name, digest in report["outputs"].items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest
    texts = [file.text for file in corpus.load(tmp_path, Role.TRAIN)]
    assert report["roles"]["train"] == {"files": len(texts), "bytes": sum(len(text.encode()) for text in texts)}
    assert {package["name"]: package["licence"] for package in report["packages"]} == {
        "held": "MIT",
        "tuned": "MIT",
        "aside": "MIT",
        "python": "PSF-2.0",
    }


def test_loading_from_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="There is no corpus in"):
        list(corpus.load(tmp_path, Role.TRAIN))
