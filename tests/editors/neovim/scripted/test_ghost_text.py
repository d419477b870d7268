"""Ghost text by the plugin: shown as it will be inserted, accepted whole or in parts, gone when it no longer holds."""

import pytest

CHANGE_ABOVE = "vim.api.nvim_buf_set_lines(0, 0, 0, false, { '# from a formatter' })"

PLACES = {  # text with the cursor as ¦, what is offered, how much behind the cursor it takes the place of
    "at a line's end": ("x = ¦\n", "foo()", 0),
    "in a line's middle": ("print(¦, end='')\n", "value", 0),
    "inside brackets that closed themselves": ("print(¦)\n", "value)", 1),
    "in place of a bracket that comes later": ("print(¦)\n", "len(a)", 1),
    "in place of blanks": ("x = ¦   \n", "foo()", 3),
    "in place of something else": ("print(¦1234) + 5\n", "a", 4),
    "several lines": ("def f():\n    ¦\n", "if a:\n        return 1\n    return 2", 0),
    "several lines before a rest": ("x = [¦] + rest\n", "\n    1,\n", 0),
    "several lines in place of a rest": ("x = f(¦) + rest\n", "\n    1,\n)", 1),
    "behind astral text": ("s = '😀é'; t = ¦\n", "'𝔸'", 0),
    "behind and before much that is not ASCII": ("s = 'éééééé'; f(¦, 'ü')\n", "s", 0),
    "before astral text": ("s = ¦ + '😀'\n", "f'{x}'", 0),
    "in place of astral text": ("s = ¦😀😀)\n", "g(", 2),
    "behind combining text": ("s = 'ñ' + ¦\n", "ä", 0),
    "indented with tabs": ("def f():\n\t¦\n", "if a:\n\t\treturn 1", 0),
    "on the last line": ("a = 1\n¦\n", "b = 2", 0),
    "from a server that sends carriage returns": ("¦\n", "a\r\nb", 0),
}


@pytest.mark.parametrize(("marked", "offered", "behind"), PLACES.values(), ids=PLACES.keys())
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_what_is_shown_is_what_accepting_inserts(editor, server, marked, offered, behind, end):
    before, after = marked.split("¦")
    path = editor.open((before + after).replace("\n", end))
    editor.insert_at(len(before))
    server.request_at(before).answer(offered, behind=behind)
    editor.shown()
    accepted = before + offered.replace("\r\n", "\n") + after[behind:]
    assert editor.text == before + after, "what is offered is not in the buffer"
    first = before.count("\n")
    tab = editor.nvim.current.buffer.options["tabstop"]
    rows = [line.expandtabs(tab).rstrip() for line in accepted.split("\n")[first : first + offered.count("\n") + 1]]
    assert editor.screen()[: len(rows)] == rows

    editor.press("<Tab>")
    editor.wait("the accepted text", lambda: editor.text != before + after)
    assert editor.text == accepted
    assert editor.ghost() is None
    server.request_at(accepted[: len(accepted) - len(after[behind:])])  # it brings the change to the server
    assert server.text(path) == accepted.replace("\n", end)
    editor.stop_inserting()
    assert editor.written(path) == accepted.replace("\n", end).encode()


@pytest.mark.parametrize("piece", ["word", "line"])
def test_pieces_are_accepted_one_by_one_until_all_is_there(editor, server, piece):
    offered = "if não_é(x):\n        return {1: 'a b'}\n\n    # 😀 done"
    pieces = {
        "word": "if| não_é|(|x|):|\n        return| {|1|:| '|a| b|'}|\n\n    #| 😀| done",
        "line": "if não_é(x):|\n        return {1: 'a b'}|\n\n    # 😀 done",
    }[piece].split("|")
    key = {"word": "<M-Right>", "line": "<M-Down>"}[piece]
    text = "def f():\n    "
    path = editor.open(text + "\nrest\n")
    editor.insert_at(len(text))
    server.request_at(text).answer(offered)
    editor.shown()
    for number, part in enumerate(pieces):
        assert editor.ghost() == "".join(pieces[number:])
        editor.press(key)
        text += part
        editor.wait(repr(part), lambda text=text: editor.text == text + "\nrest\n")
    assert editor.ghost() is None
    server.request_at(text)
    assert server.text(path) == editor.text


def test_the_server_has_the_same_text_after_a_part_was_accepted_and_more_typed(editor, server):
    path = editor.open("x = \n")
    editor.insert_at(4)
    server.request_at("x = ").answer("alpha + beta")
    editor.shown()
    editor.press("<M-Right>")
    editor.wait("a word", lambda: editor.text == "x = alpha\n")
    editor.type("(😀")
    request = server.request_at("x = alpha(😀")
    assert request.document.text == editor.text == "x = alpha(😀\n"
    request.answer(")")
    editor.shown()
    editor.press("<Tab>")
    server.request_at("x = alpha(😀)")
    assert server.text(path) == editor.text == "x = alpha(😀)\n"


def test_accepting_is_undone_by_itself(editor, server):
    editor.open("x = \n")
    editor.insert_at(4)
    server.request_at("x = ").answer("foo()")
    editor.shown()
    editor.press("<Tab>")
    editor.wait("the accepted text", lambda: editor.text == "x = foo()\n")
    editor.stop_inserting()
    editor.press("u")
    editor.wait("the text without it", lambda: editor.text == "x = \n")


# --- typing on


def test_what_is_typed_along_keeps_it_and_asks_for_nothing(editor, server):
    editor.open("x = \n")
    editor.insert_at(4)
    server.request_at("x = ").answer("foo()")
    editor.shown()
    for typed, left in [("f", "oo()"), ("o", "o()"), ("o(", ")")]:
        editor.type(typed)
        editor.wait(left, lambda left=left: editor.ghost() == left)
    assert server.requests.empty()
    editor.press("<Tab>")
    editor.wait("the accepted text", lambda: editor.text == "x = foo()\n")


def test_what_is_typed_along_in_one_go_with_accepting_is_not_doubled(editor, server):
    editor.open("x = \n")
    editor.insert_at(4)
    server.request_at("x = ").answer("foo()")
    editor.shown()
    editor.press("fo<Tab> + 1")
    editor.wait("all of it", lambda: editor.text == "x = foo() + 1\n")


def test_other_text_typed_in_one_go_with_accepting_is_refused(editor, server):
    editor.nvim.command("inoremap <Tab> TAB")
    editor.open("x = \n")
    editor.insert_at(4)
    server.request_at("x = ").answer("foo()")
    editor.shown()
    editor.press("g<Tab>")
    editor.wait("what Tab is otherwise", lambda: editor.text == "x = gTAB\n")


def test_what_is_typed_against_it_removes_it_and_asks_anew(editor, server):
    editor.open("x = \n")
    editor.insert_at(4)
    server.request_at("x = ").answer("foo()")
    editor.shown()
    editor.type("g")
    server.request_at("x = g")
    assert editor.ghost() is None


def test_deleting_and_moving_remove_it(editor, server):
    text = "x = 1\ny = 2"
    editor.open(text + "\n")
    for key in ("<Up>", "<Left>", "<BS>"):
        editor.insert_at(len(text))
        server.request_at(text).answer("foo()")
        editor.shown()
        editor.press(key)
        editor.wait("no ghost text", lambda: editor.ghost() is None)
        editor.stop_inserting()


def test_a_change_above_removes_it(editor, server):
    """Neovim 0.12's own would insert it where it was shown, in what is another line now."""
    editor.nvim.command("inoremap <Tab> TAB")
    editor.open("a = 1\nx = \n")
    editor.insert_at(len("a = 1\nx = "))
    server.request_at("a = 1\nx = ").answer("foo()")
    editor.shown()
    editor.lua(CHANGE_ABOVE)
    editor.press("<Tab>")
    editor.wait("what Tab is otherwise", lambda: editor.text == "# from a formatter\na = 1\nx = TAB\n")


def test_leaving_insert_mode_removes_it(editor, server):
    editor.open("x = \n")
    editor.insert_at(4)
    server.request_at("x = ").answer("foo()")
    editor.shown()
    editor.stop_inserting()
    assert editor.ghost() is None


# --- answers that come too late


def test_moving_on_cancels_the_request_and_a_late_answer_is_not_shown(editor, server):
    editor.open("x = \n")
    editor.insert_at(4)
    late = server.request_at("x = ")
    editor.type("y")
    newer = server.request_at("x = y")
    assert late.is_cancelled.wait(60)
    late.answer("late()")
    newer.answer("new()")
    assert editor.shown() == "new()"
    editor.press("<Tab>")
    editor.wait("the newer", lambda: editor.text == "x = ynew()\n")


def test_leaving_insert_mode_cancels_the_request(editor, server):
    editor.open("x = \n")
    editor.insert_at(4)
    request = server.request_at("x = ")
    editor.stop_inserting()
    assert request.is_cancelled.wait(60)


def test_an_answer_for_version_0_is_not_shown_in_a_changed_buffer(editor, server):
    """To Neovim 0 means "no version": it would apply an edit of the unedited buffer to whatever is there now."""
    editor.open("a = 1\nx = \n")
    editor.nvim.current.window.cursor = (2, 0)
    editor.press("A")
    editor.wait("insert mode", lambda: editor.mode == "i")
    editor.lua("require('lacuna').request()")
    request = server.request_at("a = 1\nx = ", is_invoked=True)
    assert request.document.version == 0
    editor.lua(CHANGE_ABOVE)
    request.answer("foo()")
    editor.wait("the answer", lambda: editor.lua("return vim.lsp.get_clients()[1].requests[...] == nil", request.id))
    assert editor.ghost() is None
    assert editor.text == "# from a formatter\na = 1\nx = \n"


# --- asking, alternatives, dismissing


def test_asking_shows_what_there_is_and_alternatives_go_round(editor, server):
    editor.open("x = \n")
    editor.insert_at(4)
    editor.press("<M-Bslash>")
    server.request_at("x = ", is_invoked=True).answer("one", "two", "three")
    assert editor.shown() == "one"
    for key, text in [("<M-]>", "two"), ("<M-]>", "three"), ("<M-]>", "one"), ("<M-[>", "three")]:
        editor.press(key)
        editor.wait(text, lambda text=text: editor.ghost() == text)
    assert editor.screen()[0] == "x = three  3/3"
    editor.press("<Tab>")
    editor.wait("the chosen one", lambda: editor.text == "x = three\n")


def test_an_automatic_completion_gets_its_alternatives_when_they_are_wanted(editor, server):
    editor.open("x = \n")
    editor.insert_at(4)
    server.request_at("x = ").answer("one")
    editor.shown()
    editor.press("<M-]>")
    asked = server.request_at("x = ", is_invoked=True)
    assert editor.ghost() == "one", "it stays until the others are there"
    asked.answer("one", "two")
    editor.wait("the other", lambda: editor.ghost() == "two")


def test_what_is_typed_leaves_the_alternatives_that_begin_so(editor, server):
    editor.open("x = \n")
    editor.insert_at(4)
    server.request_at("x = ").answer("beta", "gamma", "graph")
    editor.shown()
    editor.type("g")
    editor.wait("the next that fits", lambda: editor.ghost() == "amma")
    editor.press("<M-]>")
    editor.wait("the other that fits", lambda: editor.ghost() == "raph")
    editor.press("<M-]>")
    editor.wait("the first of the two", lambda: editor.ghost() == "amma")


def test_asking_in_vain_says_why(editor, server):
    editor.open("x = \n")
    editor.insert_at(4)
    editor.press("<M-Bslash>")
    server.request_at("x = ", is_invoked=True).answer()
    server.tell_status(reason="no-parse", message="No answer parses here.")
    editor.wait("the reason", lambda: editor.told() == ["Lacuna: No answer parses here."])


def test_an_error_is_told_to_who_asked_and_to_nobody_else(editor, server):
    editor.open("x = \n")
    editor.insert_at(4)
    automatic = server.request_at("x = ")
    server.send({"id": automatic.id, "error": {"code": -32803, "message": "The engine failed."}})
    editor.press("<M-Bslash>")
    asked = server.request_at("x = ", is_invoked=True)
    assert editor.told() == []
    server.send({"id": asked.id, "error": {"code": -32803, "message": "The engine failed."}})
    editor.wait("the error", lambda: editor.told() == ["Lacuna: The engine failed."])


def test_dismissing_lasts_until_the_cursor_moves(editor, server):
    editor.open("x = \n")
    editor.insert_at(4)
    server.request_at("x = ").answer("foo()")
    editor.shown()
    editor.press("<C-]>")
    editor.wait("no ghost text", lambda: editor.ghost() is None)
    assert server.requests.empty()
    editor.type("1")
    server.request_at("x = 1")


@pytest.mark.parametrize(
    "item",
    [
        {"insertText": {"kind": "snippet", "value": "f(${1:x})"}},
        {"insertText": ""},
        {"insertText": "a", "range": {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 0}}},
        {"insertText": "y", "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 4}}},
    ],
    ids=["a snippet", "nothing", "another line", "not what stands before the cursor"],
)
def test_an_item_that_cannot_be_shown_is_not(editor, server, item):
    editor.open("x = \n\n")
    editor.insert_at(4)
    request = server.request_at("x = ")
    server.send({"id": request.id, "result": [item, {"insertText": "usable"}]})
    assert editor.shown() == "usable"
