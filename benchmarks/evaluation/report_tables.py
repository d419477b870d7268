"""Reports of `lacuna eval` as tables for people; machines read the JSON."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product

from rich.markup import escape
from rich.table import Table

from lacuna.benchmarks.evaluation import calibration, compared, complete, doubt, human_eval, mend, places, typed
from lacuna.benchmarks.evaluation.metrics import Estimate, Paired
from lacuna.benchmarks.evaluation.outcomes import Outcome
from lacuna.benchmarks.evaluation.place_drawing import Mode


def of_human_eval(found: human_eval.HumanEvalReport) -> Iterator[Table | str]:
    shown = "as an empty line" if found.is_whole_lines else "as it stands"
    title = f"{found.data}: {found.rows} rows of {found.problems} problems, the hole {shown}"
    table = _table(title, "pass@1, %", "exact, %", "similarity", "empty, %", "length error (bias)", "steps", "ms")
    for name, one in found.systems.items():
        table.add_row(
            name,
            _short(one.passed),
            _short(one.exact),
            f"{one.edit_similarity:.3f}",
            f"{100 * one.empty:.1f}",
            f"{one.length_error:.1f} ({one.length_bias:+.1f})",
            f"{one.steps:.1f}",
            f"{one.milliseconds:.0f}",
        )
    yield table
    if found.gains:
        gains = _gains(found.first)
        for name, gain in found.gains.items():
            gains.add_row(f"pass@1, over {name}", *_paired(gain.passed))
            gains.add_row(f"exact match, over {name}", *_paired(gain.exact))
        yield gains
    for name, one in found.systems.items():
        lengths = _table(f"By length: {name}", "rows", "pass@1", "exact match")
        for groups in (one.by_lines, one.by_characters):
            lengths.add_section()
            for bucket, group in groups.items():
                lengths.add_row(bucket, str(group.rows), _interval(group.passed), _interval(group.exact))
        yield lengths
        ended = ", ".join(f"{outcome} {count}" for outcome, count in one.outcomes.items())
        yield f"{name} ended: {ended}; exact to the byte {_percent(one.exact_to_the_byte)}"
        if one.reasons:
            yield f"{name} offered nothing: " + ", ".join(f"{reason} {count}" for reason, count in one.reasons.items())
    yield f"95 % intervals drawn by problem; {_isolated(found.isolation)}"
    yield from _models(found.models)


def of_doubt(found: doubt.Doubted) -> Iterator[Table | str]:
    table = _table(f"{found.functions} functions with a wrong token", "share, %")
    for count, share in found.among.items():
        table.add_row(f"among the {count} least likely of {found.tokens:.0f}", _interval(share))
    yield table


def of_mend(found: mend.MendReport) -> Iterator[Table | str]:
    title = (
        f"{found.data}: {len(found.cases)} functions of {found.problems} problems, reworked with a fault and without, %"
    )
    table = _table(title, "mended", "exactly", "unchanged", "sound ones: harmed", "changed")
    for strength, one in found.strengths.items():
        shares = (one.mended, one.exact, one.unchanged, one.harmed, one.changed)
        table.add_row(f"strength {strength:g}", *map(_short, shares))
    yield table
    yield _isolated(found.isolation)
    yield from _asked_of(found.seed, found.threshold, found.model, "problem")


def of_comparison(found: compared.ComparisonReport) -> Iterator[Table | str]:
    title = f"{found.questions} questions in {found.files} files of {len(found.packages)} packages ({found.role})"
    table = _table(title, "exact match", "similarity", "parses", "no answer", "length error", "steps", "ms")
    for name, one in found.systems.items():
        table.add_row(
            name,
            _interval(one.all.exact),
            f"{one.all.similarity:.3f}",
            "-" if one.all.parses is None else _percent(one.all.parses),
            _percent(one.all.empty),
            f"{one.all.length_error:.1f}",
            f"{one.all.steps:.1f}",
            f"{one.all.milliseconds:.0f}",
        )
    yield table
    if found.gains:
        gains = _gains(found.first)
        for name, gain in found.gains.items():
            gains.add_row(f"exact match, over {name}", *_paired(gain.all))
        yield gains
    first = found.systems[found.first]
    kinds = _table("Exact match by kind of hole, %", "questions", *found.systems)
    for kind, figures in first.by_kind.items():
        exact = (one.by_kind[kind].exact for one in found.systems.values())
        kinds.add_row(kind, str(figures.questions), *map(_short, exact))
    yield kinds
    if found.gains and len(first.by_kind) > 1:
        paired = _table(f"Points of {found.first} over, by kind of hole", *found.gains)
        for kind in first.by_kind:
            paired.add_row(kind, *(_points(gain.by_kind[kind].gain) for gain in found.gains.values()))
        yield paired
    groups = _table("Exact match by hidden length, lines of the file, package", "questions", *found.systems)
    for of_each in zip(*map(_groupings, found.systems.values()), strict=True):
        groups.add_section()
        for name, figures in of_each[0].items():
            groups.add_row(name, str(figures.questions), *(_percent(group[name].exact.value) for group in of_each))
    yield groups
    yield f"95 % intervals drawn by file; holes {found.digest}, seed {found.seed}"
    yield from _models(found.models)


def _groupings(one: compared.Answers) -> tuple[dict[str, compared.Figures], ...]:
    return one.by_length, one.by_file_lines, one.by_package


def of_calibration(found: calibration.CalibrationReport) -> Iterator[Table | str]:
    bins = _table(f"Confidence at {found.judged_on} places, fitted on {found.fitted_on} others", "confidence", "right")
    for one in found.bins:
        bins.add_row(f"{one.answers} answers", _percent(one.confidence), _percent(one.right))
    yield bins
    curve = _table("What a threshold would show", "coverage", "right")
    for point in found.curve:
        curve.add_row(f"{point.threshold:.2f}", _percent(point.coverage), _percent(point.precision))
    yield curve
    yield _of_trust({"all": found.trust} | found.by_kind)
    yield (
        f"expected error before: {found.expected_error_before:.3f}; Brier skill {found.brier_skill:.3f}; "
        f"threshold {found.threshold:.2f}"
    )
    if found.reached:
        yield (
            f"as often right as was asked for, at most: {_percent(found.reached.coverage)} of the places get one, "
            f"{_percent(found.reached.precision)} of these are right (threshold {found.reached.threshold:.2f})"
        )


def _of_trust(kinds: Mapping[str, calibration.Trust]) -> Table:
    columns = ("answers", "confidence, %", "exact, %", "expected error", "if perfect", "AUROC")
    table = _table("Confidence of what is offered at threshold 0", *columns)
    for kind, said in kinds.items():
        shares = (_number(100 * share, 1) for share in (said.confidence, said.right))
        errors = (_number(error, 3) for error in (said.expected_error, said.perfect_error, said.auroc))
        table.add_row(kind, str(said.answers), *shares, *errors)
    return table


def of_interruptions(found: complete.Interruptions) -> Iterator[Table | str]:
    table = _table(f"Unasked in {found.files} complete files", "cursors", "offers")
    for spot, asked in found.asked.items():
        table.add_row(spot, str(asked), str(found.offered[spot]))
    yield table
    for offer in found.offers:
        where = f"{offer.file}:{offer.line}, {offer.confidence:.2f}"
        yield escape(f"{where}: {offer.shown.strip()!r} <- {offer.text!r}")
    yield f"offers at {_percent(found.share)} of the cursors, {found.unknown_words} of them make an unknown word"


_WORTH = ("shown", *(outcome.value for outcome in Outcome), "saved whole", "saved by words")


def of_places(found: places.PlacesReport) -> Iterator[Table | str]:
    for mode, group in found.groups.items():
        count = next(iter(group.systems.values())).places
        table = _table(f"{count} places {_STANDING[mode]}, {found.files} files, %", *places.SYSTEMS)
        rows = zip(*(_worth(one) for one in group.systems.values()), strict=True)
        for measure, of_each in zip(_WORTH, rows, strict=True):
            table.add_row(measure, *map(_short, of_each))
        yield table
    measures = ("places", "shown", "exact", "prefix", "deleting", "wrong", "whole", "by words")
    for mode, system in product(found.groups, (places.LACUNA, places.AT_ZERO)):
        kinds = _table(f"{system}, {_STANDING[mode]}, %: shown; outcomes of what is shown; saved", *measures)
        for kind, part in found.groups[mode].by_kind.items():
            of_kind = part.systems[system]
            kinds.add_row(kind, str(of_kind.places), *(_number(100 * each.value, 1) for each in _worth(of_kind)))
        yield kinds
    both = found.groups[places.BOTH]
    yield _of_trust({"all": both.trust} | {kind: part.trust for kind, part in both.by_kind.items()})
    refused = Counter(f"{row.kind}: {row.reason}" for row in found.places if row.reason)
    if refused:
        yield "nothing offered at any threshold: " + ", ".join(f"{why} {count}" for why, count in refused.items())
    yield from _asked_of(found.seed, found.threshold, found.model)


_STANDING = {
    places.BOTH: "in files and at their ends",
    Mode.IN_FILE.value: "with the rest of the file standing",
    Mode.AT_END.value: "at the end of a file",
}


def _number(value: float, digits: int) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def _worth(one: places.Figures) -> Iterator[Estimate]:
    yield one.shown
    yield from one.outcomes.values()
    yield one.whole
    yield one.by_words


def of_typed(found: typed.TypedReport) -> Iterator[Table | str]:
    table = _table(
        f"{len(found.lines)} lines in {found.files} files, typed", "keys saved, %", "wrong ones shown a line"
    )
    for system, one in found.systems.items():
        wrong = f"{one.wrong.value:.1f} ({one.wrong.low:.1f} to {one.wrong.high:.1f})"
        table.add_row(system, _short(one.saved), wrong)
    yield table
    yield from _asked_of(found.seed, found.threshold, found.model)


def _isolated(isolation: str) -> str:
    return f"isolated by {isolation}" if isolation else "programs were NOT confined (--unsafe)"


def _asked_of(seed: int, threshold: float | None, model: str, drawn_by: str = "file") -> Iterator[str]:
    shown = "the model's own" if threshold is None else f"{threshold:.2f}"
    yield f"95 % intervals drawn by {drawn_by}; seed {seed}; threshold {shown}"
    yield f"lacuna: {model}"


def _gains(first: str) -> Table:
    return _table(f"Gain of {first}, paired", "points", "right alone", "other alone", "McNemar's p")


def _paired(found: Paired) -> Iterator[str]:
    yield _points(found.gain)
    yield str(found.only_first)
    yield str(found.only_other)
    yield f"{found.p:.3g}"


def _points(gain: Estimate) -> str:
    return f"{100 * gain.value:+.2f} {_range(gain)}"


def _models(models: Mapping[str, str]) -> Iterator[str]:
    for label, folder in models.items():
        yield f"{label}: {folder}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _interval(found: Estimate) -> str:
    return f"{_percent(found.value)} {_range(found)}"


def _short(found: Estimate) -> str:
    return "-" if math.isnan(found.value) else f"{100 * found.value:.1f} {_range(found)}"


def _range(found: Estimate) -> str:
    return f"({100 * found.low:.1f} to {100 * found.high:.1f})"


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"
