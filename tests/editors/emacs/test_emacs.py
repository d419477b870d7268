"""Emacs and eglot with the real server, configured as docs/editors.md says: a line is completed, a marker filled."""

import re

import pytest

from tests.editors.workplace import LINE, TEXT, program

ESCAPE, TAB, ENTER = "\x1b", "\t", "\r"
END_OF_LINE, SEARCH, SAVE = "\x05", "\x13", "\x18\x13"

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def emacs(home, configuration, start, ledger):
    """Emacs on the file, the cursor at the end of the line in which something is missing, the server ready."""
    init = home / ".emacs.d/init.el"
    init.parent.mkdir()
    page = configuration("Emacs", "elisp")
    init.write_text(page.replace("(:completionItems t)", "(:completionItems t :threshold 0)"))
    # It lies elsewhere than it was built for.
    binary = program("EMACS").resolve()
    (share,) = binary.parents[1].glob("share/emacs/[0-9]*")
    (dump,) = binary.parents[1].glob("libexec/emacs/*/*/*.pdmp")
    there = {"LOADPATH": share / "lisp", "DATA": share / "etc", "DOC": share / "etc", "PATH": dump.parent}
    command = [binary, f"--dump-file={dump}", "--no-window-system", "--no-site-file", "--no-splash"]
    emacs = start(*command, f"+{LINE}", ledger.name, **{f"EMACS{name}": str(path) for name, path in there.items()})
    emacs.shows("[eglot] Connected!")
    emacs.press(END_OF_LINE)
    return emacs


def written(emacs, path):
    emacs.press(SAVE)
    emacs.shows("Wrote ")
    return path.read_text()


def test_what_is_offered_is_inserted(emacs, ledger):
    emacs.press("self.")
    emacs.shows("for entry in self.")
    emacs.press(ESCAPE + TAB)
    line = re.compile(r"for entry in self\.(\S.*)$", re.MULTILINE)
    emacs.wait("the completed line", lambda: line.search(emacs.screen))
    accepted = TEXT.replace("for entry in ", line.search(emacs.screen)[0])
    assert written(emacs, ledger) == accepted


def test_a_marker_is_filled(emacs, ledger):
    before, after = TEXT.split("<fill>")
    emacs.press(f"{ESCAPE}<{SEARCH}<fill{ENTER}")
    emacs.press(f"{ESCAPE}xeglot-code-actions{ENTER}")
    emacs.shows("Pick an action (default Fill with Lacuna)")
    emacs.press(ENTER)
    emacs.shows("Edit successful!")
    text = written(emacs, ledger)
    assert text.startswith(before)
    assert text.endswith(after)
    assert text[len(before) : -len(after)].strip()
