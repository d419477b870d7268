"""The one table of exit codes; docs/exit-codes.md and `lacuna --help` show the same one."""

import enum

from lacuna.syntax.errors import FileError, LacunaError, ModelError


class ExitCode(enum.IntEnum):
    """How a command ended."""

    DONE = 0
    NOTHING_OFFERED = 1
    USAGE = 2
    MODEL = 3
    FILE = 4
    INTERNAL = 70
    INTERRUPTED = 130


MEANINGS: dict[ExitCode, str] = {
    ExitCode.DONE: "done",
    ExitCode.NOTHING_OFFERED: "nothing offered, the reason is printed; `plan --exit-code`: there would be changes",
    ExitCode.USAGE: "the request makes no sense: arguments, position, language or query",
    ExitCode.MODEL: "the model cannot run: artifact, provider or a missing extra",
    ExitCode.FILE: "a file cannot be read or written, or is refused; it is as it was",
    ExitCode.INTERNAL: "a defect of Lacuna; a report is kept in a log file",
    ExitCode.INTERRUPTED: "interrupted; `train` and `refactor` say how to go on, else nothing changed",
}


def exit_code_of(error: LacunaError) -> ExitCode:
    match error:
        case ModelError():
            return ExitCode.MODEL
        case FileError():
            return ExitCode.FILE
        case _:
            return ExitCode.USAGE
