"""Uses of what was changed, written anew, one and all of a file: with what stands there in view, and without it."""

import enum
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TypeVar

from lacuna.benchmarks.evaluation.metrics import Estimate, mean_over
from lacuna.benchmarks.refactor.cases import Case, Kind, Site
from lacuna.benchmarks.refactor.contenders import written
from lacuna.benchmarks.refactor.drawing import FEWEST
from lacuna.benchmarks.refactor.seeded import is_same
from lacuna.infill.infill import infill
from lacuna.infill.request import Request, answered
from lacuna.model.denoiser import Denoiser, Sampling, Scene, Seen
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.spans import Span

SHOWN = (0, 1, 2)
"""Other uses of the same file that have been adapted by hand."""
MOST = 8
"""Uses of a whole case."""
RENAMES = (Kind.RENAMED, Kind.FIELD, Kind.FUNCTION)


class Sees(enum.StrEnum):
    """What a use is written anew from."""

    OLD = "the old text"
    NOTHING = "no old text"
    RENAME = "an exact rename"
    """No denoiser is asked: in the old text the new name takes the place of the old one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One use, with so many others adapted already."""

    package: str
    kind: Kind
    definition: str
    shown: int
    sees: Sees
    before: str
    truth: str
    after: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """All uses that have to change in one file, written anew one after another."""

    package: str
    kind: Kind
    definition: str
    sees: Sees
    truths: tuple[str, ...]
    answers: tuple[str, ...]
    """Up to the first that is wrong."""
    is_right: bool


@dataclass(frozen=True, slots=True)
class ReworkReport:
    seed: int
    model: str
    cases: int
    shares: dict[str, dict[str, Estimate]]
    """Of uses that are exactly right, by what is seen, by kind and by the uses that are shown."""
    whole_shares: dict[str, dict[str, Estimate]]
    """Of whole cases that are exactly right, by what is seen and by kind."""
    asked: tuple[Asked, ...]
    whole: tuple[Whole, ...]


class _Forgetful:
    """The denoiser, to whom nobody says what stood at a place."""

    def __init__(self, denoiser: Denoiser) -> None:
        self._denoiser = denoiser

    def __getattr__(self, name: str) -> object:
        return getattr(self._denoiser, name)

    def look(self, scene: Scene, sampling: Sampling) -> Seen:
        return self._denoiser.look(replace(scene, before=()), sampling)


def ask(case: Case, denoiser: Denoiser) -> Iterator[Asked]:
    """Ask for the last use that has to change in the file that has most of them; none, one and two others are shown."""
    sites = _changing(case)
    if not sites:
        return
    *others, last = sites
    others = [one for one in others if one.span.end <= last.span.start]
    for shown in SHOWN[: 1 + len(others)]:
        done = [(one.span, one.truth) for one in others[len(others) - shown :]]
        text, span = _with(done, case, last)
        for sees in _contenders(case):
            after = _anew(case, text, span, sees, denoiser)
            before = case.text_at(last)
            is_right = is_same(case, after, last.truth)
            yield Asked(case.package, case.kind, case.definition, shown, sees, before, last.truth, after, is_right)


def ask_whole(case: Case, denoiser: Denoiser) -> Iterator[Whole]:
    """Ask for all uses that have to change in the file that has most of them; none if these are one, or too many."""
    sites = list[Site]()
    for site in _changing(case):
        if not sites or sites[-1].span.end <= site.span.start:  # what stands within another is written with it
            sites.append(site)
    if not FEWEST <= len(sites) <= MOST:
        return
    truths = tuple(site.truth for site in sites)
    for sees in _contenders(case):
        answers = tuple(_in_turn(case, sites, sees, denoiser))
        is_right = len(answers) == len(sites) and is_same(case, answers[-1], truths[-1])
        yield Whole(case.package, case.kind, case.definition, sees, truths, answers, is_right)


def _in_turn(case: Case, sites: Sequence[Site], sees: Sees, denoiser: Denoiser) -> Iterator[str]:
    """An answer for each use, in view of those before, up to the first that is wrong."""
    done = list[tuple[Span, str]]()
    for site in sites:
        after = _anew(case, *_with(done, case, site), sees, denoiser)
        yield after
        if not is_same(case, after, site.truth):
            return
        done.append((site.span, after))


def _changing(case: Case) -> list[Site]:
    """The uses that have to change in the file that has most of them, in order."""
    by_path: dict[str, list[Site]] = {}
    for site in case.targets:
        if not is_same(case, case.text_at(site), site.truth):
            by_path.setdefault(site.path, []).append(site)
    most = max(by_path.values(), key=len) if by_path else []
    return sorted(most, key=lambda site: site.span.start)


def _contenders(case: Case) -> list[Sees]:
    return [sees for sees in Sees if sees is not Sees.RENAME or case.kind in RENAMES]


def _with(done: Sequence[tuple[Span, str]], case: Case, site: Site) -> tuple[str, Span]:
    """The file of a use with others before it adapted, and where the use is then."""
    longer = sum(len(new) - (span.end - span.start) for span, new in done)
    return written(case.new[site.path], done), Span(site.span.start + longer, site.span.end + longer)


def _anew(case: Case, text: str, span: Span, sees: Sees, denoiser: Denoiser) -> str:
    """What is written into a span of a text; nothing if no answer was found."""
    if sees is Sees.RENAME:
        return re.sub(rf"\b{re.escape(case.old_name)}\b", case.fresh, text[span.start : span.end])
    seen = denoiser if sees is Sees.OLD else _Forgetful(denoiser)
    request = Request(text, PYTHON.name, (span,), 0.0, replaces=True)
    (candidates,) = answered(infill(seen, request)).candidates  # type: ignore[arg-type]  # all but `look` is the denoiser's
    return candidates[0].text if candidates else ""


def report(asked: Sequence[Asked], whole: Sequence[Whole], *, seed: int, model: str) -> ReworkReport:
    groups = _by_kind(asked) | {f"{shown} uses shown": [one for one in asked if one.shown == shown] for shown in SHOWN}
    cases = len({(one.package, one.kind, one.definition) for one in asked})
    shares, whole_shares = _shares(groups, seed), _shares(_by_kind(whole), seed)
    return ReworkReport(seed, model, cases, shares, whole_shares, tuple(asked), tuple(whole))


Judged = TypeVar("Judged", Asked, Whole)


def _by_kind(some: Sequence[Judged]) -> dict[str, list[Judged]]:
    by_kind = {kind.value: [one for one in some if one.kind is kind] for kind in Kind}
    return {"all": list(some), "all renames": [one for one in some if one.kind in RENAMES], **by_kind}


def _shares(groups: Mapping[str, Sequence[Asked | Whole]], seed: int) -> dict[str, dict[str, Estimate]]:
    return {
        sees.value: {name: _share([one for one in some if one.sees is sees], seed) for name, some in groups.items()}
        for sees in Sees
    }


def _share(judged: Sequence[Asked | Whole], seed: int) -> Estimate:
    cases = ((one.package, one.kind, one.definition) for one in judged)
    return mean_over((float(one.is_right) for one in judged), cases, seed=seed)


def to_json(found: ReworkReport) -> str:
    return json.dumps(asdict(found), indent=1) + "\n"
