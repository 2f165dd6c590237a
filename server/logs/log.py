"""The log of a server on stderr: for eyes on a terminal, elsewhere JSON, on every line.

Every line that is no terminal's has `timestamp`, `level` and `event`, whoever it comes from: ours,
those of libraries and other threads, warnings, what nobody caught, and what is written to stderr.
"""

import json
import logging
import sys
import threading
from collections.abc import MutableMapping
from contextlib import suppress
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import Processor

from machine.library_logs import take_library_logs
from persistence.errors import ToRepair
from server.logs.log_writer import LogWriter, StrayText
from server.logs.outages import OUTAGES
from server.logs.redaction import redact

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
"""What PRIME_LOG_LEVEL may be."""

LONGEST_LINE = 16_384
"""Characters of a line for programs; what is longer is cut."""

SHORTEST_CUT = 64
"""Characters of a text that is never cut."""

LEADING = ("timestamp", "level", "event")

log = structlog.get_logger()


class ServerLog:
    """That of this process, from its making on. `is_json`: for programs."""

    def __init__(self, *, is_json: bool) -> None:
        self.is_json = is_json
        if is_json:
            descriptor = sys.__stderr__.fileno() if sys.__stderr__ is not None else 2
            writer = LogWriter(descriptor)
            structlog.configure(
                processors=log_processors(is_terminal=False), logger_factory=lambda *_: writer
            )
            sys.stderr = StrayText(descriptor, _tell_stray)
            _take_hooks()
        else:
            structlog.configure(
                processors=log_processors(is_terminal=True),
                logger_factory=structlog.PrintLoggerFactory(sys.stderr),
            )
        take_library_logs(with_traces=is_json)
        set_level("info")

    def say(self, text: str, on_terminal: str, **fields: Any) -> None:
        """What is told of the start, in words of its own on a terminal."""
        if self.is_json:
            log.info(text, **fields)
        else:
            sys.stderr.write(f"{on_terminal}\n")

    def fail(self, text: str, code: int) -> int:
        """Say why this process ends; returns its exit code."""
        if self.is_json:
            log.critical(text, exit_code=code)
        else:
            sys.stderr.write(f"prime: {text}\n")
        return code


def set_level(name: str) -> None:
    """Of `LEVELS`: from now on nothing below it is written. Libraries say what is wrong alone."""
    level = LEVELS[name]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(level))
    logging.getLogger().setLevel(max(level, logging.WARNING))
    OUTAGES.tells_all = level <= logging.DEBUG


def log_processors(*, is_terminal: bool) -> list[Processor]:
    """What a line of the log goes through: for eyes on a terminal, for programs elsewhere."""
    processors: list[Processor] = [
        structlog.processors.add_log_level,
        to_repair_has_no_trace,
        OUTAGES,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if is_terminal:
        return [*processors, redact, structlog.dev.ConsoleRenderer()]
    return [*processors, structlog.processors.format_exc_info, redact, as_json]


def to_repair_has_no_trace(
    _logger: Any, _name: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Whoever logs it: an operator is told what helps, where a trace would say nothing."""
    error = line.get("exc_info")
    if isinstance(error, ToRepair):
        del line["exc_info"]
        line.setdefault("reason", error.in_full)
    return line


def as_json(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> str:
    """One line of JSON, whatever is in it: what JSON does not have is told as a text."""
    ordered = {key: line[key] for key in LEADING if key in line} | dict(line)
    with suppress(ValueError, TypeError, RecursionError):
        text = json.dumps(ordered, default=repr, allow_nan=False)
        if len(text) <= LONGEST_LINE:
            return text
    plain_fields = {str(key): _plain(value) for key, value in ordered.items()}
    return _cut(plain_fields)


def _cut(plain_fields: dict[str, Any]) -> str:
    """The longest text loses its middle until the line is short enough: a trace ends with why."""
    while len(text := json.dumps(plain_fields, allow_nan=False)) > LONGEST_LINE:
        longest = max(plain_fields, key=lambda key: len(str(plain_fields[key])))
        value = str(plain_fields[longest])
        if len(value) < SHORTEST_CUT:
            break
        kept_characters = len(value) * 2 // 5
        plain_fields[longest] = f"{value[:kept_characters]} ... {value[-kept_characters:]}"
    return text


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int)) else repr(value)


def _tell_stray(line: str) -> None:
    log.warning(line, library="stderr")


def _take_hooks() -> None:
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _thread_failed
    sys.unraisablehook = _unraisable


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        log.critical("interrupted before it served")
    else:
        text = "it ends by a mistake of ours; report it"
        log.critical(text, exit_code=1, exc_info=(kind, error, trace))


def _thread_failed(hook_args: threading.ExceptHookArgs) -> None:
    if hook_args.exc_value is not None and not issubclass(hook_args.exc_type, SystemExit):
        trace = (hook_args.exc_type, hook_args.exc_value, hook_args.exc_traceback)
        name = hook_args.thread.name if hook_args.thread is not None else None
        log.error("a thread failed", thread=name, exc_info=trace)


def _unraisable(hook_args: "sys.UnraisableHookArgs") -> None:
    where = getattr(hook_args.object, "__qualname__", type(hook_args.object).__name__)
    trace = (hook_args.exc_type, hook_args.exc_value, hook_args.exc_traceback)
    log.error("an error where nobody could catch it", where=where, exc_info=trace)
