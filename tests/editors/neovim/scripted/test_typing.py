"""What counts as typing, what repeats it, and what would replace code."""

EDIT_AT = """
    local client = vim.lsp.get_clients({ bufnr = 0 })[1]
    local run = client.commands['lacuna.preview']
    run({ title = 'Replace code in line 1 with Lacuna', command = 'lacuna.preview', arguments = { ... } },
      { client_id = client.id })
"""
REPORT = "return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')"


def test_moving_the_cursor_asks_for_nothing(editor, server):
    editor.open("a = 1\nb = 2\nx = \n")
    editor.press("GA")
    editor.wait("insert mode", lambda: editor.mode == "i")
    editor.press("<Up><Up><Left><Home>")
    editor.wait("the first line", lambda: editor.nvim.current.window.cursor == (1, 0))
    editor.press("<Down><End>y")
    server.request_at("a = 1\nb = 2y")
    assert server.requests.empty()


def test_a_new_line_is_typing(editor, server):
    editor.open("a = 1\n")
    editor.press("o")
    server.request_at("a = 1\n")


def test_a_dot_repeats_what_was_typed_and_accepted(editor, server):
    editor.open("\n\n")
    editor.press("ix = ")
    server.request_at("x = ").answer("foo()")
    editor.shown()
    editor.press("<Tab>")
    editor.wait("the accepted text", lambda: editor.text == "x = foo()\n\n")
    editor.type(" + 1")
    editor.stop_inserting()
    editor.press("j.")
    editor.wait("the same once more", lambda: editor.text == "x = foo() + 1\nx = foo() + 1\n")


def test_a_macro_inserts_what_was_accepted_when_it_was_recorded(editor, server):
    editor.open("x = \ny = \n")
    editor.press("qqAf")
    server.request_at("x = f").answer("oo(1)")
    editor.shown()
    editor.press("<Tab>")
    editor.wait("the accepted text", lambda: editor.text == "x = foo(1)\ny = \n")
    editor.press("  # a<Esc>q")
    editor.wait("a recorded macro", lambda: not editor.nvim.funcs.reg_recording())
    editor.press("j@q")
    editor.wait("the same", lambda: editor.text == "x = foo(1)  # a\ny = foo(1)  # a\n")
    editor.press("u")
    editor.wait("one undo less", lambda: editor.text != "x = foo(1)  # a\ny = foo(1)  # a\n")


def preview(editor, path, new_text):
    at = {"start": {"line": 0, "character": 4}, "end": {"line": 0, "character": 7}}
    document = {"uri": path.as_uri(), "version": None}
    edit = {"documentChanges": [{"textDocument": document, "edits": [{"range": at, "newText": new_text}]}]}
    editor.lua(EDIT_AT, edit)
    return editor.nvim.current.buffer[:]


def test_what_would_replace_code_is_shown_and_taken_by_a_key(editor, server):
    path = editor.open("x = [1]\ny = 2\n")
    shown = preview(editor, path, "list()")
    assert [line for line in shown if line[0] in "+-"] == ["-x = [1]", "+x = list()"]
    editor.press("<CR>")
    editor.wait("the new text", lambda: editor.text == "x = list()\ny = 2\n")
    assert len(editor.nvim.windows) == 1
    editor.press("u")
    editor.wait("the old text", lambda: editor.text == "x = [1]\ny = 2\n")


def test_what_would_replace_code_is_left_by_a_key(editor, server):
    path = editor.open("x = [1]\n")
    preview(editor, path, "list()")
    editor.press("q")
    editor.wait("one window", lambda: len(editor.nvim.windows) == 1)
    assert editor.text == "x = [1]\n"


def test_a_preview_of_a_text_that_changed_meanwhile_replaces_nothing(editor, server):
    path = editor.open("x = [1]\n")
    buffer = editor.nvim.current.buffer
    preview(editor, path, "list()")
    buffer[:] = ["# new", "x = [1]"]
    editor.press("<CR>")
    editor.wait("it", lambda: any("changed meanwhile" in told for told in editor.told()))
    assert editor.text == "# new\nx = [1]\n"


def test_the_client_says_that_it_previews(editor, server):
    editor.open("x = 1\n")
    (sent,) = server.initialized
    assert sent["capabilities"]["experimental"]["lacuna"] == {"preview": True}


def test_the_health_report_lists_the_keys_of_the_buffer_it_was_called_from(editor, server):
    editor.open("x = 1\n")
    editor.nvim.command("checkhealth lacuna")
    report = editor.lua(REPORT)
    assert "accept: <Tab>" in report
    assert "not mapped" not in report


def test_asked_without_a_server_it_says_so(start):
    editor = start(cmd=["/nowhere/lacuna"])
    path = editor.folder / "a.py"
    path.write_text("x = 1\n")
    editor.nvim.command(f"edit {path}")
    editor.press("A<M-Bslash>")
    editor.wait("it", lambda: any("is not running here" in told for told in editor.told()))
