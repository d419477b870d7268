"""`lacuna refactor show`: a plan as a diff, as a page, or for other programs."""

import functools
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from lacuna.cli import output, terminal
from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.share import Share
from lacuna.cli.terminal import Colour, say
from lacuna.refactor.plan import Outcome, Skipped
from lacuna.refactor.planfile import Plan, open_plan
from lacuna.refactor.report import diff, github, json_lines, sarif, words
from lacuna.refactor.report.reviewed import Reviewed, Selection, Totals, reviewed
from lacuna.refactor.state import state_of
from lacuna.refactor.tree import permitted, tree_of
from lacuna.syntax.errors import UsageError
from lacuna.workspace.visible import visible

Found = Iterable[Reviewed | Skipped]

FORMATS = ("diff", "json", "sarif", "github")
KEPT = frozenset({Outcome.KEPT})
_NOTE = b"\x1b[33m%s\x1b[0m"


@click.command()
@click.argument("path", metavar="[PLAN]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--html", type=click.Path(path_type=Path), metavar="OUT", help="Write a page to review the plan on; - prints it."
)
@click.option(
    "--format",
    "shape",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help="What to print; `github` are annotations.",
)
@click.option("--json", "shape", flag_value="json", help="The same as --format json: a line for each site.")
@click.option("--rule", "rules", metavar="NAME", multiple=True, help="Only sites of this rule.")
@click.option(
    "--outcome",
    "outcomes",
    type=click.Choice([outcome.value for outcome in Outcome]),
    multiple=True,
    help="Only sites that came out like this.",
)
@click.option("--file", "files", metavar="PATTERN", multiple=True, help="Only files whose path is like 'src/*.py'.")
@click.option("--below", type=Share(), help="Only sites that are less confident than this.")
@click.option(
    "--color",
    type=click.Choice([colour.value for colour in Colour]),
    default=Colour.AUTO.value,
    show_default=True,
    help="Colour the diff.",
)
def show(
    *,
    path: Path | None,
    html: Path | None,
    shape: str,
    rules: tuple[str, ...],
    outcomes: tuple[str, ...],
    files: tuple[str, ...],
    below: float | None,
    color: str,
) -> ExitCode:
    """Show PLAN, else the newest plan of this tree; it changes no file of the tree.

    Printed as a diff, sites that are kept are drawn, and all others are named with the reason; --outcome draws others.
    """
    if html and shape != FORMATS[0]:
        raise click.UsageError(f"--html and --format {shape} exclude each other.")
    plan = open_plan(path or _newest())
    selection = Selection(frozenset(rules), frozenset(map(Outcome, outcomes)), files, below)
    footer = plan.footer()
    totals = Totals(footer.files if footer else None)
    found = reviewed(plan.entries(), selection, functools.partial(permitted, Path(plan.header.tree)), totals)
    if html:
        from lacuna.refactor.report import page

        if output.is_stream(html):
            with output.opened(html) as stream:
                stream.buffer.writelines(page.pieces(plan, found, totals))
        else:
            page.write(html, plan, found, totals)
            say(str(html))
    elif shape == "diff":
        _print_diff(found, selection.outcomes or KEPT, Colour(color))
    else:
        for piece in _pieces(shape, plan, found, selection.outcomes or KEPT, totals):
            terminal.emit(visible(piece.encode()) if sys.stdout.isatty() else piece.encode())
    for sentence in _sentences(plan, totals):
        say(f"lacuna: {words.one_line(sentence)}", is_error=True)
    return ExitCode.DONE


def _newest() -> Path:
    tree = tree_of([Path()])
    found = state_of(tree).newest_plan()
    if not found:
        raise UsageError(f"There is no plan of {tree} yet; `lacuna refactor plan RULE` makes one.")
    return found


def _print_diff(found: Found, drawn: frozenset[Outcome], colour: Colour) -> None:
    on_terminal = sys.stdout.isatty()
    is_coloured = terminal.is_coloured(colour, on_terminal=on_terminal)
    for one in found:
        if isinstance(one, Skipped):
            shown = diff.FileDiff((diff.skipped_note(one),) if one.is_failure else (), b"")
        else:
            shown = diff.file_diff(one, drawn)
        data = visible(shown.diff) if on_terminal or is_coloured else shown.diff
        notes = (f"# {note}".encode() for note in shown.notes)
        terminal.emit(b"".join((_NOTE % note if is_coloured else note) + b"\n" for note in notes))
        terminal.emit(terminal.coloured(data) if is_coloured else data)


def _pieces(shape: str, plan: Plan, found: Found, outcomes: frozenset[Outcome], totals: Totals) -> Iterator[str]:
    match shape:
        case "json":
            for one in found:
                if isinstance(one, Skipped):
                    yield json_lines.skipped_line(one)
                else:
                    yield from (json_lines.site_line(one, site) for site in one.file.sites)
            yield json_lines.totals_line(totals)
        case "sarif":
            yield from sarif.document(plan.header, found, outcomes)
        case _:
            for one in found:
                if isinstance(one, Reviewed):
                    yield from (
                        github.site_annotation(one, site) for site in one.file.sites if site.outcome in outcomes
                    )
                elif one.is_failure:
                    yield github.skipped_annotation(one)


def _sentences(plan: Plan, totals: Totals) -> Iterator[str]:
    yield totals.sentence()
    yield from words.again(totals.again)
    if totals.skipped:
        yield words.passed_by(totals.skipped)
    if totals.without_source:
        changed = words.amount(totals.without_source, "file")
        yield f"not as planned, and shown without what stands around: {changed}."
    footer = plan.footer()
    if footer is None:
        yield "the plan breaks off: planning was ended before it was done."
    elif not footer.is_complete:
        where = f" before {footer.next_path}" if footer.next_path else ""
        yield f"the plan is not complete: planning was interrupted{where}."
