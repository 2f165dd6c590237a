"""Mails that were asked for, behind the answer."""

import asyncio

import pytest

from persistence.errors import Unavailable
from persistence.pool import Database
from persistence.tables import mail_outbox
from persistence.tables.one_time_tokens import Purpose
from schema.limits import MAX_MAILED_CODES_A_DAY
from schema.server_limits import MAX_ASKED_MAILS
from server.accounts.proving.asked_mails import AskedMail, AskedMails
from server.accounts.proving.one_time_secrets import OneTimeSecrets
from server.refused import Refused
from tests.persistence.planted_rows import make_user

pytestmark = pytest.mark.postgres

RESET = Purpose.RESET_PASSWORD


def mails_of(database: Database) -> AskedMails:
    return AskedMails(database, OneTimeSecrets(b"a secret"), lambda *_: None)


async def sent(database: Database) -> list[str]:
    rows = await database.fetch("SELECT recipient FROM mail_outbox ORDER BY id")
    return [row["recipient"] for row in rows]


async def test_A24_whoever_asks_too_much_is_told_to_come_again(database: Database) -> None:
    mails = mails_of(database)
    for number in range(MAX_ASKED_MAILS):
        mails.ask(AskedMail(RESET, f"nobody{number}@example.org"))
    with pytest.raises(Refused) as refused:
        mails.ask(AskedMail(RESET, "one@example.org"))
    assert refused.value.details == {"retry_after_ms": 5_000}


async def test_A24_what_the_database_does_not_take_waits(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.accounts.proving.asked_mails.RETRY_SECONDS", 0.0)
    ann = await make_user(database)
    mails, put, failures = mails_of(database), mail_outbox.put, iter((True, True, False))
    done = asyncio.Event()

    async def sometimes(*given: object, **words: object) -> bool:
        if next(failures):
            raise Unavailable("broken by a test")
        done.set()
        return await put(*given, **words)  # type: ignore[arg-type]

    monkeypatch.setattr(mail_outbox, "put", sometimes)
    running = asyncio.create_task(mails.run())
    mails.ask(AskedMail(RESET, ann.email))
    async with asyncio.timeout(20):
        await done.wait()
    await mails.send_all()
    running.cancel()
    assert await sent(database) == [ann.email]


async def test_A24_a_mail_that_is_one_too_many_leaves_the_link_before_it_good(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await make_user(database)
    mails = mails_of(database)
    mails.ask(AskedMail(RESET, ann.email))
    await mails.send_all()
    before = await database.fetchval("SELECT token_hash FROM one_time_tokens")

    async def full(*given: object, **words: object) -> bool:
        return False

    monkeypatch.setattr(mail_outbox, "put", full)
    mails.ask(AskedMail(RESET, ann.email))
    await mails.send_all()
    assert await database.fetchval("SELECT token_hash FROM one_time_tokens") == before


async def test_A24_the_mail_says_when_there_is_no_code(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    payloads: list[dict[str, object]] = []

    async def put(*_: object, payload: dict[str, object], **__: object) -> bool:
        payloads.append(payload)
        return True

    monkeypatch.setattr(mail_outbox, "put", put)
    ann = await make_user(database)
    mails = mails_of(database)
    mails.ask(AskedMail(RESET, ann.email))
    await mails.send_all()
    await database.execute("UPDATE one_time_tokens SET made = $1", MAX_MAILED_CODES_A_DAY)
    await database.execute("UPDATE one_time_tokens SET made_at = now() - interval '2 hours'")
    mails.ask(AskedMail(RESET, ann.email))
    await mails.send_all()
    assert [bool(payload["code"]) for payload in payloads] == [True, False]
    assert all(payload["token"] for payload in payloads)
