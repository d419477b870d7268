"""Which modules a text imports, by its own words; what they are is not looked up here."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lacuna.syntax.languages.language import Language
from lacuna.syntax.languages.registry import PYTHON


@dataclass(frozen=True, slots=True)
class Import:
    """A module that is imported, or of which something is."""

    module: tuple[str, ...]
    """What its name is made of; what is imported of a module may be one itself, so that both are named."""
    up: int = 0
    """Folders up from the text's own where it is looked for, 1 being that folder; 0: it has a whole name."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How a language says what it imports."""

    whole: re.Pattern[str]
    """Imports of modules, by their names in the group `names`."""
    part: re.Pattern[str]
    """Imports of `names` of a `module`, which `up` dots precede."""
    of_folder: str
    """The module that a folder itself is, in that folder."""


RULES: Mapping[str, Rules] = MappingProxyType(
    {
        PYTHON.name: Rules(
            whole=re.compile(r"^[ \t]*import[ \t]+(?P<names>[\w., \t]+)", re.MULTILINE),
            part=re.compile(
                r"^[ \t]*from[ \t]+(?P<up>\.*)[ \t]*(?P<module>[\w.]*)[ \t]+import\b[ \t]*"
                r"(?P<names>\((?:[^()#]|#[^\n]*\n)*|[\w, \t]*)",
                re.MULTILINE,
            ),
            of_folder="__init__",
        )
    }
)
"""By the language's name; others' imports are not known."""
_NAME = re.compile(r"([\w.]+)(?:[ \t]+as[ \t]+\w+)?")
_REMARK = re.compile(r"#[^\n]*")


def imports(text: str, language: Language) -> Iterator[Import]:
    """What a text imports, in order."""
    rules = RULES.get(language.name)
    if rules is None:
        return
    for found in rules.whole.finditer(text):
        yield from (Import(tuple(name.split("."))) for name in _NAME.findall(found["names"]))
    for found in rules.part.finditer(text):
        module = tuple(filter(None, found["module"].split(".")))
        yield Import(module, len(found["up"]))
        for name in _NAME.findall(_REMARK.sub("", found["names"])):
            yield Import((*module, name), len(found["up"]))
