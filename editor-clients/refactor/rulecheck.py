"""From a rule as it was written to queries and templates that fit each other, or a sentence that says what does not."""

import itertools
from collections.abc import Iterator

from lacuna.refactor.matching import HOLE, UNLESS, Rewrite
from lacuna.refactor.python.needs import need_of
from lacuna.refactor.python.rewrites import REWRITES
from lacuna.refactor.rule import Hole
from lacuna.refactor.rulefile import RuleError, RuleFile, Table
from lacuna.refactor.template import BLANK, Template, template_of
from lacuna.syntax.errors import UsageError
from lacuna.syntax.languages.files import loose_predicate, unknown_predicate
from lacuna.syntax.languages.language import Language, grammar_of
from lacuna.syntax.languages.registry import PYTHON, language_of
from lacuna.syntax.queries import compiled, names_in
from lacuna.workspace import patterns

NAMED = f"{HOLE}."
"""What a hole's capture begins with where a match has several."""


def rewrites_of(file: RuleFile) -> tuple[Rewrite, ...]:
    """The queries of a rule with their templates, none if it is a rewrite of our own; raise RuleError."""
    language = language_of(file.language)
    if language.name != file.language:
        raise RuleError(f"{file.language!r} is no language; {language.name!r} is one.")
    _check_needs(file, language)
    _check_files(file)
    if isinstance(file.rewrite, str):
        if file.rewrite not in REWRITES:
            raise RuleError(f"{file.rewrite!r} is none of Lacuna's rewrites: {', '.join(sorted(REWRITES))}.")
        return ()
    if not file.rewrite:
        raise RuleError("the rule has no [[rewrite]], so it does nothing.")
    return tuple(_numbered(number, table, language) for number, table in enumerate(file.rewrite, 1))


def holes_of(query: str, language: Language) -> tuple[str, ...]:
    """What a query captures as `@hole` and `@hole.NAME`, at least one; raise UsageError if it does not compile."""
    _check_predicates("The query", query)
    holes = sorted(name for name in names_in(compiled(grammar_of(language), query)) if _is_hole(name))
    if not holes:
        raise RuleError("The query captures nothing as @hole, so it does not say what is to be replaced.")
    return tuple(holes)


def _check_needs(file: RuleFile, language: Language) -> None:
    if file.needs and isinstance(file.rewrite, str):
        raise RuleError(f"the rewrite {file.rewrite!r} knows what it needs; 'needs' is for queries.")
    if file.needs and language is not PYTHON:
        raise RuleError(f"what a module of {language.name} needs, Lacuna cannot add.")
    for line in file.needs:
        try:
            need_of(line)
        except (ValueError, SyntaxError) as error:
            raise RuleError(f"needs: {line!r} neither imports one name nor gives one a value.") from error


def _check_files(file: RuleFile) -> None:
    try:
        patterns.of(file.files)
    except ValueError as error:
        most = f"{patterns.MOST:,} of them, of {patterns.LARGEST >> 10} KiB, at most"
        raise RuleError(f"'files' should be patterns as in .gitignore, {most}.") from error


def _numbered(number: int, table: Table, language: Language) -> Rewrite:
    try:
        return _rewrite(table, language)
    except UsageError as error:
        raise RuleError(f"rewrite {number}: {error}") from error


def _rewrite(table: Table, language: Language) -> Rewrite:
    holes = holes_of(table.query, language)
    captures = names_in(compiled(grammar_of(language), table.query))
    templates = {name: _template(text, captures) for name, text in _templates(table)}
    for name in holes:
        if name not in templates:
            raise RuleError(f"The query captures @{name}, for which there is no template.")
    for name in templates:
        if name not in holes:
            raise RuleError(f"There is a template for @{name}, which the query does not capture.")
    for name in table.kept:
        if name not in captures:
            raise RuleError(f"kept names @{name}, which the query does not capture.")
    if table.unless:
        _check_predicates("'unless'", table.unless)
        if UNLESS not in names_in(compiled(grammar_of(language), table.unless)):
            raise RuleError(f"'unless' captures nothing as @{UNLESS}, so it does not say what is left alone.")
    return Rewrite(table.query, templates, table.unless, table.begins_line, table.with_comments, table.kept)


def _templates(table: Table) -> Iterator[tuple[str, str]]:
    if table.template is not None:
        yield HOLE, table.template
    for name, text in table.templates.items():
        yield f"{NAMED}{name}", text


def _template(text: str, captures: frozenset[str]) -> Template:
    template = template_of(text)
    for name in sorted(template.names):
        if name not in captures:
            raise RuleError(f"The template {text!r} names ⟦{name}⟧, which the query does not capture.")
    for one, other in itertools.pairwise(template.tokens):
        if isinstance(one, Hole) and isinstance(other, Hole):
            raise RuleError(f"The template {text!r} has two blanks with nothing between them; {BLANK} is one.")
    return template


def _check_predicates(what: str, query: str) -> None:
    if predicate := unknown_predicate(query):
        raise RuleError(f"{what} uses {predicate}, which is no predicate that Lacuna knows.")
    if predicate := loose_predicate(query):
        raise RuleError(f"{what} has {predicate} beside a pattern; it belongs within: ((call) @hole ({predicate} …)).")


def _is_hole(name: str) -> bool:
    return name == HOLE or name.startswith(NAMED)
