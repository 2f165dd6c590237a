"""Bringing the addresses of accounts from before migration 0017 into their one form."""

from typing import Any

from schema.text.email_addresses import NoAddress, key_of

# What is ASCII is in that form already, but for a dot at the end. The oldest account comes first.
NOT_ASCII = r"""
SELECT id, email, address FROM prime_users
WHERE address ~ '[^\x01-\x7f]' OR address LIKE '%.' ORDER BY created_at, id
"""

GIVE = """
UPDATE prime_users SET address = $2
WHERE id = $1 AND NOT EXISTS (SELECT FROM prime_users WHERE address = $2)
"""


async def spell_alike(connection: Any) -> None:
    """Give each account the one form of its address, if that is no other account's.

    Else it is found by its own spelling, as before: no account is merged, and none is lost.
    """
    for row in await connection.fetch(NOT_ASCII):
        for address in _forms(row["email"]):
            if address == row["address"]:
                break
            if await connection.execute(GIVE, row["id"], address) == "UPDATE 1":
                break


def _forms(email: str) -> list[str]:
    """The one form, and as its owner writes it."""
    try:
        return [key_of(email), email.lower()]
    except NoAddress:
        return [email.lower()]
