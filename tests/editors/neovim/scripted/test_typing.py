"""What counts as typing, and what repeats it."""

import pytest

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


SEVERAL_LINES = """row in rows:
        if row:  # none
            # or less
            total += row
        else:
            break
    return total"""
INDENTING = {
    "as the file type has it": "",
    "autoindent": "set autoindent",
    "smartindent": "set smartindent indentexpr=",
    "indentexpr": "set indentexpr=12 indentkeys+=0=if,0=else",
    "comments": "set formatoptions=tcroqn textwidth=20",
    "abbreviations": "iabbrev row column | iabbrev break return | cabbrev again never",
}


@pytest.mark.parametrize("options", INDENTING.values(), ids=INDENTING)
def test_a_dot_repeats_several_lines_as_they_were_accepted(editor, server, options):
    editor.open("def f(rows):\n# a\n# a\n# a\n")
    editor.nvim.command(options)
    editor.press("j0Cfor ")
    server.request_at("def f(rows):\nfor ").answer(SEVERAL_LINES)
    editor.shown()
    editor.press("<Tab>")
    once = f"for {SEVERAL_LINES}"
    editor.wait("the accepted text", lambda: once in editor.text)
    editor.type(" + 1")
    editor.stop_inserting()
    editor.press("j0.")
    twice = f"def f(rows):\n{once} + 1\n{once} + 1\n"
    editor.wait("the same once more", lambda: editor.text == twice + "# a\n")
    editor.press("j0.")
    editor.wait("and once more", lambda: editor.text == f"{twice}{once} + 1\n")
    editor.press("u")
    editor.wait("one repetition less", lambda: editor.text == twice + "# a\n")


def test_a_dot_repeats_the_lines_that_were_accepted_one_by_one(editor, server):
    editor.open("a\nb\n")
    editor.press("A = f(")
    server.request_at("a = f(").answer("\n    1,\n    2,\n)")
    for line in ("\n    1,", "\n    2,", "\n)"):
        assert editor.shown().startswith(line)
        editor.press("<M-Down>")
        editor.wait(line, lambda line=line: editor.text.endswith(f"{line}\nb\n"))
    editor.stop_inserting()
    editor.press("j.")
    editor.wait("all of it", lambda: editor.text == "".join(f"{name} = f(\n    1,\n    2,\n)\n" for name in "ab"))


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
