"""`lacuna serve` as editors start it, with the embedded model, on files of the standard library."""

import asyncio
import inspect
import itertools
import re
import shutil
import sys
import textwrap
import tokenize
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_python
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from lacuna.export.artifact import WEIGHTS, embedded

CANCELLED, FAILED = -32800, -32803
PATIENCE = 60  # seconds until a test gives up; none waits that long when all is well
SERVE = (sys.executable, "-I", "-m", "lacuna.cli", "serve")
GATED = (sys.executable, str(Path(__file__).with_name("gated_server.py")))
AT_THE_END = r"^ +(?:return|[\w.]+ =) (?P<hole>[^\n\[({\\#]+)$"
IN_THE_MIDDLE = r"^ +[^\n#]*\w\((?P<hole>[\w.]+)\)[^\n]*$"
PLACES = 8  # at so many places a model may have nothing to offer; at one of them it must
ENOUGH = 3  # offers
TEXT = "def total(prices):\n    result = 0\n    for price in prices:\n        result += \n    return result\n"
CURSOR = (3, 18)

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]  # a busy machine denoises slowly


@pytest.fixture(scope="module")
def served():
    return {"command": SERVE, "options": {"threshold": 0}}


@pytest.fixture(params=[textwrap, tokenize], ids=lambda module: module.__name__)
def text(request):
    text = inspect.getsource(request.param)
    assert is_sound(text)
    return text


def holes(text, pattern):
    """Where some of them are, spread over the text."""
    found = [match.span("hole") for match in re.finditer(pattern, text, re.MULTILINE)]
    return found[:: max(1, len(found) // PLACES)][:PLACES]


def behind(text):
    """Where a cursor stands that has all of the text before it."""
    return types.Position(text.count("\n"), len(text.rsplit("\n", 1)[-1].encode("utf-16-le")) // 2)


def is_sound(text):
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language()))
    return not parser.parse(text.encode()).root_node.has_error


def repeats(offered, before, after):
    rest, _, below = (part.strip() for part in after.partition("\n"))
    if rest:
        return len(rest) >= 3 and rest.isascii() and offered.strip().endswith(rest)
    following = below.partition("\n")[0].strip()
    return len(following) >= 3 and (before + offered).rpartition("\n")[2].strip() == following


@pytest.mark.parametrize("pattern", [AT_THE_END, IN_THE_MIDDLE], ids=["at a line's end", "in a line's middle"])
async def test_what_is_offered_parses_and_does_not_repeat_what_follows(client, text, pattern):
    offered = []
    for start, end in holes(text, pattern):
        before, after = text[:start], text[end:]
        cursor = behind(before)
        client.turn_to_a_new_document()
        client.open(before + after)
        found = await client.complete(cursor.line, cursor.character)
        if found is None:
            assert (await client.noted()).startswith("No completion: ")
            continue
        offered.append(found.items)
        for item in found.items:
            assert item.range == types.Range(cursor, cursor)
            assert is_sound(before + item.insert_text + after)
            assert not repeats(item.insert_text, before, after)
        if len(offered) == ENOUGH:
            break
    assert offered, f"the model has nothing to offer at any of {PLACES} places"


async def test_an_action_fills_two_markers_jointly_by_a_versioned_edit(client, text):
    for (start, end), (other_start, other_end) in itertools.pairwise(holes(text, AT_THE_END)):
        before, between, after = text[:start], text[end:other_start], text[other_end:]
        marked = f"{before}<fill>{between}<fill>{after}"
        client.turn_to_a_new_document()
        client.open(marked, version=7)
        first = types.Range(behind(before), behind(f"{before}<fill>"))
        second = types.Range(behind(f"{before}<fill>{between}"), behind(f"{before}<fill>{between}<fill>"))
        action = await client.only_action(types.Range(first.start, second.end))
        edit = await resolved(client, action)
        if edit is None:
            continue
        (changed,) = edit.document_changes
        assert (changed.text_document.uri, changed.text_document.version) == (client.uri, 7)
        assert [each.range for each in changed.edits] == [first, second]
        fill, other_fill = (each.new_text for each in changed.edits)
        assert is_sound(before + fill + between + other_fill + after)
        return
    pytest.fail(f"the model has nothing to offer at any of {PLACES - 1} pairs of places")


async def resolved(client, action):
    """The action's edit; None if the model has nothing to offer."""
    try:
        return (await client.resolve(action)).edit
    except JsonRpcException as error:
        if error.code != FAILED or not error.message.startswith("There is nothing to offer here: "):
            raise
        return None


@pytest.mark.slow
async def test_cancelling_in_mid_denoising_starts_no_further_step_and_leaves_the_server_well(start, text):
    client = await start(command=GATED, options={"threshold": 0})
    ((begin, end), *_) = holes(text, AT_THE_END)
    cursor = behind(text[:begin])
    client.open(text[:begin] + text[end:])
    cancelled = asyncio.ensure_future(client.complete(cursor.line, cursor.character, id_="mine"))
    run = await client.begun("step 0")
    run.let(1)
    assert await run.event() == "step 1"
    client.cancel("mine")
    with pytest.raises(JsonRpcException) as raised:
        await asyncio.wait_for(cancelled, PATIENCE)
    assert raised.value.code == CANCELLED
    run.let(1)
    assert await run.event() == "closed"

    following = asyncio.ensure_future(client.complete(cursor.line, cursor.character))
    (await client.begun("step 0")).let(1000)
    found = await asyncio.wait_for(following, PATIENCE)
    assert found is None or 1 <= len(found.items) <= 3


@pytest.fixture
def folder(tmp_path):
    """An artifact that may be spoilt."""
    return Path(shutil.copytree(embedded(), tmp_path / "model"))


async def fails(request):
    with pytest.raises(JsonRpcException) as raised:
        await asyncio.wait_for(request, PATIENCE)
    assert raised.value.code == FAILED
    return raised.value.message


async def test_a_model_folder_that_vanishes_before_it_is_loaded_is_an_error_until_it_is_back(start, folder):
    folder.rename(folder.with_name("elsewhere"))
    client = await start(command=(*SERVE, "--model", str(folder)))
    sentence = f"There is no artifact at {folder}."
    assert await client.told() == sentence
    assert await client.status(state="failed", reason="failed", message=sentence)
    client.open(TEXT)
    assert await client.complete(*CURSOR) is None
    assert await fails(client.complete(*CURSOR, invoked=True)) == sentence
    folder.with_name("elsewhere").rename(folder)
    assert (await client.complete(*CURSOR, invoked=True)).items
    assert await client.status(state="ready", reason=None)


async def test_a_model_folder_that_vanishes_while_the_model_is_unloaded_is_an_error(start, folder):
    client = await start(command=(*SERVE, "--model", str(folder)), options={"unloadAfter": 0.001})
    client.open(TEXT)
    assert (await client.complete(*CURSOR, invoked=True)).items
    while (await client.status(state="unloaded"))["latency"] is None:
        pass  # that was before the answer
    client.change("\n", range_=types.Range(behind(TEXT), behind(TEXT)))  # what was offered is not served from memory
    shutil.rmtree(folder)
    sentence = f"There is no artifact at {folder}."
    assert await client.complete(*CURSOR) is None
    assert await client.status(state="failed", reason="failed", message=sentence)
    assert await fails(client.complete(*CURSOR, invoked=True)) == sentence


async def test_a_model_folder_that_vanishes_while_the_model_is_in_memory_changes_nothing(start, folder):
    client = await start(command=(*SERVE, "--model", str(folder)))
    await client.status(state="ready")
    shutil.rmtree(folder)
    client.open(TEXT)
    assert (await client.complete(*CURSOR, invoked=True)).items


async def test_a_missing_runtime_is_told(start):
    without = "import sys; sys.modules['onnxruntime'] = None; from lacuna.cli.main import main; sys.exit(main())"
    client = await start(command=(sys.executable, "-I", "-c", without, "serve"))
    sentence = (
        "ONNX Runtime is missing; `pip install 'lacuna-infill[cpu]'` adds it, with `[cuda]` the one for Nvidia's GPUs."
    )
    assert await client.told() == sentence
    client.open(TEXT)
    assert await fails(client.complete(*CURSOR, invoked=True)) == sentence


async def test_a_model_that_is_not_what_its_manifest_says_is_reported_and_answers_nothing(start, folder):
    weights = bytearray((folder / WEIGHTS).read_bytes())
    weights[-1] ^= 1
    (folder / WEIGHTS).write_bytes(weights)
    client = await start(command=(*SERVE, "--model", str(folder)))
    sentence = f"{folder / WEIGHTS} is damaged or was changed: its SHA-256 is not the manifest's."
    assert await client.told() == sentence
    client.open("x = <fill>\n")
    assert await client.complete(0, 4) is None
    assert await fails(client.complete(0, 4, invoked=True)) == sentence
    action = await client.only_action(types.Range(types.Position(0, 4), types.Position(0, 4)))
    assert await fails(client.resolve(action)) == sentence
