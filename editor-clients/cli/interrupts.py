"""Ctrl-C: a command that is at work ends with a sentence; before and after that the process ends without one.

Python's own handler would print a traceback of whatever is being imported. Where Ctrl-C is ignored, as in the
background of a shell, it stays ignored.
"""

import signal


def end_at_once() -> None:
    """Ctrl-C ends the process from now on, as it ends a program that knows nothing of it: for a shell that is 130."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def are_raised() -> None:
    """Ctrl-C raises KeyboardInterrupt from now on."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def has_caused(error: BaseException) -> bool:
    """Whether Ctrl-C lies behind an error: extension modules that it reaches while they load make another of it."""
    met = set[int]()
    behind: BaseException | None = error
    while behind is not None and id(behind) not in met:
        if isinstance(behind, KeyboardInterrupt):
            return True
        met.add(id(behind))
        behind = behind.__cause__ or behind.__context__
    return False
