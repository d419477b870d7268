"""Automatic requests where people type: what is shown, what it is worth, and how far its confidence can be trusted."""

import functools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from lacuna.benchmarks.evaluation import calibration, gate, metrics
from lacuna.benchmarks.evaluation.baselines import copier, guesses, words
from lacuna.benchmarks.evaluation.calibration import Trust
from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.benchmarks.evaluation.metrics import Estimate
from lacuna.benchmarks.evaluation.outcomes import Outcome, worth
from lacuna.benchmarks.evaluation.place_drawing import Mode, Place
from lacuna.benchmarks.evaluation.surrounded import sees
from lacuna.infill import many
from lacuna.infill.opening import ModelOptions, Opening
from lacuna.infill.request import Candidate, Infill, Request, answered
from lacuna.lsp_server import where
from lacuna.lsp_server.settings import Settings
from lacuna.model.denoiser import Beside
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.place_kind import place_kind
from lacuna.syntax.spans import Span

LACUNA, AT_ZERO, COPIER, WORDS = "lacuna", "lacuna at 0", "copier", "buffer words"
SYSTEMS = (LACUNA, AT_ZERO, COPIER, WORDS)
"""Who answers: Lacuna at the default threshold and at 0, and the baselines, which show whatever they have."""
BOTH = "both"
"""Places of both modes."""
_COPYING = (19.2, 0.0, 2.88, 17.1, 1.43, 2.0, 1.2, 0.54)
"""The copier's weights, tuned on 816 places of the packages that are fitted on (docs/evaluation.md)."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What one system would show at a place, and what it is worth there."""

    text: str
    outcome: Outcome
    whole: int
    by_words: int
    """As in `Worth`."""


@dataclass(frozen=True, slots=True)
class AskedCandidate:
    """A candidate: what a calibration is fitted on."""

    text: str
    evidence: Mapping[str, float]
    """What its confidence rests on."""
    may_be_offered: bool
    is_right: bool


@dataclass(frozen=True, slots=True)
class AskedPlace:
    """A place, what Lacuna says there, whatever the threshold, and what each system offers: all that a fit needs."""

    file: str
    line: int
    offset: int
    kind: str
    """What was drawn."""
    place_kind: str
    """What the product takes it for, by what is shown."""
    mode: str
    truth: str
    text: str
    """The best candidate; empty if there is none."""
    reason: str
    """Why it is not offered at any threshold, else empty."""
    confidence: float
    candidates: tuple[AskedCandidate, ...]
    """Best first."""
    is_shown: bool
    """At the threshold."""
    offers: Mapping[str, Offered]
    """By system; those that offer nothing are left out."""

    @property
    def is_right(self) -> bool:
        offer = self.offers.get(AT_ZERO)
        return offer is not None and offer.outcome is Outcome.EXACT


def asked(
    opening: Opening,
    model: ModelOptions,
    places: Sequence[Place],
    threshold: float | None,
    folders: Sequence[Path],
    jobs: int,
) -> Iterator[AskedPlace]:
    """Ask at every place, in order, other files of its one of the `folders` beside it.

    Without a threshold the artifact's is taken.
    """
    return many.in_order(functools.partial(_asking, opening, model, threshold, folders), places, jobs)


def _asking(
    opening: Opening, model: ModelOptions, threshold: float | None, folders: Sequence[Path]
) -> Callable[[Place], AskedPlace]:
    opened = opening(model)
    seen = sees(opened, folders)
    return lambda place: ask(opened.infill, threshold, place, seen(place.file, place.text))


def ask(infill: Infill, threshold: float | None, place: Place, beside: Beside | None = None) -> AskedPlace:
    """What an editor would show of itself, at the threshold and at 0, and what the baselines would.

    One request at threshold 0 tells both: the threshold is the last of all rules, and changes neither search nor order.
    """
    span = where.at_cursor(place.text, place.offset)
    request = Request(place.text, PYTHON.name, (span,), 0.0, scope=Settings().scope, is_unasked=True, beside=beside)
    answer = answered(infill(request))
    best = answer.candidates[0][0] if answer.candidates and answer.candidates[0] else None
    least = answer.threshold if threshold is None else threshold
    is_shown = bool(answer.edits) and best is not None and best.confidence >= least
    offered = answer.edits[0].new_text if answer.edits else ""
    texts = {
        LACUNA: offered if is_shown else "",
        AT_ZERO: offered,
        COPIER: _copied(place),
        WORDS: next(iter(words.menu(place.text, place.offset)), ""),
    }
    return AskedPlace(
        place.file,
        place.text.count("\n", 0, place.offset) + 1,
        place.offset,
        place.kind.value,
        place_kind(place.text, PYTHON, place.offset).value,
        place.mode.value,
        place.truth,
        best.text if best else "",
        answer.reason.value if answer.reason else "",
        best.confidence if best else 0.0,
        tuple(_tried(one, place) for one in answer.candidates[0]) if best else (),
        is_shown,
        {system: _offered(text, place) for system, text in texts.items() if text.strip()},
    )


def _tried(candidate: Candidate, place: Place) -> AskedCandidate:
    is_right = worth(candidate.text, place.truth, place.beyond).outcome is Outcome.EXACT
    return AskedCandidate(candidate.text, candidate.evidence, candidate.may_be_offered, is_right)


def _offered(text: str, place: Place) -> Offered:
    found = worth(text, place.truth, place.beyond)
    return Offered(text, found.outcome, found.whole, found.by_words)


def _copied(place: Place) -> str:
    """The rest of the line most alike."""
    hole = Hole("", place.file, place.text, Span(place.offset, place.offset))
    return guesses.offered(hole, copier.guesses(hole), _COPYING, gate.may_offer, gate.is_sound)


# --- the report


@dataclass(frozen=True, slots=True)
class Figures:
    """What one system shows at some places, and what that is worth; intervals are drawn by file."""

    places: int
    shown: Estimate
    """Share of the places."""
    outcomes: dict[str, Estimate]
    """Shares of what is shown; they sum up to 1."""
    whole: Estimate
    """Share of all characters that accepting whatever is shown saves, less what must then be deleted."""
    by_words: Estimate
    """Share of all characters that is saved if words are accepted as long as they are right."""


@dataclass(frozen=True, slots=True)
class Group:
    """Places of one mode, or of both."""

    systems: dict[str, Figures]
    trust: Trust
    by_kind: dict[str, "Group"]
    """Empty where all are of one kind."""


@dataclass(frozen=True, slots=True)
class PlacesReport:
    seed: int
    files: int
    threshold: float | None
    """As asked for; None is the artifact's."""
    model: str
    groups: dict[str, Group]
    """By mode."""
    places: tuple[AskedPlace, ...]


def report(rows: Sequence[AskedPlace], *, seed: int, threshold: float | None, model: str) -> PlacesReport:
    assert rows, "no places, no report"
    groups = {BOTH: _group(rows, seed)}
    groups |= {mode.value: _group([row for row in rows if row.mode == mode], seed) for mode in Mode}
    return PlacesReport(seed, len({row.file for row in rows}), threshold, model, groups, tuple(rows))


def _group(rows: Sequence[AskedPlace], seed: int) -> Group:
    kinds = list(dict.fromkeys(row.kind for row in rows))
    by_kind = {kind: [row for row in rows if row.kind == kind] for kind in kinds}
    parts = {kind: Group(_figures(some, seed), _trust(some, seed), {}) for kind, some in by_kind.items()}
    return Group(_figures(rows, seed), _trust(rows, seed), parts)


def _figures(rows: Sequence[AskedPlace], seed: int) -> dict[str, Figures]:
    each, size = [1.0] * len(rows), [float(len(row.truth.rstrip())) for row in rows]
    columns: list[tuple[Sequence[float], Sequence[float]]] = []
    for system in SYSTEMS:
        offers = [row.offers.get(system) for row in rows]
        shown = [float(offer is not None) for offer in offers]
        columns.append((shown, each))
        columns += [([float(_is(offer, outcome)) for offer in offers], shown) for outcome in Outcome]
        columns.append(([offer.whole if offer else 0.0 for offer in offers], size))
        columns.append(([offer.by_words if offer else 0.0 for offer in offers], size))
    found = iter(metrics.ratios_over(columns, [row.file for row in rows], seed=seed))
    return {
        system: Figures(
            len(rows), next(found), {outcome.value: next(found) for outcome in Outcome}, next(found), next(found)
        )
        for system in SYSTEMS
    }


def _is(offer: Offered | None, outcome: Outcome) -> bool:
    return offer is not None and offer.outcome is outcome


def _trust(rows: Sequence[AskedPlace], seed: int) -> Trust:
    some = [row for row in rows if AT_ZERO in row.offers]
    confidence, right = (
        np.array([float(value) for value in of_each])
        for of_each in ([row.confidence for row in some], [row.is_right for row in some])
    )
    return calibration.trust(confidence, right, seed=seed)


def to_json(found: PlacesReport) -> str:
    return json.dumps(asdict(found), indent=1) + "\n"
