"""What evaluations show beside a file: the others of its folder among those named, or nothing."""

from pathlib import Path

import pytest

from lacuna.benchmarks.evaluation.surrounded import sees
from lacuna.infill.opening import OpenModel
from tests.command_line import Scripted
from tests.librarian import Librarian, Seen

CODE = "def area(width):\n    return width\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("one/a.py", "one/sub/b.py", "two/c.py", "two/d.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {path.stem}\n{CODE}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(seen: Seen | None) -> list[str] | None:
    return None if seen is None else [text[2] for text in seen.texts]


def opened(librarian: Librarian | None) -> OpenModel:
    return OpenModel(Scripted().infill, librarian=librarian)


def test_a_file_sees_the_others_of_its_folder_and_a_library_is_made_once(folder: Path):
    librarian = Librarian()
    seen = sees(opened(librarian), [Path("one"), Path("two/../two"), Path("one/a.py")])
    assert librarian.libraries == 0, "nobody has asked"
    assert [names(seen(f"one/{name}.py", "")) for name in ("a", "sub/b", "a")] == [["b"], ["a"], ["b"]]
    assert librarian.libraries == 1
    assert names(seen(str(folder / "two/c.py"), "")) == ["d"]
    assert names(seen("elsewhere.py", "")) is None


def test_the_innermost_folder_counts(folder: Path):
    seen = sees(opened(Librarian()), [folder, folder / "one"])
    assert names(seen("one/a.py", "")) == ["b"]
    assert names(seen("two/c.py", "")) == ["d", "a", "b"]


def test_a_model_that_makes_no_use_of_others_reads_none(folder: Path):
    assert sees(opened(None), [folder])("one/a.py", "") is None


@pytest.mark.parametrize("command", [("places", "--kind", "return"), ("places", "--typed", "3"), ("complete",)])
def test_every_request_has_the_other_files_beside_it_unless_alone(run, folder: Path, command: tuple[str, ...]):
    name, *options = command
    for alone in ((), ("--alone",)):
        model = Scripted(texts=("x",), librarian=Librarian())
        assert run("eval", name, "two", *options, "--count", 2, *alone, model=model).code == 0
        beside = {names(request.beside)[0] if request.beside else None for request in model.requests}
        assert beside == ({None} if alone else {"c", "d"})
        assert model.librarian.libraries == (0 if alone else 1)
