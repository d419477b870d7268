"""What kind of place a cursor stands at; `|` is the cursor."""

from pathlib import Path

import pytest

from lacuna.syntax.languages.files import read
from lacuna.syntax.languages.language import PlaceKind
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.place_kind import place_kind

GO = read(Path(__file__).parent / "data/languages/go")
PLACES = {
    PlaceKind.ANYWHERE: [
        "x|",
        "x = a + |",
        "x == |",
        "x <= |",
        "f(a=|)",
        "f(a, |",
        "x[|",
        "x[a:|",
        "list[|",
        "f(\n    |\n)",
        "|x = 1",
        "(|",
        "x = 1\n|y",
        "f(a|)",
        "f(|, b)",
        "other.|",
        "a := |",
        "f'{x}'[|",
        "returned |",
        "(\n    |",
        "if a:\n    |b",
    ],
    PlaceKind.ASSIGNMENT: [
        "x = |",
        "x=|",
        "self.x: int = |",
        "x += |",
        "x[0] //= |",
        "x = y = |",
        "x['a='] = |",
        "x = |\ny",
    ],
    PlaceKind.RETURN: ["    return |", "if a: return |"],
    PlaceKind.MEMBER: ["self.|", "x = f(self.|", "return cls.|", "f(self.|, b)"],
    PlaceKind.OPEN_ARGUMENTS: ["f(|", "x = a.b(|\ny", "f()(|", "f(a, g(|", "f(|  "],
    PlaceKind.CLOSED_ARGUMENTS: ["f(|)", "x = f(|).y", "f(g(|), b)", "f(| )"],
    PlaceKind.NEW_LINE: [
        "|",
        "x = 1\n|",
        "def f():\n    a()\n    |",
        "def f():\n    a()\n\n    |\n    b()",
        'def f():\n    """A."""\n    |',
        "x = {\n    1:\n        2}\n|",
        "x = f(')')\n|",
        "x = '('\n|",
        "f(  # (\n)\n|",
        '"""\n(\n"""\n|',
        "x = 1\r\n|",
    ],
    PlaceKind.NEW_BLOCK: [
        "if a:\n    |",
        "if a:  # b\n    |\nelse:\n    b",
        "def f(\n    a,\n) -> b:\n\n    |",
        "if a:\n    # b\n    |",
        "a:\r\n  |",
    ],
    PlaceKind.CONDITION: ["if |", "    elif |", "while |:", "x = a if |", "if |:\n    b"],
    PlaceKind.IMPORT: [
        "import |",
        "from |",
        "from . import |",
        "from a import b, |",
        "from a import (|",
        "from a import (\n    b,\n    |",
        "import a, |",
    ],
    PlaceKind.DECORATOR: ["@|", "class A:\n    @|\n    def f(self): ..."],
    PlaceKind.SIGNATURE: ["def |", "async def |", "    def f(|", "def f(a, |):", "def f(\n    a,\n    |"],
    PlaceKind.ASSERT: ["assert |"],
    PlaceKind.ELEMENT: [
        "x = [|",
        "f([a, |",
        "x = {|",
        "x = {a: |",
        "x = {\n    a: b,\n    |\n}",
        "[\n    'a',\n    |",
        "return [|]",
        "{'a': |",
    ],
    PlaceKind.COMMENT: ["# |", "x = 1  # a |", "x = '#'  # |", "# it's |"],
    PlaceKind.STRING: ["'|'", "f('a |", 'x = """a |', 'f(\n    """a|"""', "f'{|'", "x = '''a\nb |\n'''"],
    PlaceKind.DOCSTRING: [
        '"""|',
        'def f():\n    """A.\n\n    b |',
        'def f():\n    r"""A |"""\n',
        "'''A\n|b\n'''",
        '"""A.\n\nit\'s |',
    ],
}


def kind_at(marked, language=PYTHON):
    return place_kind(marked.replace("|", "", 1), language, marked.index("|"))


@pytest.mark.parametrize("kind", PlaceKind)
def test_the_kind_of_a_place_is(kind):
    assert {marked: kind_at(marked) for marked in PLACES[kind]} == dict.fromkeys(PLACES[kind], kind)


def test_what_stands_on_other_lines_behind_the_cursor_does_not_count():
    for kind, places in PLACES.items():
        for marked in places:
            before, behind = marked.split("|")
            assert kind_at(before + "|" + behind.split("\n")[0]) is kind, marked


def test_a_bracket_out_of_reach_is_not_looked_for():
    assert kind_at("f(\n" + "    a,\n" * 10 + "    |") is PlaceKind.ANYWHERE
    assert kind_at("f(\n" + "    a,\n" * 1000 + "    |") is PlaceKind.NEW_LINE


@pytest.mark.parametrize(
    ("marked", "kind"),
    [
        ("func f() int {\n\treturn |\n}\n", PlaceKind.RETURN),
        ("func f() {\n\tx := |\n}\n", PlaceKind.ASSIGNMENT),
        ("func f() {\n\tg(|\n}\n", PlaceKind.OPEN_ARGUMENTS),
        ("func f() {\n\t|\n}\n", PlaceKind.NEW_BLOCK),
        ("func f() {\n\ta()\n\t|\n}\n", PlaceKind.NEW_LINE),
        ("func f() {\n\tg(\n\t\ta,\n\t\t|\n\t)\n}\n", PlaceKind.NEW_LINE),
        ("/* a |", PlaceKind.COMMENT),
        ("x := `a\n|b`", PlaceKind.STRING),
    ],
    ids=ascii,
)
def test_a_language_that_is_only_described_has_kinds(marked, kind):
    assert kind_at(marked, GO) is kind
