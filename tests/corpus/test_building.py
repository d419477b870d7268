"""The whole corpus: what each role gets, what is held out, the same bytes for the same inputs."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from lacuna.model.corpus import building
from lacuna.model.corpus.building import build
from lacuna.model.corpus.files import CorpusError, Role, SourceFile, load
from lacuna.model.corpus.selection import Dropped, is_test
from lacuna.model.corpus.sources import Sources
from tests.corpus.made import PROBLEM, ShelfIndex, module, packed, pinned


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
def sources(shelf: dict[str, bytes]) -> Sources:
    roles = {"held": Role.TEST, "tuned": Role.VALIDATION, "aside": Role.TRAIN}
    return Sources(1_000_000, 0.25, tuple(pinned(name, data, roles[name]) for name, data in shelf.items()))


@pytest.fixture
def no_standard_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the standard library out: it is the same reading and filtering, only more of it."""
    monkeypatch.setattr(building, "standard_library_files", lambda: iter(()))


@pytest.fixture
def problems(tmp_path: Path) -> Path:
    path = tmp_path / "problems.jsonl"
    path.write_text(json.dumps(PROBLEM) + "\n", encoding="utf-8")
    return path


@pytest.mark.usefixtures("no_standard_library")
def test_each_role_gets_its_packages_and_no_copy_or_leak(
    tmp_path: Path, shelf: dict[str, bytes], sources: Sources, problems: Path
) -> None:
    built = tmp_path / "corpus"
    report = build(built, tmp_path / "cache", problems, ShelfIndex(shelf), sources)
    assert [file.path for file in load(built, Role.TEST)] == ["held.py"]
    assert [file.path for file in load(built, Role.VALIDATION)] == ["tuned.py"]
    train = list(load(built, Role.TRAIN))
    assert [file.path for file in train if not is_test(file.path)] == ["aside/a.py", "aside/b.py"]
    assert train[0] == SourceFile("aside", "aside/a.py", module("aside_a"))
    assert {reason: report.dropped[reason] for reason in (Dropped.HELD_OUT, Dropped.CONTAMINATED, Dropped.TINY)} == {
        Dropped.HELD_OUT: 1,
        Dropped.CONTAMINATED: 1,
        Dropped.TINY: 1,
    }


@pytest.mark.usefixtures("no_standard_library")
def test_tests_are_at_most_a_quarter_of_a_package(tmp_path: Path, shelf: dict[str, bytes], sources: Sources) -> None:
    build(tmp_path, tmp_path / "cache", None, ShelfIndex(shelf), sources)
    train = list(load(tmp_path, Role.TRAIN))
    tests = sum(len(file.text) for file in train if is_test(file.path))
    assert 0 < tests <= 0.25 * sum(len(file.text) for file in train)


@pytest.mark.usefixtures("no_standard_library")
def test_no_package_is_larger_than_the_cap(tmp_path: Path, shelf: dict[str, bytes], sources: Sources) -> None:
    small = replace(sources, package_bytes=2500)
    report = build(tmp_path, tmp_path / "cache", None, ShelfIndex(shelf), small)
    sizes = {package.name: package.kept.bytes for package in report.packages}
    assert 0 < sizes["aside"] <= 2500
    assert report.dropped[Dropped.PACKAGE_CAP] > 0


@pytest.mark.usefixtures("no_standard_library")
def test_the_same_inputs_give_the_same_bytes_whatever_their_order(
    tmp_path: Path, shelf: dict[str, bytes], sources: Sources, problems: Path
) -> None:
    turned = replace(sources, distributions=sources.distributions[::-1])
    one = build(tmp_path / "one", tmp_path / "cache", problems, ShelfIndex(shelf), sources)
    two = build(tmp_path / "two", tmp_path / "other cache", problems, ShelfIndex(shelf), turned)
    assert one == two
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == ["corpus.json", "test.jsonl", "train.jsonl", "validation.jsonl"]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.usefixtures("no_standard_library")
def test_the_report_on_disk_says_hashes_amounts_and_licences(
    tmp_path: Path, shelf: dict[str, bytes], sources: Sources
) -> None:
    build(tmp_path, tmp_path / "cache", None, ShelfIndex(shelf), sources)
    report = json.loads((tmp_path / "corpus.json").read_text(encoding="utf-8"))
    for name, digest in report["outputs"].items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest
    texts = [file.text for file in load(tmp_path, Role.TRAIN)]
    assert report["roles"]["train"] == {"files": len(texts), "bytes": sum(len(text.encode()) for text in texts)}
    assert {package["name"]: package["licence"] for package in report["packages"]} == {
        "held": "MIT",
        "tuned": "MIT",
        "aside": "MIT",
        "python": "PSF-2.0",
    }


def test_loading_from_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="There is no corpus in"):
        list(load(tmp_path, Role.TRAIN))
