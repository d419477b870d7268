"""The project's own promises: what the wheel holds, that serving needs no torch, that README shows what is printed."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from doctest import ELLIPSIS, OutputChecker
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = {
    "syntax": "lacuna/syntax",
    "workspace": "lacuna/workspace",
    "model": "lacuna/model",
    "export": "lacuna/export",
    "infill": "lacuna/infill",
    "benchmarks": "lacuna/benchmarks",
    "lsp_server": "lacuna/lsp_server",
    "editor-clients/cli": "lacuna/cli",
    "editor-clients/refactor": "lacuna/refactor",
}
LAUNCHER = "editor-clients/launcher"
DATA = {
    "py.typed",
    "*.py",
    "embedded/*",
    "corpus/*.toml",
    "training/*.cpp",
    "training/recipes/*.toml",
    "languages/*/*.toml",
    "languages/*/*.scm",
    "rules/*.toml",
    "page/*",
}
FOR_TRAINING = (
    "lacuna.model.corpus.index",
    "lacuna.model.training",
    "lacuna.export.convert",
    "lacuna.cli.train",
    "lacuna.cli.export",
    "lacuna.benchmarks.device",
    "lacuna.benchmarks.recipes",
)
ABSENT_WHEN_SERVING = ("torch", "onnx", "onnxscript", "matplotlib", "unearth")
COMMAND = Path(sys.executable).with_name("lacuna")


# 1. The wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from a copy: what an earlier build left behind must not get in."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for folder in (*FOLDERS, LAUNCHER):
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", out, source], check=True)
    (built,) = out.iterdir()
    return zipfile.ZipFile(built)


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return Parser().parsestr(wheel.read(name).decode())


@pytest.mark.slow
def test_the_wheel_holds_the_packages_with_their_data_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    expected = {
        f"{package}/{file.relative_to(ROOT / folder).as_posix()}"
        for folder, package in FOLDERS.items()
        for pattern in DATA
        for file in (ROOT / folder).rglob(pattern)
    }
    (command,) = (name for name in wheel.namelist() if name.endswith(".data/scripts/lacuna"))
    assert wheel.read(command) == (ROOT / LAUNCHER / "lacuna").read_bytes()
    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == expected | {command}


def test_every_part_says_that_it_is_typed(wheel: zipfile.ZipFile) -> None:
    assert {f"{package}/py.typed" for package in FOLDERS.values()} <= set(wheel.namelist())


def test_the_embedded_artifact_keeps_to_40_megabytes(wheel: zipfile.ZipFile) -> None:
    sizes = [info.file_size for info in wheel.infolist() if info.filename.startswith("lacuna/export/embedded/")]
    assert 0 < sum(sizes) <= 40_000_000


def test_the_licence_ships(wheel: zipfile.ZipFile) -> None:
    (licence,) = (name for name in wheel.namelist() if name.endswith("/LICENSE"))
    assert b"Apache License" in wheel.read(licence)


def test_the_version_is_the_one_in_pyproject(metadata: Message) -> None:
    assert metadata["Version"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_the_plugins_have_the_same_version(metadata: Message) -> None:
    """Neither can read pyproject.toml once it was copied out of its clone."""
    lua = (ROOT / "editor-clients/nvim/lua/lacuna/version.lua").read_text()
    extension, lock = (
        json.loads((ROOT / "editor-clients/vscode" / name).read_text())
        for name in ("package.json", "package-lock.json")
    )
    found = re.findall(r"^return '(.+)'$", lua, re.MULTILINE)
    assert [*found, extension["version"], lock["version"], lock["packages"][""]["version"]] == [metadata["Version"]] * 4


def test_torch_and_onnx_runtime_come_only_with_an_extra(metadata: Message) -> None:
    base = [requirement for requirement in metadata.get_all("Requires-Dist", []) if "extra ==" not in requirement]
    assert base
    assert not [requirement for requirement in base if re.match(r"(torch|onnx)", requirement)]


# 2. Serving without torch

WITHOUT_TORCH = """
import importlib, json, pkgutil, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"{name} is absent in this test", name=name)

ABSENT, FOR_TRAINING = json.loads(sys.argv[1])
sys.meta_path.insert(0, Absent())
"""
IMPORT = """
import lacuna
seen = []
for module in pkgutil.walk_packages(lacuna.__path__, "lacuna."):
    if not module.name.startswith(tuple(FOR_TRAINING)) and not module.name.endswith(".__main__"):
        importlib.import_module(module.name)
        seen.append(module.name)
print(json.dumps(seen))
"""
SERVE = """
from lacuna.export import artifact
from lacuna.export.chunked.engine import Engine
from lacuna.infill.infill import infill
from lacuna.infill.request import Request, answered
from lacuna.syntax.spans import Span

text = "def total(values):\\n    result = 0\\n    for value in \\n        result += value\\n    return result\\n"
hole = text.index("in ") + 3
drafts = []
asked = Request(text, "python", (Span(hole, hole),), 0.0)
answer = answered(infill(Engine.load(artifact.embedded()), asked), drafts.append)
print(json.dumps([len(drafts), [candidate.text for candidate in answer.candidates[0]]]))
"""


def without_torch(program: str, folder: Path) -> list[Any]:
    arguments = [sys.executable, "-I", "-c", WITHOUT_TORCH + program, json.dumps([ABSENT_WHEN_SERVING, FOR_TRAINING])]
    run = subprocess.run(arguments, capture_output=True, text=True, cwd=folder, check=False)
    assert run.returncode == 0, run.stderr
    printed: list[Any] = json.loads(run.stdout)
    return printed


def test_every_serving_module_imports_where_torch_is_absent(tmp_path: Path) -> None:
    seen = without_torch(IMPORT, tmp_path)
    assert {
        "lacuna.syntax.spans",
        "lacuna.export.chunked.engine",
        "lacuna.lsp_server.server",
        "lacuna.cli.main",
    } <= set(seen)


def test_the_embedded_artifact_answers_where_torch_is_absent(tmp_path: Path) -> None:
    drafts, candidates = without_torch(SERVE, tmp_path)
    assert drafts
    assert candidates


# 3. README


def readme_sessions() -> list[tuple[str, str]]:
    """Each command of the console blocks, with what README shows that it prints."""
    blocks = re.findall(r"^```console\n(.*?)^```", (ROOT / "README.md").read_text(), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^\$ (lacuna .*)\n((?:(?!\$ ).*\n)*)", "".join(blocks), flags=re.MULTILINE)


def rounded(text: str) -> str:
    """Confidences with one digit: the second differs between processors."""
    return re.sub(r"\b0\.\d\d\b", lambda found: f"{float(found[0]):.1f}", text)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tracked files, so that a command with --write changes no file of ours."""
    folder = tmp_path_factory.mktemp("clone")
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for file in files.rstrip("\0").split("\0"):
        if (ROOT / file).is_file() and not file.startswith("export/embedded/"):  # the installed one is used
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, folder / file)
    return folder


@pytest.mark.parametrize(("command", "shown"), readme_sessions(), ids=[command for command, _ in readme_sessions()])
def test_commands_in_readme_print_what_it_shows(command: str, shown: str, clone: Path) -> None:
    """`...` there stands for what differs from machine to machine."""
    arguments = [COMMAND, *shlex.split(command)[1:]]
    run = subprocess.run(arguments, cwd=clone, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    printed = run.stdout + run.stderr
    assert run.returncode == (1 if "nothing offered" in shown else 0), printed
    assert OutputChecker().check_output(rounded(shown), rounded(printed), ELLIPSIS), printed


# 4. What only our own denoiser knows

SPECIAL_TOKENS = re.compile(r"^from lacuna\.model\.tokenizer import .*\b(?:MASK|PAD|HOLE|SPECIAL)\b", re.MULTILINE)
OUR_DENOISERS = ("model/chunked", "model/training", "export/chunked", "export/convert/graphs.py", "benchmarks/recipes")


def test_special_tokens_are_known_to_our_own_denoiser_alone() -> None:
    """Whoever fills with any denoiser has its Vocabulary."""
    sources = (path.relative_to(ROOT).as_posix() for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    knowing = [source for source in sources if SPECIAL_TOKENS.search((ROOT / source).read_text())]
    assert any(source.startswith("model/chunked") for source in knowing)
    assert [source for source in knowing if not source.startswith(OUR_DENOISERS)] == []
