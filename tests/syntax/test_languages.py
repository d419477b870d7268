"""Which language a name, an editor's id or a path stands for; and that the editors list the same languages."""

import json
import re
from pathlib import Path

import pytest

from lacuna.syntax.languages.language import grammar_of
from lacuna.syntax.languages.registry import LANGUAGES, PYTHON, UnknownLanguageError, language_of
from lacuna.syntax.nodes import every
from lacuna.syntax.parsing import parse
from lacuna.syntax.spans import Kind

EDITORS = Path(__file__).parents[2] / "editor-clients"
IDS = sorted(name for language in LANGUAGES for name in language.ids)


@pytest.mark.parametrize(
    "name",
    ["python", "Python", "a.py", "/x/y/stub.pyi", "C:\\work\\A.PY", "file:///tmp/a.py", "gui.pyw", "weird.tar.py"],
)
def test_python_goes_by(name):
    assert language_of(name) is PYTHON


@pytest.mark.parametrize("name", ["", "cobol", "py", ".py", "a.py.txt", "Makefile", "python.md"])
def test_anything_else_is_named_with_what_is_known(name):
    with pytest.raises(UnknownLanguageError) as caught:
        language_of(name)
    assert str(caught.value) == (f"Lacuna does not know the language of {name!r}; it knows python (.py, .pyi, .pyw).")


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_every_entry_has_a_grammar_whose_queries_compile(language):
    assert grammar_of(language).name == language.name
    parsed = parse("", language)
    assert [every(parsed, kind) for kind in Kind] == [[]] * len(Kind)


def test_no_two_entries_claim_the_same_name():
    claimed = [name for language in LANGUAGES for name in (*language.ids, *language.suffixes)]
    assert len(claimed) == len(set(claimed))


def test_neovim_has_the_languages_with_their_roots():
    lua = (EDITORS / "nvim/lua/lacuna/languages.lua").read_text()
    entries = re.findall(r"^  (\w+) = \{ (.*) \},$", lua, re.MULTILINE)
    listed = {filetype: tuple(re.findall(r"'([^']+)'", roots)) for filetype, roots in entries}
    assert listed == {name: language.roots for language in LANGUAGES for name in language.ids}
    assert f"filetypes = {{ {', '.join(map(repr, IDS))} }}," in (EDITORS / "nvim/doc/lacuna.txt").read_text()


def test_vs_code_has_the_languages():
    source = (EDITORS / "vscode/src/languages.ts").read_text()
    assert json.loads(re.search(r"LANGUAGES.* = (\[.*\]);", source)[1]) == IDS
    events = json.loads((EDITORS / "vscode/package.json").read_text())["activationEvents"]
    assert sorted(events) == [f"onLanguage:{name}" for name in IDS]
