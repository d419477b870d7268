"""Helix with the real server, as docs/editors.md configures it: an item of the menu is inserted, a marker filled."""

import re

import pytest

from tests.editors.workplace import COLUMN, LINE, TEXT, program

ESCAPE, CONTROL_X = "\x1b", "\x18"

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def helix(home, configuration, start, ledger):
    """Helix on the file, the cursor where something is missing."""
    file = home / ".config/helix/languages.toml"
    file.parent.mkdir(parents=True)
    page = configuration("Helix", "toml")
    file.write_text(page.replace("completionItems = true", "completionItems = true, threshold = 0"))
    helix = start(program("HELIX"), f"{ledger.name}:{LINE}:{COLUMN}")
    helix.shows(f"1 sel  {LINE}:{COLUMN}")
    return helix


def written(helix, path):
    """Leave insert mode and save."""
    helix.press(ESCAPE)
    helix.shows("NOR")
    helix.press(":w\r")
    helix.shows("written")
    return path.read_text()


def test_what_the_menu_offers_is_inserted(helix, ledger):
    helix.press("i")
    helix.shows("INS")
    helix.press("self.")
    item = re.compile(r"for entry in self\.\n.* (\S.*\S) +text$", re.MULTILINE)
    helix.wait("the menu", lambda: item.search(helix.screen), asking=CONTROL_X)
    offered = item.search(helix.screen)[1]
    helix.press("\t")
    helix.press("\r")
    accepted = TEXT.replace("for entry in ", f"for entry in self.{offered}")
    assert written(helix, ledger) == accepted


def test_a_marker_is_filled(helix, ledger):
    before, after = TEXT.split("<fill>")
    helix.press(f"gg{before.count(chr(10))}jgl")
    helix.shows("1 sel  3:26")
    helix.wait("the action", lambda: "Fill with Lacuna" in helix.screen, asking=" a")
    helix.press("\r")
    helix.wait("the filled marker", lambda: "<fill>" not in helix.screen)
    text = written(helix, ledger)
    assert text.startswith(before)
    assert text.endswith(after)
    assert text[len(before) : -len(after)].strip()
