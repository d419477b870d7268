"""The files that a plan goes through: which ones, in which order, and why others are left out."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pathspec import GitIgnoreSpec

from lacuna.refactor.plan import Skipped
from lacuna.refactor.rule import Rule
from lacuna.syntax.languages.registry import UnknownLanguageError, language_of
from lacuna.syntax.lines import split_lines
from lacuna.workspace import patterns, written
from lacuna.workspace.ignoring import holds_secrets, rules_above, why_ignored
from lacuna.workspace.visible import is_text
from lacuna.workspace.walk import LeftOut, entries

LARGEST = 1 << 20
"""Bytes of a file; what is larger is data, or generated."""
LONGEST_LINE = 10_000
"""Characters; people write no longer ones."""
_OF_OTHERS = frozenset(
    {
        *("node_modules", "site-packages", "dist-packages", "__pycache__"),
        *("vendor", "vendored", "_vendor", "_vendored", "third_party", "thirdparty"),
    }
)
_MARKS = {"pyvenv.cfg": "It is a virtual environment.", "CACHEDIR.TAG": "It is a cache."}
_NOTHING = GitIgnoreSpec(())


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is to be looked through."""

    path: str
    """Relative to the tree, with "/"."""
    file: Path


def key_of(path: str) -> tuple[str, ...]:
    """What paths of a plan are ordered by."""
    return PurePosixPath(path).parts


class Sources:
    """The files below some paths that rules are for, by path; each walk looks at what is there by then."""

    def __init__(self, tree: Path, starts: Sequence[Path], rules: Sequence[Rule]) -> None:
        """`tree` and the paths, which lie in it, are absolute, and no link leads to them."""
        self._tree = tree
        self._starts = _outermost(starts)
        self._named = frozenset(starts)
        self._specs = tuple((rule.language, _patterns(rule), rule.is_of_tree) for rule in rules)

    def walk(self, start: str = "", after: str = "") -> Iterator[Source | Skipped]:
        """Yield what is found, from the path `start` on, and behind the path `after`."""
        first, last = key_of(start), key_of(after)
        return (one for one in self._all() if (key := key_of(one.path)) >= first and (key > last or not after))

    def rules_for(self, path: str, *, is_wanted: bool = True) -> tuple[int, ...]:
        """The rules that are for a file, by their places among all; if it is not wanted, those of the whole tree."""
        name = _language(path)
        return tuple(
            n
            for n, (language, spec, is_of_tree) in enumerate(self._specs)
            if language == name and (spec is None or spec.match_file(path))
            if is_wanted or is_of_tree
        )

    def _all(self) -> Iterator[Source | Skipped]:
        for start in self._starts:
            if not start.is_dir():
                why = why_ignored(start, _NOTHING, (self._tree,))
                yield from self._found(LeftOut(start, why, is_folder=False) if why else start)
                continue
            for one in entries(start, rules_above(start), _why_not):
                yield from self._found(one)

    def _found(self, one: Path | LeftOut) -> Iterator[Source | Skipped]:
        if isinstance(one, LeftOut):
            path = self._relative(one.path)
            if one.is_folder:
                yield Skipped(f"{path}/", self._shortened(one.reason), one.is_unreadable)
            elif self.rules_for(path) or one.path in self._named:
                yield Skipped(path, self._shortened(one.reason))
            return
        path = self._relative(one)
        if not self.rules_for(path):
            if one in self._named:
                yield Skipped(path, self._why_for_none(path))
        elif holds_secrets(one):
            yield Skipped(path, "Files of this name hold secrets.")
        elif not path.isprintable() and not is_text(path):
            yield Skipped(path, "Its name is no text.")
        else:
            yield Source(path, one)

    def _why_for_none(self, path: str) -> str:
        is_of_language = any(language == _language(path) for language, _, _ in self._specs)
        return "The `files` of the rules leave it out." if is_of_language else "It is in no language of the rules."

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._tree).as_posix()

    def _shortened(self, reason: str) -> str:
        """Without the way to the tree: where that lies is no matter of its files."""
        return reason.replace(f"{self._tree}{os.sep}", "")


def read(source: Source) -> bytes | Skipped:
    """A file's bytes; no link that took its place is followed."""
    try:
        data = written.data_of(source.file, LARGEST + 1)
    except OSError as error:
        return Skipped(source.path, f"It cannot be read: {error.strerror or error}.", is_failure=True)
    if data is None:
        return Skipped(source.path, "It is not a regular file.")
    return Skipped(source.path, f"It is larger than {LARGEST >> 20} MiB.") if len(data) > LARGEST else data


def why_unfit(text: str) -> str | None:
    """A sentence that says why a text is not looked through, though it is one."""
    if written.says_generated(text):
        return "It says that a program wrote it."
    if (longest := max(map(len, split_lines(text)))) > LONGEST_LINE:
        return f"It has a line of {longest:,} characters."
    return None


def _why_not(folder: Path) -> str:
    if folder.name in _OF_OTHERS:
        return "Others wrote what is in it."
    if why := next((why for mark, why in _MARKS.items() if os.path.lexists(folder / mark)), ""):
        return why
    return "It is a hidden folder, and was not named." if folder.name.startswith(".") else ""


def _outermost(starts: Sequence[Path]) -> tuple[Path, ...]:
    """Paths in the order of a walk, without those that lie in others."""
    found: list[Path] = []
    for start in sorted(set(starts), key=lambda path: path.parts):
        if not (found and start.is_relative_to(found[-1])):
            found.append(start)
    return tuple(found)


def _patterns(rule: Rule) -> GitIgnoreSpec | None:
    return patterns.of(rule.files) if rule.files else None


def _language(path: str) -> str | None:
    try:
        return language_of(f"/{path}").name  # a bare name might be a language's own
    except UnknownLanguageError:
        return None
