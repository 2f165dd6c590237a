"""The way to the database: a pool that never hangs and speaks in this project's own errors."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, Protocol

import asyncpg

from persistence.connections.array_types import know_arrays
from persistence.connections.process_priority import step_back
from persistence.database_url import none_at_all
from persistence.errors import PersistenceError, Unavailable
from persistence.slots import Slots
from persistence.sqlstates import DEAD_CONNECTION, DRIVER, own_errors

CONNECT_SECONDS = 5.0
ACQUIRE_SECONDS = 5.0
RELEASE_SECONDS = 1.0
"""A connection that does not come back by then is cut: `release` waits for a stalled server."""

NODE_NAME = "prime node "
"""What `application_name` of a node begins with: by it `./run new-epochs` sees that nodes run."""

COMMAND_NAME = "prime command"


class Executor(Protocol):
    """Where queries go: a `Database` (each its own transaction) or a `Transaction`."""

    async def fetch(self, query: str, *args: object) -> "list[asyncpg.Record]": ...

    async def fetchrow(self, query: str, *args: object) -> "asyncpg.Record | None": ...

    async def fetchval(self, query: str, *args: object) -> Any: ...

    async def execute(self, query: str, *args: object) -> str: ...

    def transaction(self, first: str = "") -> "AbstractAsyncContextManager[Executor]":
        """All or nothing. `first`: a statement that is its first, in the same round trip."""

    def when_committed(self, callback: "Callable[[], None]") -> None:
        """Call it once what was done is committed, and never if it is rolled back."""


class _Connection(asyncpg.Connection):
    def get_reset_query(self) -> str:
        # Nothing here changes a session's state, so a release costs no round trip.
        return ""


async def _prepare(connection: Any) -> None:
    await connection.set_type_codec(
        "uuid", schema="pg_catalog", encoder=str, decoder=str, format="text"
    )
    know_arrays(connection)


async def _prepare_slow(connection: Any) -> None:
    await _prepare(connection)
    await step_back(connection)


def _settings(statement_seconds: float, lock_seconds: float | None) -> dict[str, str]:
    """Those of each session, as PostgreSQL reads them."""
    milliseconds = str(int(statement_seconds * 1000))
    settings = {
        "statement_timeout": milliseconds,
        "idle_in_transaction_session_timeout": milliseconds,
        "timezone": "UTC",
        "jit": "off",
    }
    if lock_seconds is not None:
        settings["lock_timeout"] = str(int(lock_seconds * 1000))
    return settings


class Transaction:
    """One transaction on one connection: an `Executor`."""

    def __init__(self, connection: Any, timeout_seconds: float) -> None:
        self._connection = connection
        self._timeout = timeout_seconds
        self._callbacks: list[Callable[[], None]] | None = None
        """What is called once it is committed, in that order; None: nothing."""

    async def fetch(self, query: str, *args: object) -> "list[asyncpg.Record]":
        with own_errors():
            rows: list[asyncpg.Record] = await self._connection.fetch(
                query, *args, timeout=self._timeout
            )
            return rows

    async def fetchrow(self, query: str, *args: object) -> "asyncpg.Record | None":
        with own_errors():
            row: asyncpg.Record | None = await self._connection.fetchrow(
                query, *args, timeout=self._timeout
            )
            return row

    async def fetchval(self, query: str, *args: object) -> Any:
        with own_errors():
            return await self._connection.fetchval(query, *args, timeout=self._timeout)

    async def execute(self, query: str, *args: object) -> str:
        with own_errors():
            status: str = await self._connection.execute(query, *args, timeout=self._timeout)
            return status

    @asynccontextmanager
    async def transaction(self, first: str = "") -> "AsyncIterator[Transaction]":
        """Part of this transaction: there are no nested ones."""
        if first:
            await self.execute(first)
        yield self

    def when_committed(self, callback: Callable[[], None]) -> None:
        if self._callbacks is None:
            self._callbacks = []
        self._callbacks.append(callback)

    def tell_committed(self) -> None:
        """Say so to whoever waits for it."""
        for callback in self._callbacks or ():
            callback()


class _Begun:
    """A transaction whose first statement went along with its BEGIN."""

    def __init__(self, connection: Any, first: str) -> None:
        self._connection = connection
        self._first = first

    async def start(self) -> None:
        await self._connection.execute(f"BEGIN; {self._first}")

    async def commit(self) -> None:
        await self._connection.execute("COMMIT")

    async def rollback(self) -> None:
        await self._connection.execute("ROLLBACK")


class Database:
    """The pool: an `Executor` whose every query is its own transaction.

    A query that begins with SELECT is sent once more when its connection turns out to be dead, as
    all of them are after a restart of the server: here every such query is a read, or safe to
    repeat. Any other then raises `Unavailable`: whether it happened is unknown.
    """

    def __init__(self, pool: Any, timeout_seconds: float, max_size: int) -> None:
        self._pool = pool
        self._timeout = timeout_seconds
        self._at_hand: list[Any] = []
        """Connections that nobody uses and the pool does not have back, the last used one last.

        To give one back takes three turns of the event loop, in which whoever asked would wait.
        """
        self._is_closing = False
        """From then on the pool has each back at once: it waits for them."""
        self._slots = Slots(max_size)
        """One for each connection: who has one gets a connection without waiting for another's."""
        self._used_count = 0
        """Connections that someone uses now, also those that died under them.

        A difference of what is open and what nobody uses would count those that died at hand twice.
        """

    @classmethod
    async def open(
        cls,
        dsn: str,
        *,
        max_size: int = 10,
        statement_timeout_seconds: float = 5,
        lock_timeout_seconds: float | None = None,
        application_name: str = COMMAND_NAME,
        steps_back: bool = False,
        role: str | None = None,
        at_once: int = 1,
    ) -> "Database":
        """Connect; raises `Unavailable`, `Unfit`, `BadSetting`: trying again is the caller's.

        `steps_back`: what is asked here takes long, and what others ask goes first.
        `role`: all of it runs as this one; None: as whoever the address logs in as.
        `at_once`: how many connections are made now; with none, a wrong address is found later.
        """
        settings = _settings(statement_timeout_seconds, lock_timeout_seconds)
        settings |= {"application_name": application_name} | ({"role": role} if role else {})
        with own_errors():
            pool = asyncpg.create_pool(
                dsn,
                min_size=at_once,
                max_size=max_size,
                timeout=CONNECT_SECONDS,
                connection_class=_Connection,
                init=_prepare_slow if steps_back else _prepare,
                server_settings=settings,
            )
            async with asyncio.timeout(2 * CONNECT_SECONDS):
                try:
                    await pool
                except ValueError as error:
                    raise none_at_all(error) from error
        # The server gives up first, so that the answer says why; a stalled one cannot.
        return cls(pool, statement_timeout_seconds + 1, max_size)

    @property
    def size(self) -> int:
        """Connections that are open now."""
        return int(self._pool.get_size())

    @property
    def busy(self) -> int:
        """Connections that someone uses now."""
        return self._used_count

    async def fetch(self, query: str, *args: object) -> "list[asyncpg.Record]":
        rows: list[asyncpg.Record] = await self._run("fetch", query, args)
        return rows

    async def fetchrow(self, query: str, *args: object) -> "asyncpg.Record | None":
        row: asyncpg.Record | None = await self._run("fetchrow", query, args)
        return row

    async def fetchval(self, query: str, *args: object) -> Any:
        return await self._run("fetchval", query, args)

    async def execute(self, query: str, *args: object) -> str:
        status: str = await self._run("execute", query, args)
        return status

    @asynccontextmanager
    async def transaction(self, first: str = "") -> AsyncIterator[Transaction]:
        """All or nothing; `Unavailable` at its end leaves open whether it was all.

        `first`: a statement without parameters, which goes along with the BEGIN; it raises here.
        """
        connection, transaction = await self._begin(first)
        begun_transaction = Transaction(connection, self._timeout)
        try:
            yield begun_transaction
            with own_errors():
                async with asyncio.timeout(self._timeout):
                    await transaction.commit()
        except BaseException as error:
            await self._roll_back(connection, transaction, error)
            raise
        finally:
            await self._release(connection)
        begun_transaction.tell_committed()

    def when_committed(self, callback: Callable[[], None]) -> None:
        """Each query is its own transaction: at once."""
        callback()

    async def close(self) -> None:
        """Wait briefly for queries under way, then close the connections."""
        self._is_closing = True
        try:
            async with asyncio.timeout(RELEASE_SECONDS):
                await self._give_back()
                await self._pool.close()
        except BaseException as error:  # whoever closes may itself be stopped
            self._pool.terminate()
            if not isinstance(error, DRIVER):
                raise

    async def _run(self, method: str, query: str, args: tuple[object, ...]) -> Any:
        try:
            return await self._run_once(method, query, args)
        except Unavailable as error:
            if not (_died(error) and query.lstrip()[:6].upper() == "SELECT"):
                raise
        return await self._run_once(method, query, args)

    async def _run_once(self, method: str, query: str, args: tuple[object, ...]) -> Any:
        connection = await self._acquire()
        try:
            with own_errors():
                return await getattr(connection, method)(query, *args, timeout=self._timeout)
        except BaseException as error:
            await self._after_error(connection, error)
            raise
        finally:
            await self._release(connection)

    async def _begin(self, first: str) -> tuple[Any, Any]:
        try:
            return await self._begin_once(first)
        except Unavailable as error:
            if not _died(error):
                raise
        return await self._begin_once(first)

    async def _begin_once(self, first: str) -> tuple[Any, Any]:
        connection = await self._acquire()
        transaction = _Begun(connection, first) if first else connection.transaction()
        try:
            with own_errors():
                async with asyncio.timeout(self._timeout):
                    await transaction.start()
        except BaseException as error:
            if first:
                await self._roll_back(connection, transaction, error)
            else:
                await self._after_error(connection, error)
            await self._release(connection)
            raise
        return connection, transaction

    async def _acquire(self) -> Any:
        if not self._slots.take():
            with own_errors():
                async with asyncio.timeout(ACQUIRE_SECONDS):
                    await self._slots.wait()
        try:
            connection = await self._connection()
        except BaseException:
            self._slots.give()
            raise
        self._used_count += 1
        return connection

    async def _connection(self) -> Any:
        """One at hand, or a new one of the pool's; who asks has a slot."""
        while self._at_hand:
            connection = self._at_hand.pop()
            if _is_open(connection):
                return connection
            await self._put_back(connection)
        with own_errors():
            return await self._pool.acquire(timeout=ACQUIRE_SECONDS)

    async def _roll_back(self, connection: Any, transaction: Any, error: BaseException) -> None:
        if not isinstance(error, Exception) or not _answered(error):
            await self._after_error(connection, error)
            return
        try:
            async with asyncio.timeout(RELEASE_SECONDS):
                await transaction.rollback()
        except DRIVER:
            _cut(connection)

    async def _after_error(self, connection: Any, error: BaseException) -> None:
        """Keep the connection only if the server itself answered on it."""
        cause = error.__cause__ if isinstance(error, PersistenceError) else error
        if not isinstance(cause, asyncpg.PostgresError) or _died(error):
            _cut(connection)
        if _died(error):
            await self._pool.expire_connections()  # the others died with it
            await self._give_back()

    async def _give_back(self) -> None:
        connections, self._at_hand = self._at_hand, []
        for connection in connections:
            await self._put_back(connection)

    async def _release(self, connection: Any) -> None:
        try:
            if _is_open(connection) and not self._is_closing:
                self._at_hand.append(connection)
            else:
                await self._put_back(connection)
        finally:
            self._used_count -= 1
            self._slots.give()

    async def _put_back(self, connection: Any) -> None:
        with suppress(*DRIVER):
            await self._pool.release(connection, timeout=RELEASE_SECONDS)


def _cut(connection: Any) -> None:
    with suppress(asyncpg.InterfaceError):  # it is back in the pool already
        connection.terminate()


def _is_open(connection: Any) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:  # it was cut
        return False


def _answered(error: Exception) -> bool:
    """Whether the connection can still be used: the server refused, or was not asked."""
    if not isinstance(error, Unavailable):
        return True
    return isinstance(error.__cause__, asyncpg.PostgresError) and not _died(error)


def _died(error: BaseException) -> bool:
    return isinstance(error, Unavailable) and isinstance(error.__cause__, DEAD_CONNECTION)
