"""`lacuna serve`: the language server on stdin and stdout."""

import click

from lacuna.cli.exit_codes import ExitCode
from lacuna.cli.opening import ModelOptions, Opening, model_options
from lacuna.cli.version import version
from lacuna.lsp_server.server import serve as serve_on_stdio


@click.command()
@click.option("--stdio", is_flag=True, expose_value=False, help="The only transport; accepted because editors say it.")
@model_options
@click.pass_obj
def serve(opening: Opening, *, model: ModelOptions) -> ExitCode:
    """Speak the language server protocol on stdin and stdout."""
    serve_on_stdio(lambda: opening(model).infill, version())
    return ExitCode.DONE
