"""The server without the plugin, in a real Neovim 0.12 with what that has built in: ghost text, accepting, a marker."""

import itertools
import re

import pytest

PLACES = 12  # at so many places a model may have nothing to offer; at one of them it must
AT_THE_END = r"^ +(?:return|[\w.]+ =) (?P<hole>[^\n\[({]+)$"
IN_THE_MIDDLE = r"^ +[^\n#]*\w\((?P<hole>[\w.]+)\)[^\n]*$"

pytestmark = pytest.mark.timeout(300)  # a busy machine denoises slowly


def places(source, pattern):
    """Texts before and behind a hole, at some of the places where the pattern finds one."""
    found = re.finditer(pattern, source, re.MULTILINE)
    return [(source[: match.start("hole")], source[match.end("hole") :]) for match in itertools.islice(found, PLACES)]


@pytest.fixture
def editor(builtin_editor):
    if not builtin_editor.has("0.12"):
        pytest.skip("has no inline completion built in")
    return builtin_editor


def answered(editor):
    """The ghost text at this cursor; None if there is none that is shown in full."""
    editor.wait("an answer", lambda: editor.lua("return is_answered()"))
    lines = editor.lua("return ghost()")
    return None if lines is None else "\n".join(lines)


def shown(editor, source, pattern, least=1):
    """Type up to a hole of the file until the server shows so many characters: path, before, ghost text, behind."""
    for before, after in places(source, pattern):
        head, typed = before[:-3], before[-3:]
        path = editor.open(head + after)
        editor.insert_at(len(head), typed)
        ghost = answered(editor)
        assert editor.text == before + after, "what is offered is not in the buffer"
        if ghost is not None and len(ghost) >= least:
            return path, before, ghost, after
        editor.stop_inserting()
        editor.nvim.command("silent write")
    pytest.fail(f"nothing is shown at any of {PLACES} places\n{editor.log()}")


@pytest.mark.parametrize("pattern", [AT_THE_END, IN_THE_MIDDLE], ids=["at a line's end", "in a line's middle"])
def test_ghost_text_is_shown_and_accepted_as_it_was_shown(editor, source, pattern):
    path, before, ghost, after = shown(editor, source, pattern)
    line, rest = before.rsplit("\n", 1)[-1], after.split("\n", 1)[0]
    first, *more = ghost.split("\n")
    expected = [text.rstrip() for text in (line + first + rest, *more)]  # Neovim shows further lines below the rest
    assert editor.screen()[: len(expected)] == expected

    editor.press("<Tab>")
    accepted = before + ghost + after
    editor.wait("the accepted text", lambda: editor.text != before + after)
    assert editor.text == accepted
    editor.stop_inserting()
    assert editor.written(path) == accepted.encode()


def test_what_was_typed_along_the_ghost_text_is_not_doubled(editor, source):
    path, before, ghost, after = shown(editor, source, AT_THE_END, least=2)
    along = ghost[0] if ghost[0] != "\n" else ""
    editor.press(along.replace("<", "<lt>") + "<Tab>")  # in one go: no newer answer comes between
    editor.wait("the accepted text", lambda: editor.text not in (before + after, before + along + after))
    editor.stop_inserting()
    assert editor.written(path) == (before + ghost + after).encode()


def test_after_accepting_and_typing_on_the_server_still_sees_what_the_editor_has(editor, source):
    """Where the two texts differed, a marker would not be found, or its edit would hit something else."""
    path, before, ghost, after = shown(editor, source, AT_THE_END)
    editor.press("<Tab>")
    text = before + ghost + after
    editor.wait("the accepted text", lambda: editor.text == text)
    editor.stop_inserting()
    for hole in re.finditer(AT_THE_END, after, re.MULTILINE):
        head, tail = text[: hole.start("hole") - len(after)], " + '😀' + " + text[hole.start("hole") - len(after) :]
        editor.insert_at(len(head), "<fill> + '😀' + ")
        editor.stop_inserting()
        assert editor.text == head + "<fill>" + tail
        editor.nvim.command("normal! F<")
        if has_filled(editor):
            filled = editor.text
            assert filled.startswith(head)
            assert filled.endswith(tail)
            assert "<fill>" not in filled
            assert editor.written(path) == filled.encode()
            return
        editor.nvim.command("normal! u")
        editor.wait("the text before", lambda: editor.text == text)
    pytest.fail(f"no marker could be filled\n{editor.log()}")


def has_filled(editor):
    """Choose the one code action under the cursor; whether it had something to offer."""
    before = editor.text
    editor.nvim.command("messages clear")
    editor.lua("vim.lsp.buf.code_action({ apply = true })")
    editor.wait("a fill", lambda: editor.text != before or "nothing to offer" in editor.messages())
    return editor.text != before
