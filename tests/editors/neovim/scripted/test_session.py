"""The plugin around ghost text: loading, keys, menus, switches, the server's life, commands, settings."""

import os
import signal
import time

import pytest

LOADED = "return vim.tbl_filter(function(name) return vim.startswith(name, 'lacuna') end, vim.tbl_keys(package.loaded))"
MAPPED = """
    local ours = {}
    for _, mapping in ipairs(vim.api.nvim_buf_get_keymap(0, 'i')) do
      if (mapping.desc or ''):find('Lacuna') then
        table.insert(ours, mapping.lhs)
      end
    end
    return ours
"""
FAKE_CMP = """
    _G.menu = { is_open = false, listeners = {} }
    package.loaded['cmp'] = {
      visible = function() return _G.menu.is_open end,
      event = { on = function(_, event, heard) _G.menu.listeners[event] = heard end },
    }
    function _G.set_menu(is_open)
      if not is_open then _G.menu.listeners.menu_closed({}) end -- nvim-cmp tells while it is still visible
      _G.menu.is_open = is_open
      if is_open then _G.menu.listeners.menu_opened({}) end
    end
"""
FAKE_BLINK = """
    local is_open = false
    package.loaded['blink.cmp'] = { is_menu_visible = function() return is_open end }
    function _G.set_menu(to)
      is_open = to
      vim.api.nvim_exec_autocmds('User', { pattern = to and 'BlinkCmpMenuOpen' or 'BlinkCmpMenuClose' })
    end
"""


def at_x(editor, server, offered="foo()"):
    """Insert mode behind "x = ", with ghost text."""
    path = editor.open("x = \n")
    editor.insert_at(4)
    server.request_at("x = ").answer(offered)
    assert editor.shown() == offered
    return path


def ours(editor):
    """What the plugin told; Neovim tells of a server's end too."""
    return [told for told in editor.told() if told.startswith("Lacuna: ")]


def restarted(editor, server, path):
    """The next server is ready and has been told of the file."""
    ready = "local c = require('lacuna').session().server; return c:client(vim.api.nvim_get_current_buf()) ~= nil"
    editor.wait("the next server", lambda: len(server.initialized) > 1 and editor.lua(ready))
    editor.wait("the file", lambda: path.as_uri() in server.documents)


# --- loading


def test_nothing_is_loaded_and_no_server_runs_before_a_file_opens(editor, server):
    assert sorted(editor.lua(LOADED)) == ["lacuna", "lacuna.config", "lacuna.languages"]
    assert editor.servers() == []
    editor.nvim.command(f"edit {editor.folder / 'notes.txt'}")
    assert editor.servers() == []
    editor.open("x = 1\n")
    assert len(editor.servers()) == 1


def test_buffers_without_a_file_are_not_served(editor, server):
    editor.nvim.command("new | set buftype=nofile filetype=python")
    editor.nvim.command("new | set filetype=python")
    assert editor.servers() == []


def test_one_server_serves_all_folders(editor, server):
    for folder in ("one", "two"):
        (editor.folder / folder / ".git").mkdir(parents=True)
        editor.open("x = 1\n", name=f"{folder}/module.py")
    assert len(editor.servers()) == len(server.initialized) == 1
    assert server.initialized[0]["rootUri"] == (editor.folder / "one").as_uri()
    method = params = None
    while method != "workspace/didChangeWorkspaceFolders":
        method, params = server.notifications.get(timeout=60)
    assert [folder["uri"] for folder in params["event"]["added"]] == [(editor.folder / "two").as_uri()]


def test_settings_reach_the_server_when_it_starts_and_when_it_asks(start, server):
    editor = start(cmd=server.command, settings={"threshold": 0.5, "exclude": ["*.secret"]})
    editor.open("x = 1\n")
    assert server.initialized[0]["initializationOptions"] == {"threshold": 0.5, "exclude": ["*.secret"]}
    assert server.settings.get(timeout=60) == [{"threshold": 0.5, "exclude": ["*.secret"]}]


def test_options_that_cannot_be_used_are_named(start, server):
    editor = start(debounce="soon", colour="red", keys={"accept": 1, "jump": "<Tab>"})
    (told,) = editor.told()
    assert "debounce should be a whole number of milliseconds" in told
    assert "There is no option colour" in told
    assert "keys.accept should be the name of a key, or false" in told
    assert "There is no option keys.jump" in told


# --- keys


def test_with_nothing_to_accept_keys_do_what_they_did(editor, server):
    editor.nvim.command("inoremap <Tab> TAB")
    editor.open("\n")
    editor.nvim.command("edit!")  # is mapped once only: else ours would stand behind ours
    editor.insert_at(0)
    editor.press("<Tab>")
    editor.wait("the global mapping", lambda: editor.text == "TAB\n")


def test_a_mapping_that_a_buffer_had_is_kept_behind_ours(start, server):
    editor = start(cmd=server.command, debounce=0, keys={"accept": "<C-l>"})
    editor.nvim.command("autocmd BufReadPre *.py inoremap <buffer><expr> <C-l> 'own' .. 1")
    editor.open("\n")
    editor.insert_at(0)
    editor.press("<C-l>")
    editor.wait("the buffer's mapping", lambda: editor.text == "own1\n")


@pytest.mark.parametrize(
    "keys", [False, dict.fromkeys(("accept", "accept_word", "accept_line"), False)], ids=["all", "some"]
)
def test_keys_can_be_switched_off(start, server, keys):
    editor = start(cmd=server.command, debounce=0, keys=keys)
    editor.nvim.command("inoremap <Tab> TAB")
    at_x(editor, server)
    mapped = {key.replace("\\", "Bslash") for key in editor.lua(MAPPED)}  # 0.12 shows a backslash as such
    assert mapped == (set() if keys is False else {"<C-]>", "<M-[>", "<M-Bslash>", "<M-]>"})
    editor.press("<Tab>")
    editor.wait("what it is otherwise", lambda: editor.text == "x = TAB\n")


def test_functions_do_what_keys_do(start, server):
    editor = start(cmd=server.command, debounce=0, keys=False)
    at_x(editor, server, "foo(a)")
    assert editor.lua("return require('lacuna').is_visible()") is True
    assert editor.lua("return require('lacuna').accept('word')") is True
    assert editor.text == "x = foo\n"
    assert editor.lua("return require('lacuna').accept()") is True
    assert editor.text == "x = foo(a)\n"
    assert editor.lua("return require('lacuna').accept()") is False


# --- menus


@pytest.mark.parametrize("fake", [FAKE_CMP, FAKE_BLINK], ids=["nvim-cmp", "blink.cmp"])
def test_ghost_text_gives_way_to_a_plugins_menu_and_comes_back(editor, server, fake):
    editor.lua(fake)
    at_x(editor, server)
    editor.lua("set_menu(true)")
    editor.wait("no ghost text", lambda: editor.ghost() is None)
    editor.type("1")
    editor.wait("the text", lambda: editor.text == "x = 1\n")
    editor.lua("set_menu(false)")
    server.request_at("x = 1").answer(" + 2")
    assert editor.shown() == " + 2"


def test_an_answer_that_comes_when_a_menu_is_open_is_not_shown(editor, server):
    editor.lua(FAKE_CMP)
    editor.open("x = \n")
    editor.insert_at(4)
    request = server.request_at("x = ")
    editor.lua("_G.menu.is_open = true")
    request.answer("foo()")
    editor.wait("the answer", lambda: editor.lua("return is_answered()"))
    assert editor.ghost() is None


def test_ghost_text_gives_way_to_neovims_menu_and_comes_back(editor, server):
    editor.open("alpha = alps = 1\nal\n")
    server.offers = lambda request: ["l()"] if request.before.endswith("\nal") else []
    editor.insert_at(len("alpha = alps = 1\nal"))
    editor.shown()
    editor.press("<C-n>")
    editor.wait("the menu", lambda: editor.nvim.funcs.pumvisible() == 1)
    editor.wait("no ghost text", lambda: editor.ghost() is None)
    editor.press("<C-e>")
    editor.wait("no menu", lambda: editor.nvim.funcs.pumvisible() == 0)
    assert editor.shown() == "l()"


# --- switches


def test_toggle_snooze_and_the_buffers_own_switch_leave_only_what_is_asked_for(editor, server):
    at_x(editor, server)
    off_and_on = [
        ("Lacuna toggle", "Lacuna toggle"),
        ("Lacuna snooze 5", "Lacuna snooze 0"),
        ("let b:lacuna_automatic = v:false", "unlet b:lacuna_automatic"),
    ]
    text = "x = "
    for off, on in off_and_on:
        editor.nvim.command(off)
        editor.type("a")
        text += "a"
        editor.wait("the text", lambda text=text: editor.text == text + "\n")
        editor.press("<M-Bslash>")
        request = server.request_at(text, is_invoked=True)
        assert server.requests.empty(), "nothing was asked for by itself"
        request.answer("sked")
        assert editor.shown() == "sked"
        editor.nvim.command(on)
        editor.type("b")
        text += "b"
        server.request_at(text).answer("c")
        assert editor.shown() == "c"


def test_only_when_asked(start, server):
    editor = start(cmd=server.command, debounce=0, automatic=False)
    editor.open("x = \n")
    editor.insert_at(4)
    editor.press("<M-Bslash>")
    server.request_at("x = ", is_invoked=True).answer("foo()")
    assert editor.shown() == "foo()"
    assert server.requests.empty()


# --- the server's life


def test_a_server_of_another_version_is_told_of_once(editor, server):
    server.version = "9.9.9"
    editor.open("x = 1\n")
    editor.open("y = 1\n")
    expected = ["Lacuna: The server is version 9.9.9, this plugin was built for 0.1.0; `:Lacuna install` fetches that."]
    editor.wait("the difference", lambda: editor.told() == expected)


def test_a_server_that_was_killed_is_told_of_and_started_again(editor, server):
    path = at_x(editor, server)
    (process,) = editor.servers()
    os.kill(process, signal.SIGKILL)
    (told,) = editor.wait("the end", lambda: ours(editor))
    assert told.startswith("Lacuna: The server ended (signal 9).")
    assert editor.ghost() is None
    assert editor.lua("return require('lacuna').statusline()") == "Lacuna ✗"
    editor.type("1 +")  # to nobody: Neovim stops following the buffer
    editor.wait("the text", lambda: editor.text == "x = 1 +\n")
    editor.nvim.command("Lacuna restart")
    restarted(editor, server, path)
    assert server.text(path) == "x = 1 +\n"
    editor.type(" ")
    server.request_at("x = 1 + ").answer("2")
    assert editor.shown() == "2"
    editor.press("<Tab>")
    server.request_at("x = 1 + 2")
    assert server.text(path) == editor.text == "x = 1 + 2\n"
    assert ours(editor) == [told]


def test_restarting_ends_the_server_in_mid_request(editor, server, alive):
    path = editor.open("x = \n")
    editor.insert_at(4)
    server.request_at("x = ")
    (process,) = editor.servers()
    editor.nvim.command("Lacuna restart")
    restarted(editor, server, path)
    editor.wait("its end", lambda: not alive(process))
    assert editor.told() == []
    assert server.text(path) == "x = \n"


def test_leaving_neovim_in_mid_request_leaves_no_process(editor, server, alive):
    editor.open("x = \n")
    editor.insert_at(4)
    server.request_at("x = ")
    (process,) = editor.servers()
    editor.quit()
    end = time.monotonic() + 60
    while alive(process):
        assert time.monotonic() < end, "the server outlives its client"
        time.sleep(0.01)


def test_without_a_server_it_is_said_once_how_to_get_one(start, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    editor = start()
    for name in ("one.py", "two.py"):
        editor.nvim.command(f"edit {editor.folder / name}")
    assert editor.told() == [
        "Lacuna: There is no server yet: `:Lacuna install` makes one, in an environment of its own."
    ]


def test_a_command_that_does_not_exist_is_named(start):
    editor = start(cmd=["/nowhere/lacuna", "serve"])
    editor.nvim.command(f"edit {editor.folder / 'one.py'}")
    assert any("/nowhere/lacuna" in told for told in editor.told())


def test_neovims_own_inline_completion_does_not_show_it_too(editor, server):
    if not editor.has("0.12"):
        pytest.skip("has no inline completion built in")
    editor.lua("vim.lsp.inline_completion.enable()")
    at_x(editor, server)
    editor.lua("vim.lsp.inline_completion.enable()")
    editor.type("f")
    editor.wait("the rest", lambda: editor.ghost() == "oo()")
    assert editor.lua("return vim.lsp._capability.all.inline_completion.active") == []


# --- what there is to read


def test_status_says_what_the_server_said(editor, server):
    editor.open("x = 1\n")
    parts = {"parse": 1, "encode": 20, "steps": 40}
    server.tell_status(
        model="spine",
        provider="CPUExecutionProvider",
        files=214,
        busy="automatic",
        latency={"median": 61.4, "p95": 120, "parts": parts},
        reason="below-threshold",
        message="The best answer was below the threshold.",
    )
    editor.wait("it", lambda: editor.lua("return require('lacuna').statusline()") == "Lacuna …")
    assert editor.nvim.command_output("Lacuna status") == "", "nothing that waits for a key"
    assert editor.nvim.current.buffer[:] == [
        "completes  while typing",
        "plugin     0.1.0",
        "server     0.1.0, from `cmd` of your configuration",
        "model      ready, spine",
        "runs on    CPUExecutionProvider",
        "hints      from 214 files",
        "works on   automatic request",
        "latency    median 61 ms, p95 120 ms",
        "           of it parse 1, encode 20, steps 40 ms",
        "last       The best answer was below the threshold.",
    ]
    editor.press("q")
    editor.wait("one window", lambda: len(editor.nvim.windows) == 1)
    server.tell_status(files=1)
    editor.wait("it", lambda: editor.lua("return require('lacuna').statusline()") == "Lacuna")
    editor.nvim.command("Lacuna status")
    assert "hints      from 1 file" in editor.nvim.current.buffer[:]


def test_the_log_has_what_the_server_wrote_and_showed(editor, server):
    editor.open("x = 1\n")
    server.send({"method": "window/logMessage", "params": {"type": 4, "message": "No completion: below threshold."}})
    server.send({"method": "window/showMessage", "params": {"type": 2, "message": "There is no setting lacuna.x."}})
    editor.wait("it", lambda: editor.told() == ["Lacuna: There is no setting lacuna.x."])
    editor.nvim.command("Lacuna log")
    lines = editor.text.split("\n")
    assert lines[0].endswith("lsp.log")
    assert [line.split(" ", 1)[1] for line in lines[2:4]] == [
        "No completion: below threshold.",
        "There is no setting lacuna.x.",
    ]
    editor.nvim.command("quit | Lacuna log")  # and once more


def test_the_command_completes_and_names_what_it_knows(editor):
    assert editor.nvim.funcs.getcompletion("Lacuna s", "cmdline") == ["snooze", "status"]
    editor.nvim.command("Lacuna dance")
    lengths = ("long", "-1", "nan", "1e400", "99999999999")
    for length in lengths:
        editor.nvim.command(f"Lacuna snooze {length}")
    assert editor.told() == [
        "Lacuna: There is no :Lacuna dance; there are install, log, restart, snooze, status, toggle.",
        *(f"Lacuna: A snooze is so many minutes, 10080 at most, not {length}." for length in lengths),
    ]


def test_checkhealth_finds_no_fault_with_a_server_that_runs(editor, server):
    editor.open("x = 1\n")
    server.tell_status(provider="CPUExecutionProvider")
    editor.wait("it", lambda: editor.lua("return require('lacuna').session().status ~= nil"))
    editor.nvim.command("checkhealth lacuna")
    assert "It runs, version 0.1.0" in editor.text
    assert "The model is ready, on CPUExecutionProvider" in editor.text
    assert "ERROR" not in editor.text


def test_checkhealth_says_what_is_missing(start, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    editor = start()
    editor.nvim.command("checkhealth lacuna")
    assert "There is no server." in editor.text
    assert "There is no Python 3.11 or newer here" in editor.text


def test_help_is_found(editor):
    editor.lua("vim.cmd.helptags(vim.env.LACUNA_PLUGIN .. '/doc')")
    for tag in ("lacuna", ":Lacuna", "lacuna-install", "lacuna-options", "lacuna-keys", "lacuna.accept()"):
        editor.nvim.command(f"help {tag}")
        assert editor.nvim.current.buffer.name.endswith("doc/lacuna.txt")
