"""The oldest Python that a project says it is for."""

import os

import pytest

from lacuna.workspace.requirement import oldest_python, oldest_python_of

PROJECT = "[project]\nrequires-python = {}\n"


@pytest.mark.parametrize(
    ("project", "expected"),
    [
        pytest.param(PROJECT.format('">=3.9"'), (3, 9), id="at least"),
        pytest.param(PROJECT.format('">=3.9.2"'), (3, 9), id="at least a patch"),
        pytest.param(PROJECT.format('">3.8"'), (3, 8), id="more than a version has patches"),
        pytest.param(PROJECT.format('"==3.10.*"'), (3, 10), id="exactly"),
        pytest.param(PROJECT.format('"~=3.11"'), (3, 11), id="compatible"),
        pytest.param(PROJECT.format('">=3.9,!=3.9.*,<3.13"'), (3, 10), id="some left out"),
        pytest.param(PROJECT.format('"<4"'), (3, 0), id="any that is old enough"),
        pytest.param(PROJECT.format('">=4"'), None, id="none"),
        pytest.param(PROJECT.format('""'), (3, 0), id="any"),
        pytest.param(PROJECT.format('"three"'), None, id="no version"),
        pytest.param(PROJECT.format("3.9"), None, id="a number"),
        pytest.param(PROJECT.format('[">=3.9"]'), None, id="a list"),
        pytest.param("[project]\nname = 'a'\n", None, id="unsaid"),
        pytest.param("project = 1\n", None, id="no table"),
        pytest.param("[tool.a]\n", None, id="no project"),
        pytest.param("[project\n", None, id="broken"),
        pytest.param("\0", None, id="no text"),
        pytest.param(PROJECT.format('">=3.9"') + "#" * (1 << 20), None, id="huge"),
    ],
)
def test_a_project_is_for_some_python(tmp_path, project, expected):
    (tmp_path / "pyproject.toml").write_text(project, "utf-8")
    assert oldest_python(tmp_path / "a.py") == expected


def test_no_project_says_nothing(tmp_path):
    assert oldest_python(tmp_path / "a.py") is None
    (tmp_path / "setup.cfg").write_text("[options]\npython_requires = >=3.9\n")
    assert oldest_python(tmp_path / "a.py") is None


def test_the_nearest_project_counts_even_if_it_says_nothing(tmp_path):
    inner = tmp_path / "inner"
    (inner / "package").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(PROJECT.format('">=3.9"'))
    assert oldest_python(inner / "package/a.py") == (3, 9)
    (inner / "pyproject.toml").write_text(PROJECT.format('">=3.12"'))
    assert oldest_python(inner / "package/a.py") == (3, 12)
    (inner / "pyproject.toml").write_text("[tool.a]\n")
    assert oldest_python(inner / "package/a.py") is None


def test_a_project_that_changed_is_read_anew(tmp_path):
    project = tmp_path / "pyproject.toml"
    project.write_text(PROJECT.format('">=3.9"'))
    assert oldest_python(tmp_path / "a.py") == (3, 9)
    project.write_text(PROJECT.format('">=3.12"'))
    os.utime(project, ns=(1, 1))
    assert oldest_python(tmp_path / "a.py") == (3, 12)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_what_is_no_file_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pyproject.toml")
    assert oldest_python(tmp_path / "a.py") is None


def test_a_folder_of_that_name_says_nothing(tmp_path):
    (tmp_path / "pyproject.toml").mkdir()
    assert oldest_python(tmp_path / "a.py") is None


def test_a_uri_of_a_file_has_a_project_and_another_has_none(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PROJECT.format('">=3.9"'))
    assert oldest_python_of((tmp_path / "a.py").as_uri()) == (3, 9)
    assert oldest_python_of("untitled:a") is None
    assert oldest_python_of("git:/a.py?{}") is None
