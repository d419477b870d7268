"""The buffer and the server's copy of it, compared after each of many edits, with completions between them."""

import random

import pytest

EDITS = 500
PIECES = ["x", "foo(", ")", " ", "\t", "é", "n\u0303", "😀", "𝔸𝔹", "# ", "'", "\n", "\n\n", "if a:\n    b", ""]
START = {
    "LF": ("".join(f"line_{i} = [{i}]\n" for i in range(20)), "\n"),
    "CRLF": ("".join(f"line_{i} = [{i}]\n" for i in range(20)), "\r\n"),
    "astral": ("".join(f"s{i} = '😀𝔸é' + 'n\u0303' # {i}\n" for i in range(20)), "\n"),
}
SET_TEXT = "vim.api.nvim_buf_set_text(0, ...)"
COMMANDS = (
    "silent! undo",
    "silent! redo",
    "1,3move $",
    "2copy 0",
    "silent! %s/a/😀/",
    "silent! %s/\\n\\n/\\r/e",
    "3,4join",
    "4,6>",
    "normal! J",
    "normal! ~",
)


def edit(editor, rng):
    """Something that a user or a plugin does; returns what it was."""
    lines = editor.nvim.current.buffer[:]
    if rng.random() < 0.2 and len(lines) > 8:
        command = rng.choice(COMMANDS)
        editor.nvim.command(command)
        return command
    row = rng.randrange(len(lines))
    last = min(len(lines) - 1, row + rng.choice([0, 0, 0, 1, 2]))
    places = sorted([(row, rng.randint(0, len(lines[row]))), (last, rng.randint(0, len(lines[last])))])
    (row, start), (last, stop) = places
    start, stop = len(lines[row][:start].encode()), len(lines[last][:stop].encode())
    change = [row, start, last, stop, rng.choice(PIECES).split("\n")]
    editor.lua(SET_TEXT, *change)
    return change


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("text", "end"), START.values(), ids=START.keys())
def test_buffer_and_copy_agree_after_every_edit(start, server, text, end):
    editor = start(cmd=server.command, automatic=False)
    path = editor.open(text.replace("\n", end))
    rng = random.Random(20261123)  # noqa: S311 (it draws edits)
    accepted = 0
    for number in range(EDITS):
        done = edit(editor, rng)
        row = rng.randrange(len(editor.nvim.current.buffer))
        line = editor.nvim.current.buffer[row]
        column = rng.randint(0, len(line))
        editor.nvim.input("i")
        editor.wait("insert mode", lambda: editor.mode == "i")
        editor.nvim.current.window.cursor = (row + 1, len(line[:column].encode()))
        editor.lua("require('lacuna').request()")

        before = "\n".join([*editor.nvim.current.buffer[:row], line[:column]])
        request = server.next_request()
        assert request.document.text == editor.text.replace("\n", end), f"edit {number}: {done}"
        assert request.before == before
        if number % 10 == 0:
            after = editor.text[len(before) :]
            offered = rng.choice(["a😀", "é\n  b", "\n", "f(n\u0303)"])
            request.answer(offered)
            editor.shown()
            editor.press("<Tab>")
            editor.wait("the accepted text", lambda b=before, a=after: editor.text != b + a)
            assert editor.text == before + offered + after
            accepted += 1
        editor.stop_inserting()
    assert accepted == EDITS / 10
    assert editor.written(path) == editor.text.replace("\n", end).encode()


# --- what Neovim sends wrongly; each is its doing, and harmless, or it would not be here


def test_without_a_final_newline_the_copy_has_one_too_many_after_the_last_line_changed(editor, server):
    path = editor.open("a = 1\nx = ")
    editor.insert_at(len("a = 1\nx = "))
    server.request_at("a = 1\nx = ").answer("1")
    assert server.text(path) == "a = 1\nx = "
    editor.shown()
    editor.press("<Tab>")
    assert server.request_at("a = 1\nx = 1").document.text in ("a = 1\nx = 1", "a = 1\nx = 1\n")
    editor.stop_inserting()


def test_with_everything_deleted_what_is_typed_then_is_right_again(editor, server):
    editor.open("a = 1\nx = 1\n")
    editor.nvim.command("%d")
    editor.insert_at(0)
    assert server.request_at("").document.text in ("\n", "")  # the latter in 0.10
    editor.type("y = 😀")
    assert server.request_at("y = 😀").document.text in ("y = 😀\n", "y = 😀")


def test_other_line_ends_after_opening_are_unknown_to_the_server_and_spoil_nothing(editor, server):
    path = editor.open("a = 1\nx = \n")
    editor.nvim.command("set fileformat=dos")
    editor.insert_at(len("a = 1\nx = "))
    server.request_at("a = 1\nx = ").answer("[\n    2]")
    editor.shown()
    editor.press("<Tab>")
    editor.wait("the accepted text", lambda: editor.text == "a = 1\nx = [\n    2]\n")
    editor.stop_inserting()
    assert editor.written(path) == b"a = 1\r\nx = [\r\n    2]\r\n"
