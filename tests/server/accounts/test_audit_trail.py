"""The audit of one node: never waited for, bounded, written once."""

from typing import Any

import pytest

from persistence.errors import BadValue, Unavailable
from persistence.tables import audit_log
from persistence.tables.audit_log import AuditRow
from schema.accounts.audit_events import AuditEvent, Cause
from schema.server_limits import MAX_AUDIT_BYTES
from server.accounts.audit_trail import APART_AT_ONCE, AuditTrail
from server.events.events import EventSubject

NO_DB: Any = None


class Table:
    """Stands for `audit_log.insert_many`."""

    def __init__(self) -> None:
        self.rows: dict[str, AuditRow] = {}
        """By id, as the table has them."""
        self.fails: list[Exception] = []
        """What the next writes raise, the first first."""

    async def insert_many(self, _db: object, rows: list[AuditRow]) -> None:
        if self.fails:
            raise self.fails.pop(0)
        if any(row.user == "bad" for row in rows):
            raise BadValue("22P02", "no uuid")
        self.rows |= {row.id: row for row in rows}

    def of(self, event: AuditEvent) -> list[AuditRow]:
        return [row for row in self.rows.values() if row.event is event]


class Noted:
    """An audit on such a table, with a clock and counts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.table = Table()
        self.counts: dict[str, float] = {}
        self.now = 1_000.0
        monkeypatch.setattr(audit_log, "insert_many", self.table.insert_many)
        self.audit = AuditTrail(NO_DB, self.count, lambda: self.now)

    def count(self, kind: str, amount: float = 1, about: EventSubject | None = None) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + amount


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> Noted:
    return Noted(monkeypatch)


async def test_an_entry_is_written_with_all_that_was_said(noted: Noted) -> None:
    noted.audit.note(AuditEvent.LOGIN, user="ann", actor="ann", address="::1", device="DAW")
    assert not noted.table.rows, "nobody waits for it"
    await noted.audit.flush()
    (row,) = noted.table.rows.values()
    assert (row.user, row.actor, row.address, row.at) == ("ann", None, "::1", 1_000.0)
    assert row.details == {"device": "DAW"}
    assert noted.counts == {"audit_entries.login": 1}


async def test_a_flood_of_failures_is_one_entry_with_a_count(noted: Noted) -> None:
    for _ in range(400):
        noted.audit.note(
            AuditEvent.LOGIN_FAILED, account=b"a" * 16, address="::1", cause=Cause.WRONG_PASSWORD
        )
    noted.audit.note(AuditEvent.LOGIN_FAILED, account=b"b" * 16, address="::1")
    await noted.audit.flush()
    assert [row.count for row in noted.table.rows.values()] == [400, 1]
    assert noted.counts["auth_refused.wrong_password"] == 400
    assert noted.counts["audit_entries.login_failed"] == 401


async def test_a_spray_over_many_accounts_is_few_entries_and_none_is_lost(noted: Noted) -> None:
    for n in range(5_000):
        noted.audit.note(AuditEvent.LOGIN_FAILED, account=n.to_bytes(16), address=f"10.0.0.{n}")
    await noted.audit.flush()
    rows = noted.table.of(AuditEvent.LOGIN_FAILED)
    assert len(rows) == APART_AT_ONCE + 1
    assert sum(row.count for row in rows) == 5_000
    assert not noted.table.of(AuditEvent.ENTRIES_LOST)


async def test_what_waits_is_bounded_and_what_is_lost_is_said(noted: Noted) -> None:
    for n in range(10_000):
        noted.audit.note(AuditEvent.SESSION_REVOKED, user=str(n), device="x" * 256)
    await noted.audit.flush()
    (lost,) = noted.table.of(AuditEvent.ENTRIES_LOST)
    kept = noted.table.of(AuditEvent.SESSION_REVOKED)
    assert 0 < sum(row.bytes for row in kept) <= MAX_AUDIT_BYTES
    assert lost.count + len(kept) == 10_000
    assert noted.counts["audit_entries_lost"] == lost.count
    noted.audit.note(AuditEvent.LOGIN, user="ann")
    await noted.audit.flush()
    assert len(noted.table.of(AuditEvent.LOGIN)) == 1, "there is room again"


async def test_what_could_not_be_written_is_written_later_and_once(noted: Noted) -> None:
    noted.audit.note(AuditEvent.LOGIN, user="ann")
    noted.audit.note(AuditEvent.LOGIN_FAILED, user="ann")
    noted.table.fails = [Unavailable("the database is away")]
    with pytest.raises(Unavailable):
        await noted.audit.flush()
    noted.audit.note(AuditEvent.LOGIN_FAILED, user="ann")
    await noted.audit.flush()
    assert [row.event for row in noted.table.rows.values()] == [
        AuditEvent.LOGIN,
        AuditEvent.LOGIN_FAILED,
        AuditEvent.LOGIN_FAILED,
    ]


async def test_an_entry_that_the_table_refuses_costs_no_other(noted: Noted) -> None:
    for user in ("ann", "bad", "ben"):
        noted.audit.note(AuditEvent.LOGIN, user=user)
    await noted.audit.flush()
    assert [row.user for row in noted.table.rows.values()] == ["ann", "ben"]
    assert noted.counts["audit_entries_lost"] == 1


async def test_a_node_that_stops_writes_what_is_left(noted: Noted) -> None:
    noted.audit.note(AuditEvent.LOGOUT, user="ann")
    await noted.audit.flush_at_last()
    assert len(noted.table.rows) == 1
    noted.audit.note(AuditEvent.LOGOUT, user="ben")
    noted.table.fails = [Unavailable("the database is away")]
    await noted.audit.flush_at_last()
    assert len(noted.table.rows) == 1, "and says what is lost, without failing"
