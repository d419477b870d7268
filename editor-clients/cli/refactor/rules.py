"""`lacuna refactor rules`: what ships, with an example each."""

import dataclasses
import json
from collections.abc import Sequence

import click
from rich.table import Table
from rich.text import Text

from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.tables import show
from lacuna.refactor import catalogue
from lacuna.refactor.rulesource import RuleCard
from lacuna.syntax.errors import UsageError


@click.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--json", "is_json", is_flag=True, help="Print a JSON object for each rule, one a line.")
def rules(names: tuple[str, ...], *, is_json: bool) -> ExitCode:
    """List the rules that ship, or those with NAMEs: what they do, and an example before and after.

    docs/refactor-rules.md says how to write one.
    """
    cards = _chosen(catalogue.rules(), names)
    if is_json:
        for card in cards:
            click.echo(json.dumps(dataclasses.asdict(card), allow_nan=False))
    else:
        show(map(_table, cards))
    return ExitCode.DONE


def _chosen(cards: Sequence[RuleCard], names: Sequence[str]) -> list[RuleCard]:
    known = {card.name: card for card in cards}
    for name in names:
        if name not in known:
            raise UsageError(f"There is no rule {name!r}; those that ship are {', '.join(known)}.")
    return [known[name] for name in dict.fromkeys(names or known)]


def _table(card: RuleCard) -> Table:
    title = Text.assemble((card.name, "bold"), f": {card.explanation}")
    table = Table(title=title, title_justify="left", title_style="none", expand=True)
    for column in ("before", "after"):
        table.add_column(column, ratio=1)
    table.add_row(*(Text(text.strip("\n")) for text in (card.before, card.after)))
    return table
