"""The plugin with the real server and its embedded model: what is shown is accepted and saved byte for byte."""

import itertools
import re
import time
from collections import Counter

import pytest

PLACES = 12  # at so many places a model may have nothing to offer; at one of them it must
AT_THE_END = r"^ +(?:return|[\w.]+ =) (?P<hole>[^\n\[({]+)$"
IN_THE_MIDDLE = r"^ +[^\n#]*\w\((?P<hole>[\w.]+)\)[^\n]*$"

pytestmark = pytest.mark.timeout(300)  # a busy machine denoises slowly


@pytest.fixture
def editor(start, serve):
    return start(cmd=serve, settings={"threshold": 0})  # show whatever parses


def places(source, pattern, behind=0):
    """Texts before and behind a hole, at some of the places behind this one where the pattern finds one."""
    found = re.compile(pattern, re.MULTILINE).finditer(source, behind)
    return [(source[: match.start("hole")], source[match.end("hole") :]) for match in itertools.islice(found, PLACES)]


def shown(editor, source, pattern, end="\n", behind=0):
    """Type up to a hole of the file until something is shown: path, before, ghost text, behind."""
    for before, after in places(source, pattern, behind):
        head, typed = before[:-3], before[-3:]
        path = editor.open((head + after).replace("\n", end))
        editor.insert_at(len(head), typed)
        editor.wait("an answer", lambda: editor.lua("return is_answered()"))
        ghost = editor.ghost()
        assert editor.text == before + after, "what is offered is not in the buffer"
        if ghost is not None:
            return path, before, ghost, after
        editor.stop_inserting()
        editor.nvim.command("silent write")
    pytest.fail(f"nothing is shown at any of {PLACES} places\n{editor.log()}")


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("pattern", [AT_THE_END, IN_THE_MIDDLE], ids=["at a line's end", "in a line's middle"])
def test_ghost_text_is_shown_accepted_and_saved(editor, source, pattern, end):
    path, before, ghost, after = shown(editor, source, pattern, end)
    accepted = before + ghost + after
    first = before.count("\n")
    tab = editor.nvim.current.buffer.options["tabstop"]
    rows = [line.expandtabs(tab).rstrip() for line in accepted.split("\n")[first : first + ghost.count("\n") + 1]]
    assert editor.screen()[: len(rows)] == rows
    editor.press("<Tab>")
    editor.wait("the accepted text", lambda: editor.text != before + after)
    assert editor.text == accepted
    editor.stop_inserting()
    assert editor.written(path) == accepted.replace("\n", end).encode()


def test_words_are_accepted_until_all_is_there(editor, source):
    _, before, ghost, after = shown(editor, source, AT_THE_END)
    while (left := editor.ghost()) is not None and ghost.endswith(left):
        had = editor.text
        editor.press("<M-Right>")
        editor.wait("a word", lambda had=had: editor.text != had)
        if editor.text == before + ghost + after:
            return
        assert (before + ghost).startswith(editor.text[: -len(after)])
    pytest.fail("the rest of the completion went")


def test_in_the_middle_of_a_file_of_5000_lines(editor, long_source):
    """Text about the cursor is encoded in the background first; what is typed further on is served, too."""
    assert long_source.count("\n") >= 5_000
    path, before, ghost, after = shown(editor, long_source, AT_THE_END, behind=len(long_source) // 2)
    assert before.count("\n") > 1_000
    editor.press("<Tab>")
    accepted = before + ghost + after
    editor.wait("the accepted text", lambda: editor.text == accepted)
    editor.stop_inserting()
    editor.nvim.command("normal! gg")
    editor.insert_at(0, "import os\n")
    editor.wait("an answer", lambda: editor.lua("return is_answered()"))
    editor.stop_inserting()
    assert editor.written(path) == ("import os\n" + accepted).encode()


def test_the_server_is_started_again(editor, source):
    shown(editor, source, AT_THE_END)
    editor.stop_inserting()
    (first,) = editor.servers()
    editor.nvim.command("Lacuna restart")
    editor.wait("another server", lambda: editor.servers() not in ([], [first]))
    shown(editor, source, AT_THE_END)


def test_leaving_neovim_in_mid_request_leaves_no_server(editor, source, alive):
    ((before, after), *_) = places(source, AT_THE_END)
    editor.open(before[:-3] + after)
    (server,) = editor.servers()
    editor.insert_at(len(before) - 3, before[-3:])
    editor.wait("a request", lambda: editor.lua("return has_asked()"))
    editor.quit()
    end = time.monotonic() + 60
    while alive(server):
        assert time.monotonic() < end, "the server outlives its client"
        time.sleep(0.02)


UNWRITTEN = """\
def spread(values):
    low = min(values)
    high = <fill>
    return high - low


def middle(values):
    raise NotImplementedError
"""
FILL_FILE = """
    local context = { only = { 'refactor.rewrite.holes.file' }, diagnostics = {} }
    vim.lsp.buf.code_action({ apply = true, context = context })
"""


def test_all_holes_of_a_file_are_filled_after_a_preview(editor):
    editor.open(UNWRITTEN)
    editor.lua(FILL_FILE)
    editor.wait("the preview", lambda: "@@ " in editor.text)
    added = [line[1:] for line in editor.text.split("\n") if line.startswith("+")]
    editor.press("<CR>")
    editor.wait("the new text", lambda: editor.text.startswith("def spread"))
    before, after = Counter(UNWRITTEN.split("\n")), Counter(editor.text.split("\n"))
    assert after - before == Counter(added)
    assert before - after == Counter(["    high = <fill>", "    raise NotImplementedError"])
