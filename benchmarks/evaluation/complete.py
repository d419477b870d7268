"""Automatic requests in files where nothing is missing: whatever is offered there interrupts."""

import enum
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import tree_sitter

from lacuna.infill.request import Infill, Request, answered
from lacuna.lsp_server import where
from lacuna.model.denoiser import Beside
from lacuna.syntax import beside
from lacuna.syntax.errors import FileError
from lacuna.syntax.languages.language import Language
from lacuna.syntax.languages.registry import language_of
from lacuna.syntax.lines import line_end
from lacuna.syntax.parsing import Parsed, parse
from lacuna.workspace import textfile, walk


class Spot(enum.StrEnum):
    """Where the cursor stands."""

    IN_WORD = "inside a word"
    BEFORE_BRACKET = "between a name and what it is given"
    FINISHED_LINE = "at the end of a finished line"


_WORD = re.compile(r"\w+\Z")
_LONG = 3
"""Characters of a word that a cursor may stand in."""
_TAKES = frozenset("([.")


@dataclass(frozen=True, slots=True)
class Unasked:
    """One automatic request."""

    file: str
    text: str
    language: str
    offset: int
    spot: Spot


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer where nothing was missing."""

    file: str
    line: int
    spot: Spot
    shown: str
    """The line, ‸ where the cursor stands."""
    text: str
    confidence: float
    makes_unknown_word: bool


@dataclass(frozen=True, slots=True)
class Interruptions:
    """What `lacuna eval complete` reports."""

    seed: int
    files: int
    asked: dict[str, int]
    """Cursors by spot."""
    offered: dict[str, int]
    unknown_words: int
    offers: tuple[Offered, ...]

    @property
    def share(self) -> float:
        """Offers among all requests."""
        return sum(self.offered.values()) / max(1, sum(self.asked.values()))


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The code of files and folders, each file once."""
    found: dict[Path, None] = {}
    for path in paths:
        found |= dict.fromkeys(walk.code_files(path) if path.is_dir() else [path])
    return list(found)


def cursors(files: Sequence[Path], count: int, seed: int) -> list[Unasked]:
    """Draw at most `count` cursors of each spot, evenly from all that the files have; none where one does not parse."""
    found: dict[Spot, list[Unasked]] = {spot: [] for spot in Spot}
    for file in files:
        language = language_of(file.name)
        try:
            text = textfile.read(file).text
        except FileError:  # not text, or too large to be asked about
            continue
        parsed = parse(text, language)
        if parsed is None or parsed.tree.root_node.has_error:
            continue
        for offset, spot in _spots(parsed):
            found[spot].append(Unasked(str(file), text, language.name, offset, spot))
    drawn = random.Random(seed)  # noqa: S311 -- a fixed sample, not a secret
    return [cursor for spot in Spot for cursor in drawn.sample(found[spot], min(count, len(found[spot])))]


def ask(infill: Infill, cursor: Unasked, beside_it: Beside | None = None) -> Offered | None:
    """What an editor would show unasked at the default threshold; None if nothing."""
    span = where.at_cursor(cursor.text, cursor.offset)
    request = Request(cursor.text, cursor.language, (span,), None, is_unasked=True, beside=beside_it)
    answer = answered(infill(request))
    if not answer.edits:
        return None
    (edit,) = answer.edits
    text, at = cursor.text, cursor.offset
    start = text.rfind("\n", 0, at) + 1
    return Offered(
        cursor.file,
        text.count("\n", 0, at) + 1,
        cursor.spot,
        text[start:at] + "‸" + text[at : line_end(text, at)],
        edit.new_text,
        answer.candidates[0][0].confidence,
        beside.tears(text, edit.span, edit.new_text, language_of(cursor.language)),
    )


def report(asked: Sequence[Unasked], offers: Sequence[Offered], seed: int) -> Interruptions:
    return Interruptions(
        seed,
        len({cursor.file for cursor in asked}),
        {spot.value: sum(cursor.spot is spot for cursor in asked) for spot in Spot},
        {spot.value: sum(offer.spot is spot for offer in offers) for spot in Spot},
        sum(offer.makes_unknown_word for offer in offers),
        tuple(offers),
    )


def to_json(found: Interruptions) -> str:
    return json.dumps(asdict(found) | {"share": found.share}, indent=2)


def _spots(parsed: Parsed) -> Iterator[tuple[int, Spot]]:
    """Every cursor that may be drawn; none in prose."""
    language, text = parsed.language, parsed.text
    for leaf in _leaves(parsed.tree.root_node, language):
        span = parsed.span_of(leaf)
        if span.end == line_end(text, span.start) and span.start < span.end:
            yield span.end, Spot.FINISHED_LINE
        word = _WORD.fullmatch(text, span.start, span.end)
        if not word:
            continue
        if span.end - span.start >= _LONG:
            yield from ((offset, Spot.IN_WORD) for offset in range(span.start + 1, span.end))
        if text[span.end : span.end + 1] in _TAKES and text[span.end : span.end + 1]:
            yield span.end, Spot.BEFORE_BRACKET


def _leaves(root: tree_sitter.Node, language: Language) -> Iterator[tree_sitter.Node]:
    nodes = [root]
    while nodes:
        node = nodes.pop()
        if node.type in language.prose:
            continue
        if node.children:
            nodes += reversed(node.children)
        else:
            yield node
