"""One table of exit codes: the code's, the help's and the page's are the same."""

import re
from pathlib import Path

from lacuna.cli.exit_codes import MEANINGS, ExitCode

PAGE = Path(__file__).parents[2] / "docs" / "exit-codes.md"


def test_the_page_is_the_table_of_the_code():
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", PAGE.read_text(), flags=re.MULTILINE)
    assert {int(code): meaning for code, meaning in rows} == MEANINGS
    assert set(MEANINGS) == set(ExitCode)


def test_the_help_shows_the_same_table(run):
    table = run("--help").out.decode().split("Exit codes:\n")[1]
    rows = re.findall(r"^ +(\d+)  (.+)$", table, flags=re.MULTILINE)
    assert {int(code): meaning for code, meaning in rows} == MEANINGS
