"""A site is drawn with its lines before and after, what was denoised marked, and what stands around it."""

from hypothesis import given
from hypothesis import strategies as st

from lacuna.refactor.plan import Outcome, Part, Site
from lacuna.refactor.report.hunks import CONTEXT, Hunk, Mark, Original, Sign, alone
from lacuna.syntax.lines import split_lines
from tests.refactor.sample import ANNOTATIONS, DOS, LEDGER, LOGGING, part, site


def drawn(hunk: Hunk) -> list[str]:
    """`12-text`, with `[changed]` and `{denoised}` marked."""
    marks = {Mark.SAME: "{}", Mark.CHANGED: "[{}]", Mark.BLANK: "{{{}}}"}
    return [
        f"{line.number or ''}{line.sign}" + "".join(marks[piece.mark].format(piece.text) for piece in line.pieces)
        for line in hunk
    ]


def test_what_is_inserted_is_marked_and_what_was_denoised_apart() -> None:
    one = site(LEDGER, ANNOTATIONS, part(LEDGER, "name|)", ": …", ("str", 0.9)), part(LEDGER, "name)|:", " -> None"))
    (hunk,) = Original(LEDGER).hunks(one)
    assert drawn(hunk) == [
        "4 ",
        "5 ",
        "6 class Ledger:",
        "7-    def __init__(self, name):",
        "+    def __init__(self, name[: ]{str})[ -> None]:",
        "8         self.name = name",
        "9         self.entries = []",
        "10 ",
    ]


def test_an_inserted_line_is_one_line_more() -> None:
    for needs in (part(LEDGER, "|import sys", "import logging\n"), part(LEDGER, "import sys|", "\nimport logging")):
        (hunk,) = Original(LEDGER).hunks(Site("r", 3, (needs,), None, Outcome.KEPT))
        assert [line for line in drawn(hunk) if line[0] in "+-" or "-" in line] == ["+[import logging]"]
        assert drawn(hunk)[-CONTEXT - 1 :] in (
            ["+[import logging]", "3 import sys", "4 ", "5 "],
            ["+[import logging]", "4 ", "5 ", "6 class Ledger:"],
        )


def test_parts_far_from_each_other_are_two_hunks() -> None:
    needs, made = (
        part(LEDGER, "|import sys", "import logging\n"),
        part(LEDGER, "    |print(ledger", "info", old="print"),
    )
    assert len(Original(LEDGER).hunks(site(LEDGER, LOGGING, needs, made))) == 2


def test_lines_end_as_the_file_s_own_and_the_last_needs_no_end() -> None:
    (hunk,) = Original(DOS).hunks(site(DOS, LOGGING, part(DOS, "|return os.sep", "return 0", old="return os.sep")))
    assert drawn(hunk)[-2:] == ["6-    [return os.sep]", "+    [return 0]"]
    assert not any("\r" in line for line in drawn(hunk))


def test_removed_lines_are_removed_whole() -> None:
    gone = part(LEDGER, "|        self.entries = []\n", "", old="        self.entries = []\n")
    (hunk,) = Original(LEDGER).hunks(Site("r", 9, (gone,), None, Outcome.KEPT))
    assert [line for line in drawn(hunk) if line.startswith(("9", "+"))] == ["9-[        self.entries = []]"]


def test_a_line_of_a_million_characters_shows_what_changes() -> None:
    text = "x" * 500_000 + "y" + "z" * 500_000
    (hunk,) = Original(text).hunks(Site("r", 1, (Part(500_000, 500_001, "y", "w"),), None, Outcome.KEPT))
    assert [len("".join(piece.text for piece in line.pieces)) < 1000 for line in hunk] == [True, True]
    assert "[y]" in drawn(hunk)[0]


def test_a_place_where_nothing_is_written_is_shown_as_it_stands() -> None:
    (hunk,) = Original(LEDGER).place(site(LEDGER, ANNOTATIONS, part(LEDGER, "return |0", "0", old="0")))
    assert drawn(hunk) == ["19 def main(arguments):", *drawn(hunk)[1:3], "22     return [0]"]
    assert {line.sign for line in hunk} == {Sign.CONTEXT}


def test_without_its_file_a_site_shows_its_own_texts() -> None:
    one = site(LEDGER, LOGGING, part(LEDGER, "|print(ledger", "logging.…", ("info", 0.5), old="print"))
    assert [drawn(hunk) for hunk in alone(one)] == [["-[print]", "+[logging.]{info}"]]


@given(st.text(alphabet="ab\n", max_size=30), st.data())
def test_hunks_rebuild_the_new_text(text: str, data: st.DataObject) -> None:
    """An independent way to the same: put the hunks' new lines in place of the old ones."""
    bounds = sorted(
        data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=4).filter(lambda b: len(b) % 2 == 0))
    )
    parts = tuple(
        Part(start, end, text[start:end], data.draw(st.text(alphabet="ab\n", max_size=5)))
        for start, end in zip(bounds[::2], bounds[1::2], strict=True)
    )
    new, done = "", 0
    for one in parts:
        new, done = new + text[done : one.start] + one.new, one.end
    new += text[done:]

    rows: list[str | None] = [*split_lines(text)]
    added: dict[int, list[str]] = {}
    for hunk in Original(text).hunks(Site("r", 1, parts, None, Outcome.KEPT)):
        at = (hunk[0].number or 1) - 1
        for line in hunk:
            content = "".join(piece.text for piece in line.pieces)
            if line.sign is Sign.ADDED:
                added.setdefault(at, []).append(content)
                continue
            assert line.number == at + 1
            assert rows[at] == content
            if line.sign is Sign.REMOVED:
                rows[at] = None
            at += 1
    rebuilt = [row for n, old in enumerate([*rows, None]) for row in (*added.get(n, ()), old) if row is not None]
    assert [row for row in rebuilt if row] == [row for row in split_lines(new) if row]
