"""The questions of `lacuna refactor apply --interactive`: a site is drawn on stderr, a letter answers."""

import sys
from collections.abc import Iterator

import click

from lacuna.cli import terminal
from lacuna.cli.terminal import Colour
from lacuna.refactor.applying import Reply
from lacuna.refactor.plan import PlannedFile, Site
from lacuna.refactor.report import words
from lacuna.refactor.report.hunks import Hunk, Line, Mark, Original, Sign
from lacuna.workspace.textfile import TextFile
from lacuna.workspace.visible import visible_text

_HELP = {
    Reply.YES: "write this edit",
    Reply.NO: "leave it",
    Reply.ALL: "write it, and all that follow in this file",
    Reply.NONE: "leave it, and all that follow in this file",
    Reply.QUIT: "leave it, and all that follow; write what was answered with y or a",
}
_COLOURS = {Sign.REMOVED: "red", Sign.ADDED: "green", Sign.CONTEXT: None}


def ask(file: PlannedFile, source: TextFile, site: Site) -> Reply:
    """Draw a site of a file and wait for an answer; raise click.Abort when no more comes."""
    is_coloured = terminal.is_coloured(Colour.AUTO, on_terminal=sys.stderr.isatty())
    for line in _drawn(file, source, site):
        click.echo(line, err=True, color=is_coloured)
    letters = [reply.value for reply in Reply]
    while True:
        given = click.prompt(f"Write it? [{','.join(letters)},?]", err=True, prompt_suffix=" ", show_default=False)
        if given in letters:
            return Reply(given)
        for reply, meaning in _HELP.items():
            click.echo(f"{reply.value}  {meaning}", err=True)


def _drawn(file: PlannedFile, source: TextFile, site: Site) -> Iterator[str]:
    number = next(number for number, one in enumerate(file.sites, 1) if one is site)
    yield click.style(f"\n{words.one_line(file.path)} ({number} of {len(file.sites)})", bold=True)
    yield click.style(words.headline(site), fg="cyan")
    for hunk in Original(source.text).hunks(site):
        yield from _lines(hunk)
    for candidates in words.candidates(site):
        others = (f"{words.one_line(one.text)} {one.confidence:.2f}" for one in candidates)
        yield click.style(f"could be: {'; '.join(others)}", dim=True)


def _lines(hunk: Hunk) -> Iterator[str]:
    for line in hunk:
        yield f"{line.number or '':>5} {click.style(line.sign, fg=_COLOURS[line.sign])}{_text(line)}"
    yield ""


def _text(line: Line) -> str:
    return "".join(
        click.style(visible_text(piece.text), fg=_COLOURS[line.sign], underline=piece.mark is Mark.BLANK or None)
        for piece in line.pieces
    )
