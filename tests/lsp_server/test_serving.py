"""The server as a client meets it: a process on standard input and output, with a scripted infill."""

import asyncio
import inspect
import json
import textwrap
import tokenize

import attrs
import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

CANCELLED, MODIFIED, FAILED, INTERNAL, INVALID_PARAMS = -32800, -32801, -32803, -32603, -32602
PATIENCE = 60  # seconds until a test gives up; none waits that long when all is well
ALL_SETTINGS = (
    "alternatives, completionItems, enabled, exclude, inComments, inStrings, languages, scope, threshold, unloadAfter, "
    "workspace"
)
ENCODED = {
    "utf-8": lambda text: len(text.encode()),
    "utf-16": lambda text: len(text.encode("utf-16-le")) // 2,
    "utf-32": len,
}

pytestmark = pytest.mark.asyncio(loop_scope="module")  # most tests share one server


def at(line, character, end=None):
    start = types.Position(line, character)
    return types.Range(start, start if end is None else types.Position(*end))


async def fails(request, code):
    with pytest.raises(JsonRpcException) as raised:
        await asyncio.wait_for(request, PATIENCE)
    assert raised.value.code == code
    return raised.value.message


def offset_of(text, position):
    lines = text.split("\n")
    before = lines[position.line].encode("utf-16-le")[: 2 * position.character].decode("utf-16-le")
    return sum(len(line) + 1 for line in lines[: position.line]) + len(before)


# --- what is offered


async def test_the_server_says_what_it_can(client):
    can = client.answered.capabilities
    assert (client.answered.server_info.name, client.answered.server_info.version) == ("lacuna", "1.2.3")
    assert can.inline_completion_provider == types.InlineCompletionOptions()
    assert can.code_action_provider.resolve_provider
    assert list(can.code_action_provider.code_action_kinds) == ["refactor.rewrite"]
    assert can.text_document_sync.open_close
    assert can.text_document_sync.change == types.TextDocumentSyncKind.Incremental


@pytest.mark.parametrize("module", [textwrap, tokenize, inspect, json], ids=lambda module: module.__name__)
async def test_a_completion_in_a_standard_library_file_inserts_at_the_cursor(client, module):
    text = inspect.getsource(module)
    lines = text.split("\n")
    client.open(text)
    for line in range(5, len(lines), len(lines) // 7):
        character = len(lines[line]) * 2 // 3
        (item,) = (await client.complete(line, character)).items
        start_, end = offset_of(text, item.range.start), offset_of(text, item.range.end)
        assert item.range.start == types.Position(line, character)
        assert item.range.end.line == line
        assert item.insert_text == "filled_0()"
        assert not text[start_:end].strip()


async def test_trailing_blanks_are_replaced_and_text_never(client):
    client.open("x =   \nprint()\n")
    (at_end,) = (await client.complete(0, 3)).items
    (in_call,) = (await client.complete(1, 6)).items
    assert at_end.range == at(0, 3, end=(0, 6))
    assert in_call.range == at(1, 6)


@pytest.mark.parametrize("encoding", ENCODED)
async def test_positions_count_in_the_encoding_that_was_agreed(start, encoding):
    offered = types.GeneralClientCapabilities(position_encodings=["utf-7", encoding, "utf-16"])
    client = await start(capabilities=types.ClientCapabilities(general=offered))
    assert client.answered.capabilities.position_encoding == encoding
    width = ENCODED[encoding]
    client.open("s = '😀é' + \n")
    client.change("变😀", range_=at(0, width("s = '😀é"), end=(0, width("s = '😀é'"))))
    character = width("s = '😀é变😀 + ")
    (item,) = (await client.complete(0, character)).items
    assert item.range == at(0, character)


async def test_a_client_that_says_nothing_gets_utf_16_and_no_action_that_it_could_not_resolve(start):
    client = await start(capabilities=types.ClientCapabilities())
    assert client.answered.capabilities.position_encoding == "utf-16"
    client.open("x = <fill>\n")
    assert await client.actions(at(0, 4)) == []


async def test_the_model_sees_the_document_as_it_is_and_where_the_cursor_stands(client):
    text = "import os\r\n\f\r\ndef f():  # echo 😀\r\n    return \r\n"
    client.open(text)
    client.change("\u2028g", range_=at(2, 4, end=(2, 5)))
    (item,) = (await client.complete(3, 11)).items
    seen = json.loads(item.insert_text)
    text = text.replace("def f", "def \u2028g")
    cursor = text.index("return ") + len("return ")
    assert seen == {
        "text": text,
        "spans": [[cursor, cursor]],
        "threshold": None,
        "scope": "block",
        "language": "python",
    }


async def test_new_text_has_line_feeds_though_the_document_has_both(client):
    client.open("# lines\r\nx = \r\n")
    (item,) = (await client.complete(1, 4)).items
    assert item.insert_text == "filled_0()\nsecond line"
    assert item.range == at(1, 4)


# --- when nothing is offered


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# nothing\n", "No completion: below threshold."),
        ("# empty\n", "No completion: nothing to add."),
        ("# fails\n", "No completion: The script says so."),
        ("# breaks\n", "No completion: Lacuna made a mistake."),
    ],
    ids=["below threshold", "empty", "failure", "mistake"],
)
async def test_an_automatic_request_gets_null_and_the_log_says_why(client, text, reason):
    client.open(text)
    assert await client.complete(1, 0) is None
    assert await client.noted() == reason


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("# fails\n", FAILED, "The script says so."),
        ("# breaks\n", INTERNAL, "Lacuna made a mistake; its log says where."),
    ],
    ids=["failure", "mistake"],
)
async def test_who_asks_explicitly_is_told_what_failed(client, text, code, message):
    client.open(text)
    assert await fails(client.complete(1, 0, invoked=True), code) == message


async def test_an_unknown_language_has_neither_completions_nor_actions(client):
    client.open("x = <fill>\n", language="cobol")
    assert await client.complete(0, 4) is None
    assert await client.noted() == (
        "No completion: Lacuna does not know the language of 'cobol'; it knows python (.py, .pyi, .pyw)."
    )
    assert await client.actions(at(0, 4)) == []


async def test_an_excluded_file_has_neither_completions_nor_actions(start):
    client = await start(options={"exclude": ["/project/*.py"]})
    client.open("x = <fill>\n")
    assert await client.complete(0, 4, invoked=True) is None
    assert await client.noted() == "No completion: lacuna.exclude names this file."
    assert await client.actions(at(0, 4)) == []


async def test_disabling_leaves_what_is_asked_for_explicitly(start):
    client = await start(options={"enabled": False})
    client.open("x = \n")
    assert await client.complete(0, 4) is None
    assert await client.noted() == "No completion: lacuna.enabled is false."
    assert (await client.complete(0, 4, invoked=True)).items[0].insert_text == "filled_0()"


async def test_a_document_that_is_not_open_has_no_completion(client):
    assert await client.complete(0, 0) is None
    assert await client.noted() == f"No completion: {client.uri} is not open."


# --- what happens meanwhile


async def test_initialize_is_answered_before_the_model_is_loaded_and_requests_wait_for_it(start):
    client = await start(load="gated")
    loading = await client.begun("loading")
    client.open("x = \n")
    request = asyncio.ensure_future(client.complete(0, 4))
    assert await client.actions(at(0, 0)) == []  # another answer arrives meanwhile
    assert not request.done()
    loading.let(1)
    assert (await request).items[0].insert_text == "filled_0()"


async def test_a_model_that_cannot_be_loaded_is_reported_once_and_then_to_who_asks(start):
    client = await start(load="fails")
    assert await client.told() == "The model does not match its hash."
    assert await client.status(state="failed", reason="failed", message="The model does not match its hash.")
    client.open("x = <fill>\n")
    assert await client.complete(0, 4) is None
    action = await client.only_action(at(0, 4))
    assert await fails(client.resolve(action), FAILED) == "The model does not match its hash."
    assert client.has_been_told_all()


async def test_a_model_whose_loading_is_a_mistake_is_reported_too(start):
    client = await start(load="breaks")
    sentence = "The model cannot be loaded; Lacuna's log says why."
    assert await client.told() == sentence
    assert await client.status(state="failed", reason="failed", message=sentence)
    client.open("x = <fill>\n")
    assert await client.complete(0, 4) is None
    assert await fails(client.complete(0, 4, invoked=True), INTERNAL) == "Lacuna made a mistake; its log says where."


async def test_an_edit_after_the_request_makes_its_answer_null(client):
    client.open("x =  # gated\n", version=0)  # Neovim's first version, which it takes for none
    request = asyncio.ensure_future(client.complete(0, 3))
    run = await client.begun("step 0")
    client.change("y", version=1, range_=at(0, 0))
    assert await request is None
    assert await client.noted() == "No completion: The document changed."
    run.let(1)
    assert await run.event() == "closed"


async def test_a_cancelled_request_is_answered_so_and_starts_no_further_step(client):
    client.open("x =  # gated\n")
    request = asyncio.ensure_future(client.complete(0, 3, id_="mine"))
    run = await client.begun("step 0")
    client.cancel("mine")
    await fails(request, CANCELLED)
    run.let(1)
    assert await run.event() == "closed"


async def test_the_newest_of_several_requests_wins(client):
    client.open("x =  # gated\n")
    older = asyncio.ensure_future(client.complete(0, 3))
    displaced = await client.begun("step 0")
    newer = asyncio.ensure_future(client.complete(0, 4))
    await fails(older, CANCELLED)
    displaced.let(1)
    assert await displaced.event() == "closed"
    (await client.begun("step 0")).let(3)
    assert (await newer).items[0].range.start == types.Position(0, 4)


async def test_an_explicit_fill_that_a_newer_one_displaces_says_so(client):
    client.open("x = <fill>  # gated\n")
    action = await client.only_action(at(0, 4))
    older = asyncio.ensure_future(client.resolve(action))
    displaced = await client.begun("step 0")
    newer = asyncio.ensure_future(client.resolve(action))
    assert await fails(older, FAILED) == "A newer request took its place."
    displaced.let(1)
    (await client.begun("step 0")).let(3)
    assert (await newer).edit is not None


async def test_an_automatic_request_does_not_displace_an_explicit_fill(client):
    client.open("x = <fill>  # gated\n")
    fill = asyncio.ensure_future(client.resolve(await client.only_action(at(0, 4))))
    run = await client.begun("step 0")
    automatic = asyncio.ensure_future(client.complete(0, 3))
    run.let(3)
    assert (await fill).edit is not None
    (await client.begun("step 0")).let(3)
    assert (await automatic).items


# --- the status


@pytest.fixture
def no_model():
    return {"model": None, "provider": None}


async def test_the_status_tells_from_loading_over_work_to_latency(start, no_model):
    client = await start(load="gated")
    loading = await client.begun("loading")
    first = await client.status()
    nothing_yet = {"files": 0, "latency": None, "reason": None, "message": None}
    assert first == {"state": "loading", "busy": None, **no_model, **nothing_yet}
    client.open("x =  # gated\n")
    request = asyncio.ensure_future(client.complete(0, 3))
    waiting = await client.status(reason="loading")
    assert waiting["message"] == "The model is being loaded."
    loading.let(1)
    run = await client.begun("step 0")
    model = {"model": "scripted", "provider": "NoneExecutionProvider"}
    assert model.items() <= (await client.status(state="ready", busy="automatic")).items()
    run.let(3)
    assert await request
    done = await client.status(busy=None, reason=None)
    assert done["latency"] == {"median": 0, "p95": 0, "parts": {"parse": 0, "encode": 0, "steps": 0}}


@pytest.mark.parametrize(
    ("text", "reason", "message"),
    [
        ("# nothing\n", "below-threshold", "below threshold."),
        ("# empty\n", "nothing", "nothing to add."),
        ("# fails\n", "failed", "The script says so."),
        ("# breaks\n", "failed", "Lacuna made a mistake."),
    ],
    ids=["below threshold", "empty", "failure", "mistake"],
)
async def test_the_status_says_why_nothing_was_shown_until_something_is(client, text, reason, message):
    client.open(text)
    assert await client.complete(1, 0) is None
    assert (await client.status(reason=reason))["message"] == message
    client.open("x = \n")
    assert await client.complete(0, 4)
    assert (await client.status(reason=None))["message"] is None


async def test_the_status_says_that_a_file_is_ignored_or_something_switched_off(start):
    client = await start(options={"languages": {"python": False}})
    client.open("x = \n")
    assert await client.complete(0, 4) is None
    assert await client.status(reason="disabled", message="lacuna.languages switches python off.")
    client.uri = "file:///project/.env"
    client.open("KEY=\n")
    assert await client.complete(0, 4, invoked=True) is None
    assert await client.status(reason="ignored", message="Files of this name hold secrets.")


async def test_the_status_says_that_an_answer_was_stale_or_taken_back(client):
    client.open("x =  # gated\n")
    request = asyncio.ensure_future(client.complete(0, 3, id_="stale"))
    stale = await client.begun("step 0")
    client.change("y", range_=at(0, 0))
    assert await request is None
    assert await client.status(reason="stale", message="The document changed.")
    request = asyncio.ensure_future(client.complete(0, 4, id_="taken back"))
    stale.let(1)
    cancelled = await client.begun("step 0")
    client.cancel("taken back")
    await fails(request, CANCELLED)
    assert await client.status(reason="cancelled", message="The editor took the request back.")
    cancelled.let(1)


async def test_a_fill_that_fails_says_so_in_the_status_too(client):
    client.open("x = <fill>  # nothing\n")
    await fails(client.resolve(await client.only_action(at(0, 4))), FAILED)
    message = "There is nothing to offer here: below threshold."
    assert await client.status(reason="below-threshold", message=message)


async def test_a_cold_file_is_warming_in_the_background_and_then_answered(client):
    client.open("x =  # gated # cold\n")
    request = asyncio.ensure_future(client.complete(0, 3))
    warming = await client.begun("chunk 0")
    assert await client.status(reason="warming", busy="background")
    warming.let(2)
    (await client.begun("step 0")).let(3)
    assert (await request).items
    assert await client.status(reason=None)


async def test_whoever_asks_explicitly_does_not_wait_for_warming(client):
    client.open("x =  # gated # cold explicit\n")
    request = asyncio.ensure_future(client.complete(0, 3, invoked=True))
    (await client.begun("step 0")).let(3)
    assert (await request).items


async def test_an_edit_while_a_file_is_warming_ends_that(client):
    client.open("x =  # gated # cold edited\n")
    request = asyncio.ensure_future(client.complete(0, 3))
    warming = await client.begun("chunk 0")
    client.change("y", range_=at(0, 0))
    assert await request is None
    warming.let(1)
    assert await client.status(reason="stale", busy=None)


async def test_an_automatic_completion_that_takes_too_long_is_given_up(start):
    client = await start(budget=0.2)
    client.open("x =  # gated\n")
    request = asyncio.ensure_future(client.complete(0, 3))
    run = await client.begun("step 0")
    assert await request is None
    assert await client.status(reason="out-of-budget")
    run.let(1)
    assert await run.event() == "closed"


async def test_a_model_that_left_memory_is_loaded_again_for_the_next_request(start, no_model):
    client = await start(options={"unloadAfter": 0.001})
    unloaded = await client.status(state="unloaded")
    assert no_model.items() <= unloaded.items()
    client.open("x = \n")
    assert (await client.complete(0, 4)).items
    while (await client.status(state="unloaded"))["latency"] is None:
        pass  # that was before the answer


async def test_a_model_that_vanished_meanwhile_is_an_error_for_who_asks(start):
    client = await start(options={"unloadAfter": 0.001}, load="vanishes")
    await client.status(state="unloaded")
    client.open("x = \n")
    assert await client.complete(0, 4) is None
    assert await client.status(state="failed", reason="failed", message="The model does not match its hash.")
    await fails(client.complete(0, 4, invoked=True), FAILED)


# --- alternatives


async def test_who_asks_gets_up_to_three_alternatives_the_same_one_once(client):
    client.open("# several\nx = \n")
    items = (await client.complete(1, 4, invoked=True)).items
    assert [item.insert_text for item in items] == ["filled_0().one", "filled_0().two", "filled_0().three"]
    assert {(item.range.start.line, item.range.start.character) for item in items} == {(1, 4)}


async def test_unasked_one_is_looked_for_and_the_others_when_they_are_asked_for(client):
    client.open("# several, counted\nx = \n")
    assert [item.insert_text for item in (await client.complete(1, 4)).items] == ["filled_0(1).one"]
    assert [item.insert_text for item in (await client.complete(1, 4, invoked=True)).items] == [
        *("filled_0(3).one", "filled_0(3).two", "filled_0(3).three")
    ]


async def test_a_threshold_that_nobody_sets_or_that_is_null_is_the_models(start):
    client = await start(options={"threshold": None}, configuration={})
    client.open("# several, doubtful\nx = \n")
    assert [item.insert_text for item in (await client.complete(1, 4)).items] == ["filled_0().one"]
    client.change("f", range_=at(1, 4))
    (item,) = (await client.complete(1, 5)).items  # typed along
    assert item.insert_text == "illed_0().one"


async def test_a_user_who_wants_one_alternative_gets_one(start):
    client = await start(options={"alternatives": 1})
    client.open("# several\nx = \n")
    assert len((await client.complete(1, 4, invoked=True)).items) == 1


# --- while the editor's menu is open


async def test_with_an_item_selected_the_offer_begins_with_it_and_replaces_the_same_range(client):
    client.open("# echo\nx = 😀, pri)\n")
    word = at(1, 8, end=(1, 11))
    (item,) = (await client.complete(1, 11, menu=types.SelectedCompletionInfo(word, "print"))).items
    assert item.range == word
    assert item.insert_text.startswith("print")
    seen = json.loads(item.insert_text.removeprefix("print"))
    assert seen["text"] == "# echo\nx = 😀, print)\n"
    behind = seen["text"].index("print") + len("print")
    assert seen["spans"] == [[behind, behind]]


async def test_another_selected_item_gets_another_offer(client):
    client.open("x = pr # echo\n")
    word = at(0, 4, end=(0, 6))
    for text in ("print", "property"):
        (item,) = (await client.complete(0, 6, menu=types.SelectedCompletionInfo(word, text))).items
        assert item.insert_text.startswith(text)
        assert f"x = {text} # echo" in item.insert_text


@pytest.mark.parametrize("range_", [at(0, 0, end=(0, 1)), at(0, 0, end=(1, 0))], ids=["elsewhere", "over lines"])
async def test_an_item_that_does_not_replace_text_at_the_cursor_gets_no_offer(client, range_):
    client.open("x = pr\n")
    assert await client.complete(0, 6, menu=types.SelectedCompletionInfo(range_, "print")) is None
    told = "No completion: The item that is selected in the menu does not replace text at the cursor."
    assert await client.noted() == told


# --- what is typed along with an offer


async def test_what_is_typed_along_is_served_without_inference(client):
    client.open("x =  # gated several\n")
    request = asyncio.ensure_future(client.complete(0, 3))
    (await client.begun("step 0")).let(3)
    assert (await request).items[0].insert_text == "filled_0()"
    for n, character in enumerate("filled"):
        client.change(character, version=n + 2, range_=at(0, 3 + n))
        (item,) = (await client.complete(0, 4 + n)).items  # a gated infill would wait for ever
        assert (item.insert_text, item.range) == ("filled_0()"[n + 1 :], at(0, 4 + n))


async def test_alternatives_are_served_as_long_as_they_fit_what_is_typed(client):
    client.open("# several\nx = \n")
    await client.complete(1, 4, invoked=True)
    client.change("filled_0().t", range_=at(1, 4))
    assert [item.insert_text for item in (await client.complete(1, 16, invoked=True)).items] == ["wo", "hree"]
    assert [item.insert_text for item in (await client.complete(1, 16)).items] == ["wo"]


async def test_what_departs_from_the_offer_is_inferred_anew(client):
    client.open("x =  # gated\n")
    for version, typed in enumerate(["", "g"], start=1):
        if typed:
            client.change(typed, version=version, range_=at(0, 3))
        request = asyncio.ensure_future(client.complete(0, 3 + len(typed)))
        (await client.begun("step 0")).let(3)
        assert (await request).items[0].insert_text == "filled_0()"


async def test_an_edit_elsewhere_ends_an_offer(client):
    client.open("x = \n# gated\n")
    for version, text in enumerate(["", "import os\n"], start=1):
        if text:
            client.change(text, version=version, range_=at(0, 0))
        request = asyncio.ensure_future(client.complete(version - 1, 4))
        (await client.begun("step 0")).let(3)
        assert (await request).items


# --- items of a menu


async def test_a_menu_gets_the_same_answer_as_one_item_where_it_is_switched_on(start):
    client = await start(options={"completionItems": True})
    client.open("# lines\nx = pri  \n")
    found = await client.menu(1, 7)
    assert found.is_incomplete
    (item,) = found.items
    assert (item.label, item.filter_text, item.detail) == ("prifilled_0()…", "pri", "Lacuna")
    assert item.text_edit == types.TextEdit(at(1, 4, end=(1, 9)), "prifilled_0()\nsecond line")
    assert item.documentation == "prifilled_0()\nsecond line"


async def test_a_menu_gets_nothing_where_it_is_not_switched_on(client):
    client.open("x = pri\n")
    assert await client.menu(0, 7) is None


async def test_a_menu_gets_nothing_where_nothing_is_offered(start):
    client = await start(options={"completionItems": True})
    client.open("# nothing\n")
    assert await client.menu(1, 0) is None
    assert await client.noted() == "No completion: below threshold."


# --- the code action


async def test_a_marker_is_filled_by_a_tagged_annotated_and_versioned_edit(client):
    client.open("😀 = 1\nx = '😀' + <fill>\n", version=7)
    action = await client.only_action(at(1, 16))
    assert (action.title, action.kind) == ("Fill with Lacuna", "refactor.rewrite")
    assert list(action.tags) == [types.CodeActionTag.LlmGenerated]
    assert action.edit is None
    edit = (await client.resolve(action)).edit
    (changed,) = edit.document_changes
    assert (changed.text_document.uri, changed.text_document.version) == (client.uri, 7)
    (text_edit,) = changed.edits
    assert (text_edit.range, text_edit.new_text) == (at(1, 11, end=(1, 17)), "filled_0()")
    assert edit.change_annotations[text_edit.annotation_id].label == "Fill with Lacuna"


async def test_all_markers_that_a_selection_touches_are_filled_jointly(client):
    client.open("a = <fill>\nb = <fill>\nc = <fill>\n")
    action = await client.only_action(at(0, 0, end=(1, 10)))
    (changed,) = (await client.resolve(action)).edit.document_changes
    found = [(edit.range.start.line, edit.new_text) for edit in changed.edits]
    assert found == [(0, "filled_0()"), (1, "filled_1()")]


SELECTED = "def f(tag):\n    if tag is None:\n        found = []\n    else:\n        found = [tag]\n    return found\n"


async def test_code_is_replaced_only_within_the_selection_and_after_a_preview(client):
    client.open(SELECTED)
    action = await client.only_action(at(1, 4, end=(3, 9)))
    assert action.title == "Replace lines 2-3 with Lacuna"
    edit = (await client.resolve(action)).edit
    (changed,) = edit.document_changes
    (text_edit,) = changed.edits
    assert text_edit.range == at(1, 4, end=(2, 18))
    annotation = edit.change_annotations[text_edit.annotation_id]
    assert (annotation.label, annotation.needs_confirmation) == (action.title, True)


@pytest.mark.parametrize(
    ("range_", "title"),
    [
        (at(5, 11, end=(5, 16)), "Replace code in line 6 with Lacuna"),
        (at(5, 0, end=(6, 0)), "Replace line 6 with Lacuna"),
        (at(1, 4, end=(4, 21)), "Replace lines 2-5 with Lacuna"),
    ],
    ids=["a part of a line", "a line", "lines"],
)
async def test_the_title_says_what_is_replaced(client, range_, title):
    client.open(SELECTED)
    assert (await client.only_action(range_)).title == title


async def test_code_is_replaced_at_the_threshold_of_the_settings(start):
    client = await start(configuration={"threshold": 0.7})
    client.open("x = [1]  # echo\n")
    (changed,) = (await client.resolve(await client.only_action(at(0, 4, end=(0, 7))))).edit.document_changes
    assert json.loads(changed.edits[0].new_text)["threshold"] == 0.7


async def test_a_part_of_a_node_is_not_replaced(client):
    client.open("value = compute(first) + 1\n")
    assert not await client.actions(at(0, 10, end=(0, 18)))


def acting(**more):
    """What a client can do that gets an action's edit when it is chosen."""
    capable = types.CodeActionClientCapabilities(
        data_support=True, resolve_support=types.ClientCodeActionResolveOptions(properties=["edit"])
    )
    return types.ClientCapabilities(text_document=types.TextDocumentClientCapabilities(code_action=capable), **more)


async def test_a_client_that_does_not_ask_first_gets_no_action_on_code(start):
    client = await start(capabilities=acting())
    client.open("def f():\n    ...\nx = [1]\ny = <fill>\n")
    titles = [action.title for action in await client.actions(at(2, 4, end=(2, 7)))]
    assert titles == ["Fill the hole of this file with Lacuna"]
    assert not await client.actions(at(0, 4), ["refactor.rewrite.holes.function"])
    assert (await client.only_action(at(3, 4))).title == "Fill with Lacuna"


async def test_a_client_without_annotations_and_tags_gets_plain_edits(start):
    client = await start(capabilities=acting())
    client.open("x = <fill>\n")
    action = await client.only_action(at(0, 4))
    assert action.tags is None
    edit = (await client.resolve(action)).edit
    assert edit.change_annotations is None
    assert list(edit.document_changes[0].edits) == [types.TextEdit(at(0, 4, end=(0, 10)), "filled_0()")]


@pytest.mark.parametrize(
    ("text", "range_", "only", "count"),
    [
        ("x = 1\n", at(0, 2), None, 0),
        ("x = 1\n", at(0, 4, end=(0, 5)), None, 1),
        ("x = <fill>\n", at(0, 10), ["refactor"], 1),
        ("x = <fill>\n", at(0, 10), [""], 1),
        ("x = <fill>\n", at(0, 10), ["quickfix", "refactor.rewrite"], 1),
        ("x = <fill>\n", at(0, 10), ["refactor.rewrite.more"], 0),
        ("x = <fill>\n", at(0, 10), ["refactor.re"], 0),
        ("x = <fill>\n", at(1, 0), ["refactor.rewrite.holes"], 1),
    ],
    ids=["bare cursor", "selection", "refactor", "any", "one of two", "narrower", "no prefix", "elsewhere"],
)
async def test_an_action_is_offered_where_there_is_something_to_fill(client, text, range_, only, count):
    client.open(text)
    assert len(await client.actions(range_, only)) == count


async def test_an_action_for_an_older_text_is_refused(client):
    client.open("x = <fill>\n")
    action = await client.only_action(at(0, 4))
    client.change("y", range_=at(0, 0, end=(0, 1)))
    assert await fails(client.resolve(action), MODIFIED) == "The document changed."


async def test_an_edit_while_an_action_is_computed_is_told(client):
    client.open("x = <fill>  # gated\n")
    fill = asyncio.ensure_future(client.resolve(await client.only_action(at(0, 4))))
    run = await client.begun("step 0")
    client.change("y", range_=at(0, 0, end=(0, 1)))
    assert await fails(fill, MODIFIED) == "The document changed."
    run.let(1)


async def test_an_action_with_nothing_to_offer_says_why(client):
    client.open("x = <fill>  # nothing\n")
    action = await client.only_action(at(0, 4))
    message = await fails(client.resolve(action), FAILED)
    assert message == "There is nothing to offer here: below threshold."


@pytest.mark.parametrize("data", [None, [], {"uri": "x"}, {"uri": "x", "version": "x", "start": 0, "end": 0}], ids=repr)
async def test_an_action_that_is_not_ours_is_refused(client, data):
    client.open("x = <fill>\n")
    action = attrs.evolve(await client.only_action(at(0, 4)), data=data)
    await fails(client.resolve(action), INVALID_PARAMS)


async def test_an_action_for_a_place_outside_the_text_is_refused(client):
    client.open("x = <fill>\n")
    action = await client.only_action(at(0, 4))
    action.data["start"] = 10_000
    action.data["end"] = 20_000
    await fails(client.resolve(action), INVALID_PARAMS)


# --- settings


async def test_an_unknown_setting_is_named_wherever_it_comes_from(start):
    client = await start(options={"treshold": 0.5}, configuration={"modelPath": "/evil"})
    told = {await client.told(), await client.told()}
    assert told == {
        f"There is no setting lacuna.treshold; there are {ALL_SETTINGS}.",
        f"There is no setting lacuna.modelPath; there are {ALL_SETTINGS}.",
    }


async def test_a_setting_of_the_workspace_overrides_what_came_first_and_changes_at_once(start):
    client = await start(options={"threshold": 0.5, "enabled": True}, configuration={"threshold": "much"})
    assert await client.told() == 'lacuna.threshold should be a number from 0 to 1, or null, not "much".'
    client.open("# echo\n")
    (item,) = (await client.complete(1, 0)).items
    assert json.loads(item.insert_text)["threshold"] == 0.5
    client.configure({"threshold": 0.9, "colour": "red"}, pushed=[])
    await client.told()  # the unknown one is named when the new settings hold
    (item,) = (await client.complete(1, 0)).items
    assert json.loads(item.insert_text)["threshold"] == 0.9


async def test_a_client_that_cannot_be_asked_pushes_its_settings(start):
    client = await start(capabilities=types.ClientCapabilities())
    client.open("# echo\n")
    client.configure(None, pushed={"threshold": 0.7})
    (item,) = (await client.complete(1, 0)).items
    assert json.loads(item.insert_text)["threshold"] == 0.7


async def test_who_asks_explicitly_gets_whatever_parses(client):
    client.open("# echo\n")
    (item,) = (await client.complete(1, 0, invoked=True)).items
    assert json.loads(item.insert_text)["threshold"] == 0.0


@pytest.mark.parametrize(
    ("options", "text", "reason"),
    [
        ({"languages": {"python": False}}, "x = \n", "lacuna.languages switches python off."),
        ({"inComments": False}, "#   \n", "lacuna.inComments is false."),
        ({"inStrings": False}, 'x="  \n', "lacuna.inStrings is false."),
    ],
    ids=["language", "comments", "strings"],
)
async def test_where_it_is_switched_off_nothing_is_offered_however_it_is_asked_for(start, options, text, reason):
    client = await start(options=options)
    client.open(text)
    for invoked in (False, True):
        assert await client.complete(0, 4, invoked=invoked) is None
        assert await client.noted() == f"No completion: {reason}"


async def test_the_scope_goes_with_the_request(start):
    client = await start(options={"scope": "line"})
    client.open("# echo\n")
    (item,) = (await client.complete(1, 0)).items
    assert json.loads(item.insert_text)["scope"] == "line"


async def test_each_folder_has_its_own_settings_and_the_innermost_holds(start):
    folders = {
        "file:///one": {"threshold": 0.1},
        "file:///c%3A/two": {"threshold": 0.2},
        "file:///one/inner": {"threshold": 0.15},
    }
    client = await start(configuration={"threshold": 0.9}, folders=folders)
    for uri, threshold in [
        ("file:///one/a.py", 0.1),
        ("file:///C:/two/a.py", 0.2),
        ("file:///one/inner/deep/a.py", 0.15),
        ("file:///oneself/a.py", 0.9),
        ("untitled:Untitled-1", 0.9),
    ]:
        client.uri = uri
        client.open("# echo\n")
        (item,) = (await client.complete(1, 0)).items
        assert json.loads(item.insert_text)["threshold"] == threshold


async def test_a_folder_that_comes_later_brings_its_settings(start):
    client = await start(configuration={"threshold": 0.9})
    folder = "file:///late"
    client.lsp.set_configuration({"threshold": 0.4, "colour": "red"}, section="lacuna", scope_uri=folder)
    event = types.WorkspaceFoldersChangeEvent(added=[types.WorkspaceFolder(uri=folder, name="late")], removed=[])
    client.lsp.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
    assert "lacuna.colour" in await client.told()  # now they hold
    client.uri = f"{folder}/a.py"
    client.open("# echo\n")
    (item,) = (await client.complete(1, 0)).items
    assert json.loads(item.insert_text)["threshold"] == 0.4


# --- other files


@pytest.fixture
def project(tmp_path):
    (tmp_path / "sub").mkdir()
    for name in ("a.py", "sub/b.py"):
        (tmp_path / name).write_text(f"# {name}")
    return tmp_path


async def test_other_files_of_the_folder_are_beside_the_document_and_counted(start, project):
    client = await start(folders={project.as_uri(): {}})
    client.uri = (project / "sub/new.py").as_uri()
    client.open("# beside\n")
    await client.status(files=2)
    (item,) = (await client.complete(1, 0)).items
    assert json.loads(item.insert_text) == ["# sub/b.py", "# a.py"]


async def test_what_is_asked_for_explicitly_sees_them_too(start, project):
    client = await start(folders={project.as_uri(): {}})
    client.uri = (project / "new.py").as_uri()
    client.open("# beside\n<fill>\n")
    await client.status(files=2)
    resolved = await client.resolve(await client.only_action(at(1, 3)))
    (change,) = resolved.edit.document_changes
    assert json.loads(change.edits[0].new_text) == ["# a.py", "# sub/b.py"]


async def test_a_setting_switches_them_off_and_on(start, project):
    client = await start(folders={project.as_uri(): {"workspace": False}})
    client.uri = (project / "new.py").as_uri()
    client.open("# beside\n")
    assert (await client.status(state="ready"))["files"] == 0
    (item,) = (await client.complete(1, 0)).items
    assert json.loads(item.insert_text) is None
    client.lsp.set_configuration({"workspace": True}, section="lacuna", scope_uri=project.as_uri())
    client.configure({}, pushed=None)
    await client.status(files=2)


# --- the end


async def test_shutdown_in_mid_request_cancels_it_and_starts_no_further_step(start):
    client = await start()
    client.open("x =  # gated\n")
    request = asyncio.ensure_future(client.complete(0, 3))
    run = await client.begun("step 0")
    assert await client.lsp.shutdown_async(None) is None
    await fails(request, CANCELLED)
    run.let(1)
    assert await run.event() == "closed"
    client.lsp.exit(None)
    assert await asyncio.wait_for(client.process.wait(), PATIENCE) == 0


@pytest.mark.slow
async def test_a_step_that_hangs_does_not_keep_the_process_when_the_client_dies(start):
    client = await start()
    client.open("x =  # gated\n")
    request = asyncio.ensure_future(client.complete(0, 3))
    await client.begun("step 0")
    client.process.stdin.close()
    assert await asyncio.wait_for(client.process.wait(), PATIENCE) == 0
    request.cancel()
