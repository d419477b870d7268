"""Notebooks: the cells of a language are one document, in which each has its own positions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.lsp_server.documents import ContentChange, Document, Documents
from lacuna.lsp_server.notebooks import Listed, Notebook
from lacuna.workspace.positions import Encoding, Position, Range

URI = "file:///project/study.ipynb"


def name_of(number):
    return f"vscode-notebook-cell:/project/study.ipynb#W{number}"


def cell(number, text, language="python", version=1):
    return Document.opened(name_of(number), language, version, text)


def notebook(*cells, prose=()):
    """Of these cells; those with a number in `prose` are listed as such."""
    listed = tuple(Listed(one.uri, is_code=number not in prose) for number, one in enumerate(cells))
    return Notebook(URI, listed, {one.uri: one for one in cells})


def documents(of):
    return {document.name: document for document in of.documents()}


def test_code_cells_follow_one_another_in_one_text():
    found = documents(notebook(cell(0, "a = 1"), cell(1, "# Title"), cell(2, "b = 2\n"), cell(3, "c"), prose={1}))
    assert {document.text for document in found.values()} == {"a = 1\nb = 2\n\nc"}
    assert {document.uri for document in found.values()} == {URI}
    assert list(found) == [name_of(0), name_of(2), name_of(3)]


def test_cells_in_other_languages_are_a_document_of_their_own():
    found = documents(notebook(cell(0, "a = 1"), cell(1, "SELECT 1", "sql"), cell(2, "b = 2")))
    assert (found[name_of(0)].text, found[name_of(0)].language) == ("a = 1\nb = 2", "python")
    assert (found[name_of(1)].text, found[name_of(1)].language) == ("SELECT 1", "sql")


TEXTS = st.lists(st.text(st.sampled_from("ab \n\té変😀"), max_size=12), min_size=1, max_size=4)


@given(TEXTS, st.sampled_from(Encoding), st.data())
def test_a_position_in_a_cell_is_the_same_place_in_the_text_of_all(texts, encoding, data):
    found = documents(notebook(*(cell(number, text) for number, text in enumerate(texts))))
    number = data.draw(st.integers(0, len(texts) - 1))
    alone, within = cell(number, texts[number]), found[name_of(number)]
    offset = data.draw(st.integers(0, len(texts[number])))
    position = alone.position_at(offset, encoding)
    assert within.position_at(within.span.start + offset, encoding) == position
    assert within.offset_at(position, encoding) == within.span.start + offset
    assert within.text[within.span.start : within.span.start + len(texts[number])] == texts[number]


def test_positions_behind_a_cell_mean_its_end():
    within = documents(notebook(cell(0, "a = 1"), cell(1, "b = 2")))[name_of(0)]
    for behind in (Position(1, 0), Position(0, 99), Position(7, 7)):
        assert within.offset_at(behind, Encoding.UTF16) == len("a = 1")


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("%matplotlib inline\nx", "#matplotlib inline\nx"),
        ("%%time\nx", "#%time\nx"),
        ("  !ls *.csv\nx", "  #ls *.csv\nx"),
        ("!!ls", "#!ls"),
        ("?len", "#len"),
        ("x = (a\n% b\n!= c)", "x = (a\n% b\n!= c)"),
        ("y = a % b", "y = a % b"),
    ],
)
def test_what_is_said_to_the_kernel_is_a_comment_of_the_same_length(sent, seen):
    assert documents(notebook(cell(0, sent)))[name_of(0)].text == seen


def test_a_command_that_takes_the_whole_cell_says_its_language():
    found = documents(notebook(cell(0, "%%bash\nls"), cell(1, "\n%%timeit -n 3\nf()"), cell(2, "g()")))
    assert {name: document.language for name, document in found.items()} == {
        name_of(0): "bash",
        name_of(1): "python",
        name_of(2): "python",
    }
    assert found[name_of(2)].text == "\n#%timeit -n 3\nf()\ng()"
    assert found[name_of(0)].text == "%%bash\nls"


def test_cells_come_go_and_move():
    before = notebook(cell(0, "a"), cell(1, "b"), cell(2, "c"))
    moved = before.restructured(
        0, 2, [Listed(name_of(1), is_code=True), Listed(name_of(3), is_code=True)], [cell(3, "d")], [name_of(0)]
    )
    assert [document.name for document in moved.documents()] == [name_of(1), name_of(3), name_of(2)]
    assert {document.text for document in moved.documents()} == {"b\nd\nc"}
    assert {document.text for document in before.documents()} == {"a\nb\nc"}


def test_a_change_in_one_cell_makes_new_snapshots_of_all():
    at = Position(0, 0)
    before = notebook(cell(0, "a"), cell(1, "b"))
    after = before.changed(name_of(1), 5, [ContentChange(Range(at, at), "bb\n")], Encoding.UTF16)
    held = Documents()
    held.put(*before.documents())
    old = held[name_of(0)]
    held.put(*after.documents())
    assert not held.is_current(old)
    assert held.is_current(held[name_of(0)])
    assert (held[name_of(1)].text, held[name_of(1)].version, held[name_of(0)].version) == ("a\nbb\nb", 5, 1)


def test_a_change_in_a_cell_that_is_not_open_is_none():
    before = notebook(cell(0, "a"))
    assert before.changed(name_of(9), 2, [ContentChange(None, "x")], Encoding.UTF16) is before


def test_closing_a_notebook_closes_its_cells_alone():
    held = Documents()
    held.put(Document.opened("file:///project/module.py", "python", 1, "x"), *notebook(cell(0, "a")).documents())
    held.close(URI)
    assert (len(held), name_of(0) in held, "file:///project/module.py" in held) == (1, False, True)
