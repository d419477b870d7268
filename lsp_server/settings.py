"""Options, as a client sends them, become Settings, as the server obeys them.

A client passes a workspace's options on unseen, so none of them names a path to open or a command to run:
the model and the provider come from the command line.
"""

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, NewType, get_type_hints

import cattrs
from pathspec import GitIgnoreSpec

SECTION = "lacuna"

Probability = NewType("Probability", float)
Globs = NewType("Globs", GitIgnoreSpec)


@dataclass(frozen=True, slots=True)
class Options:
    """What a client sent; None where it said nothing."""

    enabled: bool | None = None
    """Whether to complete while the user types; what is asked for explicitly is always answered."""
    threshold: Probability | None = None
    """Least confidence at which a completion is shown."""
    exclude: Globs | None = None
    """Files, by patterns as in .gitignore, in which Lacuna does nothing."""


_EXPECTED = {
    "enabled": "true or false",
    "threshold": "a number from 0 to 1",
    "exclude": "a list of patterns as in .gitignore",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds."""

    enabled: bool = True
    threshold: float = 0.3
    exclude: GitIgnoreSpec = dataclasses.field(default_factory=lambda: GitIgnoreSpec(()))

    def is_excluded(self, path: str) -> bool:
        """Whether the user keeps Lacuna out of the file with this absolute path."""
        return self.exclude.match_file(path.lstrip("/"))


def resolve(*layers: Options) -> Settings:
    """The defaults, overridden by each layer in turn."""
    settings = Settings()
    for layer in layers:
        said = {field.name: getattr(layer, field.name) for field in dataclasses.fields(layer)}
        settings = dataclasses.replace(settings, **{name: value for name, value in said.items() if value is not None})
    return settings


def parse(sent: object) -> tuple[Options, tuple[str, ...]]:
    """Options and a sentence for each thing that was sent and cannot be used. An option that is wrong is left out."""
    if sent is None or sent == []:  # Lua's empty table arrives as a list
        return Options(), ()
    if not isinstance(sent, dict):
        return Options(), (f"The settings of {SECTION} should be an object, not {_shown(sent)}.",)
    complaints = []
    read: dict[str, Any] = {}
    fields = get_type_hints(Options)
    for name, value in sent.items():
        if name not in fields:
            complaints.append(f"There is no setting {SECTION}.{name}; there are {', '.join(sorted(fields))}.")
            continue
        try:
            read[name] = _converter.structure(value, fields[name])
        except (TypeError, ValueError, cattrs.BaseValidationError):
            complaints.append(f"{SECTION}.{name} should be {_EXPECTED[name]}, not {_shown(value)}.")
    return Options(**read), tuple(complaints)


def _shown(value: object) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"


def _boolean(value: object, _: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _probability(value: object, _: object) -> Probability:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    if not 0 <= value <= 1:
        raise ValueError
    return Probability(float(value))


def _globs(value: object, _: object) -> Globs:
    if not isinstance(value, list) or not all(isinstance(pattern, str) for pattern in value):
        raise TypeError
    return Globs(GitIgnoreSpec.from_lines(value))  # a pattern that cannot be read is a ValueError


_converter = cattrs.Converter()
_converter.register_structure_hook(bool, _boolean)  # cattrs' own would take "no" for true
_converter.register_structure_hook(Probability, _probability)
_converter.register_structure_hook(Globs, _globs)
