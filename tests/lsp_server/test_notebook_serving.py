"""A client with notebooks: what is asked in a cell is answered there, from all cells."""

import asyncio
import json
from dataclasses import dataclass

import pytest
from lsprotocol import types

pytestmark = pytest.mark.asyncio(loop_scope="module")

WITH_NOTEBOOKS = types.ClientCapabilities(
    notebook_document=types.NotebookDocumentClientCapabilities(types.NotebookDocumentSyncClientCapabilities()),
)


@dataclass
class Study:
    """A notebook that a client has open, with a cell for each text."""

    client: object
    uri: str

    def cell_uri(self, number):
        return f"{self.uri.replace('file:', 'vscode-notebook-cell:')}#W{number}"

    def cell(self, number, kind=types.NotebookCellKind.Code):
        return types.NotebookCell(kind, self.cell_uri(number))

    def item(self, number, text, language="python"):
        return types.TextDocumentItem(self.cell_uri(number), language, 1, text)

    def open(self, *texts, prose=()):
        kinds = types.NotebookCellKind
        cells = [self.cell(n, kinds.Markup if n in prose else kinds.Code) for n in range(len(texts))]
        listed = types.NotebookDocument(self.uri, "jupyter-notebook", 1, cells)
        items = [self.item(n, text, "markdown" if n in prose else "python") for n, text in enumerate(texts)]
        self.client.lsp.notebook_document_did_open(types.DidOpenNotebookDocumentParams(listed, items))
        self.turn_to(0)

    def turn_to(self, number):
        self.client.uri = self.cell_uri(number)

    def change(self, cells):
        notebook = types.VersionedNotebookDocumentIdentifier(2, self.uri)
        event = types.NotebookDocumentChangeEvent(cells=cells)
        self.client.lsp.notebook_document_did_change(types.DidChangeNotebookDocumentParams(notebook, event))

    def type(self, number, text, range_, version=2):
        identifier = types.VersionedTextDocumentIdentifier(version, self.cell_uri(number))
        change = types.TextDocumentContentChangePartial(text=text, range=range_)
        content = types.NotebookDocumentCellContentChanges(identifier, [change])
        self.change(types.NotebookDocumentCellChanges(text_content=[content]))

    def close(self):
        params = types.DidCloseNotebookDocumentParams(types.NotebookDocumentIdentifier(self.uri), [])
        self.client.lsp.notebook_document_did_close(params)


@pytest.fixture
def study(client):
    return Study(client, client.uri.replace(".py", ".ipynb"))


def at(line, character, end=None):
    start = types.Position(line, character)
    return types.Range(start, start if end is None else types.Position(*end))


async def seen(client, line, character):
    """The request that the model gets for a completion at a position."""
    (item,) = (await client.complete(line, character)).items
    return json.loads(item.insert_text), item.range


async def test_a_client_that_has_notebooks_is_told_of_the_cells_that_are_served(start):
    client = await start(capabilities=WITH_NOTEBOOKS)
    (selector,) = client.answered.capabilities.notebook_document_sync.notebook_selector
    assert [cell.language for cell in selector.cells] == ["python"]


async def test_a_cell_is_completed_in_the_text_of_all_code_cells(client, study):
    study.open("import os  # echo", "# Title", "x = 1\ny = ", prose={1})
    study.turn_to(2)
    request, range_ = await seen(client, 1, 4)
    assert request["text"] == "import os  # echo\nx = 1\ny = "
    assert request["spans"] == [[28, 28]]
    assert range_ == at(1, 4)


async def test_what_is_typed_is_seen_in_its_cell(client, study):
    study.open("# echo", "y = ")
    study.turn_to(1)
    study.type(1, "zz", at(0, 0, (0, 1)))
    request, range_ = await seen(client, 0, 5)
    assert (request["text"], range_) == ("# echo\nzz = ", at(0, 5))


async def test_cells_that_come_and_go_are_in_their_order(client, study):
    study.open("# echo", "gone", "last = ")
    array = types.NotebookCellArrayChange(1, 1, [study.cell(7), study.cell(8)])
    new = [study.item(7, "seven"), study.item(8, "eight")]
    closed = [types.TextDocumentIdentifier(study.cell_uri(1))]
    study.change(types.NotebookDocumentCellChanges(types.NotebookDocumentCellChangeStructure(array, new, closed)))
    study.turn_to(2)
    request, _ = await seen(client, 0, 7)
    assert request["text"] == "# echo\nseven\neight\nlast = "


async def test_an_offer_is_typed_along_with_while_another_cell_stands_behind(client, study):
    study.open("x = ", "# several")
    (first, *_) = (await client.complete(0, 4)).items
    assert first.insert_text == "filled_0().one"
    study.type(0, "fil", at(0, 4))
    (rest, *_) = (await client.complete(0, 7)).items
    assert (rest.insert_text, rest.range) == ("led_0().one", at(0, 7))


async def test_a_marker_in_a_cell_is_filled_there(client, study):
    study.open("a = 1", "b = <fill>")
    study.turn_to(1)
    action = await client.resolve(await client.only_action(at(0, 6)))
    (change,) = action.edit.document_changes
    assert (change.text_document.uri, change.text_document.version) == (study.cell_uri(1), 1)
    assert [(edit.range, edit.new_text) for edit in change.edits] == [(at(0, 4, (0, 10)), "filled_0()")]


async def test_an_action_on_a_cell_holds_though_a_cell_before_it_has_grown(client, study):
    study.open("a = 1", "b = <fill>")
    study.turn_to(1)
    action = await client.only_action(at(0, 6))
    study.type(0, "long = 2\n", at(0, 0))
    (change,) = (await client.resolve(action)).edit.document_changes
    assert change.edits[0].range == at(0, 4, (0, 10))


async def test_lines_of_a_selection_are_the_cells_own(client, study):
    study.open("a = 1\n\n", "b = 2\nc = 3")
    study.turn_to(1)
    assert (await client.only_action(at(1, 0, (1, 5)))).title == "Replace line 2 with Lacuna"


async def test_an_answer_is_dropped_when_another_cell_changes(client, study):
    study.open("# gated", "x = ")
    study.turn_to(1)
    request = asyncio.ensure_future(client.complete(0, 4))
    run = await client.begun("step 0")
    study.type(0, "y\n", at(0, 0))
    assert await request is None
    assert await client.status(reason="stale", message="The document changed.")
    run.let(1)


async def test_a_cell_in_another_language_is_refused_with_the_reason(client, study):
    study.open("%%bash\nls ", "x = 1")
    assert await client.complete(1, 3) is None
    assert (await client.status(reason="ignored"))["message"].startswith("Lacuna does not know the language of 'bash'")


async def test_the_notebook_is_excluded_not_its_cells(start):
    client = await start(configuration={"exclude": ["*.ipynb"]})
    study = Study(client, "file:///project/study.ipynb")
    study.open("x = ")
    assert await client.complete(0, 4) is None
    assert (await client.status(reason="ignored"))["message"]


async def test_a_cell_that_ran_changes_nothing(client, study):
    study.open("x = ")
    await client.complete(0, 4)
    study.change(types.NotebookDocumentCellChanges(data=[study.cell(0)]))
    assert (await client.complete(0, 4)).items[0].insert_text == "filled_0()"


async def test_closed_a_notebook_leaves_nothing(client, study):
    async def held():
        return (await client.lsp.protocol.send_request_async("test/held", {}))._replace(answers=1)

    before = await held()
    study.open("x = ", "y = ")
    await client.complete(0, 4)
    study.close()
    study.type(0, "late", at(0, 0))
    assert await held() == before
