"""Writes what libraries log into our own log: one line each, without a trace unless asked for."""

import logging
from typing import Any

import structlog

log = structlog.get_logger()


class _OneLine(logging.Handler):
    """Says each record as a warning, or as an error if it is one; of an exception its first line.

    `with_traces`: of one that is told as an error the trace as well, as a field.
    """

    def __init__(self, *, with_traces: bool) -> None:
        super().__init__()
        self._with_traces = with_traces

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {"library": record.name}
        is_error = record.levelno >= logging.ERROR
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            fields["reason"] = f"{type(error).__name__}: {_first_line(str(error))}"
            if is_error and self._with_traces:
                fields["exc_info"] = error
        tell = log.error if is_error else log.warning
        tell(_first_line(_message_of(record)), **fields)


def take_library_logs(*, with_traces: bool = False) -> None:
    """From now on, of asyncpg, asyncio, redis and any other."""
    handler = _OneLine(with_traces=with_traces)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("websockets").setLevel(logging.CRITICAL)  # a stranger's bytes are no news


def _message_of(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # whoever wrote the record gave it other values than its text has places for
        return str(record.msg)


def _first_line(text: str) -> str:
    return next(iter(text.splitlines()), "")
