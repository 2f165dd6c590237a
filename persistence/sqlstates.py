"""What each error of the driver and each SQLSTATE means to us: none leaves this folder unnamed."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from persistence.errors import (
    BadValue,
    Busy,
    Faulty,
    LoginEnded,
    NotGranted,
    PersistenceError,
    Refused,
    TooSlow,
    Unavailable,
)

BUSY = {"40", "55", "57014", "53200"}
"""Deadlock, lock, cancelled for its time, out of memory: perhaps this query's own trouble."""

UNAVAILABLE = {"08", "53", "57", "58", "25006", "25P03"}
"""No connection, no room (disk, connections), shut down, broken disk, a standby, idle too long."""

REFUSED = {"28", "3D", "F0"}
"""Who we are, which database, its configuration: no query of ours can go well."""

BAD_VALUE = {"22", "23"}
"""Data that cannot be, and constraints."""

TOO_SLOW = "57014"

LOGIN_ENDED = "LG001"
"""Of our own: the function `require_login`."""

UNIQUE = "23505"
NO_SUCH_ROW = "23503"
NULL = "23502"
CHECKED = "23514"

NOT_ALLOWED = "42501"
"""Row-level security, a role taken away meanwhile, or a right that was not granted."""

NOT_GRANTED = ("aclcheck_error", "aclcheck_error_col")
"""Where in PostgreSQL the last of these comes from: its words may be in any language."""

OF_THE_WORLD = (asyncpg.InternalClientError, OSError, TimeoutError)
"""The driver lost its thread, the network, the clock: the connection is not to be used again."""

DRIVER = (asyncpg.PostgresError, asyncpg.InterfaceError, *OF_THE_WORLD)
"""All that the driver may raise."""

DEAD_CONNECTION = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    ConnectionError,
)


def named(error: BaseException) -> PersistenceError:
    """The error of the driver in our own words."""
    said = one_line(error)
    sqlstate: str = getattr(error, "sqlstate", None) or ""
    if isinstance(error, OF_THE_WORLD) or _is_closed(error):
        return Unavailable(f"the database does not answer: {said}")
    if isinstance(error, asyncpg.ClientConfigurationError) or _is_in(sqlstate, REFUSED):
        return Refused(f"the database refuses Prime: {said}")
    if sqlstate == LOGIN_ENDED:
        return LoginEnded("this login was ended; log in again")
    if sqlstate == TOO_SLOW:
        return TooSlow("this takes the database too long; ask for less, or ask again later")
    if _is_in(sqlstate, BUSY):
        return Busy(f"the database gave up: {said}")
    if _is_in(sqlstate, UNAVAILABLE):
        return Unavailable(f"the database does not answer: {said}")
    kind = _kind_of_fault(error, sqlstate)
    of = (getattr(error, name, None) for name in ("constraint_name", "column_name"))
    return kind(sqlstate, said, *of)


def _kind_of_fault(error: BaseException, sqlstate: str) -> type[Faulty]:
    if _is_in(sqlstate, BAD_VALUE):
        return BadValue
    where = getattr(error, "server_source_function", None)
    return NotGranted if sqlstate == NOT_ALLOWED and where in NOT_GRANTED else Faulty


@contextmanager
def own_errors() -> Iterator[None]:
    """Let no driver's error out: whatever it raises becomes one of `persistence.errors`."""
    try:
        yield
    except DRIVER as error:
        raise named(error) from error


def one_line(error: BaseException) -> str:
    """The message of an error, on one line."""
    return " ".join(str(error).split()) or type(error).__name__


def _is_in(sqlstate: str, classes: set[str]) -> bool:
    return sqlstate in classes or sqlstate[:2] in classes


def _is_closed(error: BaseException) -> bool:
    """Only "... is closed" and "... is closing" are the world's; the rest is a mistake of ours."""
    is_the_drivers = isinstance(error, asyncpg.InterfaceError)
    return is_the_drivers and not getattr(error, "sqlstate", None) and "clos" in str(error)
