"""Entries of the audit as they are stored."""

import json
import uuid
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from persistence.pool import Database
from persistence.tables import audit_log
from persistence.tables.audit_log import AuditRow
from schema.accounts.audit_events import AuditEvent
from schema.server_limits import MAX_AUDIT_TEXT

pytestmark = pytest.mark.postgres

ANN, BEN, SONG = (str(uuid.uuid4()) for _ in range(3))


async def test_an_entry_is_there_if_and_only_if_its_transaction_is(database: Database) -> None:
    with suppress(RuntimeError):
        async with database.transaction() as tx:
            await audit_log.insert(tx, AuditEvent.ROLE_CHANGED, user=ANN, project=SONG)
            raise RuntimeError
    assert await database.fetchval("SELECT count(*) FROM audit_log") == 0
    async with database.transaction() as tx:
        await audit_log.insert(
            tx, AuditEvent.ROLE_CHANGED, user=ANN, actor=BEN, project=SONG, role="editor"
        )
    row = await database.fetchrow("SELECT * FROM audit_log")
    assert row is not None
    assert (row["event"], row["user_id"], row["actor_id"]) == ("role_changed", ANN, BEN)
    assert json.loads(row["details"]) == {"role": "editor"}


async def test_who_did_it_to_themselves_is_named_once(database: Database) -> None:
    await audit_log.insert(database, AuditEvent.ACCESS_REVOKED, user=ANN, actor=ANN)
    assert await database.fetchval("SELECT actor_id FROM audit_log") is None


async def test_what_owners_read_names_nobodys_address(database: Database) -> None:
    await audit_log.insert(
        database, AuditEvent.INVITATION_ACCEPTED, user=ANN, project=SONG, address="192.0.2.7"
    )
    assert await database.fetchval("SELECT address FROM audit_log") is None


async def test_one_entry_sent_twice_is_one(database: Database) -> None:
    row = AuditRow(AuditEvent.LOGIN, user=ANN)
    await audit_log.insert_many(database, [row, AuditRow(AuditEvent.LOGIN, user=BEN)])
    await audit_log.insert_many(database, [row])
    assert await database.fetchval("SELECT count(*) FROM audit_log") == 2


async def test_whatever_details_hold_is_stored_short_and_without_secrets(
    database: Database,
) -> None:
    row = AuditRow(
        AuditEvent.LOGIN_FAILED,
        details={
            "device": "\ud800 \x00" + "x" * 10_000,
            "password": "canary",
            "tracks": ["a"] * 10_000,
            "how": {"refresh_token": "canary"},
            "nothing": None,
            "permissions": {"transport": 0, "edit": None, "token": "canary", "x": ["y" * 10_000]},
        },
    )
    assert row.bytes < 10_000
    await audit_log.insert_many(database, [row])
    text = await database.fetchval("SELECT details::text FROM audit_log")
    assert "canary" not in text
    assert "nothing" not in text
    told = json.loads(text)
    assert len(told["device"]) <= MAX_AUDIT_TEXT
    assert told["permissions"].items() >= {"transport": 0, "edit": None}.items()
    assert len(told["permissions"]["x"][0]) <= MAX_AUDIT_TEXT


async def test_what_is_old_is_forgotten(database: Database) -> None:
    for at in (None, 1_000_000_000.0):
        await audit_log.insert_many(database, [AuditRow(AuditEvent.LOGIN, user=ANN, at=at)])
    await audit_log.trim(database, 180.0)
    assert await database.fetchval("SELECT count(*) FROM audit_log") == 1


async def test_the_log_says_what_is_committed_and_nothing_that_was_rolled_back(
    database: Database,
) -> None:
    with capture_logs() as logs:
        with suppress(RuntimeError):
            async with database.transaction() as tx:
                await audit_log.insert(tx, AuditEvent.ROLE_CHANGED, user=ANN)
                raise RuntimeError
        async with database.transaction() as tx, tx.transaction() as inner:
            await audit_log.insert(inner, AuditEvent.ACCESS_REVOKED, user=BEN)
            assert logs == []
        await audit_log.insert(database, AuditEvent.LOGOUT, user=ANN)
    assert [entry["what"] for entry in logs] == ["access_revoked", "logout"]
