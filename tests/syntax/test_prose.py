"""What a cursor stands in; `|` is the cursor."""

import pytest

from lacuna.syntax.languages.language import Prose
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.prose import prose_at

CODE, COMMENT, STRING = None, Prose.COMMENT, Prose.STRING


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        ("x = |", CODE),
        ("# |", COMMENT),
        ("|# ", CODE),
        ("x = 1  # a|b\ny", COMMENT),
        ("# a\n|", CODE),
        ("x = 'a|b' + y", STRING),
        ("x = 'ab' + |y", CODE),
        ("x = 'ab|", STRING),
        ("x = '|", STRING),
        ("x = |''", CODE),
        ("x = ''|", CODE),
        ("x = 'a # |'", STRING),
        ("x = 'a' # '|", COMMENT),
        ('def f():\n    """Does\n    |\n    """\n', STRING),
        ('"""Does"""\nx = |', CODE),
        ('"""Does"""; x = |', CODE),
        ('x = """Does|', STRING),
        ("x = r'\\|'", STRING),
        ("x = 1 + \\|\n", CODE),
        ("a\rb = '|'", STRING),
        ("f'{a|}'", STRING),
        ("it's = |", STRING),
    ],
    ids=ascii,
)
def test_a_cursor_stands_in_code_a_comment_or_a_string(text, prose):
    assert prose_at(text.replace("|", ""), PYTHON, text.index("|")) is prose
