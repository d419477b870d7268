"""`lacuna fill`: from a place in a file to a diff, or to the changed file."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lacuna.cli import places, terminal
from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.model_options import model_options
from lacuna.cli.places import At, Between, Captured, LineColumn, Marked, Where
from lacuna.cli.share import Share
from lacuna.cli.terminal import Colour, say
from lacuna.infill.opening import ModelOptions, Opening, OpenModel
from lacuna.infill.request import Answer, Infill, Reason, Request, answered
from lacuna.syntax.languages.registry import language_of
from lacuna.workspace import textfile
from lacuna.workspace.changes import Change
from lacuna.workspace.diff import unified
from lacuna.workspace.requirement import oldest_python
from lacuna.workspace.textfile import TextFile
from lacuna.workspace.visible import visible
from lacuna.workspace.write import apply

if TYPE_CHECKING:  # `--help` needs no numpy
    from lacuna.model.denoiser import Beside

ALTERNATIVES = 3
"""Candidates of a hole in JSON; a diff shows the best alone."""

Callback = Callable[[click.Context, click.Parameter, Any], Any]


def _parsed(parse: Callable[[str], object]) -> Callback:
    """Parse an option's text, given once or several times, by a function that raises ValueError."""

    def callback(_context: click.Context, _option: click.Parameter, given: str | tuple[str, ...] | None) -> object:
        try:
            if isinstance(given, tuple):
                return tuple(map(parse, given))
            return None if given is None else parse(given)
        except ValueError as error:
            raise click.BadParameter(f"{error}.") from error

    return callback


@click.command()
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@click.option("--at", metavar="LINE:COL", callback=_parsed(places.place), help="Fill here: line from 1, column from 0.")
@click.option(
    "--scope",
    type=click.Choice(places.SCOPES),
    default=places.SCOPES[0],
    show_default=True,
    help="What to fill at --at.",
)
@click.option(
    "--span",
    "ranges",
    metavar="LINE:COL-LINE:COL",
    callback=_parsed(places.place_range),
    multiple=True,
    help="Fill this range; several are filled together.",
)
@click.option("--query", metavar="SCM", help="Fill what this tree-sitter query (or .scm file) captures as @hole.")
@click.option(
    "--rework",
    metavar="STRENGTH",
    type=Share(),
    help="Write anew only the least likely tokens of what stands there, so large a share of them; 0 changes nothing.",
)
@click.option("--write", is_flag=True, help="Change the file, not only show how.")
@click.option("--watch", is_flag=True, help="Show the drafts settle, on stderr.")
@click.option("--json", "is_json", is_flag=True, help="Print the answer as JSON instead of a diff.")
@click.option(
    "--threshold",
    type=Share(),
    help="Least confidence offered; 0 offers whatever parses.  [default: the model's]",
)
@click.option(
    "--color",
    type=click.Choice([colour.value for colour in Colour]),
    default=Colour.AUTO.value,
    show_default=True,
    help="Colour the diff.",
)
@click.option("--alone", "is_alone", is_flag=True, help="Read no other files of the project, for hints.")
@model_options
@click.pass_obj
def fill(  # noqa: PLR0913 -- one for each option
    opening: Opening,
    *,
    model: ModelOptions,
    file: Path,
    at: LineColumn | None,
    scope: str,
    ranges: tuple[tuple[LineColumn, LineColumn], ...],
    query: str | None,
    rework: float | None,
    write: bool,
    watch: bool,
    is_json: bool,
    threshold: float | None,
    color: str,
    is_alone: bool,
) -> ExitCode:
    """Fill holes of FILE: at --at, --span or --query, else at every <fill> it holds."""
    where = _where(at, scope, ranges, query)
    colour = Colour(color)
    language = language_of(file.name)
    document = textfile.read(file)
    spans = places.spans_of(document, language, where)
    replaces = isinstance(where, Between | Captured) or (isinstance(where, At) and where.names_node)
    if rework is not None and not replaces:
        raise click.UsageError("--rework needs code to work on: --span, --query, or --at with a --scope.")

    opened = opening(model)
    request = Request(
        document.text,
        language.name,
        spans,
        threshold,
        alternatives=ALTERNATIVES if is_json else 1,
        oldest=oldest_python(file.absolute()),
        beside=None if is_alone else _beside(opened, file, document.text),
        replaces=replaces,
    )
    if rework is not None:
        request = opened.reworking(request, rework)
    answer = _watched(opened.infill, request, colour) if watch else answered(opened.infill(request))

    change = document.change(answer.edits)
    if is_json:
        from lacuna.cli.answer_json import answer_json

        terminal.emit(answer_json(document.text, answer).encode() + b"\n")
    else:
        _print_diff(document, change, colour)
        for fault in _faults(answer):
            say(f"lacuna: {fault}.", is_error=True)
    if not answer.edits:
        say(f"lacuna: nothing offered{_why_not(answer, request)}.", is_error=True)
        return ExitCode.NOTHING_OFFERED
    if write and change.edits:
        _write(change)
    return ExitCode.DONE


def _write(change: Change) -> None:
    """Change the file, as the last of all: whoever interrupts before it, or has no output, keeps the old one.

    From here to the end of the process Ctrl-C comes too late: it would be told that nothing has changed.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    apply(change)


def _where(
    at: LineColumn | None, scope: str, ranges: tuple[tuple[LineColumn, LineColumn], ...], query: str | None
) -> Where:
    if sum((at is not None, bool(ranges), query is not None)) > 1:
        raise click.UsageError("--at, --span and --query exclude each other.")
    if at is not None:
        return At(at, places.scope(scope))
    if ranges:
        return Between(ranges)
    if query is not None:
        return Captured(places.query_source(query))
    return Marked()


def _beside(model: OpenModel, file: Path, text: str) -> "Beside | None":
    from lacuna.infill import surroundings

    here = Path(os.path.abspath(file))  # noqa: PTH100 -- Path.absolute keeps "..", resolve follows links
    return surroundings.beside(model.librarian, here, text) if model.librarian else None


def _watched(infill: Infill, request: Request, colour: Colour) -> Answer:
    from lacuna.cli.watch import watching

    is_coloured = terminal.is_coloured(colour, on_terminal=sys.stderr.isatty())
    with watching(request, sys.stderr, is_coloured=is_coloured) as show:
        return answered(infill(request), show)


def _why_not(answer: Answer, request: Request) -> str:
    tried = [candidates for candidates in answer.candidates if candidates]
    which = f" for hole {len(tried)} of {len(request.spans)}" if 0 < len(tried) < len(request.spans) else ""
    shown = "; --threshold 0 shows it" if answer.reason is Reason.BELOW_THRESHOLD else ""
    return f"{which}: {answer.explained}{shown}"


def _faults(answer: Answer) -> Iterator[str]:
    """What is known to be wrong with what is offered."""
    for edit, candidates in answer.offered:
        yield from (fault for one in candidates if one.text == edit.new_text for fault in one.faults)


def _print_diff(document: TextFile, change: Change, colour: Colour) -> None:
    diff = unified(document.path, document.data, textfile.with_change(document.data, change))
    on_terminal = sys.stdout.isatty()
    is_coloured = terminal.is_coloured(colour, on_terminal=on_terminal)
    if on_terminal or is_coloured:
        diff = visible(diff)
    terminal.emit(terminal.coloured(diff) if is_coloured else diff)
