"""Seeded refactorings: how many uses each contender adapts exactly, and how many of others it leaves alone."""

import ast
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from lacuna.benchmarks.evaluation import metrics
from lacuna.benchmarks.evaluation.metrics import Estimate
from lacuna.benchmarks.refactor import tuples
from lacuna.benchmarks.refactor.cases import Case, Contender, Kind, Label, Site
from lacuna.benchmarks.refactor.contenders import Adapted, adapted, needs_model, written
from lacuna.infill.opening import OpenModel
from lacuna.syntax.spans import Span


@dataclass(frozen=True, slots=True)
class Judged:
    """One use, as a contender leaves it."""

    path: str
    line: int
    label: Label
    before: str
    truth: str
    after: str
    is_changing: bool
    """It has to be another."""
    is_right: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one contender made of one case."""

    package: str
    kind: Kind
    definition: str
    word: str
    contender: Contender
    uses: tuple[Judged, ...]
    files: int
    """That it changes."""
    compiling: int


def outcomes(
    case: Case, model: OpenModel, threshold: float, contenders: Iterable[Contender] = Contender
) -> Iterator[Outcome]:
    """Let contenders adapt a case; one that would do what another does is not asked again."""
    known: Adapted | None = None
    for contender in contenders:
        if contender is Contender.BY_NAME:
            yield _by_name(case)
            continue
        is_asked = needs_model(case, contender)
        if known is None or is_asked:
            if contender is Contender.LISTS and case.kind in (Kind.FIELD, Kind.FUNCTION):
                continue
            found = adapted(case, contender, model if is_asked else None, threshold)
            known = known or found
        else:
            found = known
        yield _of_edits(case, contender, found)


def _of_edits(case: Case, contender: Contender, found: Adapted) -> Outcome:
    judged = []
    for site in case.sites:
        edits = [(span, new) for span, new in found.edits.get(site.path, ()) if _is_in(span, site)]
        shifted = [(Span(span.start - site.span.start, span.end - site.span.start), new) for span, new in edits]
        judged.append(_judged(case, site, written(case.text_at(site), shifted)))
    return _outcome(case, contender, judged, list(found.texts.values()))


def _by_name(case: Case) -> Outcome:
    judged = [_judged(case, site, site.by_name) for site in case.sites]
    return _outcome(case, Contender.BY_NAME, judged, case.by_name)


def _judged(case: Case, site: Site, after: str) -> Judged:
    before = case.text_at(site)
    line = case.new[site.path].count("\n", 0, site.span.start) + 1
    is_changing = not is_same(case, before, site.truth)
    return Judged(site.path, line, site.label, before, site.truth, after, is_changing, is_same(case, after, site.truth))


def _outcome(case: Case, contender: Contender, judged: Sequence[Judged], texts: Sequence[str]) -> Outcome:
    return Outcome(
        case.package,
        case.kind,
        case.definition,
        case.word,
        contender,
        tuple(judged),
        len(texts),
        sum(map(_compiles, texts)),
    )


def _compiles(text: str) -> bool:
    try:
        compile(text, "<file>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _is_in(span: Span, site: Site) -> bool:
    return site.span.start <= span.start and span.end <= site.span.end


def is_same(case: Case, one: str, other: str) -> bool:
    """Whether two calls give the same, by position or by name, and what becomes of a pair is the same."""
    return one == other or _normal(case, one) == _normal(case, other) is not None


def _normal(case: Case, text: str) -> str | None:
    try:
        tree: ast.AST | None = ast.parse(f"({text}\n)", mode="eval")
    except (SyntaxError, ValueError):
        tree = tuples.bound(text) if case.kind is Kind.TUPLE else None
    return ast.dump(_ByName(case).visit(tree)) if tree else None


class _ByName(ast.NodeTransformer):
    """Calls of a case's names give all that they can by name, in the order of the names."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        word = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        is_plain = not any(isinstance(one, ast.Starred) for one in node.args)
        if word in self._case.names and is_plain and len(node.args) <= len(self._case.parameters):
            named = [ast.keyword(name, value) for name, value in zip(self._case.parameters, node.args, strict=False)]
            keywords = sorted([*named, *node.keywords], key=lambda one: one.arg or "~")
            return ast.Call(node.func, [], keywords)
        return node


# --- the report


@dataclass(frozen=True, slots=True)
class Figures:
    cases: int
    adapted: Estimate
    """Share of the uses that have to be others that are; the interval is drawn by case."""
    spared: Estimate
    """Share of the uses of something else, and of those that may stay, that stay as they are."""
    whole: float
    """Share of the cases in which both hold for every use."""
    unsure: int
    """Uses that cannot be told."""
    unsure_changed: int
    files: int
    compiling: float
    """Share of the files that were changed."""


@dataclass(frozen=True, slots=True)
class SeededReport:
    seed: int
    threshold: float
    model: str
    packages: tuple[str, ...]
    cases: int
    by_kind: dict[str, dict[str, Figures]]
    all: dict[str, Figures]
    outcomes: tuple[Outcome, ...]


def report(found: Sequence[Outcome], *, seed: int, threshold: float, model: str) -> SeededReport:
    assert found, "no cases, no report"
    kinds = {kind: [one for one in found if one.kind is kind] for kind in Kind}
    packages = tuple(dict.fromkeys(one.package for one in found))
    count = max(Counter(one.contender for one in found).values())
    by_kind = {str(kind): _figures(some, seed) for kind, some in kinds.items() if some}
    return SeededReport(seed, threshold, model, packages, count, by_kind, _figures(found, seed), tuple(found))


def _figures(found: Sequence[Outcome], seed: int) -> dict[str, Figures]:
    by_contender = {each: [one for one in found if one.contender is each] for each in Contender}
    return {str(each): _of_one(some, seed) for each, some in by_contender.items() if some}


def _of_one(found: Sequence[Outcome], seed: int) -> Figures:
    uses = [(number, use) for number, one in enumerate(found) for use in one.uses]
    told = [(number, use) for number, use in uses if use.label is not Label.UNSURE]
    changing = [(number, use.is_right) for number, use in told if use.is_changing and use.label is Label.TARGET]
    staying = [(number, use.is_right) for number, use in told if not (use.is_changing and use.label is Label.TARGET)]
    wrong = {number for number, is_right in (*changing, *staying) if not is_right}
    unsure = [use for _, use in uses if use.label is Label.UNSURE]
    files = sum(one.files for one in found)
    return Figures(
        len(found),
        _share(changing, seed),
        _share(staying, seed),
        1 - len(wrong) / len(found),
        len(unsure),
        sum(not use.is_right for use in unsure),
        files,
        sum(one.compiling for one in found) / files if files else 1.0,
    )


def _share(rows: Sequence[tuple[int, bool]], seed: int) -> Estimate:
    return metrics.mean_over((float(is_right) for _, is_right in rows), (number for number, _ in rows), seed=seed)


def to_json(found: SeededReport) -> str:
    return json.dumps(asdict(found), indent=1) + "\n"
