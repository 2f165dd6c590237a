"""What is put to be sent: in the transaction of what it tells about, and so much an hour."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from persistence.pool import Database
from persistence.tables import mail_outbox, users
from persistence.tables.mail_outbox import PAYLOADS, MailKind, put
from schema.limits import MAX_INVITATIONS_MAILED_PER_HOUR
from schema.server_limits import MAX_MAILS_PER_HOUR, MAX_NOTICES_PER_HOUR
from server.accounts.mail.sender import CLAIM_SECONDS, LAST_DELAY_SECONDS
from tests.server.conftest import eventually

pytestmark = pytest.mark.postgres

NOBODY = "00000000-0000-0000-0000-000000000000"

RESET, TOLD = MailKind.RESET_PASSWORD, MailKind.PASSWORD_CHANGED


def payload(kind: MailKind) -> Mapping[str, object]:
    numbers = {"token_minutes": 60, "code_minutes": 10, "days": 30}
    return {name: numbers.get(name, "something") for name in PAYLOADS[kind]}


async def put_one(
    database: Database, recipient: str, kind: MailKind, user_id: str | None = None
) -> bool:
    return await put(
        database, recipient=recipient, kind=kind, payload=payload(kind), user_id=user_id
    )


async def make_user(database: Database, name: str) -> str:
    row = await users.create(database, email=f"{name}@example.com", username=name, name=name)
    return row.id


async def waiting(database: Database) -> int:
    count: int = await database.fetchval("SELECT count(*) FROM mail_outbox")
    return count


@pytest.mark.parametrize("kind", MailKind)
async def test_every_kind_is_put(database: Database, kind: MailKind) -> None:
    assert await put_one(database, "ann@example.com", kind)


@pytest.mark.parametrize("given", [{}, {"name": "Ann", "password": "x"}])
async def test_a_payload_that_is_not_the_kinds_is_refused(
    database: Database, given: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match="the payload of password_changed is name"):
        await put(database, recipient="ann@example.com", kind=TOLD, payload=given)


async def test_nothing_is_sent_of_what_was_rolled_back(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction() as transaction:
            await put(transaction, recipient="ann@example.com", kind=TOLD, payload=payload(TOLD))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await waiting(database) == 0


async def test_Z2_an_address_gets_so_many_in_whatever_spelling(database: Database) -> None:
    spellings = ["ann@example.com", "Ann@Example.COM", "anN@EXAMPLE.com", "ANN@example.com"]
    asked = [put_one(database, spellings[n % 4], RESET) for n in range(2 * MAX_MAILS_PER_HOUR)]
    assert sum(await asyncio.gather(*asked)) == MAX_MAILS_PER_HOUR
    assert await put_one(database, "ben@example.com", RESET)
    dropped = await database.fetchval("SELECT sum(dropped) FROM mail_outbox")
    assert dropped == MAX_MAILS_PER_HOUR


async def test_Z2_a_user_has_so_many_sent_to_whatever_address(database: Database) -> None:
    ann, ben = [await make_user(database, name) for name in ("ann", "ben")]
    asked = [
        put_one(database, f"stranger{n}@example.com", MailKind.INVITATION, ann)
        for n in range(MAX_INVITATIONS_MAILED_PER_HOUR + 5)
    ]
    assert sum(await asyncio.gather(*asked)) == MAX_INVITATIONS_MAILED_PER_HOUR
    assert await put_one(database, "stranger@example.com", MailKind.INVITATION, ben)


@pytest.mark.parametrize("kind", MailKind)
async def test_A57_however_many_of_the_other_kinds_there_are_each_is_sent(
    database: Database, kind: MailKind
) -> None:
    ann = await make_user(database, "ann")
    await database.execute(
        "INSERT INTO mail_outbox (user_id, recipient, address, kind, payload)"
        " SELECT $1::uuid, $2, $2, kind, '{}' FROM unnest($3::text[]) AS kind,"
        " generate_series(1, 40)",
        ann,
        "ann@example.com",
        [other for other in MailKind if other is not kind],
    )
    assert await put_one(database, "ann@example.com", kind, ann)


async def test_Z2_notices_of_a_kind_are_bounded(database: Database) -> None:
    told = [await put_one(database, "ann@example.com", TOLD) for _ in range(25)]
    assert sum(told) == MAX_NOTICES_PER_HOUR


async def test_after_an_hour_there_is_room_again(database: Database) -> None:
    for _ in range(MAX_MAILS_PER_HOUR):
        assert await put_one(database, "ann@example.com", RESET)
    assert not await put_one(database, "ann@example.com", RESET)
    await database.execute("UPDATE mail_outbox SET created_at = created_at - interval '61 minutes'")
    assert await put_one(database, "ann@example.com", RESET)


async def test_Z3_no_mail_is_sent_when_its_link_holds_no_longer(database: Database) -> None:
    given = {**payload(RESET), "token_minutes": 60}
    await mail_outbox.put(database, recipient="ann@example.com", kind=RESET, payload=given)
    minutes = await database.fetchval(
        "SELECT round(extract(epoch FROM give_up_at - now()) / 60)::int FROM mail_outbox"
    )
    assert minutes == 60


MANY = """
INSERT INTO mail_outbox (recipient, address, kind, sent_at, created_at, give_up_at, next_try_at)
SELECT n || '@example.com', n || '@example.com', 'new_login',
    CASE WHEN n % 100 > 0 THEN now() END, now() - n * interval '10 seconds', now(),
    now() + interval '1 hour'
FROM generate_series(1, 20000) AS n
"""


ALARMS = Path(__file__).parents[3] / "docs" / "operating" / "alarms.md"


async def test_what_the_alarm_says_has_mails_tried_now_but_for_those_that_are_being_sent(
    database: Database,
) -> None:
    chapter = ALARMS.read_text(encoding="utf-8")
    [statement] = re.findall(r'-c "(UPDATE mail_outbox [^"]+)"', chapter)
    for name in ("ann", "ben", "cleo"):
        assert await put_one(database, f"{name}@example.com", RESET)
    [put_off, sent, claimed] = await mail_outbox.claim(database, 3, CLAIM_SECONDS)
    await mail_outbox.mark_sent(database, [sent.id])
    await mail_outbox.put_off(database, put_off, LAST_DELAY_SECONDS, "no answer")
    assert await mail_outbox.claim(database, 3, CLAIM_SECONDS) == []
    await database.execute(statement)
    [due] = await mail_outbox.claim(database, 3, CLAIM_SECONDS)
    assert due.id == put_off.id != claimed.id
    assert due.tries == put_off.tries + 1


async def test_whatever_was_sent_costs_no_look_anything(database: Database) -> None:
    """By an index each: a node looks once a second, however many mails there were."""
    await database.execute(MANY)
    await database.execute("ANALYZE mail_outbox")
    asked: list[tuple[str, tuple[object, ...]]] = [
        (mail_outbox.CLAIM, (20, 120.0, list(MailKind))),
        (mail_outbox.GIVE_UP_LATE, (500,)),
        (mail_outbox.FIGURES, ()),
        (
            mail_outbox.PUT,
            (None, "a@b.org", "a@b.org", "new_login", "{}", 60.0, 10, 10),
        ),
        (mail_outbox.HAS_ASKED, (NOBODY, "invitation", "a@b.org")),
        (mail_outbox.DROP, ("a@b.org", None)),
        (mail_outbox.TRIM, (2_000,)),
    ]
    for statement, arguments in asked:
        plan = await database.fetch(f"EXPLAIN {statement}", *arguments)
        lines = "\n".join(row[0] for row in plan)
        assert "Seq Scan on mail_outbox" not in lines, lines


async def test_two_mails_of_one_user_never_wait_for_each_other(database: Database) -> None:
    """One that asks first whether it may, and one that does not, to an address before any id."""
    ann, address = await make_user(database, "ann"), "-a@example.com"
    waiting_for_locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with database.transaction() as first:
        assert await mail_outbox.may_ask_for(first, ann, MailKind.INVITATION, address)
        second = asyncio.ensure_future(put_one(database, address, TOLD, ann))
        await eventually(lambda: database.fetchval(waiting_for_locks))
        assert await put(
            first,
            recipient=address,
            kind=MailKind.INVITATION,
            payload=payload(MailKind.INVITATION),
            user_id=ann,
        )
    assert await second
    assert await waiting(database) == 2
