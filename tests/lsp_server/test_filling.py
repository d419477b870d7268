"""All holes of a function or a file: what is offered, what is written, what is told, how drafts are shown."""

import asyncio
import json
import typing

import attrs
import pytest
import pytest_asyncio
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from lacuna.infill.request import MOST
from tests.lsp_server.conftest import CAPABLE, PATIENCE, plain

pytestmark = pytest.mark.asyncio(loop_scope="module")

CANCELLED, MODIFIED, INVALID_PARAMS = -32800, -32801, -32602
FUNCTION, FILE = "refactor.rewrite.holes.function", "refactor.rewrite.holes.file"
MODULE = '''def mean(values):
    """The mean."""
    raise NotImplementedError


def spread(values):
    low = <fill>
    def high():
        # TODO
        pass
    return high() - low


size = <fill>
'''
FILLS = attrs.evolve(CAPABLE, experimental={"lacuna": {"fill": True}})


def at(line, character=0):
    return types.Range(types.Position(line, character), types.Position(line, character))


def lines_of(edit):
    (changed,) = edit.document_changes
    return [(one.range.start.line, one.new_text, getattr(one, "annotation_id", None)) for one in changed.edits]


# --- what is offered


@pytest.mark.parametrize(
    ("line", "titles"),
    [
        (0, ["Fill the hole of this function with Lacuna", "Fill the 4 holes of this file with Lacuna"]),
        (6, ["Fill the 2 holes of this function with Lacuna", "Fill the 4 holes of this file with Lacuna"]),
        (8, ["Fill the hole of this function with Lacuna", "Fill the 4 holes of this file with Lacuna"]),
        (12, ["Fill the 4 holes of this file with Lacuna"]),
    ],
    ids=["stub", "marker and stub", "innermost", "outside"],
)
async def test_holes_are_those_of_the_innermost_function_that_has_some_and_of_the_file(client, line, titles):
    client.open(MODULE)
    assert [action.title for action in await client.actions(at(line))] == titles


async def test_what_the_cursor_touches_anyway_is_offered_once(client):
    client.open("size = <fill>\n")
    assert [action.title for action in await client.actions(at(0, 8))] == ["Fill with Lacuna"]
    assert [action.title for action in await client.actions(at(1))] == ["Fill the hole of this file with Lacuna"]


@pytest.mark.parametrize(
    ("text", "name"),
    [("def f():\n    return 1\n", "module"), ("def f():\n    ...\n", "declared")],
    ids=["whole", "pyi"],
)
async def test_nothing_is_offered_where_there_is_no_hole(client, text, name):
    client.uri = client.uri.replace("module", name) + ("i" if name == "declared" else "")
    client.open(text)
    assert not await client.actions(at(0))


async def test_nobody_is_offered_more_than_the_selection_who_does_not_ask(client):
    client.open(MODULE)
    context = types.CodeActionContext([], trigger_kind=types.CodeActionTriggerKind.Automatic)
    params = types.CodeActionParams(types.TextDocumentIdentifier(client.uri), at(0), context)
    assert not await client.lsp.text_document_code_action_async(params)


# --- what is written


async def test_all_are_filled_jointly_in_one_edit_in_which_code_needs_confirmation(client):
    client.open(MODULE)
    edit = (await client.resolve(await client.only_action(at(13), FILE))).edit
    assert lines_of(edit) == [
        (2, "filled_0()", "replace"),
        (6, "filled_1()", "fill"),
        (9, "filled_2()", "replace"),
        (13, "filled_3()", "fill"),
    ]
    found = edit.change_annotations
    assert {name: (one.label, one.needs_confirmation) for name, one in found.items()} == {
        "replace": ("Fill the 4 holes of this file with Lacuna", True),
        "fill": ("Fill the 4 holes of this file with Lacuna", False),
    }
    assert client.has_been_told_all()


async def test_of_a_function_only_its_own_holes_are_filled(client):
    client.open(MODULE)
    edit = (await client.resolve(await client.only_action(at(6), FUNCTION))).edit
    assert lines_of(edit) == [(6, "filled_0()", "fill"), (9, "filled_1()", "replace")]


async def test_one_hole_is_told_as_one(client):
    client.open("def f():\n    ...\n")
    edit = (await client.resolve(await client.only_action(at(1), FUNCTION))).edit
    assert edit.change_annotations["replace"].label == "Fill the hole of this function with Lacuna"


async def test_it_is_told_how_many_stay_open_and_why(client):
    client.open("# some\n" + MODULE)
    edit = (await client.resolve(await client.only_action(at(0), FILE))).edit
    assert [line for line, *_ in lines_of(edit)] == [3, 10]
    assert edit.change_annotations["replace"].label == "Fill 2 of 4 holes with Lacuna"
    below = "below threshold (0.21 of 0.35)."
    assert await client.told() == f"2 of 4 holes can be filled. Line 8: {below} Line 15: {below}"


async def test_where_nothing_is_filled_it_is_told_why(client):
    client.open("# nothing\n" + MODULE)
    with pytest.raises(JsonRpcException) as told:
        await client.resolve(await client.only_action(at(0), FILE))
    reasons = "Line 4: no parse. Line 8: no parse. Line 11: no parse. And 1 more."
    assert told.value.message == f"No hole can be filled. {reasons}"


async def test_no_more_are_filled_than_fit_in_one_request(client):
    client.open("size = <fill>\n" * (MOST + 6))
    action = await client.only_action(at(MOST + 6), FILE)
    assert action.title == f"Fill the {MOST + 6} holes of this file with Lacuna"
    assert len(lines_of((await client.resolve(action)).edit)) == MOST
    told = f"{MOST} of {MOST + 6} holes can be filled. No more than {MOST} are filled at once."
    assert await client.told() == told


# --- clients that ask by themselves


class Filling:
    """A client that asks `lacuna/fill`, and what it is shown meanwhile."""

    def __init__(self, client):
        self.client = client
        self.drafts = asyncio.Queue()
        client.lsp.protocol.fm.builtin_features[types.PROGRESS] = self._progress
        converter = client.lsp.protocol._converter  # noqa: SLF001 (lsprotocol takes an action with a command for one)

        def action(sent, _):
            return converter.structure(sent, types.CodeAction)

        converter.register_structure_hook(typing.Union[types.Command, types.CodeAction], action)  # noqa: UP007

    def _progress(self, params):
        self.drafts.put_nowait((params.token, plain(params.value)))

    async def target(self, kind, line):
        action = next(one for one in await self.client.actions(at(line)) if one.kind == kind)
        assert (action.command.command, action.edit) == ("lacuna.fill", None)
        assert await self.client.resolve(action) == action
        return action.command.arguments[0]

    async def ask(self, target, **params):
        sent = {"target": target, **params}
        found = await self.client.lsp.protocol.send_request_async("lacuna/fill", sent, msg_id="fill")
        return plain(found)

    async def draft(self):
        return await asyncio.wait_for(self.drafts.get(), PATIENCE)


@pytest_asyncio.fixture(loop_scope="module")
async def filling(start):
    return Filling(await start(capabilities=FILLS))


async def fails(request, code):
    with pytest.raises(JsonRpcException) as told:
        await asyncio.wait_for(request, PATIENCE)
    assert told.value.code == code
    return told.value.message


async def test_a_client_may_ask_by_itself_and_is_told_what_it_shows_before_it_writes(filling):
    filling.client.open("# some\n" + MODULE)
    found = await filling.ask(await filling.target(FILE, 0))
    (changed,) = found["edit"]["documentChanges"]
    assert [edit["newText"] for edit in changed["edits"]] == ["filled_0()", "filled_2()"]
    assert found["edit"]["changeAnnotations"]["replace"]["needsConfirmation"]
    assert (found["filled"], found["holes"], found["needsConfirmation"]) == (2, 4, True)
    assert found["message"].startswith("2 of 4 holes can be filled. Line 8: ")
    assert filling.client.has_been_told_all()
    assert filling.drafts.empty(), "nobody asked for them"


async def test_who_gives_a_token_sees_drafts_of_all_holes_where_they_stand(filling):
    filling.client.open("# gated\n" + MODULE)
    request = asyncio.ensure_future(filling.ask(await filling.target(FUNCTION, 7), partialResultToken="mine"))
    run = await filling.client.begun("step 0")
    run.let(1)
    await run.event()
    token, draft = await filling.draft()
    assert (token, draft["uri"], draft["version"]) == ("mine", filling.client.uri, 1)
    marker, stub = draft["holes"]
    assert marker["range"] == {"start": {"line": 7, "character": 10}, "end": {"line": 7, "character": 16}}
    assert (marker["slots"], marker["needsConfirmation"]) == ([None], False)
    assert (stub["range"]["start"]["line"], stub["needsConfirmation"]) == (10, True)
    run.let(1)
    await run.event()
    _, draft = await filling.draft()
    assert [hole["slots"] for hole in draft["holes"]] == [["fil", None]] * 2
    run.let(1)
    assert (await request)["filled"] == 2


async def test_cancelling_ends_it(filling):
    filling.client.open("# gated\n" + MODULE)
    request = asyncio.ensure_future(filling.ask(await filling.target(FILE, 0)))
    run = await filling.client.begun("step 0")
    filling.client.cancel("fill")
    await fails(request, CANCELLED)
    run.let(1)
    assert await run.event() == "closed"


async def test_a_changed_document_drops_it(filling):
    filling.client.open("# gated\n" + MODULE)
    request = asyncio.ensure_future(filling.ask(await filling.target(FILE, 0)))
    run = await filling.client.begun("step 0")
    filling.client.change("y", range_=at(15))
    await fails(request, MODIFIED)
    run.let(1)
    assert await run.event() == "closed"


@pytest.mark.parametrize(
    ("changes", "token"),
    [({"what": "world"}, None), ({"start": 10_000, "end": 10_000}, None), ({"end": None}, None), ({}, ["list"])],
    ids=["what", "outside", "end", "token"],
)
async def test_what_is_not_ours_is_refused(filling, changes, token):
    filling.client.turn_to_a_new_document()
    filling.client.open(MODULE)
    target = await filling.target(FILE, 0)
    await fails(filling.ask({**target, **changes}, partialResultToken=token), INVALID_PARAMS)


async def test_what_is_filled_at_the_threshold_of_the_settings(start):
    client = await start(configuration={"threshold": 0.7})
    client.open("x = 1  # echo\n<fill>\n")
    ((_, new_text, _),) = lines_of((await client.resolve(await client.only_action(at(0), FILE))).edit)
    assert json.loads(new_text)["threshold"] == 0.7


async def test_of_a_notebook_the_holes_of_one_cell_are_filled(client):
    cells = [types.NotebookCell(types.NotebookCellKind.Code, f"{client.uri}#{n}") for n in range(2)]
    texts = [
        types.TextDocumentItem(cell.document, "python", 1, f"x = <fill>\ny{n} = 1\n") for n, cell in enumerate(cells)
    ]
    notebook = types.NotebookDocument(client.uri, "jupyter-notebook", 1, cells)
    client.lsp.notebook_document_did_open(types.DidOpenNotebookDocumentParams(notebook, texts))
    client.uri = cells[1].document
    action = await client.only_action(at(1), FILE)
    assert action.title == "Fill the hole of this cell with Lacuna"
    edit = (await client.resolve(action)).edit
    assert edit.document_changes[0].text_document.uri == client.uri
    assert lines_of(edit) == [(0, "filled_0()", "fill")]
