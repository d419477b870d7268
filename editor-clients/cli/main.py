"""The command line `lacuna`: its commands, and the one place where errors become a sentence and an exit code."""

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence

import click

from lacuna.cli import interrupts, output
from lacuna.cli.exit_codes import MEANINGS, ExitCode, exit_code_of
from lacuna.cli.lazy import LazyCommand, LazyGroup
from lacuna.cli.terminal import say
from lacuna.infill.opening import NO_RUNTIME, Opening, open_model
from lacuna.syntax.errors import FileError, LacunaError

COMMANDS = {
    "fill": LazyCommand("lacuna.cli.fill:fill", "Fill holes of a file; print the change as a diff."),
    "serve": LazyCommand("lacuna.cli.serve:serve", "Speak the language server protocol on stdin and stdout."),
    "refactor": LazyCommand("lacuna.cli.refactor.group:refactor", "Plan one change at many places; apply, undo it."),
    "doctor": LazyCommand("lacuna.cli.doctor:doctor", "Say what runs here, and try it."),
    "model": LazyCommand("lacuna.cli.model:shelf", "See, choose and check models."),
    "train": LazyCommand("lacuna.cli.train:train", "Train a denoiser (needs the extra 'train')."),
    "export": LazyCommand("lacuna.cli.export:export", "Turn a checkpoint into an artifact (needs the extra 'train')."),
    "eval": LazyCommand("lacuna.cli.evaluate.group:evaluate", "Measure answers on data with known ones."),
    "bench": LazyCommand("lacuna.cli.bench:bench", "Measure what Lacuna costs here."),
}
EXTRAS = {
    "ray": "ray",
    "torch": "train",
    "onnx": "train",
    "onnxscript": "train",
    "matplotlib": "train",
}
EPILOG = "\b\nExit codes:\n" + "\n".join(f"  {code:>3}  {MEANINGS[code]}" for code in ExitCode)


def _print_version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 -- click's
    if wanted and not context.resilient_parsing:
        from lacuna.cli.version import version

        click.echo(f"lacuna {version()}")
        context.exit()


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    epilog=EPILOG,
    no_args_is_help=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--debug", is_flag=True, help="Show tracebacks (also LACUNA_DEBUG=1).")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show it.")
@click.pass_context
def lacuna(context: click.Context, *, debug: bool) -> ExitCode:
    """Fill gaps in code with a model that sees both sides, on this machine."""
    if debug:
        os.environ["LACUNA_DEBUG"] = "1"
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
    return ExitCode.DONE


def run(arguments: Sequence[str], opening: Opening = open_model) -> int:
    """The exit code of the command line `arguments`; `opening` is how commands get their model."""
    try:
        interrupts.are_raised()
        code = lacuna.main(list(arguments), prog_name="lacuna", obj=opening, standalone_mode=False)
        sys.stdout.flush()
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _interrupted()
    except click.ClickException as error:
        return _failed(ExitCode.USAGE, error.format_message())
    except LacunaError as error:
        return _failed(exit_code_of(error), str(error))
    except ModuleNotFoundError as error:
        return _missing(error)
    except Exception as error:  # noqa: BLE001 -- the outermost layer: anything else is a defect of ours
        return _interrupted() if interrupts.has_caused(error) else _defect()
    return code if isinstance(code, int) else ExitCode.DONE


def main(opening: Opening = open_model) -> int:
    """The exit code of this process, whose standard output is ours."""
    try:
        output.claim()
    except FileError as error:
        return _failed(ExitCode.FILE, str(error))
    try:
        return run(sys.argv[1:], opening)
    except KeyboardInterrupt:  # once more, while the first was told
        return ExitCode.INTERRUPTED
    finally:
        interrupts.end_at_once()


def _interrupted() -> int:
    return _failed(ExitCode.INTERRUPTED, "interrupted; no file changed.")


def _failed(code: ExitCode, sentence: str) -> int:
    say(f"lacuna: {sentence}", is_error=True)
    if os.environ.get("LACUNA_DEBUG", "0") != "0":
        traceback.print_exc()
    return code


def _missing(error: ModuleNotFoundError) -> int:
    module = (error.name or "").partition(".")[0]
    if module == "onnxruntime":
        return _failed(ExitCode.MODEL, NO_RUNTIME)
    extra = EXTRAS.get(module)
    if extra is None:
        return _defect()
    return _failed(ExitCode.MODEL, f"{error.name} is missing; install it with: pip install 'lacuna-infill[{extra}]'")


def _defect() -> int:
    """Keep the report: a traceback tells users nothing, but it tells us."""
    with tempfile.NamedTemporaryFile("w", prefix="lacuna-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write(traceback.format_exc())
    kind = type(sys.exception()).__name__
    return _failed(ExitCode.INTERNAL, f"a defect of Lacuna ({kind}); please report it with {log.name}")


if __name__ == "__main__":
    sys.exit(main())
