"""Whole lines typed key by key, an editor asking at each key: the keys that offers save, and the wrong ones shown."""

import functools
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice, zip_longest
from pathlib import Path

from lacuna.benchmarks.evaluation import metrics
from lacuna.benchmarks.evaluation.baselines import words
from lacuna.benchmarks.evaluation.metrics import Estimate
from lacuna.benchmarks.evaluation.outcomes import goes_on_right, right_words
from lacuna.benchmarks.evaluation.surrounded import sees
from lacuna.infill import many
from lacuna.infill.opening import ModelOptions, Opening
from lacuna.infill.request import Answer, Infill, Request, answered
from lacuna.lsp_server import where
from lacuna.lsp_server.offers import Offers
from lacuna.lsp_server.settings import Settings
from lacuna.model.denoiser import Beside
from lacuna.syntax.errors import FileError
from lacuna.syntax.languages.registry import PYTHON, language_of
from lacuna.syntax.lines import lines
from lacuna.syntax.spans import Span
from lacuna.workspace import textfile

WHOLE, BY_WORDS, WORDS = "lacuna, whole", "lacuna, word by word", "buffer words"
Shows = Callable[[str, int], tuple[str, ...]]
"""What is shown at an offset of a text."""
Accepts = Callable[[str, str], str]
"""What is accepted of what is shown, by what the user means to write; empty if nothing."""


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line that is typed into its file, where its indentation stands already."""

    file: str
    before: str
    line: str
    behind: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What it took to write a line."""

    keys: int
    """One for each character typed, and one for each time that something was accepted."""
    wrong: tuple[str, ...]
    """Lines as they would have become with what was shown and was not what came, each once."""


@dataclass(frozen=True, slots=True)
class TypedLine:
    file: str
    number: int
    line: str
    typed: Mapping[str, Typed]
    """By system."""


def draw(files: Sequence[Path], count: int, seed: int) -> tuple[NewLine, ...]:
    """At most `count` lines that are neither blank nor a comment, spread over the files as evenly as they allow."""
    generator = random.Random(seed)  # noqa: S311 -- a fixed sample, not a secret
    found = [_lines(file) for file in generator.sample(files, len(files))]
    for some in found:
        generator.shuffle(some)
    in_turn = (line for turn in zip_longest(*found) for line in turn if line is not None)
    return tuple(islice(in_turn, count))


def _lines(file: Path) -> list[NewLine]:
    if language_of(file.name) is not PYTHON:
        return []
    try:
        text = textfile.read(file).text
    except FileError:  # not text, or too large to be asked about
        return []
    found = []
    for span in lines(text, Span(0, len(text))):
        line = text[span.start : span.end].strip()
        if line and not line.startswith(PYTHON.text.comments):
            start = text.index(line, span.start)
            found.append(NewLine(str(file), text[:start], line, text[span.end :]))
    return found


def typed(
    opening: Opening,
    model: ModelOptions,
    lines: Sequence[NewLine],
    threshold: float | None,
    folders: Sequence[Path],
    jobs: int,
) -> Iterator[TypedLine]:
    """Type every line, in order, other files of its one of the `folders` beside it.

    Without a threshold the artifact's is taken.
    """
    return many.in_order(functools.partial(_typing, opening, model, threshold, folders), lines, jobs)


def _typing(
    opening: Opening, model: ModelOptions, threshold: float | None, folders: Sequence[Path]
) -> Callable[[NewLine], TypedLine]:
    opened = opening(model)
    seen = sees(opened, folders)
    return lambda new: type_line(opened.infill, threshold, new, seen(new.file, new.before + new.behind))


def type_line(infill: Infill, threshold: float | None, new: NewLine, beside: Beside | None = None) -> TypedLine:
    @functools.cache  # who accepts words asks much the same again
    def answer(request: Request) -> Answer:
        return answered(infill(replace(request, beside=beside)))

    ways: Mapping[str, tuple[Shows, Accepts]] = {
        WHOLE: (_Editor(answer, threshold).shown, all_of_it),
        BY_WORDS: (_Editor(answer, threshold).shown, next_word),
        WORDS: (words.menu, all_of_it),
    }
    done = {system: _typed(new, shows, accepts) for system, (shows, accepts) in ways.items()}
    return TypedLine(new.file, new.before.count("\n") + 1, new.line, done)


class _Editor:
    """Asks at every key, as the server does of itself: what goes along with the last offer needs no inference."""

    def __init__(self, answer: Callable[[Request], Answer], threshold: float | None) -> None:
        self._answer = answer
        self._threshold = threshold
        self._offers = Offers()

    def shown(self, text: str, offset: int) -> tuple[str, ...]:
        offer = self._offers.along("", text, offset, self._threshold, 1)
        if offer is None:
            span = where.at_cursor(text, offset)
            request = Request(text, PYTHON.name, (span,), self._threshold, scope=Settings().scope, is_unasked=True)
            offer = self._offers.take("", request, self._answer(request))
        return offer.alternatives[:1] if offer else ()


def _typed(new: NewLine, shows: Shows, accepts: Accepts) -> Typed:
    done, keys, wrong = 0, 0, dict[str, None]()
    while done < len(new.line):
        written, coming = new.line[:done], new.line[done:]
        shown = [text.rstrip() for text in shows(new.before + written + new.behind, len(new.before) + done)]
        wrong |= dict.fromkeys(written + text for text in shown if not goes_on_right(text, coming))
        done += max([1, *(len(accepts(text, coming)) for text in shown)])
        keys += 1
    return Typed(keys, tuple(wrong))


def all_of_it(shown: str, coming: str) -> str:
    return shown if goes_on_right(shown, coming) else ""


def next_word(shown: str, coming: str) -> str:
    return next(right_words(shown, coming), "")


# --- the report


@dataclass(frozen=True, slots=True)
class Saving:
    """What one system comes to; intervals are drawn by file."""

    saved: Estimate
    """Share of the keys."""
    wrong: Estimate
    """Wrong texts displayed a line, each counted once."""


@dataclass(frozen=True, slots=True)
class TypedReport:
    seed: int
    files: int
    threshold: float | None
    """As asked for; None is the artifact's."""
    model: str
    systems: dict[str, Saving]
    lines: tuple[TypedLine, ...]


def report(rows: Sequence[TypedLine], *, seed: int, threshold: float | None, model: str) -> TypedReport:
    assert rows, "no lines, no report"
    keys, each = [float(len(row.line)) for row in rows], [1.0] * len(rows)
    systems = {}
    for system in rows[0].typed:
        saved = [len(row.line) - row.typed[system].keys for row in rows]
        wrong = [len(row.typed[system].wrong) for row in rows]
        systems[system] = Saving(
            *metrics.ratios_over([(saved, keys), (wrong, each)], [row.file for row in rows], seed=seed)
        )
    return TypedReport(seed, len({row.file for row in rows}), threshold, model, systems, tuple(rows))


def to_json(found: TypedReport) -> str:
    return json.dumps(asdict(found), indent=1) + "\n"
