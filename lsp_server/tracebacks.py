"""Where something failed, as a log may tell it."""

from collections.abc import Iterator


def traceback_of(error: BaseException) -> str:
    """Where an error arose and of what type, without its message: that may quote the document."""
    return "\n".join([*_frames(error), type(error).__name__])


def _frames(error: BaseException) -> Iterator[str]:
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        yield f"  {code.co_filename}:{trace.tb_lineno} in {code.co_qualname}"
        trace = trace.tb_next
