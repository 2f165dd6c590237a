"""What all nodes of one database must share: found in it, or made there by the first of them."""

import hmac
import secrets
from dataclasses import dataclass, field

from persistence.errors import Refused
from persistence.pool import Executor
from persistence.tables.internal import server_secrets
from server.accounts import signing_keys
from server.accounts.signing_keys import SigningKeys

OTHER_SECRET = (
    "PRIME_SECRET is not the one that nodes of this database have: give every node the same one, or"
    " none of them any; to change it, stop all nodes and run: DELETE FROM server_secrets WHERE"
    " name = 'fingerprint'"
)


@dataclass(frozen=True, slots=True)
class NodeSecrets:
    """Of one deployment, the same on each of its nodes."""

    secret: bytes = field(repr=False)
    """PRIME_SECRET, or one that the database keeps: signs what nodes say on the bus, positions of
    the feed, and tokens in the form of before."""
    member_key: bytes = field(repr=False)
    """What the ids of members are made with."""
    checksum_key: bytes = field(repr=False)
    """By which a refresh token that was guessed is refused before the database is asked."""
    signing: SigningKeys
    """What access tokens are signed with."""


async def node_secrets(chosen: bytes | None, db: Executor) -> NodeSecrets:
    """All of them; `chosen`: PRIME_SECRET, if it is set.

    Raises `Refused` where other nodes of this database have another one, and `PersistenceError`.
    """
    secret = chosen or await _shared(db, "tokens")
    fingerprint = hmac.digest(secret, b"fingerprint", "sha256")[:16]
    known = await server_secrets.get_or_create(db, "fingerprint", lambda: fingerprint)
    if not hmac.compare_digest(known, fingerprint):
        raise Refused(OTHER_SECRET)
    return NodeSecrets(
        secret=secret,
        member_key=await _shared(db, "members"),
        checksum_key=await _shared(db, "refresh checksum"),
        signing=await signing_keys.opened(db),
    )


async def _shared(db: Executor, name: str) -> bytes:
    return await server_secrets.get_or_create(db, name, lambda: secrets.token_bytes(32))
