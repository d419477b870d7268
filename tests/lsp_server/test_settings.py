"""What a client may set, and what it is told when it sets something else."""

import pytest

from lacuna.lsp_server.settings import Options, Settings, parse, resolve


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
    assert settings.is_excluded("/home/me/project/keys.secret.py")
    assert not settings.is_excluded("/home/me/project/keys.py")


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        ({"treshold": 0.5}, "There is no setting lacuna.treshold; there are enabled, exclude, threshold."),
        ({"model": "/evil.onnx"}, "There is no setting lacuna.model; there are enabled, exclude, threshold."),
        ({"enabled": "no"}, 'lacuna.enabled should be true or false, not "no".'),
        ({"enabled": 0}, "lacuna.enabled should be true or false, not 0."),
        ({"threshold": "0.5"}, 'lacuna.threshold should be a number from 0 to 1, not "0.5".'),
        ({"threshold": 1.5}, "lacuna.threshold should be a number from 0 to 1, not 1.5."),
        ({"threshold": True}, "lacuna.threshold should be a number from 0 to 1, not true."),
        ({"threshold": float("nan")}, "lacuna.threshold should be a number from 0 to 1, not NaN."),
        ({"exclude": "*.py"}, 'lacuna.exclude should be a list of patterns as in .gitignore, not "*.py".'),
        ({"exclude": [1]}, "lacuna.exclude should be a list of patterns as in .gitignore, not [1]."),
        ({"exclude": ["!"]}, 'lacuna.exclude should be a list of patterns as in .gitignore, not ["!"].'),
        ([1], "The settings of lacuna should be an object, not [1]."),
        ("x" * 100, f'The settings of lacuna should be an object, not "{"x" * 39}….'),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 90 else "",
)
def test_what_cannot_be_used_is_named(sent, complaint):
    assert parse(sent) == (Options(), (complaint,))


def test_a_wrong_option_does_not_take_the_others_with_it():
    options, complaints = parse({"threshold": 0.5, "enabled": 3, "colour": "red"})
    assert options == Options(threshold=0.5)
    assert len(complaints) == 2


def test_later_layers_override_earlier_ones_and_silence_overrides_nothing():
    settings = resolve(Options(threshold=0.1, enabled=False), Options(threshold=0.2), Options())
    assert (settings.enabled, settings.threshold) == (False, 0.2)
