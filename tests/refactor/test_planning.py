"""The driver of a plan: its lines in the order of the files, an estimate, and what is left when it is interrupted."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lacuna.refactor import planning
from lacuna.refactor.crew import Crew, Item, Result, Work
from lacuna.refactor.plan import Entry, Footer, Outcome, PlannedFile, Skipped
from lacuna.refactor.planning import Estimate, Plans, Progress, Writing, estimate
from lacuna.refactor.proposing import Survey
from lacuna.refactor.sources import Sources
from tests.refactor.crews import ANNOTATE, RENAME, Alone, preparation


@dataclass
class Written:
    lines: list[Entry | Footer] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)

    @property
    def writing(self) -> Writing:
        return Writing(self.lines.append, lambda progress: self.shown.append(progress.files), lambda entry, _: entry)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in {"a.py": "old = 1\n", "b.py": "x = 1\n", "c.py": "\0", "d.py": "old = old\n"}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def plans(tree: Path, *rules, **where: str) -> Plans:
    return Plans(Sources(tree, [tree], rules), **where)


def alone(*rules) -> Crew:
    return Alone(preparation(*rules).proposer(lambda _: None))


def planned(tree: Path, most: int | None = None, crew: Crew | None = None, **where: str) -> tuple[Written, Progress]:
    written, progress = Written(), Progress()
    items = plans(tree, RENAME, **where).items()
    planning.plan(items, crew or alone(RENAME), written.writing, progress, most)
    return written, progress


def test_each_file_with_sites_and_each_that_is_skipped_has_a_line(tree: Path):
    written, progress = planned(tree)
    *entries, footer = written.lines
    assert [(type(entry), entry.path) for entry in entries] == [
        (PlannedFile, "a.py"),
        (Skipped, "c.py"),
        (PlannedFile, "d.py"),
    ]
    assert footer == Footer(is_complete=True, files=3)
    assert progress.outcomes == {Outcome.KEPT: 3}
    assert progress.skipped == {"It is a binary file.": 1}
    assert written.shown == [1, 2, 2, 3]


def test_sites_are_told_by_the_lines_that_editors_show(tree: Path):
    (tree / "a.py").write_bytes(b"x = 1\r# y\r\nold = 1\n\rold = 2\r")
    (tree / "d.py").unlink()
    file = planned(tree)[0].lines[0]
    assert isinstance(file, PlannedFile)
    assert [site.line for site in file.sites] == [3, 5]


def test_it_ends_once_enough_sites_are_kept_and_says_where(tree: Path):
    written, progress = planned(tree, most=1)
    assert written.lines[-1] == Footer(is_complete=False, files=1, next_path="b.py")
    assert not progress.is_complete


def test_what_is_not_wanted_is_passed_by(tree: Path):
    wanted = Plans(Sources(tree, [tree], [RENAME]), lambda path, data: path == "d.py" and data == b"old = old\n")
    assert [task.path for task in wanted.tasks()] == ["d.py"]


@dataclass
class Interrupted:
    """A crew that is interrupted after some files."""

    crew: Crew
    after: int
    error: Callable[[], BaseException]

    def results(self, work: Work, items: Iterable[Item]) -> Iterator[Result]:
        for n, result in enumerate(self.crew.results(work, items)):
            if n == self.after:
                raise self.error()
            yield result


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize("after", range(4))
def test_what_interrupts_it_leaves_a_footer_and_the_rest_ends_with_the_same_lines(
    tree: Path, after: int, error: type[BaseException]
):
    whole, _ = planned(tree)
    written, progress = Written(), Progress()
    crew = Interrupted(alone(RENAME), after, error)
    with pytest.raises(error):
        planning.plan(plans(tree, RENAME).items(), crew, written.writing, progress, None)
    *entries, footer = written.lines
    assert isinstance(footer, Footer)
    assert not footer.is_complete
    rest, _ = planned(tree, start=footer.next_path)
    assert [*entries, *rest.lines[:-1]] == whole.lines[:-1]


@pytest.mark.usefixtures("tree")
def test_the_estimate_counts_files_and_what_is_found_in_the_first_of_them(tree: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(planning, "SURVEYED", 2)
    assert estimate(plans(tree, RENAME), alone(RENAME)) == Estimate(4, 2.0, None)


def test_the_estimate_of_blanks_comes_from_a_few_that_are_filled(tree: Path):
    (tree / "a.py").write_text("def f(a): ...\n" * 5)
    found = estimate(plans(tree, ANNOTATE), alone(ANNOTATE))
    assert (found.files, found.spans) == (4, 5)
    assert found.seconds


def test_the_estimate_does_without_files_that_fail(tree: Path):
    @dataclass
    class Failing:
        def results(self, _work: Work, items: Iterable[Item]) -> Iterator[Result]:
            return (Skipped(item.path, "why", is_failure=True) if n else Survey(1, 1) for n, item in enumerate(items))

    assert estimate(plans(tree, RENAME), Failing()).spans == 1
