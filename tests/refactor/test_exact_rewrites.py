"""Rewrites without a model give the same: expressions are evaluated, statements run, before and after."""

import enum
import os
import unittest
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from lacuna.refactor.catalogue import rule_named
from lacuna.refactor.rulesource import Grounds
from tests.refactor.sketching import sketched

RULES = {
    name: rule_named(name, Grounds(Path())) for name in ("f-strings", "unittest-asserts", "mutable-defaults", "os-path")
}


# --- % and format


class Odd:
    """Is shown in three ways."""

    name = "inner"
    items = ("first", {"key": "found"})

    def __str__(self) -> str:
        return "text of it"

    def __repr__(self) -> str:
        return "<it>"

    def __format__(self, spec: str) -> str:
        return f"as {spec!r}"


class Colour(str, enum.Enum):  # noqa: UP042 -- `format` shows it otherwise than `str` does, before Python 3.12
    RED = "red"


VALUES = {
    "name": "Anna",
    "size": 3,
    "share": 0.25,
    "none": None,
    "row": [1, "b"],
    "pair": ("a", "b"),
    "odd": Odd(),
    "colour": Colour.RED,
    "price": Decimal("1.50"),
    "table": {"k": "v"},
}
EXPRESSIONS = st.sampled_from(
    [
        *VALUES,
        *('table["k"]', "table['k']", "len(row)", "len(row) / 2", "size + 1", "odd.name", "str(odd)", "name.upper()"),
        *("type(odd).__name__", "'a' + name", "3", "[x for x in row]", "name or size", "-size", '"q"', "{'a': 1}"),
        *("(size, name)", "lambda: 1", "id(odd)", "float(size)", "int(share)", "True"),
    ]
)
WORDS = st.text(st.sampled_from("ab :%{}'\"\\nt🙂\n"), max_size=4)


def value_of(source: str) -> object:
    """What an expression gives, or the kind of error that it raises."""
    try:
        return eval(source, {"__builtins__": __builtins__, **VALUES})  # noqa: S307 -- made of the parts above
    except Exception as error:  # noqa: BLE001 -- whatever it is
        return type(error)


def same_value(source: str) -> bool:
    """Whether the expression is written anew; it must give the same then."""
    try:
        compile(source, "", "eval")
    except SyntaxError:
        assume(False)  # noqa: FBT003 -- Hypothesis has it so
    new = sketched(RULES["f-strings"], f"x = {source}\n").removeprefix("x = ").rstrip("\n")
    if new != source:
        assert value_of(new) == value_of(source), new
    return new != source


def quoted(text: str, quotes: str) -> str:
    """The text as a literal, its escapes as they come."""
    return f"{quotes}{text}{quotes}"


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None)
@given(
    st.lists(
        st.tuples(
            WORDS,
            st.sampled_from(["", "-", "0", "+"]),
            st.sampled_from(["", "6"]),
            st.sampled_from(["", ".2"]),
            st.sampled_from("srdfxiegca"),
            EXPRESSIONS,
        ),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(['"', "'", '"""']),
)
@example([("", "", "", "", "s", "name"), (" {", "", "", "", "s", "odd")], '"')
@example([("", "0", "6", "", "d", "len(row)"), ("a", "-", "6", "", "s", "colour")], "'")
@example([("%%", "", "6", ".2", "f", "len(row) / 2")], '"')
def test_percent_gives_the_same(parts, quotes):
    text = "".join(f"{words}%{flags}{width}{precision}{kind}" for words, flags, width, precision, kind, _ in parts)
    values = ", ".join(expression for *_, expression in parts)
    same_value(f"{quoted(text, quotes)} % ({values},)")


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None)
@given(
    st.lists(
        st.tuples(
            WORDS,
            st.sampled_from(["", "0", "1", "a", "b", ".name", "0.items[0]", "1.items[1][key]"]),
            st.sampled_from(["", "!r", "!s", "!a"]),
            st.sampled_from(["", ":>8", ":08.2f", ":{}", ":{b}", ":x"]),
        ),
        min_size=1,
        max_size=3,
    ),
    st.lists(EXPRESSIONS, min_size=1, max_size=2),
    st.lists(EXPRESSIONS, max_size=2),
    st.sampled_from(['"', "'", "'''"]),
)
@example([("{{", "", "", ""), ("}}", "a", "!r", ":>8")], ["odd"], ["name"], '"')
@example([("", "0.items[1][key]", "", "")], ["odd"], [], '"')
@example([("", "", "", ""), ("", "0", "", "")], ["name"], [], '"')
def test_format_gives_the_same(parts, positional, named, quotes):
    text = "".join(f"{words}{{{name}{conversion}{spec}}}" for words, name, conversion, spec in parts)
    arguments = ", ".join([*positional, *(f"{name}={value}" for name, value in zip("ab", named, strict=False))])
    same_value(f"{quoted(text, quotes)}.format({arguments})")


@pytest.mark.parametrize(
    "source",
    [
        '"%s" % (odd,)',
        '"%s|%r|%a" % (odd, odd, odd)',
        '"%s" % (colour,)',
        '"{}|{!s}|{:>9}".format(colour, colour, odd)',
        '"%-9s|%9s|%.3s" % (odd, odd, odd)',
        '"%05d|%x|%5.1f%%" % (len(row), len(row), 100 * len(row) / 7)',
        '"{0.name} {0.items[1][key]} {{}}".format(odd)',
        '("a %s " "100%% " "%s") % (table["k"], name)',
        '"%(a)s %(b)r" % {"a": name, "b": odd}',
    ],
)
def test_what_is_shown_in_its_own_way_is_shown_so_still(source):
    assert same_value(source)


# --- unittest's assertions

OPERANDS = st.sampled_from(
    ["1", "2", "True", "None", "[1]", "1 or 2", "not 1", "1 if 0 else 2", "1 == 1", "(1, 2)", "-1"]
)
COMPARISONS = ["Equal", "NotEqual", "Is", "IsNot", "In", "NotIn", "Greater", "GreaterEqual", "Less", "LessEqual"]
CHECKS = st.one_of(
    st.tuples(st.sampled_from(["True", "False", "IsNone", "IsNotNone"]), OPERANDS).map(list),
    st.tuples(st.sampled_from(COMPARISONS), OPERANDS, OPERANDS).map(list),
    st.tuples(st.sampled_from(["IsInstance", "NotIsInstance"]), OPERANDS, st.sampled_from(["int", "(int, list)"])).map(
        list
    ),
)


def outcome(statement: str) -> str:
    """Whether an assertion holds, fails or cannot be asked."""
    try:
        exec(statement, {"self": unittest.TestCase()})  # noqa: S102 -- made of the parts above
    except AssertionError:
        return "fails"
    except TypeError:
        return "cannot be asked"
    return "holds"


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@settings(deadline=None)
@given(CHECKS, st.sampled_from(["", ", 'why'", ", msg='why'", ", 'a' or 'b'"]))
def test_an_assertion_holds_when_it_held(check, message):
    name, *arguments = check
    old = f"self.assert{name}({', '.join(arguments)}{message})\n"
    new = sketched(RULES["unittest-asserts"], old)
    assert new.startswith("assert ") or (arguments == ["(1, 2)"] and name in ("True", "False"))
    assert outcome(new) == outcome(old)


# --- mutable defaults


@pytest.mark.parametrize("default", ["[]", "{}", "set()", "[1, 2]", '{"a": [1]}', "list()"])
@pytest.mark.parametrize("docstring", ["", '    """Of it."""\n'], ids=["bare", "documented"])
def test_each_call_has_the_default_that_the_first_one_had(default, docstring):
    old = f"def f(x, more={default}):\n{docstring}    given = list(more)\n    more.clear()\n    return x, given\n"
    new = sketched(RULES["mutable-defaults"], old)
    made: dict[str, dict[str, object]] = {}
    for source in (old, new):
        exec(source, made.setdefault(source, {}))  # noqa: S102 -- as it stands above
    first = made[old]["f"](1)
    assert [made[new]["f"](1) for _ in range(3)] == [first] * 3
    assert made[new]["f"](1, [5, 6]) == (1, [5, 6])
    assert made[new]["f"].__doc__ == ("Of it." if docstring else None)


# --- os.path

QUESTIONS = [
    *(f"answer = os.path.{name}({{}})" for name in ("exists", "isfile", "isdir", "islink", "basename", "getsize")),
    "with open({}) as stream:\n    answer = stream.read()",
]
PATHS = [
    "here",
    "os.path.join(here, 'a.txt')",
    "os.path.join(here, 'no', '..', 'a.txt')",
    "os.path.join(here, root)",
    "'gone'",
]


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("path", PATHS)
def test_a_path_answers_as_it_did(tmp_path, question, path):
    (tmp_path / "a.txt").write_text("four")
    (tmp_path / "no").mkdir()
    old = f"import os\n\n{question.format(path)}\n"
    new = sketched(RULES["os-path"], old)
    if not (question.startswith("with") and "join" not in path):
        assert "Path(" in new
    answers = []
    for source in (old, new):
        scope: dict[str, object] = {"here": str(tmp_path), "root": os.sep}
        try:
            exec(source, scope)  # noqa: S102 -- as it stands above
            answers.append(scope["answer"])
        except OSError as error:
            answers.append(type(error))
    assert answers[0] == answers[1]
