"""One's own repository as training text: what .gitignore leaves, one file in ten held out."""

import subprocess
from pathlib import Path

import pytest

from lacuna.model.training import corpus, repository
from lacuna.model.training.distributions import CorpusError, Role

CODE = "def {name}(items):\n" + "".join(f"    {{name}}_{n} = items[{n}] + len(items)\n" for n in range(12))
FILES = {
    "a.py": None,
    "notes.txt": None,
    "build/made.py": "ignored",
    "src/keep.py": None,
    "src/build.py": None,
    "src/private/secret.py": "ignored",
    "src/private/shown.py": None,
    "src/deep/x_gen.py": "ignored",
    "src/deep/below/y_gen.py": None,
    "virtual/lib/z.py": "ignored",
}
RULES = {
    ".gitignore": "build/\n/virtual\n*_gen.py\n",
    "src/private/.gitignore": "*\n!shown.py\n",
    "src/deep/below/.gitignore": "!y_gen.py\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    for name in FILES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(CODE.format(name=path.stem))
    for name, rules in RULES.items():
        (folder / name).write_text(rules)
    return folder


def names(root: Path) -> set[str]:
    return {file.path for held_out in (False, True) for file in repository.python_files(root, is_held_out=held_out)}


def test_what_git_would_ignore_is_left_out(root: Path):
    assert names(root) == {name for name, fate in FILES.items() if fate is None and name.endswith(".py")}
    subprocess.run(["git", "init", "-q", root], check=True)
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-co", "--exclude-standard", "*.py"], check=True, capture_output=True, text=True
    )
    assert names(root) == set(listed.stdout.split()), "git says the same"


def test_links_are_not_followed(root: Path):
    before = names(root)
    (root / "outside").symlink_to(root.parent)
    (root / "other.py").symlink_to(root / "a.py")
    assert names(root) == before


def test_a_file_is_either_trained_on_or_held_out(tmp_path: Path):
    for n in range(200):
        (tmp_path / f"module_{n}.py").write_text(CODE.format(name=f"f{n}"))
    trained, held_out = (
        {file.path for file in repository.python_files(tmp_path, is_held_out=value)} for value in (False, True)
    )
    assert not trained & held_out
    assert len(trained | held_out) == 200
    assert 10 <= len(held_out) <= 35


def test_the_corpus_of_a_repository_is_read_like_any_other(tmp_path: Path):
    root = tmp_path / "repository"
    root.mkdir()
    licence = "# Published under the GNU General Public License.\n"
    for n in range(60):
        (root / f"module_{n}.py").write_text(licence + CODE.format(name=f"f{n}"))
    report = corpus.build_own(tmp_path / "built", root)
    train, validation = (list(corpus.load(tmp_path / "built", role)) for role in (Role.TRAIN, Role.VALIDATION))
    assert len(train) + len(validation) == 60, "whatever the licence"
    assert report.roles[Role.VALIDATION].files == len(validation) > 0
    assert list(corpus.load(tmp_path / "built", Role.TEST)) == []


@pytest.mark.parametrize("content", [None, ""], ids=["no folder", "an empty one"])
def test_what_cannot_be_trained_on_is_said(tmp_path: Path, content: str | None):
    root = tmp_path / "repository"
    if content is not None:
        root.mkdir()
    with pytest.raises(CorpusError, match=r"There is no folder|too few Python files"):
        corpus.build_own(tmp_path / "built", root)
