"""A release: what `make dist` leaves in dist/ is installed in an empty home, without a clone, and fills a hole."""

import functools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lacuna.infill.opening import NO_RUNTIME
from release.describe import checksums, section
from release.page import PAGE, replace_page

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
README = ROOT / "README.md"
HELP = ROOT / "editor-clients/nvim/doc/lacuna.txt"
FILE = r"lacuna(?:_infill|-nvim)?-[0-9][^\s'`]*?\.(?:whl|tar\.gz|vsix)"
PINS = ROOT / "constraints.txt"
HOLE = "class Ledger:\n    def __init__(self, name):\n        self.name = <fill>\n"
NEWER = ("python3.14", "python3.13", "python3.12")
CAN_MAKE_ENVIRONMENTS = "import ensurepip, sys, venv; print(*sys.version_info[:2], sep='.')"


def released(pattern: str) -> Path:
    found = sorted(DIST.glob(pattern))
    if len(found) != 1:
        pytest.fail(f"dist/ has {len(found)} files {pattern}; `make dist` leaves one there.")
    return found[0]


# 1. What the files hold


@pytest.fixture
def wheel() -> Path:
    return released("*.whl")


@pytest.fixture
def plugin() -> Iterator[tarfile.TarFile]:
    with tarfile.open(released("lacuna-nvim-*.tar.gz")) as archive:
        yield archive


def test_the_source_has_what_the_wheel_is_built_from_and_no_tests() -> None:
    source = released("lacuna_infill-*.tar.gz")
    with tarfile.open(source) as archive:
        names = {name.removeprefix(f"{source.name.removesuffix('.tar.gz')}/") for name in archive.getnames()}
    assert {"pyproject.toml", "LICENSE", "CHANGELOG.md", "editor-clients/launcher/lacuna", "syntax/spans.py"} <= names
    assert not [name for name in names if name.startswith(("tests", "build", ".venv"))]


def test_the_plugin_s_archive_is_one_folder_with_help_and_the_released_wheel(
    plugin: tarfile.TarFile, wheel: Path
) -> None:
    names = plugin.getnames()
    assert {name.partition("/")[0] for name in names} == {"lacuna"}
    assert {"lacuna/doc/lacuna.txt", "lacuna/doc/tags", "lacuna/plugin/lacuna.lua", "lacuna/LICENSE"} <= set(names)
    carried = plugin.extractfile(f"lacuna/server/{wheel.name}")
    assert carried is not None
    assert carried.read() == wheel.read_bytes()


@pytest.mark.parametrize(
    ("pins", "runtime"), [("requirements.txt", "onnxruntime"), ("requirements-cuda.txt", "onnxruntime-gpu")]
)
def test_all_that_the_server_needs_is_pinned_to_tested_versions(
    plugin: tarfile.TarFile, wheel: Path, pins: str, runtime: str
) -> None:
    file = plugin.extractfile(f"lacuna/server/{pins}")
    assert file is not None
    pinned = file.read().decode().splitlines()
    tested = {line.lower() for line in PINS.read_text().splitlines()}
    assert [line for line in pinned if line.lower() not in tested] == []
    names = {line.partition("==")[0].lower() for line in pinned}
    metadata = zipfile.ZipFile(wheel).read(f"{'-'.join(wheel.name.split('-')[:2])}.dist-info/METADATA").decode()
    needed = set(re.findall(r"^Requires-Dist: ([\w-]+)[^;\n]*$", metadata, re.MULTILINE))
    assert needed
    assert needed | {runtime} <= names
    assert len(names & {"onnxruntime", "onnxruntime-gpu"}) == 1


def test_pages_name_a_release_s_files_as_they_are_called(wheel: Path) -> None:
    archive = released("lacuna-nvim-*.tar.gz").name
    names = {wheel.name, archive, archive.replace("-nvim", "").replace("tar.gz", "vsix")}
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("editor-clients/*/README.md"), HELP]
    named = {page.name: set(re.findall(FILE, page.read_text())) for page in pages}
    assert set().union(*named.values()) == names


def test_checksums_are_lines_that_sha256sum_checks(tmp_path: Path) -> None:
    (tmp_path / "a.whl").write_bytes(b"a")
    (tmp_path / "b.vsix").write_bytes(b"b")
    (tmp_path / "SHA256SUMS").write_text(checksums(tmp_path, ["b.vsix", "a.whl"]))
    check = ["sha256sum", "--check", "SHA256SUMS"]
    run = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout == "a.whl: OK\nb.vsix: OK\n"


def test_an_extension_gets_its_page_and_keeps_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "it.vsix"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("extension.vsixmanifest", "<it/>", zipfile.ZIP_DEFLATED)
        archive.writestr(PAGE, "# It")
    replace_page(path, "# It\n\n![a picture](data:image/png;base64,AA==)\n")
    with zipfile.ZipFile(path) as archive:
        texts = {entry.filename: (archive.read(entry).decode(), entry.compress_type) for entry in archive.infolist()}
    assert texts == {
        "extension.vsixmanifest": ("<it/>", zipfile.ZIP_DEFLATED),
        PAGE: ("# It\n\n![a picture](data:image/png;base64,AA==)\n", zipfile.ZIP_STORED),
    }
    assert [one.name for one in tmp_path.iterdir()] == ["it.vsix"]


CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- new\n\n## [1.0.0] - 2026-01-01\n\n### Fixed\n\n- old\n"


@pytest.mark.parametrize(
    ("version", "text"),
    [("1.0.0", "### Fixed\n\n- old\n"), ("1.1.0", "### Added\n\n- new\n")],
    ids=["the version's own section", "what is unreleased, before it is dated"],
)
def test_what_changed_is_the_changelog_s_section(version: str, text: str) -> None:
    assert section(CHANGELOG, version) == text


def test_what_the_workflow_needs_to_be_given_is_documented() -> None:
    workflow, page = (ROOT / path for path in (".github/workflows/release.yml", "CONTRIBUTING.md"))
    given = re.findall(r"(?:environment: |\{\{ (?:secrets|vars)\.)([\w-]+)", workflow.read_text())
    assert len(given) >= 3
    assert [name for name in given if f"`{name}`" not in page.read_text()] == []


# 2. What they do where there is no clone


@functools.cache
def interpreters() -> dict[str, str]:
    """The Python that runs this test, and the newest that is at hand, by their versions."""
    found = {f"{sys.version_info[0]}.{sys.version_info[1]}": sys.executable}
    for name in NEWER:
        path = shutil.which(name)
        probe = [path or "false", "-I", "-c", CAN_MAKE_ENVIRONMENTS]
        run = subprocess.run(probe, capture_output=True, text=True, check=False)
        if run.returncode == 0:
            return found | {run.stdout.strip(): path or ""}
    return found


def environment(folder: Path, python: str, requirement: str) -> Path:
    """A new environment with what is required, in the versions that were tested; its folder of commands."""
    subprocess.run([python, "-I", "-m", "venv", folder], check=True)
    install = [folder / "bin/python", "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "--constraint", PINS, requirement], cwd=DIST, check=True)
    return folder / "bin"


def command(tmp_path: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run in an empty folder with an empty home, and nothing of the checkout in the environment."""
    surroundings = {"HOME": os.environ["HOME"], "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    (tmp_path / "ledger.py").write_text(HOLE)
    return subprocess.run(
        [str(word) for word in words], cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
@pytest.mark.timeout(900)  # pip unpacks some 60 MB
@pytest.mark.parametrize("version", interpreters())
def test_the_wheel_as_readme_installs_it_fills_a_hole(tmp_path: Path, version: str) -> None:
    (requirement,) = re.findall(r"^pip install '(lacuna_infill-.*)' ", README.read_text(), re.MULTILINE)
    bin_ = environment(tmp_path / "environment", interpreters()[version], requirement)
    filled = command(tmp_path, bin_ / "lacuna", "fill", "ledger.py", "--threshold", "0", "--json")
    assert filled.returncode == 0, filled.stderr
    assert json.loads(filled.stdout)["reason"] is None
    written = command(tmp_path, bin_ / "lacuna", "fill", "ledger.py", "--threshold", "0", "--write")
    assert written.returncode == 0, written.stderr
    assert ledger(tmp_path) == HOLE.replace("<fill>", "name")


def ledger(folder: Path) -> str:
    return (folder / "ledger.py").read_text()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_without_an_extra_it_is_said_what_to_add(tmp_path: Path, wheel: Path) -> None:
    bin_ = environment(tmp_path / "environment", sys.executable, f"./{wheel.name}")
    asked = command(tmp_path, bin_ / "lacuna", "fill", "ledger.py")
    assert (asked.returncode, asked.stdout, asked.stderr) == (3, "", f"lacuna: {NO_RUNTIME}\n")
    assert ledger(tmp_path) == HOLE
    (add,) = re.findall(r"`pip (install .*?)`", NO_RUNTIME)
    subprocess.run([bin_ / "pip", *shlex.split(add)], env=os.environ | {"PIP_CONSTRAINT": str(PINS)}, check=True)
    assert command(tmp_path, bin_ / "lacuna", "fill", "ledger.py", "--threshold", "0").returncode == 0
