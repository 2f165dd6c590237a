"""Queries on `mail_outbox`: mail that waits to be sent, and what became of it.

Put in the transaction of what it tells about: either both happen, or neither. A mail is sent at
least once; its payload, which may hold the secret of a link, is erased once it is sent or given up.
"""

import json
from collections.abc import Mapping
from enum import StrEnum

from persistence.pool import Executor
from schema.server_limits import MAX_MAILS_PER_HOUR, MAX_NOTICES_PER_HOUR
from schema.text.email_addresses import NoAddress, key_of


class MailKind(StrEnum):
    """What a mail is about; each has a pair of templates (server/accounts/mail/templates)."""

    VERIFY_ADDRESS = "verify_address"
    RESET_PASSWORD = "reset_password"
    CHANGE_ADDRESS = "change_address"
    INVITATION = "invitation"
    ADDRESS_CHANGED = "address_changed"
    PASSWORD_CHANGED = "password_changed"
    ACCOUNT_DELETED = "account_deleted"
    NEW_LOGIN = "new_login"
    REFRESH_REUSE = "refresh_reuse"


PAYLOADS: dict[MailKind, tuple[str, ...]] = {
    MailKind.VERIFY_ADDRESS: ("name", "token", "code", "token_minutes", "code_minutes"),
    MailKind.RESET_PASSWORD: ("name", "token", "code", "token_minutes", "code_minutes"),
    MailKind.CHANGE_ADDRESS: ("name", "token", "code", "token_minutes", "code_minutes"),
    MailKind.INVITATION: ("inviter", "project", "role", "token", "token_minutes"),
    MailKind.ADDRESS_CHANGED: ("name", "address"),
    MailKind.PASSWORD_CHANGED: ("name",),
    MailKind.ACCOUNT_DELETED: ("name", "days"),
    MailKind.NEW_LOGIN: ("name", "device", "place"),
    MailKind.REFRESH_REUSE: ("name", "device"),
}
"""Kind -> what its payload holds, all of it and nothing else.

`name`: whom the mail greets. `token` and `code`: the secrets, and how many minutes each is good.
`address`: the new one. `days`: until all is erased. `device`, `place`: as in the list of logins.
"""

ASKED_FOR = (
    MailKind.VERIFY_ADDRESS,
    MailKind.RESET_PASSWORD,
    MailKind.CHANGE_ADDRESS,
    MailKind.INVITATION,
)
"""Counted apart from the others: a stranger who asks for many takes no notice away from anyone."""

# For all that is put to one address, or for one user: one after the other, so that all are counted.
LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended('mail ' || who, 0))
FROM unnest($1::text[]) AS who
"""

PUT = """
INSERT INTO mail_outbox (user_id, recipient, address, kind, payload, give_up_at)
SELECT $1::uuid, $2, $3, $4, $5::jsonb,
    clock_timestamp() + least(interval '1 day', $6::float8 * interval '1 minute')
WHERE (SELECT count(*) FROM mail_outbox
        WHERE address = $3 AND kind = ANY ($7::text[])
            AND created_at > clock_timestamp() - interval '1 hour') < $8::bigint
    AND (SELECT count(*) FROM mail_outbox
        WHERE user_id = $1::uuid AND kind = ANY ($7::text[])
            AND created_at > clock_timestamp() - interval '1 hour') < $8::bigint
RETURNING id
"""

DROP = """
UPDATE mail_outbox SET dropped = dropped + 1 WHERE id = (
    SELECT id FROM mail_outbox WHERE address = $1 OR user_id = $2::uuid
    ORDER BY created_at DESC LIMIT 1)
"""


async def put(
    db: Executor,
    *,
    recipient: str,
    kind: MailKind,
    payload: Mapping[str, object],
    user_id: str | None = None,
) -> bool:
    """Have a mail sent once this transaction is committed.

    False: this address or user has had so many within the hour that it is dropped, and counted; the
    caller answers as if it were sent. `user_id`: on whose account it is; of an invitation whoever
    invites; None where the account is deleted in the same transaction (the mail would go with it).
    Raises `ValueError` for a payload that is not the kind's.
    """
    if sorted(payload) != sorted(PAYLOADS[kind]):
        raise ValueError(f"the payload of {kind} is {', '.join(PAYLOADS[kind])}")
    address = _key(recipient)
    is_asked_for = kind in ASKED_FOR
    kinds = [each for each in MailKind if (each in ASKED_FOR) == is_asked_for]
    most = MAX_MAILS_PER_HOUR if is_asked_for else MAX_NOTICES_PER_HOUR
    text = json.dumps(dict(payload))
    minutes = payload.get("token_minutes", 24 * 60)
    who = sorted({address, user_id or address})
    async with db.transaction() as transaction:
        await transaction.execute(LOCK, who)
        row = await transaction.fetchval(
            PUT, user_id, recipient, address, kind, text, minutes, kinds, most
        )
        if row is None:
            await transaction.execute(DROP, address, user_id)
    return row is not None


def _key(recipient: str) -> str:
    try:
        return key_of(recipient)
    except NoAddress:
        return recipient.lower()  # an account of before the rules for addresses
