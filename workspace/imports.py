"""Which modules a text imports, by its own words; what they are is not looked up here."""

from collections.abc import Iterator
from dataclasses import dataclass

from lacuna.syntax.languages.language import Imports, Language


@dataclass(frozen=True, slots=True)
class Import:
    """A module that is imported, or of which something is."""

    module: tuple[str, ...]
    """What its name is made of; what is imported of a module may be one itself, so that both are named."""
    up: int = 0
    """Folders up from the text's own where it is looked for, 1 being that folder; 0: it has a whole name."""


def imports(text: str, language: Language) -> Iterator[Import]:
    """What a text imports, in order; nothing where the language does not say how that is written."""
    rules = language.imports
    if rules is None:
        return
    for found in rules.whole.finditer(text):
        yield from (Import(words) for words in _names(found["names"], rules))
    for found in rules.part.finditer(text):
        module, up = _words(found["module"], rules), len(found["up"])
        yield Import(module, up)
        yield from (Import((*module, *words), up) for words in _names(found["names"], rules))


def _names(text: str, rules: Imports) -> Iterator[tuple[str, ...]]:
    yield from (_words(found["name"], rules) for found in rules.name.finditer(text) if found["name"])


def _words(name: str, rules: Imports) -> tuple[str, ...]:
    return tuple(filter(None, name.split(rules.separator)))
