"""Fills: their drafts at the holes, the keys that take and drop them, the preview in which changes are chosen."""

import pytest

PATIENCE = 60
RUN = """
    local title, target = ...
    local client, buf = vim.lsp.get_clients({ bufnr = 0 })[1], vim.api.nvim_get_current_buf()
    client.commands['lacuna.fill']({ title = title, command = 'lacuna.fill', arguments = { target } },
      { client_id = client.id, bufnr = buf })
"""
DRAFTS = """
    local namespace = vim.api.nvim_get_namespaces()['lacuna.drafts']
    local found = {}
    for _, mark in ipairs(namespace and vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true }) or {}) do
      local lines = { mark[4].virt_text, unpack(mark[4].virt_lines or {}) }
      for _, line in ipairs(mark[4].virt_text_pos ~= 'eol' and lines or {}) do
        table.insert(found, { mark[2], line[1][1] })
      end
    end
    return found
"""
REPLACED = """
    local namespace = vim.api.nvim_get_namespaces()['lacuna.drafts']
    local found = {}
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true })) do
      if mark[4].hl_group == 'LacunaReplaced' then
        table.insert(found, { mark[2], mark[3], mark[4].end_col })
      end
    end
    return found
"""
BOXES = """
    local namespace = vim.api.nvim_get_namespaces()['lacuna.preview']
    local found = {}
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true })) do
      table.insert(found, mark[4].virt_text[1][1])
    end
    return found
"""
TEXT = "def f(x):\n    a = <fill>\n    ...\n"
MARKER, STUB = (1, 8, 14), (2, 4, 7)


@pytest.fixture
def fill(editor, server):
    """Opens a text and runs a fill there; gives what the server was asked."""

    def fill(text=TEXT):
        editor.open(text)
        editor.lua(RUN, "Fill the 2 holes of this file with Lacuna", {"what": "file"})
        asked = server.fills.get(timeout=PATIENCE)
        assert asked.target == {"what": "file"}
        return asked

    return fill


def drafted(editor, *expected):
    editor.wait("the draft", lambda: editor.lua(DRAFTS) == [list(one) for one in expected])


def mapped(editor, key, mode="n"):
    return editor.lua("local key, mode = ... return vim.fn.maparg(key, mode, false, true).desc or ''", key, mode)


def test_the_client_says_that_it_fills(editor, server):
    editor.open("x = 1\n")
    (sent,) = server.initialized
    assert sent["capabilities"]["experimental"]["lacuna"] == {"fill": True}


def test_drafts_are_shown_at_their_holes_as_they_settle(editor, fill):
    asked = fill()
    asked.draft((MARKER, ["len", "(", None]), (STUB, [None]))
    drafted(editor, (1, "len(░"))
    assert editor.lua(REPLACED) == [[1, 8, 14]]
    assert "    a = len(░<fill> <Tab> takes it, <Esc> drops it" in editor.screen()
    asked.draft((MARKER, ["len(x)"]), (STUB, ["if a:\n        return", None]))
    drafted(editor, (1, "len(x)"), (2, "if a:"), (2, "        return░"))
    assert editor.text == TEXT


def test_escape_drops_the_fill(editor, fill):
    asked = fill()
    asked.draft((MARKER, ["len", None]), (STUB, [None]))
    drafted(editor, (1, "len░"))
    editor.press("<Esc>")
    assert asked.is_cancelled.wait(PATIENCE)
    drafted(editor)
    asked.fail(-32800, "Cancelled.")
    assert (editor.text, editor.told(), mapped(editor, "<Esc>"), mapped(editor, "<Tab>")) == (TEXT, [], "", "")


def test_a_key_takes_the_draft_as_it_stands(editor, fill):
    asked = fill()
    asked.draft((MARKER, ["len", "(x)", None]), (STUB, [None]))
    drafted(editor, (1, "len(x)░"))
    editor.press("<Tab>")
    editor.wait("the draft's text", lambda: editor.text == TEXT.replace("<fill>", "len(x)"))
    assert asked.is_cancelled.wait(PATIENCE)
    drafted(editor)
    editor.press("u")
    editor.wait("the old text", lambda: editor.text == TEXT)


def test_a_draft_that_would_replace_code_is_shown_before_it_is_written(editor, fill):
    asked = fill()
    asked.draft((STUB, ["return a", None]), is_code=True)
    drafted(editor, (2, "return a░"))
    editor.press("<Tab>")
    editor.wait("the preview", lambda: "+    return a" in editor.text)
    editor.press("<CR>")
    editor.wait("the new text", lambda: editor.text == TEXT.replace("...", "return a"))


def test_a_mapping_of_the_users_own_is_there_again_after_the_fill(editor, fill):
    editor.nvim.command("autocmd FileType python nnoremap <buffer> <Esc> <Cmd>let g:own = 1<CR>")
    asked = fill("x = <fill>\n")
    assert mapped(editor, "<Esc>") == "Lacuna: drop the draft"
    asked.answer(((0, 4, 10), "1"))
    editor.wait("the new text", lambda: editor.text == "x = 1\n")
    editor.press("<Esc>")
    editor.wait("it", lambda: editor.nvim.funcs.exists("g:own"))
    assert mapped(editor, "<Tab>", "i") == "Lacuna: accept the completion"


def test_of_several_changes_those_that_are_ticked_are_written(editor, fill):
    asked = fill()
    asked.answer((MARKER, "len(x)"), (STUB, "return a"), is_code=True, message="One. Line 9: no parse.")
    editor.wait("the preview", lambda: editor.text.startswith("One.\nLine 9: no parse.\n@@ "))
    assert [line for line in editor.text.split("\n") if line[:1] in list("+-")] == [
        *("-    a = <fill>", "+    a = len(x)"),
        *("-    ...", "+    return a"),
    ]
    assert editor.lua(BOXES) == ["[x] ", "[x] "]
    editor.press("/len<CR><Space>")
    editor.wait("one that is left out", lambda: editor.lua(BOXES) == ["[ ] ", "[x] "])
    editor.press("<CR>")
    editor.wait("the new text", lambda: editor.text == TEXT.replace("...", "return a"))
    assert len(editor.nvim.windows) == 1
    editor.press("u")
    editor.wait("the old text", lambda: editor.text == TEXT)


def test_what_would_replace_code_is_left_by_a_key(editor, fill):
    fill().answer((STUB, "return a"), is_code=True)
    editor.wait("the preview", lambda: "+    return a" in editor.text)
    editor.press("q")
    editor.wait("one window", lambda: len(editor.nvim.windows) == 1)
    assert editor.text == TEXT


def test_a_preview_of_a_text_that_changed_meanwhile_writes_nothing(editor, fill):
    asked = fill()
    buffer = editor.nvim.current.buffer
    asked.answer((STUB, "return a"), is_code=True)
    editor.wait("the preview", lambda: "+    return a" in editor.text)
    buffer[:] = ["# new"]
    editor.press("<CR>")
    editor.wait("it", lambda: any("changed meanwhile" in told for told in editor.told()))
    assert editor.text == "# new\n"


def test_who_is_elsewhere_is_asked_on_coming_back(editor, fill):
    asked = fill()
    editor.nvim.command("new")
    asked.answer((STUB, "return a"), is_code=True)
    asked.server.tell_status(busy="explicit")
    editor.wait("the status behind it", lambda: editor.lua("return require('lacuna').statusline()") == "Lacuna …")
    assert editor.text == "\n"
    editor.nvim.command("quit")
    editor.wait("the preview", lambda: "+    return a" in editor.text)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (-32803, "Lacuna: No hole can be filled. Line 2: no parse."),
        (-32801, "Lacuna: The text changed meanwhile; nothing was filled."),
    ],
    ids=["nothing", "changed"],
)
def test_it_is_told_why_nothing_is_filled(editor, fill, code, told):
    fill().fail(code, "No hole can be filled. Line 2: no parse.")
    editor.wait("it", lambda: editor.told() == [told])
    assert mapped(editor, "<Esc>") == ""
