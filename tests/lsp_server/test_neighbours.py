"""What is known of the files beside open documents, step by step, with a clock that the test turns."""

import os
from pathlib import Path

import pytest

from lacuna.lsp_server.configuration import Configuration
from lacuna.lsp_server.documents import Document
from lacuna.lsp_server.neighbours import MOST_PROJECTS, Neighbours, Pace
from lacuna.lsp_server.settings import Options, parse, resolve
from tests.librarian import Librarian

PACE = Pace(first=1, rest=5, walk=10, doubt=60)


class Desk:
    """An editor, and the thread that does what is due when the test lets it."""

    def __init__(self, *roots: Path, **options):
        self.now = 0.0
        self.librarian = Librarian()
        self.neighbours = Neighbours(PACE, lambda: self.now)
        self.breaths = 0
        self.roots = roots
        self.configure(**options)

    def configure(self, by_folder=None, **options):
        by_folder = {root.as_uri(): settings(**its_own) for root, its_own in (by_folder or {}).items()}
        self.neighbours.configure(Configuration(settings(**options), by_folder, self.roots))

    def _breathe(self):
        self.breaths += 1

    def steps(self):
        return self.neighbours.brought_up_to_date(self.librarian, self._breathe)

    def work(self, seconds=0.0):
        """Do what is due by then."""
        self.now += seconds
        while (left := self.neighbours.due_in()) is not None and left <= 0:
            for _ in self.steps():
                pass

    def settle(self):
        """Work until a library may have been made of everything."""
        self.work()
        self.work(PACE.walk + PACE.rest)

    def open(self, path: Path, text: str = "", language: str = "python") -> Document:
        document = Document.opened(path.as_uri(), language, 1, text)
        self.neighbours.put(document)
        return document

    def sees(self, document: Document):
        seen = self.neighbours.beside(document)
        return None if seen is None else seen.texts

    def known(self):
        """Paths of the only project, from its root."""
        (project,) = self.neighbours._projects.values()  # noqa: SLF001 -- what is seen has no paths
        return sorted(path.relative_to(project.index.root) for path in project.index.files()[0])

    @property
    def read_since(self):
        texts, self.librarian.texts = self.librarian.texts, []
        return texts


def settings(**options):
    found, complaints = parse(options)
    assert not complaints
    return resolve(Options(), found)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for name in ("a", "sub/b", "sub/c"):
        path = root / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{path.stem} on disk")
    return root


def test_a_document_sees_the_others_of_its_folder_the_nearest_first(root: Path):
    desk = Desk(root)
    document = desk.open(root / "sub/b.py", "b unsaved")
    assert desk.sees(document) is None, "nothing is known yet"
    desk.settle()
    assert desk.sees(document) == ("c on disk", "a on disk")
    assert desk.neighbours.files == 2
    desk.open(root / "a.py", "a unsaved")
    desk.settle()
    assert desk.neighbours.files == 3, "each of two is beside the other"


def test_nothing_is_due_before_the_settings_are_told_or_without_a_document(root: Path):
    neighbours = Neighbours(PACE)
    neighbours.put(Document.opened((root / "a.py").as_uri(), "python", 1, "a"))
    assert neighbours.due_in() is None
    assert list(neighbours.brought_up_to_date(Librarian(), lambda: None)) == []
    assert Desk(root).neighbours.due_in() is None


def test_unsaved_text_is_seen_from_other_documents(root: Path):
    desk = Desk(root)
    b, c = desk.open(root / "sub/b.py", "b unsaved"), desk.open(root / "sub/c.py", "c unsaved")
    new = desk.open(root / "sub/new.py", "not on disk")
    desk.settle()
    assert desk.sees(b) == ("not on disk", "c unsaved", "a on disk"), "the last used first"
    assert desk.sees(new) == ("c unsaved", "b unsaved", "a on disk")
    desk.neighbours.close(c.uri)
    desk.neighbours.close(new.uri)
    desk.settle()
    assert desk.sees(b) == ("c on disk", "a on disk")


def test_what_changes_in_a_document_is_read_when_another_one_asks(root: Path):
    desk = Desk(root)
    a, b = desk.open(root / "a.py", "a 1"), desk.open(root / "sub/b.py", "b 1")
    desk.settle()
    desk.sees(a)
    assert desk.read_since
    libraries = desk.librarian.libraries
    for n in range(100):
        a = desk.open(root / "a.py", f"a {n}")
        desk.sees(a)
        desk.work(0.2)
    assert (desk.read_since, desk.librarian.libraries) == ([], libraries), "no key costs anything"
    assert "a 1" in desk.sees(b)
    desk.work(PACE.rest)
    assert (desk.read_since, desk.librarian.libraries) == (["a 99"], libraries + 1)
    assert "a 99" in desk.sees(b)


def test_a_key_reads_nothing_and_looks_at_no_file(root: Path, monkeypatch: pytest.MonkeyPatch):
    desk = Desk(root)
    b = desk.open(root / "sub/b.py", "b 1")
    desk.settle()
    desk.sees(b)
    desk.librarian.texts.clear()
    for name in ("open", "stat", "lstat", "scandir"):
        monkeypatch.setattr(os, name, lambda *_, **__: pytest.fail("it looks at a file"))
    order = type(desk.neighbours._projects[root].surroundings.nearness).order  # noqa: SLF001
    orders = []
    monkeypatch.setattr(
        "lacuna.workspace.nearness.Nearness.order", lambda *given: orders.append(given) or order(*given)
    )
    for n in range(50):
        b = desk.open(root / "sub/b.py", f"b {n}")
        assert desk.sees(b) == ("c on disk", "a on disk")
    assert (orders, desk.librarian.texts) == ([], [])


# --- pace


def test_libraries_are_made_at_most_so_often(root: Path):
    desk = Desk(root)
    a, b = desk.open(root / "a.py", "a"), desk.open(root / "sub/b.py", "b")
    desk.work()
    assert (desk.librarian.libraries, desk.neighbours.files) == (1, 3)
    desk.sees(b)
    for n in range(10):
        desk.open(root / "a.py", f"a {n}")
        desk.work(PACE.rest / 10)
    assert desk.librarian.libraries == 2
    assert desk.sees(a) is not None


def test_what_is_known_after_a_while_is_seen_before_everything_is_read(root: Path):
    desk = Desk(root)
    document = desk.open(root / "sub/b.py", "b")
    for _ in desk.steps():
        desk.now += PACE.first / 2
        if desk.sees(document) is not None:
            break
    assert (desk.librarian.libraries, desk.neighbours.files) == (1, 0)
    assert desk.neighbours.due_in() <= 0, "the rest waits for another time"
    desk.settle()
    assert desk.sees(document) == ("c on disk", "a on disk")


def test_long_texts_are_read_in_pieces(root: Path):
    lines = "".join(f"line {n}\n" for n in range(10_000))
    (root / "a.py").write_text(lines)
    desk = Desk(root)
    document = desk.open(root / "sub/b.py")
    desk.settle()
    assert lines in desk.sees(document)
    assert max(map(len, desk.librarian.texts)) <= 16_385
    assert desk.breaths == len(desk.librarian.texts)


def test_files_that_the_client_says_have_changed_are_read_again(root: Path, monkeypatch: pytest.MonkeyPatch):
    desk = Desk(root)
    desk.neighbours.is_watched = True
    document = desk.open(root / "sub/b.py")
    desk.settle()
    desk.sees(document)
    assert desk.neighbours.due_in() > PACE.doubt, "nothing is done in vain"
    (root / "sub/c.py").write_text("c changed")
    (root / "a.py").unlink()
    for name in ("a.py", "sub/c.py", "../outside.py"):
        desk.neighbours.changed_on_disk((root / name).as_uri(), is_new=False)
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", lambda _: pytest.fail("it walks"))
        desk.work(PACE.rest)
    assert desk.sees(document) == ("c changed",)
    (root / "sub/d.py").write_text("d")
    desk.neighbours.changed_on_disk((root / "sub/d.py").as_uri(), is_new=True)
    desk.settle()
    assert desk.sees(document) == ("c changed", "d")
    (root / ".gitignore").write_text("d.py\n")
    desk.neighbours.changed_on_disk((root / ".gitignore").as_uri(), is_new=False)
    desk.settle()
    assert desk.sees(document) == ("c changed",), "what is ignored by now is forgotten"


def test_a_folder_that_is_gone_is_forgotten_when_the_client_says_so_and_after_a_while_if_it_does_not(root: Path):
    desk = Desk(root)
    desk.neighbours.is_watched = True
    document = desk.open(root / "a.py")
    desk.settle()
    assert desk.sees(document) == ("b on disk", "c on disk")
    (root / "sub").rename(root / "other")
    desk.neighbours.changed_on_disk((root / "sub").as_uri(), is_new=False)
    desk.settle()
    assert [path.parent.name for path in desk.known()] == ["other", "other"]
    (root / "other").rename(root / "sub")
    desk.sees(document)
    desk.work(PACE.doubt)
    assert [path.parent.name for path in desk.known()] == ["other", "other"]
    desk.work(PACE.doubt * PACE.trust)
    assert [path.parent.name for path in desk.known()] == ["sub", "sub"]


def test_what_a_document_is_opened_with_is_seen_in_a_project_that_is_known(root: Path):
    desk = Desk(root)
    document = desk.open(root / "a.py")
    desk.settle()
    desk.open(root / "sub/c.py", "c as it was left, unsaved")
    desk.work(PACE.rest)
    assert "c as it was left, unsaved" in desk.sees(document)


@pytest.mark.parametrize("is_told", [True, False])
@pytest.mark.parametrize("is_closed", [True, False])
def test_an_open_document_that_is_ignored_by_now_is_not_seen_and_is_again_when_it_no_longer_is(
    root: Path, *, is_told: bool, is_closed: bool
):
    desk = Desk(root)
    desk.neighbours.is_watched = is_told
    document, secret = desk.open(root / "a.py"), desk.open(root / "sub/c.py", "c unsaved")
    desk.settle()

    def ignore(patterns: str) -> None:
        (root / ".git").mkdir(exist_ok=True)
        (root / ".gitignore").write_text(patterns)
        if is_told:
            desk.neighbours.changed_on_disk((root / ".gitignore").as_uri(), is_new=False)
        desk.sees(document)
        desk.work(PACE.doubt)
        desk.settle()

    ignore("c.py\n")
    if is_closed:
        desk.neighbours.close(secret.uri)
        desk.settle()
    assert desk.sees(document) == ("b on disk",)
    ignore("")
    assert ("c on disk" if is_closed else "c unsaved") in desk.sees(document)


def test_without_word_of_changes_files_are_looked_at_again_if_someone_asked(root: Path):
    desk = Desk(root)
    document = desk.open(root / "sub/b.py")
    desk.settle()
    assert desk.neighbours.due_in() is None, "nobody asked"
    desk.sees(document)
    (root / "sub/c.py").write_text("c changed")
    assert 0 < desk.neighbours.due_in() <= PACE.doubt
    desk.work(PACE.doubt)
    assert desk.sees(document) == ("c changed", "a on disk")


def test_a_walk_that_was_cut_short_is_taken_up_again(root: Path):
    desk = Desk(root)
    document = desk.open(root / "sub/b.py")
    steps = desk.steps()
    next(steps)
    next(steps)
    steps.close()
    desk.settle()
    assert desk.sees(document) == ("c on disk", "a on disk")


def test_what_is_known_goes_with_the_model(root: Path):
    desk = Desk(root)
    document = desk.open(root / "sub/b.py")
    desk.settle()
    desk.neighbours.forget()
    assert (desk.sees(document), desk.neighbours.files) == (None, 0)
    desk.settle()
    assert desk.sees(document) == ("c on disk", "a on disk")


# --- whose files


def test_each_root_keeps_to_itself(root: Path, tmp_path: Path):
    other = tmp_path / "other"
    other.mkdir()
    for name in ("x", "y"):
        (other / f"{name}.py").write_text(f"{name} on disk")
    desk = Desk(root, other)
    document, others = desk.open(root / "sub/b.py"), desk.open(other / "x.py", "x unsaved")
    desk.settle()
    assert desk.sees(document) == ("c on disk", "a on disk")
    assert desk.sees(others) == ("y on disk",)
    assert desk.neighbours.files == 3, "an empty text is none"


def test_a_root_within_another_is_a_project_of_its_own(root: Path):
    desk = Desk(root, root / "sub")
    outer, inner = desk.open(root / "new.py"), desk.open(root / "sub/b.py")
    desk.settle()
    assert desk.sees(outer) == ("a on disk",)
    assert desk.sees(inner) == ("c on disk",)


def test_without_a_root_a_document_has_its_project(root: Path):
    desk = Desk()
    document = desk.open(root / "sub/b.py")
    desk.settle()
    assert desk.sees(document) is None
    desk = Desk()
    (root / "pyproject.toml").touch()
    document = desk.open(root / "sub/b.py")
    desk.settle()
    assert desk.sees(document) == ("c on disk", "a on disk")


def test_a_home_is_not_read_as_a_whole(root: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(root))
    (root / "sub/setup.py").write_text("setup")
    desk = Desk(root)
    document, at_home = desk.open(root / "sub/b.py"), desk.open(root / "a.py")
    desk.settle()
    assert desk.sees(document) == ("c on disk", "setup")
    assert desk.sees(at_home) is None


def test_only_the_projects_used_last_are_known(tmp_path: Path):
    desk = Desk()
    documents = []
    for n in range(MOST_PROJECTS + 2):
        project = tmp_path / f"p{n}"
        project.mkdir()
        (project / "pyproject.toml").touch()
        (project / "x.py").write_text(f"x {n}")
        documents.append(desk.open(project / "main.py"))
    desk.settle()
    assert [desk.sees(one) for one in documents[:3]] == [None, None, ("x 2",)]
    desk.open(tmp_path / "p0/main.py")
    desk.settle()
    assert [desk.sees(one) for one in documents[:3]] == [("x 0",), None, None]


@pytest.mark.parametrize(
    ("name", "language"),
    [("sub/b.py", "cobol"), ("sub/ignored.py", "python"), ("sub/.env", "python"), ("sub/left.py", "python")],
    ids=["another language", "ignored by git", "a secret", "excluded"],
)
def test_a_document_that_is_left_alone_sees_nothing_and_is_not_seen(root: Path, name: str, language: str):
    (root / ".git").mkdir()
    (root / ".gitignore").write_text("ignored.py\n")
    desk = Desk(root, exclude=["left.py"])
    document, other = desk.open(root / name, "private", language), desk.open(root / "a.py")
    desk.settle()
    assert desk.sees(document) is None
    assert "private" not in desk.sees(other)
    assert "private" not in desk.librarian.texts


def test_excluded_files_are_never_read_and_forgotten_when_they_become_so(root: Path):
    desk = Desk(root)
    document = desk.open(root / "sub/b.py")
    desk.settle()
    assert desk.sees(document) == ("c on disk", "a on disk")
    desk.configure(exclude=["c.py"])
    assert desk.sees(document) is None
    desk.librarian.texts.clear()
    desk.settle()
    assert desk.sees(document) == ("a on disk",)
    assert desk.librarian.texts == ["a on disk"]


def test_settings_that_change_while_it_is_read_hold_at_once(root: Path):
    desk = Desk(root)
    document = desk.open(root / "sub/b.py")
    steps = desk.steps()
    next(steps)
    desk.configure(exclude=["*.py"])
    list(steps)
    assert desk.librarian.texts == []
    desk.settle()
    assert (desk.sees(document), desk.librarian.texts) == (None, [])


def test_a_setting_switches_it_off_for_a_folder(root: Path, tmp_path: Path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "x.py").write_text("x")
    desk = Desk(root, other)
    desk.configure({root: {"workspace": False}, other: {}})
    document, others = desk.open(root / "sub/b.py"), desk.open(other / "new.py")
    desk.settle()
    assert (desk.sees(document), desk.sees(others)) == (None, ("x",))
    assert desk.librarian.texts == ["x"]
    desk.configure(workspace=True)
    desk.settle()
    assert desk.sees(document) == ("c on disk", "a on disk")


def test_what_is_no_file_is_passed_over(root: Path):
    desk = Desk(root)
    document = Document.opened("untitled:Untitled-1", "python", 1, "x")
    desk.neighbours.put(document)
    assert desk.neighbours.beside(document) is None
    desk.neighbours.close(document.uri)
    desk.neighbours.changed_on_disk(document.uri, is_new=True)
    assert desk.neighbours.due_in() is None
