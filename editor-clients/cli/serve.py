"""`lacuna serve`: the language server on stdin and stdout, or completions over HTTP on the loopback."""

import json
import os
import sys

import click

from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.model_options import model_options
from lacuna.cli.version import version
from lacuna.infill.opening import ModelOptions, Opening
from lacuna.infill.request import Model
from lacuna.lsp_server import settings
from lacuna.lsp_server.http.server import Server
from lacuna.lsp_server.server import serve as serve_on_stdio
from lacuna.syntax.errors import FileError


def _print_schema(context: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 -- click's
    if wanted and not context.resilient_parsing:
        click.echo(json.dumps(settings.schema(), indent=2, ensure_ascii=False))
        context.exit()


@click.command()
@click.option("--stdio", is_flag=True, expose_value=False, help="The only transport; accepted because editors say it.")
@click.option(
    "--settings-schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_schema,
    help="Print the JSON schema of what an editor may set.",
)
@click.option(
    "--http",
    "port",
    type=click.IntRange(0, 65535),
    help="Instead answer llama.cpp's clients on this port of the loopback (0: any); LACUNA_HTTP_TOKEN is their key.",
)
@model_options
@click.pass_obj
def serve(opening: Opening, *, port: int | None, model: ModelOptions) -> ExitCode:
    """Speak the language server protocol on stdin and stdout."""

    def load() -> Model:
        opened = opening(model)
        return Model(opened.name, opened.provider, opened.infill, opened.warm, opened.librarian, opened.forget)

    if port is None:
        if sys.stdin is None:  # it was closed before Lacuna began
            raise FileError("There is no standard input to read from.")
        serve_on_stdio(load, version())
        return ExitCode.DONE
    server = Server(load, port, token=os.environ.get("LACUNA_HTTP_TOKEN", ""))
    click.echo(f"lacuna: answers on {server.url}.", err=True)
    server.serve()
    return ExitCode.DONE
