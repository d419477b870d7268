"""Uses of what was changed, written anew one at a time: with what stands there in view, and without it."""

import enum
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from lacuna.benchmarks.evaluation.metrics import Estimate, mean_over
from lacuna.benchmarks.refactor.cases import Case, Kind, Site
from lacuna.benchmarks.refactor.contenders import written
from lacuna.benchmarks.refactor.seeded import is_same
from lacuna.infill.infill import infill
from lacuna.infill.request import Request, answered
from lacuna.model.denoiser import Denoiser, Sampling, Scene, Seen
from lacuna.syntax.languages.registry import PYTHON

SHOWN = (0, 1, 2)
"""Other uses of the same file that have been adapted by hand."""


class Sees(enum.StrEnum):
    """What a denoiser sees of a use that it writes anew."""

    OLD = "the old text"
    NOTHING = "no old text"


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
class ReworkReport:
    seed: int
    model: str
    cases: int
    shares: dict[str, dict[str, Estimate]]
    """Of uses that are exactly right, by what is seen, by kind and by the uses that are shown."""
    asked: tuple[Asked, ...]


class _Forgetful:
    """The denoiser, to whom nobody says what stood at a place."""

    def __init__(self, denoiser: Denoiser) -> None:
        self._denoiser = denoiser

    def __getattr__(self, name: str) -> object:
        return getattr(self._denoiser, name)

    def look(self, scene: Scene, sampling: Sampling) -> Seen:
        return self._denoiser.look(replace(scene, before=()), sampling)


def ask(case: Case, denoiser: Denoiser) -> Iterator[Asked]:
    """Ask for the last use that has to change in the file that has most of them; none if it has just one."""
    by_path: dict[str, list[Site]] = {}
    for site in case.targets:
        if not is_same(case, case.text_at(site), site.truth):
            by_path.setdefault(site.path, []).append(site)
    if not by_path:
        return
    path, sites = max(by_path.items(), key=lambda found: len(found[1]))
    *others, last = sorted(sites, key=lambda site: site.span.start)
    others = [one for one in others if one.span.end <= last.span.start]
    for shown in SHOWN[: 1 + len(others)]:
        done = [(one.span, one.truth) for one in others[len(others) - shown :]]
        longer = sum(len(new) - (span.end - span.start) for span, new in done)
        text = written(case.new[path], done)
        span = replace(last.span, start=last.span.start + longer, end=last.span.end + longer)
        for sees in Sees:
            seen = denoiser if sees is Sees.OLD else _Forgetful(denoiser)
            request = Request(text, PYTHON.name, (span,), 0.0, replaces=True)
            (candidates,) = answered(infill(seen, request)).candidates  # type: ignore[arg-type]  # all but `look` is the denoiser's
            after = candidates[0].text if candidates else ""
            before = case.text_at(last)
            is_right = is_same(case, after, last.truth)
            yield Asked(case.package, case.kind, case.definition, shown, sees, before, last.truth, after, is_right)


def report(asked: Sequence[Asked], *, seed: int, model: str) -> ReworkReport:
    groups = {
        "all": list(asked),
        **{kind.value: [one for one in asked if one.kind is kind] for kind in Kind},
        **{f"{shown} uses shown": [one for one in asked if one.shown == shown] for shown in SHOWN},
    }
    shares = {
        sees.value: {name: _share([one for one in some if one.sees is sees], seed) for name, some in groups.items()}
        for sees in Sees
    }
    cases = len({(one.package, one.kind, one.definition) for one in asked})
    return ReworkReport(seed, model, cases, shares, tuple(asked))


def _share(asked: Sequence[Asked], seed: int) -> Estimate:
    cases = ((one.package, one.kind, one.definition) for one in asked)
    return mean_over((float(one.is_right) for one in asked), cases, seed=seed)


def to_json(found: ReworkReport) -> str:
    return json.dumps(asdict(found), indent=1) + "\n"
