"""What a language's folder may hold, and what is said of a folder that is broken."""

import re
from pathlib import Path

import pytest

from lacuna.syntax.check import SyntaxCheck
from lacuna.syntax.errors import FileError
from lacuna.syntax.languages import files
from lacuna.syntax.languages.files import read
from lacuna.syntax.layout import indentations
from lacuna.syntax.names import wanted
from lacuna.syntax.nodes import every
from lacuna.syntax.parsing import parse
from lacuna.syntax.prose import prose_at
from lacuna.syntax.queries import captured
from lacuna.syntax.spans import Kind, Span

LEAST = r"""
name = "little"
ids = ["little"]
suffixes = [".little"]
grammar = "tree_sitter_python:language"

[text]
code = '[^\n]*'
block_start = '(?m)^\S'
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "language.toml").write_text(LEAST)
    return tmp_path


def test_a_language_of_one_file_has_lines_and_syntax_errors_and_nothing_else(folder):
    little, text = read(folder), "if a:\n    b\n"
    parsed = parse(text, little)
    assert {kind for kind in Kind if every(parsed, kind)} == {Kind.REST_OF_LINE}
    check = SyntaxCheck(text, (Span(3, 4),), little)
    assert [check.accepts((answer,)) for answer in ("c", "(c")] == [True, False]
    assert check.is_sound(("nobody",))
    assert check.openings() == ()
    assert indentations(text, Span(0, 0), little) == ()
    assert wanted(parsed, 0, "") == ()
    assert prose_at(text, little, 4) is None


def test_a_pattern_is_asked_for_by_what_it_captures(folder):
    (folder / "spans.scm").write_text(
        '; "(" and @nothing in a comment\n(call) @expression (string) @docstring\n'
        '[(call) (list)] @body ((identifier) @_a @expression (#eq? @_a "(x") (#not-eq? @_a "@y"))\n'
    )
    little = read(folder)
    root = parse("f([])", little).tree.root_node
    found = {name: [node.type for node in captured(root, little, name)] for name in little.queries}
    assert found == {"expression": ["call"], "docstring": [], "body": ["call", "list"]}


BROKEN = {
    "no TOML": ({"language.toml": "name = \n"}, "language.toml is no TOML: Invalid value"),
    "no UTF-8": ({"language.toml": b"\xff"}, "language.toml is not UTF-8."),
    "a key too many": (
        {"language.toml": 'colour = "red"\n' + LEAST},
        "language.toml describes no language: extra fields found (colour)",
    ),
    "a key too few": (
        {"language.toml": LEAST.replace('ids = ["little"]', "")},
        "language.toml describes no language: required field missing @ $.ids.",
    ),
    "a text for a list": (
        {"language.toml": LEAST.replace('["little"]', '"little"')},
        "language.toml describes no language: 'little' is no list @ $.ids.",
    ),
    "a pattern that is none": (
        {"language.toml": LEAST.replace(r"[^\n]*", "(")},
        "language.toml describes no language: '(' is no pattern: missing ), unterminated subpattern",
    ),
    "a file that nobody reads": ({"span.scm": ""}, "span.scm is none of the files that a language has: spans.scm, "),
    "a capture that nobody asks for": (
        {"spans.scm": "; so\n(call) @expresion"},
        "spans.scm, line 2: @expresion is none of @annotation, ",
    ),
    "a predicate that nobody knows": (
        {"doubts.scm": '((call) @doubtful\n(#equal? @doubtful "f"))'},
        "doubts.scm, line 2: #equal? is none of #any-eq?, ",
    ),
    "names without their table": (
        {"names.scm": "(identifier) @name"},
        "language.toml lacks the table [names], which names.scm needs.",
    ),
    "openings without names": (
        {"language.toml": LEAST + "[openings]\nbegun = 'x'\n"},
        "language.toml lacks the table [names], which openings needs.",
    ),
}


@pytest.mark.parametrize(("broken", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_folder_is_said_to_be(folder, broken, message):
    for name, content in broken.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(FileError) as caught:
        read(folder)
    assert str(caught.value).startswith(f"{folder}/{message}")


def test_a_folder_without_its_file_is_said_to_be(tmp_path):
    with pytest.raises(FileError) as caught:
        read(tmp_path)
    assert str(caught.value) == f"{tmp_path / 'language.toml'} cannot be read: No such file or directory."


def test_a_query_that_does_not_compile_is_said_with_its_file_and_line(folder):
    (folder / "spans.scm").write_text("(call) @expression\n\n(cal) @body\n")
    little = read(folder)
    parsed = parse("f()\n", little)
    assert every(parsed, Kind.EXPRESSION)
    with pytest.raises(FileError) as caught:
        every(parsed, Kind.BODY)
    assert (
        str(caught.value) == f"{folder / 'spans.scm'}: The query breaks at line 3, column 2: invalid node type 'cal'."
    )


def test_a_node_that_owes_something_must_be_one_of_the_grammar(folder):
    (folder / "language.toml").write_text(LEAST + "[defects.owed]\nblok = []\n")
    with pytest.raises(
        FileError, match=r"language\.toml: The query breaks at line 1, column 3: invalid node type 'blok'"
    ):
        SyntaxCheck("a", (Span(0, 1),), read(folder)).accepts(("b",))


def test_the_page_on_languages_explains_every_file_and_capture():
    page = (Path(__file__).parents[2] / "syntax/languages/README.md").read_text()
    names = {name for captures in files.CAPTURES.values() for name in captures if not name.endswith(".inside")}
    explained = re.findall(r"`@?([\w.]+)`", page)
    assert {*files.CAPTURES, *names} <= set(explained)
