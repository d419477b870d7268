"""What a client may set, and what it is told when it sets something else."""

import json
from pathlib import Path, PurePosixPath

import pytest

from lacuna.infill.request import Scope
from lacuna.lsp_server.settings import Options, Settings, parse, resolve, schema
from lacuna.workspace.ignoring import why_ignored

ROOT = Path(__file__).parents[2]
ALL = (
    "alternatives, completionItems, enabled, exclude, inComments, inStrings, languages, scope, threshold, unloadAfter, "
    "workspace"
)
NAMES = "lacuna.exclude names this file."
LANGUAGES = "lacuna.languages should be an object of language ids, each true or false"


@pytest.mark.parametrize("sent", [None, {}, []], ids=["nothing", "an empty object", "Lua's empty table"])
def test_a_client_that_says_nothing_gets_the_defaults(sent):
    options, complaints = parse(sent)
    assert complaints == ()
    assert resolve(options) == Settings()


def test_what_is_sent_is_taken():
    options, complaints = parse({"enabled": False, "threshold": 1, "exclude": ["*.secret.py"]})
    assert complaints == ()
    settings = resolve(options)
    assert (settings.enabled, settings.threshold) == (False, 1.0)
    assert settings.exclude.match_file("home/me/project/keys.secret.py")
    assert not settings.exclude.match_file("home/me/project/keys.py")


def test_clients_write_names_as_json_does():
    options, complaints = parse(
        {
            "scope": "line",
            "inComments": False,
            "inStrings": False,
            "languages": {"python": False},
            "completionItems": True,
            "alternatives": 1,
            "unloadAfter": 2.5,
        }
    )
    assert complaints == ()
    assert resolve(options) == Settings(
        scope=Scope.LINE,
        in_comments=False,
        in_strings=False,
        languages={"python": False},
        completion_items=True,
        alternatives=1,
        unload_after=2.5,
    )


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        ({"treshold": 0.5}, f"There is no setting lacuna.treshold; there are {ALL}."),
        ({"model": "/evil.onnx"}, f"There is no setting lacuna.model; there are {ALL}."),
        ({"enabled": "no"}, 'lacuna.enabled should be true or false, not "no".'),
        ({"enabled": 0}, "lacuna.enabled should be true or false, not 0."),
        ({"threshold": "0.5"}, 'lacuna.threshold should be a number from 0 to 1, or null, not "0.5".'),
        ({"threshold": 1.5}, "lacuna.threshold should be a number from 0 to 1, or null, not 1.5."),
        ({"threshold": True}, "lacuna.threshold should be a number from 0 to 1, or null, not true."),
        ({"threshold": float("nan")}, "lacuna.threshold should be a number from 0 to 1, or null, not NaN."),
        ({"scope": "file"}, 'lacuna.scope should be one of "line", "statement", "block", not "file".'),
        ({"scope": []}, 'lacuna.scope should be one of "line", "statement", "block", not [].'),
        ({"languages": ["python"]}, f'{LANGUAGES}, not ["python"].'),
        ({"languages": {"python": 0}}, f'{LANGUAGES}, not {{"python": 0}}.'),
        ({"alternatives": 0}, "lacuna.alternatives should be a whole number from 1 to 3, not 0."),
        ({"alternatives": 4}, "lacuna.alternatives should be a whole number from 1 to 3, not 4."),
        ({"alternatives": 1.5}, "lacuna.alternatives should be a whole number from 1 to 3, not 1.5."),
        ({"alternatives": True}, "lacuna.alternatives should be a whole number from 1 to 3, not true."),
        ({"unloadAfter": -1}, "lacuna.unloadAfter should be a number of minutes, 0 or more, not -1."),
        ({"unloadAfter": float("inf")}, "lacuna.unloadAfter should be a number of minutes, 0 or more, not Infinity."),
        ({"exclude": "*.py"}, 'lacuna.exclude should be a list of patterns as in .gitignore, not "*.py".'),
        ([1], "The settings of lacuna should be an object, not [1]."),
        ("x" * 100, f'The settings of lacuna should be an object, not "{"x" * 39}….'),
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_what_cannot_be_used_is_named(sent, complaint):
    assert parse(sent) == (Options(), (complaint,))


@pytest.mark.parametrize(
    ("unread", "named"),
    [
        pytest.param(["!"], '"!"', id="nothing is let in"),
        pytest.param(["[z-a]"], '"[z-a]"', id="a range that is empty"),
        pytest.param([1, None], "1, null", id="no text"),
        pytest.param(["b" * 10_000], f'"{"b" * 39}…', id="longer than any path"),
        pytest.param(["!"] * 7, '"!", "!", "!", "!", "!" and 2 more', id="many"),
    ],
)
def test_a_pattern_that_cannot_be_read_is_named_and_takes_no_other_with_it(unread, named):
    options, complaints = parse({"exclude": ["first.py", *unread, "last.py"]})
    assert complaints == (f"lacuna.exclude has what is no pattern as in .gitignore: {named}. The others hold.",)
    exclude = resolve(options).exclude
    for name, why in (("first.py", NAMES), ("last.py", NAMES), ("other.py", None)):
        assert why_ignored(PurePosixPath("/nowhere", name), exclude, ()) == why


@pytest.mark.parametrize(
    "exclude",
    [
        pytest.param(["a"] * 1_001, id="patterns"),
        pytest.param(["# a comment"] * 10_000, id="characters"),
        pytest.param([*["a"] * 1_001, 1, "!*"], id="patterns, and what is none"),
    ],
)
def test_every_file_is_ignored_where_there_are_too_many_patterns(exclude):
    options, complaints = parse({"exclude": exclude})
    assert complaints == ("lacuna.exclude has more than 64 KiB or 1,000 patterns: every file counts as ignored.",)
    settings = resolve(options)
    why = why_ignored(PurePosixPath("/nowhere/b.py"), settings.exclude, ())
    assert why == "lacuna.exclude has more than 64 KiB or 1,000 patterns; every file counts as ignored."
    assert settings.exclude.match_file("nowhere/b.py"), "and none is read for hints"


def test_a_wrong_option_does_not_take_the_others_with_it():
    options, complaints = parse({"threshold": 0.5, "enabled": 3, "colour": "red"})
    assert options == Options(threshold=0.5)
    assert len(complaints) == 2


def test_later_layers_override_earlier_ones_and_silence_overrides_nothing():
    settings = resolve(Options(threshold=0.1, enabled=False), Options(threshold=0.2), Options())
    assert (settings.enabled, settings.threshold) == (False, 0.2)


# --- the schema


def test_the_committed_schema_is_the_one_that_the_code_gives():
    committed = json.loads((ROOT / "docs/settings.schema.json").read_text())
    assert committed == json.loads(json.dumps(schema())), "lacuna serve --settings-schema > docs/settings.schema.json"


def test_the_documented_defaults_are_those_that_hold():
    properties = schema()["properties"]
    options, complaints = parse({name: about["default"] for name, about in properties.items()})
    assert complaints == ()
    assert resolve(options) == Settings()


@pytest.mark.parametrize("name", schema()["properties"])
def test_every_setting_is_in_the_documentation(name):
    about = schema()["properties"][name]
    assert f"| `{name}` | `{json.dumps(about['default'])}` |" in (ROOT / "docs/server.md").read_text()
