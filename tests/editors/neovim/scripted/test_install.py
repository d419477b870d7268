"""`:Lacuna install`, with the real pip: from wheels, and with everything that may be missing."""

import os
import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parents[4] / "editor-clients" / "nvim"
PIP = 500  # seconds; it unpacks itself into the environment, that alone takes long on a busy machine

pytestmark = pytest.mark.timeout(600)

SERVER = """
import os, sys
if sys.argv[1:] == ["--version"]:
    print("lacuna 0.1.0")
else:
    relay, socket = os.environ["LACUNA_RELAY"].split()
    os.execv(sys.executable, [sys.executable, "-I", "-S", relay, socket])
"""


def wheel(folder):
    """A wheel of the package's name whose server is the scripted one."""
    files = {
        "lacuna/cli/__init__.py": "",
        "lacuna/cli/__main__.py": SERVER,
        "lacuna_infill-0.1.0.dist-info/METADATA": (
            "Metadata-Version: 2.1\nName: lacuna-infill\nVersion: 0.1.0\nProvides-Extra: cpu\nProvides-Extra: cuda\n"
        ),
        "lacuna_infill-0.1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "lacuna_infill-0.1.0.dist-info/RECORD"
    path = folder / "lacuna_infill-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr(record, "".join(f"{name},,\n" for name in [*files, record]))
    return path


def installed(editor):
    return Path(editor.lua("return vim.fn.stdpath('data')")) / "lacuna"


@pytest.mark.parametrize("from_folder", [False, True], ids=["a wheel", "a folder of wheels"])
def test_an_installed_server_serves_the_open_file(start, server, monkeypatch, tmp_path, from_folder):
    monkeypatch.setenv("LACUNA_RELAY", " ".join(server.command[3:]))
    monkeypatch.setenv("PATH", str(tmp_path))  # no `lacuna` there
    editor = start(debounce=0, install={"python": sys.executable})
    old = installed(editor) / "0.0.9"
    old.mkdir(parents=True)
    path = editor.folder / "module.py"
    path.write_text("x = \n")
    editor.nvim.command(f"edit {path}")
    file = wheel(tmp_path)
    editor.nvim.command(f"Lacuna install {tmp_path if from_folder else file}")
    editor.nvim.command("Lacuna install")
    assert editor.told()[-1] == "Lacuna: An installation is running; `:Lacuna log` shows it."
    editor.wait("the end", lambda: editor.told()[-1:] == ["Lacuna: Is installed: lacuna 0.1.0."], PIP)
    assert not old.exists()
    assert (installed(editor) / "0.1.0" / "is-installed").read_text() == "lacuna 0.1.0\n"
    editor.wait("the server", lambda: server.initialized)
    ready = "return require('lacuna').session().server:client(vim.api.nvim_get_current_buf()) ~= nil"
    editor.wait("the server", lambda: editor.lua(ready))
    editor.insert_at(4)
    server.request_at("x = ").answer("foo()")
    assert editor.shown() == "foo()"
    editor.nvim.command("Lacuna log")
    assert "-m pip install" in editor.text


@pytest.fixture
def packed(tmp_path):
    """The plugin as a release has it: with the server's wheel."""
    folder = tmp_path / "lacuna"
    shutil.copytree(PLUGIN, folder)
    (folder / "server").mkdir()
    wheel(folder / "server")
    (folder / "server/requirements.txt").write_text("onnxruntime==1.0\n")
    (folder / "server/requirements-cuda.txt").write_text("onnxruntime-gpu==1.0\n")
    return folder


def log(editor):
    return "\n".join(editor.lua("return require('lacuna').session().log"))


def test_the_wheel_that_the_plugin_was_packed_with_is_installed_in_tested_versions(start, packed, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PATH", "/bin")
    editor = start(plugin=packed, cmd=["false"], install={"python": sys.executable})
    editor.nvim.command("Lacuna install")
    editor.wait("the end", lambda: editor.told()[-1:] == ["Lacuna: Is installed: lacuna 0.1.0."], PIP)
    server = packed / "server"
    assert f"--constraint {server}/requirements.txt {server}/lacuna_infill-0.1.0-py3-none-any.whl[cpu]" in log(editor)


ANSWER = """
    local answer = ...
    _G.asked = {}
    vim.ui.select = function(items, options, choose)
      table.insert(_G.asked, options.prompt)
      choose(vim.list_contains(items, answer) and answer or nil)
    end
"""


@pytest.fixture
def with_gpu(tmp_path, monkeypatch):
    folder = tmp_path / "tools"
    folder.mkdir()
    (folder / "nvidia-smi").write_text("#!/bin/sh\necho 'GPU 0: NVIDIA (UUID: GPU-0)'\n")
    (folder / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/bin")


def test_where_a_gpu_is_seen_it_is_asked_once_what_shall_compute(start, packed, with_gpu):
    editor = start(plugin=packed, cmd=["false"], install={"python": "/no/python"})
    editor.lua(ANSWER, "cuda")
    for times in (1, 2):
        editor.nvim.command("Lacuna install")
        editor.wait("the end", lambda times=times: len(editor.told()) == times)
        assert editor.told()[-1] == "Lacuna: /no/python is no Python that runs."
    assert editor.lua("return _G.asked") == ["This machine has an Nvidia GPU. What shall compute?"]
    assert (installed(editor) / "runtime").read_text() == "cuda\n"


def test_what_was_chosen_is_installed(start, packed, with_gpu, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    editor = start(plugin=packed, cmd=["false"], install={"python": sys.executable})
    editor.lua(ANSWER, "cuda")
    editor.nvim.command("Lacuna install")
    editor.wait("the end", lambda: editor.told()[-1:] == ["Lacuna: Is installed: lacuna 0.1.0."], PIP)
    server = packed / "server"
    wanted = f"--constraint {server}/requirements-cuda.txt {server}/lacuna_infill-0.1.0-py3-none-any.whl[cuda]"
    assert wanted in log(editor)


def test_without_a_choice_nothing_is_installed(start, packed, with_gpu):
    editor = start(plugin=packed, cmd=["false"])
    editor.lua(ANSWER, "neither")
    editor.nvim.command("Lacuna install")
    editor.wait("the end", editor.told)
    assert editor.told() == ["Lacuna: Nothing is installed: it was not chosen what shall compute."]
    assert not installed(editor).exists()


def test_the_configuration_says_what_computes(start, packed, with_gpu):
    editor = start(plugin=packed, cmd=["false"], install={"python": "/no/python", "extra": "cpu"})
    editor.lua(ANSWER, "cuda")
    editor.nvim.command("Lacuna install")
    editor.wait("the end", editor.told)
    assert editor.lua("return _G.asked") == []


def test_from_its_clone_without_a_network_it_is_said_that_the_index_cannot_be_reached(start, monkeypatch, tmp_path):
    for name in os.environ:
        if re.match("pip_|.*_proxy$", name, re.IGNORECASE):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_RETRIES", "1")
    editor = start(cmd=["false"], install={"python": sys.executable})
    editor.nvim.command("Lacuna install")
    editor.wait("the end", lambda: len(editor.told()) == 2, PIP)
    assert editor.told()[-1] == (
        "Lacuna: The package index cannot be reached. "
        "Without a network, `:Lacuna install FOLDER` takes wheels from a folder."
    )
    assert not (installed(editor) / "0.1.0").exists()
    editor.nvim.command("Lacuna log")
    assert f"{Path(__file__).parents[4]}[cpu]" in editor.text


def fake_python(folder, says):
    path = folder / "python3"
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (None, "There is no Python 3.11 or newer here; `install.python` of your configuration may name one."),
        ("echo 3.9", "is version 3.9; 3.11 or newer is needed."),
        ("echo 3.12; echo no ensurepip >&2; exit 1", "Debian and Ubuntu have the rest in python3.12-venv."),
        ("exit 1", "is no Python that runs."),
    ],
    ids=["none", "too old", "without ensurepip", "broken"],
)
def test_a_python_that_is_missing_or_will_not_do_is_told_of(start, monkeypatch, tmp_path, says, told):
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "sh").symlink_to(shutil.which("sh"))
    if says:
        fake_python(folder, says)
    monkeypatch.setenv("PATH", str(folder))
    editor = start()
    editor.nvim.command("Lacuna install")
    editor.wait("the reason", editor.told)
    assert told in editor.told()[-1]
    assert not installed(editor).exists()


def test_what_is_no_wheel_is_refused(start, tmp_path):
    editor = start()
    editor.nvim.command(f"Lacuna install {tmp_path / 'none.whl'}")
    editor.wait("the reason", editor.told)
    assert editor.told() == [f"Lacuna: {tmp_path / 'none.whl'} is no wheel and no folder of wheels."]
