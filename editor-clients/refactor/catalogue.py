"""Rules by their names: those that ship, one file each in `rules/`, those of a user's own, and bare queries."""

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lacuna.refactor.matching import HOLE, QuerySketcher, Rewrite
from lacuna.refactor.python.rewrites import REWRITES
from lacuna.refactor.rule import Rule
from lacuna.refactor.rulecheck import NAMED, holes_of, rewrites_of
from lacuna.refactor.rulefile import Example, RuleError, RuleFile, Table, rule_file
from lacuna.refactor.rulesource import Grounds, RuleCard
from lacuna.refactor.template import BLANK
from lacuna.syntax.errors import UsageError
from lacuna.syntax.languages.registry import language_of
from lacuna.syntax.queries import patiently
from lacuna.workspace import textfile

_FOLDER = Path(__file__).parent / "rules"


@dataclass(frozen=True, slots=True)
class Checked:
    """A rule that does what it says."""

    file: RuleFile
    hash: str
    rewrites: tuple[Rewrite, ...]

    @property
    def card(self) -> RuleCard:
        example = self.file.example or Example("", "")
        return RuleCard(self.file.name, self.file.explanation, example.before, example.after)

    def rule(self, grounds: Grounds) -> Rule:
        file = self.file
        if isinstance(file.rewrite, str):
            source = REWRITES[file.rewrite]
            sketcher, has_blanks, is_of_tree = source.sketcher(grounds), source.has_blanks, source.is_of_tree
        else:
            is_of_tree = False
            sketcher = QuerySketcher(self.rewrites, file.needs)
            has_blanks = any(rewrite.has_blanks for rewrite in self.rewrites)
        return Rule(
            name=file.name,
            explanation=file.explanation,
            language=file.language,
            sketcher=sketcher,
            hash=self.hash,
            files=file.files,
            threshold=file.threshold,
            is_joint=file.joint,
            keeps_kind=file.keeps_kind,
            has_blanks=has_blanks,
            is_of_tree=is_of_tree,
        )


def rules() -> list[RuleCard]:
    """Those that ship, by name."""
    return [_read(path, rewrites_of).card for path in _shipped().values()]


def rule_named(name: str, grounds: Grounds) -> Rule:
    """One that ships; raise UsageError if there is none of this name, or if it cannot work on these grounds."""
    shipped = _shipped()
    if name not in shipped:
        raise UsageError(f"There is no rule {name!r}; those that ship are {', '.join(shipped)}.")
    return _read(shipped[name], rewrites_of).rule(grounds)


def rule_at(path: Path, grounds: Grounds) -> Rule:
    """A rule of a user's own; raise RuleError if the file is none, FileError if it cannot be read."""
    return _read(path, _patient).rule(grounds)


def rule_of_query(query: str, template: str = BLANK, language: str = "python") -> Rule:
    """A rule that is a query and one template for all its holes; raise RuleError if they do not fit."""
    try:
        checked = patiently(_of_query, query, template, language)
    except RuleError as error:
        raise RuleError(str(error).removeprefix("rewrite 1: ")) from error
    return checked.rule(Grounds(Path.cwd()))


def _shipped() -> dict[str, Path]:
    return {path.stem: path for path in sorted(_FOLDER.glob("*.toml"))}


def _read(path: Path, check: Callable[[RuleFile], tuple[Rewrite, ...]]) -> Checked:
    text = textfile.read(path).text
    try:
        file = rule_file(text)
        return Checked(file, _hash(text), check(file))
    except UsageError as error:
        raise RuleError(f"{path}: {error}") from error


_patient = functools.partial(patiently, rewrites_of)
"""Compiles no query here."""


def _of_query(query: str, template: str, language: str) -> Checked:
    holes = holes_of(query, language_of(language))
    named = {name.removeprefix(NAMED): template for name in holes if name != HOLE}
    table = Table(query, template if HOLE in holes else None, named)
    file = RuleFile("query", "What a query captures.", language, (table,))
    return Checked(file, _hash(f"{query}\0{template}"), rewrites_of(file))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
