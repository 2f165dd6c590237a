"""Calls about rows, without a socket: two people with something of each table, and a node."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from persistence.pool import Database
from persistence.rows.watched_rows import STORED_IN
from persistence.tables import auth_sessions
from schema.calls import METHODS
from schema.errors import ErrorCode
from schema.tables.description import Table
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.dispatch import dispatch
from server.calls.failures import as_error
from server.encoding.codec import JSON, BadMessage
from server.identity import Identity
from tests.persistence.rows.strangers import make_stranger
from tests.server.conftest import Nodes

ANY_LOGIN = "SELECT id FROM auth_sessions WHERE user_id = $1 AND revoked_at IS NULL LIMIT 1"

NOWHERE = "00000000-0000-4000-8000-000000000000"


@dataclass
class Refusal(Exception):
    """What a call was refused with."""

    code: ErrorCode
    message: str
    details: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.code} {self.details}: {self.message}"


@dataclass
class Person:
    """Who calls, over no connection."""

    user: str
    project: str
    context: Context
    login: str = ""
    methods: dict[str, Any] = field(default_factory=lambda: dict(METHODS))

    async def call(self, method: str, **params: Any) -> Any:
        """The result as it goes over the wire; raises `Refusal`."""
        return await self.call_raw(method, json.dumps(params).encode())

    async def call_raw(self, method: str, params: bytes) -> Any:
        """The same of bytes, which need be no JSON."""
        try:
            read = JSON.params(msgspec.Raw(params), self.methods[method][0])
        except BadMessage as error:
            raise Refusal(error.code, str(error), dict(error.details)) from None
        identity = Identity(self.user, "x", "x", await self._login())
        caller = Caller("one call", "192.0.2.1", "laptop", identity)
        try:
            result = await dispatch(self.context, caller, method, read)
        except Exception as error:  # whatever it is, it must be told
            told = as_error(None, error)
            raise Refusal(ErrorCode(told.code), told.message, dict(told.details)) from error
        return json.loads(JSON.encode(result))

    async def _login(self) -> str:
        """One that is not ended; it is there from the beginning, or made once."""
        if not self.login:
            self.login = await self.context.db.fetchval(ANY_LOGIN, self.user) or ""
        if not self.login:
            made = await auth_sessions.create(self.context.db, self.user, "laptop", 3_600)
            self.login = made.id
        return self.login

    async def named(self, db: Database, table: Table) -> dict[str, str]:
        """Parameters that name this person's row of a table."""
        tie = "id" if table.relation in ("prime_users", "own_account") else table.user
        of = self.user if tie else self.project
        relation = STORED_IN.get(table.relation, table.relation)
        places = [
            (table.by_name[name].reads or name) for name in (*table.names, tie or table.project)
        ]
        record = await db.fetchrow(
            f"SELECT {', '.join(places)} FROM {relation} WHERE {places[-1]} = $1::uuid", of
        )
        assert record is not None, table.relation
        return dict(zip((*table.within, table.param), map(str, record), strict=False))


@dataclass
class Pair:
    """Two people who share nothing."""

    ann: Person
    bob: Person
    db: Database


@pytest.fixture
async def pair(nodes: Nodes, database: Database) -> AsyncIterator[Pair]:
    node = await nodes.build()
    ann, bob = [
        Person(*await make_stranger(database, name), node.context) for name in ("ann", "bob")
    ]
    yield Pair(ann, bob, database)
    await node.server.tasks.end()
    node.context.hashing_queue.close()
    await node.server.foundation.db.close()
