"""`lacuna fill` with the embedded model: what it prints, what it writes, and what it leaves as it is."""

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lacuna.cli.exit_codes import ExitCode
from lacuna.export.artifact import MANIFEST, WEIGHTS, embedded
from lacuna.export.manifest import FORMAT
from lacuna.export.providers import Provider
from lacuna.infill.opening import ModelOptions, OpenModel, open_model

pytestmark = pytest.mark.timeout(300)  # a busy machine denoises slowly

CODE = "def mean(values):\n    total = sum(values)\n    return total / len(values)\n"
COMMAND = [sys.executable, "-I", "-m", "lacuna.cli"]
BOM = b"\xef\xbb\xbf"


class Real:
    """The embedded model, opened once for all tests that do not ask how it is opened."""

    def __init__(self) -> None:
        self._opened = open_model(ModelOptions(None, Provider.CPU, None))

    def open(self, _options: ModelOptions) -> OpenModel:
        return self._opened


class Opened:
    """A model opened as the command line says."""

    open = staticmethod(open_model)


@pytest.fixture(scope="module")
def real() -> Real:
    return Real()


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.py"
    path.write_text(CODE)
    return path


# --- what is printed


def test_json_has_what_the_documentation_says_and_nothing_else(run, real: Real, path: Path):
    ended = run("fill", path, "--at", "3:11", "--threshold", "0", "--json", model=real)
    shown = json.loads(ended.out)
    assert shown.keys() == {
        *("edits", "candidates", "left", "reason", "detail"),
        *("timings_ms", "tokens", "provider", "model"),
    }
    for edit in shown["edits"]:
        assert edit.keys() == {"start", "end", "new_text"}
        assert (edit["start"], edit["end"]) == ({"line": 2, "character": 11}, {"line": 2, "character": 30})
    (candidates,) = shown["candidates"]
    assert candidates
    for candidate in candidates:
        assert candidate.keys() == {"text", "confidence", "parses", "faults"}
        assert 0 <= candidate["confidence"] <= 1
        assert isinstance(candidate["parses"], bool)
    timings, tokens = shown["timings_ms"], shown["tokens"]
    assert timings.keys() == {"parse", "encode", "steps", "total"}
    assert 0 < timings["parse"] + timings["encode"] + math.fsum(timings["steps"]) <= timings["total"]
    assert tokens.keys() == {"context", "encoded", "slots"}
    assert 0 <= tokens["encoded"] <= tokens["context"] < len(CODE)
    assert tokens["slots"] > 0
    assert (shown["edits"] == []) == (shown["reason"] is not None) == (ended.code == ExitCode.NOTHING_OFFERED)
    assert shown["provider"] == "CPUExecutionProvider"
    assert shown["model"]


def test_the_same_command_twice_gives_the_same_answer(path: Path):
    """In processes of their own: no cache is shared."""
    command = [*COMMAND, "fill", str(path), "--at", "2:12", "--threshold", "0", "--json"]
    first, second = (json.loads(subprocess.run(command, capture_output=True, check=False).stdout) for _ in range(2))
    assert first.pop("timings_ms").keys() == second.pop("timings_ms").keys()
    assert first == second


# --- what is written

# Bytes before and behind holes, one of which a model must be able to fill with something.
BEFORE = ("import os\n\n\ndef area(width, height):\n    return ", "def name(self):\n    value = ", "x = ", "print(")
BEHIND = ("\n\n\nclass A:\n    pass\n", "\n    return value\n", "\n", ")\n")


def crlf(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def same(data: bytes) -> bytes:
    return data


@pytest.mark.parametrize(
    ("head", "tail", "convert"),
    [
        pytest.param(b"", b"", same, id="plain"),
        pytest.param(b"", b"", crlf, id="CRLF"),
        pytest.param(b"# one\r\n# two\n", b"# three\r\n# four\n", same, id="mixed line ends"),
        pytest.param(BOM, b"", same, id="byte order mark"),
        pytest.param(BOM, b"# end", crlf, id="byte order mark, CRLF and no final newline"),
        pytest.param(b"", b"# end", same, id="no final newline"),
        pytest.param(b"if True:\n\tpass\n", b"if True:\n\tpass\n", same, id="tabs"),
        pytest.param("s = '\U0001f600\u00e9'\n".encode(), "t = '\U0001f600'\n".encode(), same, id="astral characters"),
        pytest.param(b"import re\n\x0c\n", b"\x0c\n# end\n", same, id="form feeds"),
        pytest.param("# a\u2028b\u2029c\u0085d\n".encode(), "# e\u2028f\n".encode(), same, id="U+2028 and its like"),
        pytest.param(b"# blanks \t \n", b"# blanks \t \n\n\n", same, id="trailing blanks"),
    ],
)
def test_outside_the_span_no_byte_changes(
    run, real: Real, path: Path, head: bytes, tail: bytes, convert: Callable[[bytes], bytes]
):
    for text_before, text_behind in zip(BEFORE, BEHIND, strict=True):
        before, behind = head + convert(text_before.encode()), convert(text_behind.encode()) + tail
        hole = b"None"
        path.write_bytes(before + hole + behind)
        line, column = place_behind(before)
        span = f"{line}:{column}-{line}:{column + len(hole)}"
        ended = run("fill", path, "--span", span, "--threshold", "0", "--write", "--json", model=real)
        assert ended.code in (ExitCode.DONE, ExitCode.NOTHING_OFFERED), ended.err
        if ended.code == ExitCode.NOTHING_OFFERED:
            assert path.read_bytes() == before + hole + behind
            continue
        (edit,) = json.loads(ended.out)["edits"]
        assert path.read_bytes() == before + convert(edit["new_text"].encode()) + behind
        return
    pytest.fail("the model has nothing to offer at any of these places")


def place_behind(data: bytes) -> tuple[int, int]:
    """Line from 1 and column in code points of what comes next; no lone CR is in these files."""
    lines = data.removeprefix(BOM).decode().split("\n")
    return len(lines), len(lines[-1])


# --- what stops it


BOX = """\
class Box:
    def __init__(self, width, height):
        self.width = width
        self.height = {}

    def area(self):
        return self.width * self.height
"""


def test_rework_writes_what_is_doubted_most_anew_and_leaves_the_rest(run, real: Real, path: Path):
    for before, code in (("width", 0), ("height", 1)):
        path.write_text(BOX.format(before))
        span = f"4:22-4:{22 + len(before)}"
        ended = run("fill", path, "--span", span, "--rework", 0.1, "--threshold", 0.2, "--write", model=real)
        assert (ended.code, path.read_text()) == (code, BOX.format("height")), ended.err


def test_rework_of_strength_0_changes_nothing_and_without_code_is_refused(run, real: Real, path: Path):
    assert run("fill", path, "--span", "2:4-3:30", "--rework", 0, "--threshold", 0, "--write", model=real).code == 1
    assert path.read_text() == CODE
    refused = run("fill", path, "--at", "2:4", "--rework", 0.5, model=real)
    assert (refused.code, "--rework needs code to work on" in refused.err) == (2, True)


def test_ctrl_c_in_mid_denoising_changes_no_file(tmp_path: Path):
    path = tmp_path / "a.py"
    code = "x = <fill>\n" * 24  # so many are slow to fill
    path.write_text(code)
    program = (
        "import signal, sys; from lacuna.cli.main import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a background job of a shell ignores it
        "sys.exit(main())"
    )
    arguments = ["fill", str(path), "--write", "--watch", "--threshold", "0"]
    with subprocess.Popen(
        [sys.executable, "-I", "-c", program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        assert process.stdout
        assert process.stderr.readline().startswith("step 1, hole 1 of 24: ")
        process.send_signal(signal.SIGINT)
        signalled = time.monotonic()
        rest = process.stderr.read().splitlines()
        assert process.wait(timeout=60) == ExitCode.INTERRUPTED
        assert process.stdout.read() == ""
    steps = {line.split(",")[0] for line in rest if line.startswith("step ")}
    assert steps <= {"step 1", "step 2"}, f"{len(steps)} steps after {time.monotonic() - signalled:.1f} s"
    assert rest[-1] == "lacuna: interrupted; no file changed."
    assert path.read_text() == code
    assert list(tmp_path.iterdir()) == [path]


def broken(folder: Path) -> str:
    data = bytearray((folder / WEIGHTS).read_bytes())
    data[0] ^= 1
    (folder / WEIGHTS).write_bytes(data)
    return f"{folder / WEIGHTS} is damaged or was changed: its SHA-256 is not the manifest's."


def leading_out(folder: Path) -> str:
    outside = folder.with_name("elsewhere.bin")
    (folder / WEIGHTS).rename(outside)
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"]["../elsewhere.bin"] = manifest["files"].pop(WEIGHTS)
    (folder / MANIFEST).write_text(json.dumps(manifest))
    return f"The manifest of {folder} names '../elsewhere.bin', which is not a plain file name."


def linking_out(folder: Path) -> str:
    outside = folder.with_name("elsewhere.bin")
    (folder / WEIGHTS).rename(outside)
    (folder / WEIGHTS).symlink_to(outside)
    return f"{folder / WEIGHTS} is a link; the files of an artifact must lie in its folder."


def newer(folder: Path) -> str:
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["format"] = FORMAT + 1
    (folder / MANIFEST).write_text(json.dumps(manifest))
    return f"{folder / MANIFEST} is of format {FORMAT + 1}; this Lacuna reads format {FORMAT}."


def empty(folder: Path) -> str:
    shutil.rmtree(folder)
    folder.mkdir()
    return f"{folder} is not an artifact: it has no {MANIFEST}."


def missing(folder: Path) -> str:
    shutil.rmtree(folder)
    return f"There is no artifact at {folder}."


@pytest.mark.parametrize(
    "spoil",
    [broken, leading_out, linking_out, newer, empty, missing],
    ids=["wrong hash", "path leading out", "link leading out", "other format version", "empty folder", "no folder"],
)
def test_an_artifact_that_cannot_be_trusted_is_refused_in_a_sentence(
    run, path: Path, tmp_path: Path, spoil: Callable[[Path], str]
):
    folder = Path(shutil.copytree(embedded(), tmp_path / "model"))
    sentence = spoil(folder)
    ended = run("fill", path, "--at", "2:12", "--threshold", "0", "--write", "--model", folder, model=Opened())
    assert (ended.code, ended.out, ended.err) == (ExitCode.MODEL, b"", f"lacuna: {sentence}\n")
    assert path.read_text() == CODE


def test_cuda_that_is_demanded_where_there_is_none_is_refused_in_a_sentence(run, path: Path):
    """With the extra `cpu`, which is what the tests are run with, there is none anywhere."""
    ended = run("fill", path, "--at", "2:12", "--write", "--provider", "cuda", model=Opened())
    assert (ended.code, ended.out) == (ExitCode.MODEL, b"")
    assert ended.err.startswith("lacuna: CUDA was asked for and cannot run: ")
    assert ended.err.count("\n") == 1
    assert path.read_text() == CODE


def test_nothing_is_left_in_the_users_home(tmp_path):
    """ONNX Runtime would keep a device id and a queue of events there, and send them."""
    (tmp_path / "a.py").write_text("x = <fill>\n")
    home = tmp_path / "home"
    home.mkdir()
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-I", "-m", "lacuna.cli", "fill", str(tmp_path / "a.py"), "--threshold", "0"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert not list(home.rglob("*"))
