"""A poisoned workspace: nothing of the folder that Lacuna runs in is ever imported."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("lacuna", "lacuna/cli", "lacuna/syntax", "lacuna/lsp_server", "model", "export", "syntax", "lsp_server")
THEIRS = ("click", "rich", "numpy", "tree_sitter", "tokenizers", "onnxruntime", "pygls")
MODULES = ("json", "tempfile", "traceback", "difflib", "re", "sitecustomize", "usercustomize")
PROGRAMS = ("readlink", "dirname", "python3", "env", "sh")
TRAP = "with open({folder!r} + '/executed', 'a') as note:\n    note.write(__name__ + '\\n')\n"  # imports nothing itself


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    for package in OURS + THEIRS:
        (folder / package).mkdir(parents=True)
        (folder / package / "__init__.py").write_text(TRAP.format(folder=str(tmp_path)))
        (folder / package / "__main__.py").write_text(TRAP.format(folder=str(tmp_path)))
    for module in MODULES:
        (folder / f"{module}.py").write_text(TRAP.format(folder=str(tmp_path)))
    for program in PROGRAMS:
        (folder / program).write_text(f"#!/bin/sh\necho {program} >>{tmp_path}/executed\n")
        (folder / program).chmod(0o755)
    (folder / "a.py").write_text("x = 1\n")
    return folder


@pytest.fixture
def installed_command(tmp_path: Path) -> list[str]:
    """The command beside its interpreter, as an installer puts it there; called by a link, as by pipx."""
    folder = tmp_path / "environment"
    folder.mkdir()
    shutil.copy(ROOT / "editor-clients" / "launcher" / "lacuna", folder)
    # A link would be an interpreter of another environment.
    (folder / "python3").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (folder / "python3").chmod(0o755)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "lacuna").symlink_to("../environment/lacuna")
    return [str(tmp_path / "bin" / "lacuna")]


def executed(workspace: Path) -> list[str]:
    note = workspace.parent / "executed"
    return note.read_text().splitlines() if note.exists() else []


def test_the_trap_works(workspace: Path):
    subprocess.run([sys.executable, "-c", "import json, lacuna"], cwd=workspace, check=True)
    subprocess.run(["./readlink"], cwd=workspace, check=True)
    assert executed(workspace) == ["json", "lacuna", "readlink"]


def test_the_trap_catches_an_interpreter_that_is_not_isolated(workspace: Path):
    run_inside(workspace, [sys.executable, "-c", ""], ":/opt")
    assert "sitecustomize" in executed(workspace)


def run_inside(workspace: Path, command: list[str], python_path: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "PYTHONPATH": python_path.format(workspace=workspace),
        "PATH": f".:{os.environ['PATH']}:",
        "ENV": "sh",
        "BASH_ENV": "sh",
    }
    return subprocess.run(command, cwd=workspace, env=environment, capture_output=True, text=True, check=False)


# "fill" gets as far as to miss the marker: by then documents and syntax are loaded.
ARGUMENTS = {"--version": 0, "fill a.py": 2, "serve --help": 0, "doctor --help": 0}


@pytest.mark.parametrize(
    ("arguments", "python_path"),
    [
        *(
            pytest.param(arguments, "{workspace}", id=f"{arguments}, PYTHONPATH to the folder")
            for arguments in ARGUMENTS
        ),
        pytest.param("fill a.py", "", id="fill, no PYTHONPATH"),
        pytest.param("fill a.py", ".", id="fill, PYTHONPATH is a dot"),
        pytest.param("fill a.py", ":", id="fill, PYTHONPATH of empty entries"),
        pytest.param("fill a.py", ":/opt", id="fill, PYTHONPATH that begins with an empty entry"),
        pytest.param("fill a.py", ".:/opt", id="fill, PYTHONPATH that begins with a dot"),
    ],
)
def test_the_installed_command_runs_none_of_its_code(
    workspace: Path, installed_command: list[str], arguments: str, python_path: str
):
    ended = run_inside(workspace, [*installed_command, *arguments.split()], python_path)
    assert executed(workspace) == []
    assert ended.returncode == ARGUMENTS[arguments], ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("module", "arguments"),
    [*(("lacuna.cli", arguments) for arguments in ARGUMENTS), ("lacuna.cli.main", "serve --help")],
)
def test_an_isolated_interpreter_runs_none_of_its_code(workspace: Path, module: str, arguments: str):
    ended = run_inside(workspace, [sys.executable, "-I", "-m", module, *arguments.split()], "{workspace}")
    assert executed(workspace) == []
    assert ended.returncode == ARGUMENTS[arguments], ended.stderr


@pytest.mark.parametrize("is_isolated", [False, True], ids=["the installed command", "an isolated interpreter"])
def test_filling_with_the_embedded_model_runs_none_of_its_code(
    workspace: Path, installed_command: list[str], *, is_isolated: bool
):
    (workspace / "b.py").write_text("x = <fill>\n")
    command = [sys.executable, "-I", "-m", "lacuna.cli"] if is_isolated else installed_command
    ended = run_inside(workspace, [*command, "fill", "b.py", "--threshold", "0", "--json"], "{workspace}")
    assert executed(workspace) == []
    assert ended.returncode in (0, 1), ended.stderr
    assert json.loads(ended.stdout)["timings_ms"]["steps"], "the model works"


def framed(*messages: dict[str, object]) -> bytes:
    bodies = (json.dumps({"jsonrpc": "2.0"} | message).encode() for message in messages)
    return b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)


def answer_to(number: int, server: subprocess.Popen[bytes]) -> dict[str, object]:
    assert server.stdout
    while True:
        header = server.stdout.readline()
        assert header.startswith(b"Content-Length: "), header
        while server.stdout.readline() != b"\r\n":
            pass
        message = json.loads(server.stdout.read(int(header.split()[1])))
        if message.get("id") == number and "method" not in message:
            return message


def test_the_server_as_editors_start_it_runs_none_of_its_code(workspace: Path):
    environment = os.environ | {"PYTHONPATH": str(workspace)}
    command = [sys.executable, "-I", "-m", "lacuna.cli", "serve"]
    uri = (workspace / "a.py").as_uri()
    document = {"uri": uri, "languageId": "python", "version": 1, "text": "x = \n"}
    asked = {
        "textDocument": {"uri": uri},
        "position": {"line": 0, "character": 4},
        "context": {"triggerKind": 1},
    }
    start = {"processId": None, "rootUri": workspace.as_uri(), "capabilities": {}}
    with subprocess.Popen(
        command,
        cwd=workspace,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as server:
        assert server.stdin
        server.stdin.write(framed({"id": 1, "method": "initialize", "params": start}))
        server.stdin.flush()
        assert "result" in answer_to(1, server)
        server.stdin.write(
            framed(
                {"method": "initialized", "params": {}},
                {"method": "textDocument/didOpen", "params": {"textDocument": document}},
                # By its answer, whatever it is, the model has been loaded.
                {"id": 2, "method": "textDocument/inlineCompletion", "params": asked},
            )
        )
        server.stdin.flush()
        assert "result" in answer_to(2, server), "the model works"
        server.stdin.write(framed({"id": 3, "method": "shutdown"}, {"method": "exit"}))
        server.stdin.flush()
        answer_to(3, server)
        assert server.wait(timeout=20) == 0
    assert executed(workspace) == []
