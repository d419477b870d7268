"""The languages that ship: one folder each, beside this module."""

from pathlib import Path, PurePosixPath, PureWindowsPath

from lacuna.syntax.errors import UsageError
from lacuna.syntax.languages.files import LANGUAGE, read
from lacuna.syntax.languages.language import Language


class UnknownLanguageError(UsageError):
    """Neither the name of a language nor a file suffix of one."""


LANGUAGES: tuple[Language, ...] = tuple(
    read(file.parent) for file in sorted(Path(__file__).parent.glob(f"*/{LANGUAGE}"))
)
SUFFIXES = frozenset(suffix for language in LANGUAGES for suffix in language.suffixes)
"""Of all files that are in one of them."""


def language_of(name_or_path: str) -> Language:
    """The language with this name or LSP language id, else the one with this file's suffix."""
    lowered = name_or_path.lower()
    for language in LANGUAGES:
        if lowered == language.name or lowered in language.ids:
            return language
    suffixes = {PurePosixPath(lowered).suffix, PureWindowsPath(lowered).suffix}
    for language in LANGUAGES:
        if suffixes & language.suffixes:
            return language
    known = "; ".join(f"{language.name} ({', '.join(sorted(language.suffixes))})" for language in LANGUAGES)
    message = f"Lacuna does not know the language of {name_or_path!r}; it knows {known}."
    raise UnknownLanguageError(message)


PYTHON = language_of("python")
