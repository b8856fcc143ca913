"""What the log may say of an error that nobody expected."""

from __future__ import annotations


def log_location(error: BaseException) -> str:
    """Give an error's type, file and line; not its message, which may quote the elder."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    return f"{type(error).__name__} at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
