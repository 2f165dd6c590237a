"""Writes what libraries log into our own log: one line each, without a trace."""

import logging

import structlog

log = structlog.get_logger()


class _OneLine(logging.Handler):
    """Says each record as a warning; of an exception its type and first line."""

    def emit(self, record: logging.LogRecord) -> None:
        fields = {"library": record.name}
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            fields["reason"] = f"{type(error).__name__}: {_first_line(str(error))}"
        log.warning(_first_line(record.getMessage()), **fields)


def take_library_logs() -> None:
    """From now on, of asyncpg, asyncio, redis and any other."""
    logging.basicConfig(handlers=[_OneLine()], level=logging.WARNING, force=True)
    logging.getLogger("websockets").setLevel(logging.CRITICAL)  # a stranger's bytes are no news


def _first_line(text: str) -> str:
    return next(iter(text.splitlines()), "")
