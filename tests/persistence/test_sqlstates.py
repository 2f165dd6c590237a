"""No error of the driver leaves the folder unnamed: all its classes, all classes of SQLSTATEs."""

import errno

import asyncpg
import pytest
from asyncpg import exceptions

from persistence.errors import (
    BadValue,
    Busy,
    Faulty,
    PersistenceError,
    Pooled,
    TooSlow,
    Unavailable,
    Unfit,
)
from persistence.sqlstates import SESSION_MODE, own_error_of, own_errors

OF_THE_DRIVER = sorted(
    {
        error
        for error in vars(exceptions).values()
        if isinstance(error, type)
        and issubclass(error, Exception)
        and not issubclass(error, asyncpg.InterfaceWarning)
        and error.__module__.startswith("asyncpg")
    },
    key=lambda error: error.__name__,
)


def of_sqlstate(sqlstate: str) -> asyncpg.PostgresError:
    made: asyncpg.PostgresError = exceptions.PostgresError.new(
        {"C": sqlstate, "M": f"says {sqlstate}", "S": "ERROR"}
    )
    return made


@pytest.mark.parametrize("error", OF_THE_DRIVER, ids=lambda error: error.__name__)
def test_every_error_of_the_driver_has_a_name_of_ours(error: type[Exception]) -> None:
    with pytest.raises(PersistenceError), own_errors():
        raise error("planted")


@pytest.mark.parametrize("error", [OSError, ConnectionResetError, TimeoutError])
def test_what_the_world_does_is_an_outage(error: type[Exception]) -> None:
    assert type(own_error_of(error("planted"))) is Unavailable


CLASSES = {
    Unavailable: "08006 53100 53300 53400 57P01 57P02 57P03 58030 25006 25P03",
    Busy: "40001 40P01 55P03 55006 55000 53200",
    TooSlow: "57014",
    Unfit: "28000 28P01 3D000 F0000",
    Pooled: "26000 42P05",
    BadValue: "22P02 22021 23505 23514",
    Faulty: "01000 02000 03000 0A000 0B000 0P000 21000 24000 25001 25P02 2B000 2F000 34000"
    " 38000 39000 3B000 3F000 42501 42P01 42883 44000 54000 54001 54023 72000 HV000 P0001"
    " P0004 XX000 XX001 XX002 99999",
}


@pytest.mark.parametrize(
    ("kind", "sqlstate"),
    [(kind, sqlstate) for kind, states in CLASSES.items() for sqlstate in states.split()],
)
def test_every_class_of_sqlstates_means_something(
    kind: type[PersistenceError], sqlstate: str
) -> None:
    assert type(own_error_of(of_sqlstate(sqlstate))) is kind


def test_a_fault_says_its_sqlstate_and_a_constraint_its_name() -> None:
    damaged = own_error_of(of_sqlstate("XX002"))
    assert isinstance(damaged, Faulty)
    assert damaged.sqlstate == "XX002"
    assert "XX002" in str(damaged)


BOUND = 'bind message supplies 1 parameters, but prepared statement "s" requires 0'


@pytest.mark.parametrize(
    "error",
    [
        exceptions.InvalidSQLStatementNameError.new({"C": "26000", "M": "not there"}),
        exceptions.DuplicatePreparedStatementError.new({"C": "42P05", "M": "there"}),
        exceptions.ProtocolViolationError.new({"C": "08P01", "M": BOUND}),
    ],
    ids=lambda error: str(error.sqlstate),
)
def test_each_sign_of_a_pooler_between_is_one_short_line(error: asyncpg.PostgresError) -> None:
    told = own_error_of(error)
    assert isinstance(told, Pooled)
    assert told.in_full.endswith(f": a pooler in transaction mode is between; {SESSION_MODE}")
    assert "RECONNECT" in SESSION_MODE
    assert "HINT" not in told.in_full


def test_a_file_that_may_not_be_read_is_no_outage_that_passes() -> None:
    """As with HOME of another user, where the driver looks for a key."""
    key = "/home/other/.postgresql/postgresql.key"
    told = own_error_of(PermissionError(errno.EACCES, "Permission denied", key))
    assert isinstance(told, Unfit)
    assert key in told.in_full
    assert "HOME" in told.in_full
    assert isinstance(own_error_of(PermissionError(errno.EACCES, "Permission denied")), Unavailable)
