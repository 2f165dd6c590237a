"""Tokens of open connections, and which logins are connected."""

import time
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from persistence.pool import Database
from schema.messages import TokenExpiring
from server.accounts import signing_keys
from server.accounts.access_tokens import LEEWAY_SECONDS
from server.identity import Identity
from server.router.liveness import Liveness
from server.router.logins.connected_logins import note_seen
from server.sockets.connection_states import LoggedIn
from tests.server.conftest import Node

ENDS = 1_000.0


def told_at(left: float, life: float, rounds: int = 1) -> list[Any]:
    """What a connection hears whose token has so long left, of so long."""
    told: list[Any] = []
    connection = SimpleNamespace(
        check=lambda _: True,
        session=LoggedIn("laptop", Identity("ann", "ann", "Ann", "login", ENDS)),
        last_received_at=0.0,
        send=told.append,
        close=told.append,
    )
    connections: Any = {"one": connection}
    for _ in range(rounds):
        Liveness(connections, life, lambda: ENDS - left).check(0.0)
    return told


@pytest.mark.parametrize(
    ("left", "life", "in_ms"),
    [(60.5, 900, None), (60, 900, 60_000), (12, 60, 12_000), (12.5, 60, None), (-1, 900, 0)],
)
def test_A12_it_is_warned_in_time_and_of_a_short_life_later(
    left: float, life: float, in_ms: int | None
) -> None:
    expected = [] if in_ms is None else [TokenExpiring(in_ms)]
    assert told_at(left, life, rounds=3) == expected


def test_A12_who_has_not_refreshed_is_told_and_closed() -> None:
    error, close = told_at(-LEEWAY_SECONDS, 900)
    assert (error.code, close.code) == ("token_expired", 4003)


def test_A70_a_token_of_a_key_that_is_retired_has_as_long_as_who_is_warned() -> None:
    told: list[Any] = []
    ben = Identity("ben", "ben", "Ben", "login", ENDS, "retired")
    sessions = [LoggedIn("laptop", replace(ben, key=key)) for key in ("retired", "in use")]
    connections: Any = {
        session.identity.key: SimpleNamespace(
            check=lambda _: True,
            session=session,
            last_received_at=0.0,
            send=partial(lambda key, message: told.append((key, message)), session.identity.key),
            close=partial(lambda key, message: told.append((key, message)), session.identity.key),
        )
        for session in sessions
    }
    now = 100.0
    liveness = Liveness(connections, 900, lambda: now, lambda _: {"retired"})
    liveness.check(0.0)
    now += 60.0
    liveness.check(0.0)
    assert told == [("retired", TokenExpiring(60_000))]
    now += LEEWAY_SECONDS
    liveness.check(0.0)
    assert [key for key, _ in told] == ["retired"] * 3
    assert (told[1][1].code, told[2][1].code) == ("token_expired", 4003)


@pytest.mark.postgres
async def test_A70_who_refreshes_after_keys_were_replaced_stays(node: Node) -> None:
    ann = await node.musician("ann")
    keys = node.context.tokens.keys
    await signing_keys.replace(node.context.db)
    await keys.read(node.context.db)
    assert (await ann.until("token_expiring"))["in_ms"] <= 60_000
    await ann.result("auth.refresh", refresh_token=ann.tokens["refresh_token"])
    [connection] = node.connections.values()
    assert connection.identity is not None
    assert connection.identity.key not in keys.retired(time.time())


@pytest.mark.postgres
async def test_A13_when_a_login_was_connected_is_written_once_a_minute(
    node: Node, database: Database
) -> None:
    ann = await node.musician("ann")
    await node.again(ann, "phone")
    seen = "SELECT extract(epoch FROM now() - seen_at)::float8 FROM auth_sessions"
    await database.execute(
        "UPDATE auth_sessions SET seen_at = now() - interval '1 hour', network = ''"
    )
    changes = await database.fetchval("SELECT count(*) FROM change_log")
    await note_seen(database, node.connections.values())
    assert await database.fetchval(seen) < 60
    assert await database.fetchval("SELECT network FROM auth_sessions") == "127.0.0.0/24"
    await database.execute("UPDATE auth_sessions SET seen_at = now() - interval '40 s'")
    await note_seen(database, node.connections.values())
    assert await database.fetchval(seen) >= 40
    assert await database.fetchval("SELECT count(*) FROM change_log") == changes
