"""Queries on `mail_outbox`: mail that waits to be sent, and what became of it.

Put in the transaction of what it tells about: either both happen, or neither. A mail is sent at
least once; its payload, which may hold the secret of a link, is erased once it is sent or given up.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from persistence import sliced_deletes
from persistence.pool import Executor
from schema.limits import MAX_INVITATIONS_MAILED_PER_HOUR, MAX_INVITATIONS_TO_ONE_PER_HOUR
from schema.server_limits import MAX_MAILS_PER_HOUR, MAX_NOTICES_PER_HOUR
from schema.text.email_addresses import NoAddress, as_kept, key_of


class MailKind(StrEnum):
    """What a mail is about; each has a pair of templates (server/accounts/mail/templates)."""

    VERIFY_ADDRESS = "verify_address"
    RESET_PASSWORD = "reset_password"
    CHANGE_ADDRESS = "change_address"
    DELETE_ACCOUNT = "delete_account"
    INVITATION = "invitation"
    ADDRESS_ASKED = "address_asked"
    ADDRESS_CHANGED = "address_changed"
    PASSWORD_CHANGED = "password_changed"
    ACCOUNT_DELETED = "account_deleted"
    NEW_LOGIN = "new_login"
    REFRESH_REUSE = "refresh_reuse"
    WRONG_CODES = "wrong_codes"
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_UNLINKED = "identity_unlinked"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    APP_ADDED = "app_added"
    APP_REMOVED = "app_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    DEVICE_APPROVED = "device_approved"


PAYLOADS: dict[MailKind, tuple[str, ...]] = {
    MailKind.VERIFY_ADDRESS: ("name", "token", "code", "token_minutes", "code_minutes"),
    MailKind.RESET_PASSWORD: ("name", "token", "code", "token_minutes", "code_minutes"),
    MailKind.CHANGE_ADDRESS: ("name", "token", "code", "token_minutes", "code_minutes"),
    MailKind.DELETE_ACCOUNT: ("name", "code", "code_minutes"),
    MailKind.INVITATION: ("inviter", "project", "role", "token", "token_minutes"),
    MailKind.ADDRESS_ASKED: ("name", "address"),
    MailKind.ADDRESS_CHANGED: ("name", "address"),
    MailKind.PASSWORD_CHANGED: ("name",),
    MailKind.ACCOUNT_DELETED: ("name", "days"),
    MailKind.NEW_LOGIN: ("name", "device", "place", "time"),
    MailKind.REFRESH_REUSE: ("name", "device"),
    MailKind.WRONG_CODES: ("name", "codes"),
    MailKind.IDENTITY_LINKED: ("name", "provider"),
    MailKind.IDENTITY_UNLINKED: ("name", "provider"),
    MailKind.SECOND_FACTOR_ADDED: ("name",),
    MailKind.SECOND_FACTOR_REMOVED: ("name",),
    MailKind.APP_ADDED: ("name", "app"),
    MailKind.APP_REMOVED: ("name", "app"),
    MailKind.RECOVERY_CODES_MADE: ("name",),
    MailKind.DEVICE_APPROVED: ("name", "device", "place"),
}
"""Kind -> what its payload holds, all of it and nothing else.

`name`: whom the mail greets. `token` and `code`: the secrets, and how many minutes each is good; an
empty code: there is none.
`codes`: how many were wrong in a row. `address`: the new one. `days`: until all is erased.
`app`: of several authenticator apps. `device`, `place`: as in the list of logins.
`time`: when, in UTC.
"""

ASKED_FOR = (
    MailKind.VERIFY_ADDRESS,
    MailKind.RESET_PASSWORD,
    MailKind.CHANGE_ADDRESS,
    MailKind.DELETE_ACCOUNT,
    MailKind.INVITATION,
)
"""What somebody asks for; the others tell what has happened. Each kind is counted for itself."""

# For all that is put for one user, or to one address: one after the other, so that all are counted.
# The user always first: the other way round two would wait for each other.
LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended('mail ' || who, 0))
FROM unnest($1::text[]) AS who
"""

PUT = """
INSERT INTO mail_outbox (user_id, recipient, address, kind, payload, give_up_at)
SELECT $1::uuid, $2, $3, $4, $5::jsonb,
    now() + least(interval '1 day', $6::float8 * interval '1 minute')
WHERE (SELECT count(*) FROM mail_outbox
        WHERE address = $3 AND kind = $4
            AND created_at > now() - interval '1 hour') < $7::bigint
    AND (SELECT count(*) FROM mail_outbox
        WHERE user_id = $1::uuid AND kind = $4
            AND created_at > now() - interval '1 hour') < $8::bigint
RETURNING id
"""

HAS_ASKED = """
SELECT count(*), count(*) FILTER (WHERE address = $3) AS of_address FROM mail_outbox
WHERE user_id = $1::uuid AND kind = $2 AND created_at > now() - interval '1 hour'
"""

WAS_TOLD = """
SELECT EXISTS (SELECT FROM mail_outbox WHERE user_id = $1::uuid AND kind = $2
    AND created_at > now() - $3::float8 * interval '1 second')
"""

DROP = """
UPDATE mail_outbox SET dropped = dropped + 1 WHERE id = (
    SELECT id FROM mail_outbox WHERE address = $1 OR user_id = $2::uuid
    ORDER BY created_at DESC LIMIT 1)
"""

# Whose `next_try_at` lies ahead is another sender's, or waits. Kinds of newer nodes are theirs.
CLAIM = """
UPDATE mail_outbox AS m
SET tries = m.tries + 1, next_try_at = now() + $2::float8 * interval '1 second'
FROM (SELECT id FROM mail_outbox
    WHERE sent_at IS NULL AND given_up_at IS NULL AND next_try_at <= now()
        AND give_up_at > now() AND kind = ANY ($3::text[])
    ORDER BY next_try_at LIMIT $1 FOR UPDATE SKIP LOCKED) AS due
WHERE m.id = due.id
RETURNING m.id, m.recipient, m.kind, m.payload, m.tries,
    (extract(epoch FROM m.created_at) * 1000000)::bigint AS created_us
"""

SENT = """
UPDATE mail_outbox SET sent_at = now(), payload = '{}', last_error = NULL
WHERE id = ANY ($1::bigint[]) AND sent_at IS NULL
"""

LATER = """
UPDATE mail_outbox
SET next_try_at = now() + $3::float8 * interval '1 second',
    last_error = coalesce($4, last_error),
    tries = CASE WHEN $4 IS NULL THEN tries - 1 ELSE tries END
WHERE id = $1 AND tries = $2 AND sent_at IS NULL AND given_up_at IS NULL
"""

GIVE_UP = """
UPDATE mail_outbox SET given_up_at = now(), payload = '{}', last_error = $2
WHERE id = $1 AND sent_at IS NULL AND given_up_at IS NULL
"""

# Not those that a sender has just now: it may be sending one.
GIVE_UP_LATE = """
UPDATE mail_outbox
SET given_up_at = now(), payload = '{}',
    last_error = coalesce(last_error, 'nobody sent it in time')
WHERE id IN (SELECT id FROM mail_outbox
    WHERE sent_at IS NULL AND given_up_at IS NULL AND give_up_at <= now()
        AND next_try_at <= now()
    LIMIT $1 FOR UPDATE SKIP LOCKED)
"""

FIGURES = """
SELECT count(*) AS waiting,
    coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest,
    (SELECT coalesce(sum(dropped), 0) FROM mail_outbox
        WHERE dropped > 0 AND created_at > now() - interval '1 day')::bigint AS dropped
FROM mail_outbox WHERE sent_at IS NULL AND given_up_at IS NULL
"""

TRIM = sliced_deletes.deleting(
    "mail_outbox",
    "created_at < now() - interval '30 days' AND (sent_at IS NOT NULL OR given_up_at IS NOT NULL)",
    "created_at",
    1,
)


@dataclass(frozen=True, slots=True)
class Mail:
    """One that a sender has claimed; `tries`: how often one had it, this time included."""

    id: int
    recipient: str
    kind: MailKind
    payload: Mapping[str, object]
    tries: int
    message_id: str
    """The same whenever it is tried: for the left side of a Message-ID."""


@dataclass(frozen=True, slots=True)
class Figures:
    """`oldest_seconds`: seconds that a mail has waited; `dropped_count`: within a day, as there
    were too many.
    """

    waiting_count: int = 0
    oldest_seconds: float = 0.0
    dropped_count: int = 0


async def put(
    db: Executor,
    *,
    recipient: str,
    kind: MailKind,
    payload: Mapping[str, object],
    user_id: str | None = None,
) -> bool:
    """Have a mail sent once this transaction is committed.

    False: this address or user has had so many of the kind within the hour that it is dropped, and
    counted: no other kind takes any of that away, whoever asks (rule A57). The caller answers as if
    it were sent. `user_id`: on whose account it is; of an invitation whoever invites; None
    where the account is deleted in the same transaction (the mail would go with it).
    Raises `ValueError` for a payload that is not the kind's.
    """
    if sorted(payload) != sorted(PAYLOADS[kind]):
        raise ValueError(f"the payload of {kind} is {', '.join(PAYLOADS[kind])}")
    if recipient == f"{user_id}@nobody.invalid":
        return False  # of a guest, who has no address
    address = _key(recipient)
    most = MAX_MAILS_PER_HOUR if kind in ASKED_FOR else MAX_NOTICES_PER_HOUR
    of_user = MAX_INVITATIONS_MAILED_PER_HOUR if kind is MailKind.INVITATION else most
    text = json.dumps(dict(payload))
    minutes = payload.get("token_minutes", payload.get("code_minutes", 24 * 60))
    async with db.transaction() as transaction:
        await transaction.execute(LOCK, [user_id or address, address])
        row = await transaction.fetchval(
            PUT, user_id, as_kept(recipient), address, kind, text, minutes, most, of_user
        )
        if row is None:
            await transaction.execute(DROP, address, user_id)
    return row is not None


async def may_ask_for(db: Executor, user_id: str, kind: MailKind, recipient: str) -> bool:
    """Whether a user has one more sent, to anyone and to this address: what others ask for tells
    nothing here. In a transaction that then puts it.
    """
    await db.execute(LOCK, [user_id])
    row = await db.fetchrow(HAS_ASKED, user_id, kind, _key(recipient))
    return row is None or (
        row["count"] < MAX_INVITATIONS_MAILED_PER_HOUR
        and row["of_address"] < MAX_INVITATIONS_TO_ONE_PER_HOUR
    )


async def was_told(db: Executor, user_id: str, kind: MailKind, seconds: float) -> bool:
    """Whether the user was sent one of this kind within so many seconds. Put it behind this."""
    await db.execute(LOCK, [user_id])
    return bool(await db.fetchval(WAS_TOLD, user_id, kind, seconds))


def _key(recipient: str) -> str:
    try:
        return key_of(recipient)
    except NoAddress:
        return recipient.lower()  # an account of before the rules for addresses


async def claim(db: Executor, most: int, seconds: float) -> list[Mail]:
    """Those that are due and no other sender's, for so many seconds; after that they are anyone's.

    Who was slower than that must not send them: another one may do so.
    """
    return [_mail(row) for row in await db.fetch(CLAIM, most, seconds, list(MailKind))]


async def mark_sent(db: Executor, ids: Collection[int]) -> None:
    """They are with their recipients' servers: the payloads are erased. Again harms nothing."""
    await db.execute(SENT, list(ids))


async def put_off(db: Executor, mail: Mail, seconds: float, reason: str | None) -> None:
    """Let it wait for so long, if it is still the caller's. `reason` None: it was not tried."""
    await db.execute(LATER, mail.id, mail.tries, seconds, reason)


async def give_up(db: Executor, mail: Mail, reason: str) -> None:
    """It is never sent: the payload is erased, the reason kept."""
    await db.execute(GIVE_UP, mail.id, reason)


async def give_up_late(db: Executor, most: int) -> int:
    """Give up those that are of no use any more, at most so many; how many there were."""
    return int((await db.execute(GIVE_UP_LATE, most)).split()[-1])


async def figures(db: Executor) -> Figures:
    row = await db.fetchrow(FIGURES)
    return Figures(row["waiting"], row["oldest"], row["dropped"]) if row else Figures()


async def trim(db: Executor) -> None:
    """Forget what was sent or given up a month ago."""
    await sliced_deletes.delete(db, TRIM)


def _mail(row: Any) -> Mail:
    return Mail(
        row["id"],
        row["recipient"],
        MailKind(row["kind"]),
        json.loads(row["payload"]),
        row["tries"],
        f"prime.{row['id']}.{row['created_us']}",
    )
