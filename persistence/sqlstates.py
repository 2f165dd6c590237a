"""What each error of the driver means to us, and what helps: none leaves this folder unnamed."""

import socket
import ssl
from typing import NamedTuple

import asyncpg

from persistence.errors import (
    BadValue,
    Busy,
    Faulty,
    LoginEnded,
    NotGranted,
    PersistenceError,
    Pooled,
    TooSlow,
    Unavailable,
    Unfit,
)
from schema.text.one_line import said_by

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

DRIVER = (
    asyncpg.PostgresError, asyncpg.PostgresWarning, asyncpg.InterfaceError, *OF_THE_WORLD,
)  # fmt: skip
"""All that the driver may raise: also what the server calls a warning, and ends with it."""

DEAD_CONNECTION = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    ConnectionError,
)

WAIT = "see that it runs, and that DATABASE_URL names its host and port"

BAD_VALUE = {"22", "23"}
"""Data that cannot be, and constraints."""


class SqlstateMeaning(NamedTuple):
    """What an error of the server is to us."""

    kind: type[PersistenceError]
    says: str
    """What is wrong; the server's own words follow."""
    cure: str
    """What helps, as an operator does it."""


MIGRATE = "run ./run migrate as the role that owns the tables, and update Prime on all nodes"
REPORT = "find what the server's own log says at this moment; if it comes again, report this line"
SERVER_LOG = "see the server's own log, and that its disk is whole and not full"

SESSION_MODE = (
    "set pool_mode = session in PgBouncer (and RECONNECT it, or restart it: connections that it has"
    " keep the old mode)"
)
"""What helps against a pooler that shares connections; a reload alone does not."""

IN_TRANSACTION_MODE = SqlstateMeaning(
    Pooled, "a pooler in transaction mode is between", SESSION_MODE
)
"""A prepared statement is not there, or another's is: the driver's own words are pages of hints."""

OTHERS_STATEMENT = "bind message supplies"
"""PostgreSQL's words, where another's prepared statement has the name of ours."""

MEANINGS: dict[str, SqlstateMeaning] = {
    "00": SqlstateMeaning(Faulty, "it says success where it failed", REPORT),
    "01": SqlstateMeaning(Faulty, "a warning where a result was due", REPORT),
    "02": SqlstateMeaning(Faulty, "no data where some was due", REPORT),
    "03": SqlstateMeaning(Faulty, "a statement is not complete", REPORT),
    "08": SqlstateMeaning(Unavailable, "the database does not answer", WAIT),
    "08P01": SqlstateMeaning(
        Unavailable, "the database, or what stands before it, lost the thread", WAIT
    ),
    "09": SqlstateMeaning(Faulty, "a trigger failed", MIGRATE),
    "0A": SqlstateMeaning(
        Faulty, "the server cannot do this; is it PostgreSQL 14 or newer?", MIGRATE
    ),
    "0B": SqlstateMeaning(Faulty, "a transaction could not begin", REPORT),
    "0F": SqlstateMeaning(Faulty, "a large object is not there", REPORT),
    "0L": SqlstateMeaning(Faulty, "a right was given by who may not give it", MIGRATE),
    "0P": SqlstateMeaning(Faulty, "there is no such role", "run what ./run migrate --roles prints"),
    "0Z": SqlstateMeaning(Faulty, "an error was asked about where there was none", REPORT),
    "10": SqlstateMeaning(Faulty, "an XML query failed", REPORT),
    "20": SqlstateMeaning(Faulty, "a case was not found", REPORT),
    "21": SqlstateMeaning(Faulty, "one row was due, and there were more", REPORT),
    "22": SqlstateMeaning(BadValue, "a value cannot be stored", REPORT),
    "22021": SqlstateMeaning(
        BadValue,
        "a text is not in the database's encoding",
        "Prime needs a database in UTF8: createdb -E UTF8 -T template0",
    ),
    "23": SqlstateMeaning(BadValue, "a rule of the tables forbids it", REPORT),
    "24": SqlstateMeaning(Faulty, "a cursor is not open", REPORT),
    "25": SqlstateMeaning(
        Faulty, "the transaction is in another state than Prime takes it for", REPORT
    ),
    "25006": SqlstateMeaning(
        Unavailable,
        "the database can only be read; it is a standby, or set to read-only",
        "name the primary in DATABASE_URL (?target_session_attrs=read-write), or promote this one",
    ),
    "25P03": SqlstateMeaning(
        Unavailable, "the server ended a transaction that waited too long", WAIT
    ),
    "26": IN_TRANSACTION_MODE,
    "27": SqlstateMeaning(Faulty, "a trigger changed what was being changed", MIGRATE),
    "28": SqlstateMeaning(
        Unfit,
        "the database refuses Prime",
        "see that DATABASE_URL has the right role and password, and that pg_hba.conf lets that role"
        " in from this machine; in psql, \\password NAME sets a password",
    ),
    "2B": SqlstateMeaning(Faulty, "others depend on what was to go", REPORT),
    "2D": SqlstateMeaning(Faulty, "a transaction cannot end here", REPORT),
    "2F": SqlstateMeaning(Faulty, "a function of the database failed", MIGRATE),
    "34": SqlstateMeaning(Faulty, "there is no such cursor", REPORT),
    "38": SqlstateMeaning(Faulty, "a function outside the database failed", REPORT),
    "39": SqlstateMeaning(Faulty, "a function was called wrongly", MIGRATE),
    "3B": SqlstateMeaning(Faulty, "a savepoint is not there", REPORT),
    "3D": SqlstateMeaning(
        Unfit,
        "the database refuses Prime",
        "correct the name in DATABASE_URL, or make it: createdb -E UTF8 -T template0 NAME",
    ),
    "3F": SqlstateMeaning(
        Faulty, "the schema is not there", "see search_path of this role, and ./run migrate"
    ),
    "40": SqlstateMeaning(Busy, "the database gave up", WAIT),
    "42": SqlstateMeaning(Faulty, "the tables are not those that this Prime knows", MIGRATE),
    "42501": SqlstateMeaning(
        Faulty,
        "a right is missing",
        "run ./run migrate as the role that owns the tables; ./run migrate --roles prints who has"
        " which rights",
    ),
    "42P05": IN_TRANSACTION_MODE,
    "44": SqlstateMeaning(Faulty, "a view does not let it through", MIGRATE),
    "53": SqlstateMeaning(Unavailable, "the database has no room left", SERVER_LOG),
    "53100": SqlstateMeaning(Unavailable, "the database's disk is full", "make room on it"),
    "53200": SqlstateMeaning(Busy, "the database has no memory left for this", SERVER_LOG),
    "53300": SqlstateMeaning(
        Unavailable,
        "the database has no connection left",
        "end some (pg_stat_activity), or allow more: max_connections of the server, ALTER ROLE ..."
        " or ALTER DATABASE ... CONNECTION LIMIT",
    ),
    "54": SqlstateMeaning(Faulty, "it is more than the server can do", REPORT),
    "55": SqlstateMeaning(Busy, "the database gave up", WAIT),
    "57": SqlstateMeaning(Unavailable, "the database does not answer", WAIT),
    "57014": SqlstateMeaning(
        TooSlow, "this takes the database too long; ask for less, or ask again later", WAIT
    ),
    "57P03": SqlstateMeaning(
        Unavailable,
        "the database takes no connections yet",
        "wait until it has started or recovered; its own log says how far it is",
    ),
    "57P04": SqlstateMeaning(Unavailable, "the database was dropped", "restore it"),
    "58": SqlstateMeaning(Unavailable, "the database cannot reach its own files", SERVER_LOG),
    "72": SqlstateMeaning(Faulty, "what was being read is gone by now", REPORT),
    "F0": SqlstateMeaning(Unfit, "the database refuses Prime", SERVER_LOG),
    "HV": SqlstateMeaning(Faulty, "a foreign table failed", REPORT),
    "LG001": SqlstateMeaning(LoginEnded, "this login was ended; log in again", ""),
    "P0": SqlstateMeaning(Faulty, "a function of the database refused", MIGRATE),
    "XX": SqlstateMeaning(Faulty, "the database is damaged, or wrong in itself", SERVER_LOG),
}
"""SQLSTATE, or its class (the first two characters) -> what it means; the longer one holds.

All classes of PostgreSQL's appendix A, and one state of our own: the function `require_login`.
"""

UNKNOWN = SqlstateMeaning(Faulty, "no error that Prime knows", REPORT)


def meaning_of(sqlstate: str) -> SqlstateMeaning:
    """Of the state itself, else of its class."""
    return MEANINGS.get(sqlstate) or MEANINGS.get(sqlstate[:2]) or UNKNOWN


NO_CONNECT = SqlstateMeaning(
    NotGranted,
    "this role may not connect to this database",
    "let its owner run: GRANT CONNECT ON DATABASE ... TO ...; ./run migrate --roles prints all",
)

LOOKED_UP = "CheckMyDatabase"
"""Where in PostgreSQL a connection is refused for want of CONNECT."""

IGNORED = "statement_timeout,idle_in_transaction_session_timeout,lock_timeout,jit"
"""What each connection of a node says at its start, and PgBouncer must let pass."""

POOLER_REFUSES = {
    "unsupported startup parameter: role": (
        "PgBouncer does not take the setting `role`, by which what users ask for becomes another's",
        "set PRIME_CALLER_DATABASE_URL to an address that logs in as prime_caller",
    ),
    "unsupported startup parameter": (
        "what stands before PostgreSQL does not take Prime's settings",
        f"for PgBouncer set: ignore_startup_parameters = {IGNORED}",
    ),
    "transaction blocks not allowed": (
        "PgBouncer is in statement mode",
        f"Prime needs session mode: {SESSION_MODE}",
    ),
    "no such database": ("PgBouncer knows no such database", "see [databases] in its file"),
    "no such user": ("PgBouncer knows no such user", "see auth_file or auth_query in its file"),
    "authentication failed": (
        "PgBouncer does not let this role in",
        "see auth_file or auth_query in its file, and the password in DATABASE_URL",
    ),
}
"""PgBouncer's words (it has no others, in any language) -> what they mean, and what helps.

It answers all of them as a violation of the protocol, which would be an outage.
"""

LOST = "08"
"""The class of what PgBouncer says, and of a connection that ended with its words."""


def own_error_of(error: BaseException) -> PersistenceError:
    """The error of the driver in our own words."""
    sqlstate: str = getattr(error, "sqlstate", None) or ""
    if isinstance(error, OF_THE_WORLD) or _is_closed(error):
        return _of_the_world(error)
    if isinstance(error, asyncpg.ClientConfigurationError):
        return _own_error(MEANINGS["F0"], "", error)
    return _own_error(_meaning(error, sqlstate), sqlstate, error)


def _meaning(error: BaseException, sqlstate: str) -> SqlstateMeaning:
    if sqlstate[:2] == LOST:
        if OTHERS_STATEMENT in str(error):
            return IN_TRANSACTION_MODE
        for pooler_words, (meaning_text, cure) in POOLER_REFUSES.items():
            if pooler_words in str(error):
                return SqlstateMeaning(Unfit, meaning_text, cure)
    meaning = meaning_of(sqlstate)
    if sqlstate == NOT_ALLOWED:
        where = getattr(error, "server_source_function", None)
        if where == LOOKED_UP:
            return NO_CONNECT
        if where in NOT_GRANTED:
            return meaning._replace(kind=NotGranted)
    return meaning


def _own_error(meaning: SqlstateMeaning, sqlstate: str, error: BaseException) -> PersistenceError:
    message, error_kind = said_by(error), meaning.kind
    if error_kind is Pooled:
        fault: PersistenceError = error_kind(sqlstate, meaning.says)
    elif issubclass(error_kind, Faulty):
        constraint_and_column = (
            getattr(error, name, None) for name in ("constraint_name", "column_name")
        )
        fault = error_kind(sqlstate, f"{meaning.says}: {message}", *constraint_and_column)
    elif error_kind is LoginEnded or error_kind is TooSlow:
        fault = error_kind(meaning.says)
    else:
        fault = error_kind(f"{meaning.says}: {message}")
    fault.cure = meaning.cure
    return fault


def _of_the_world(error: BaseException) -> PersistenceError:
    """Not reached, or lost; a certificate that is refused is no outage, and waiting mends none."""
    message = said_by(error)
    own_error: PersistenceError = Unavailable(f"the database does not answer: {message}")
    own_error.cure = WAIT
    if isinstance(error, ssl.SSLCertVerificationError):
        own_error = Unfit(f"the database's certificate is not believed: {message}")
        own_error.cure = (
            "name the CA in DATABASE_URL: ?sslmode=verify-full&sslrootcert=/path/ca.pem"
        )
    elif "rejected SSL upgrade" in message:
        own_error = Unfit("the database speaks no TLS, and DATABASE_URL asks for it (sslmode)")
        own_error.cure = "turn `ssl` on in postgresql.conf, or say ?sslmode=prefer"
    elif isinstance(error, PermissionError) and error.filename:  # a file of ours, not the socket
        own_error = Unfit(f"what is needed to connect to the database cannot be read: {message}")
        own_error.cure = (
            "see that HOME is that of the user who runs this, or let that user read the file"
        )
    elif isinstance(error, socket.gaierror):
        own_error.cure = "see that DATABASE_URL names the host rightly: nobody knows this name"
    return own_error


class _OwnErrors:
    """A class: a generator would take a microsecond more of each statement."""

    __slots__ = ()

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _where: object) -> None:
        if isinstance(error, DRIVER):
            raise own_error_of(error) from error


_OWN_ERRORS = _OwnErrors()


def own_errors() -> _OwnErrors:
    """Let no driver's error out: whatever it raises becomes one of `persistence.errors`."""
    return _OWN_ERRORS


def _is_closed(error: BaseException) -> bool:
    """Only "... is closed" and "... is closing" are the world's; the rest is a mistake of ours."""
    is_the_drivers = isinstance(error, asyncpg.InterfaceError)
    return is_the_drivers and not getattr(error, "sqlstate", None) and "clos" in str(error)
