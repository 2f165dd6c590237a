"""What all nodes of one database must share: found in it, or made there by the first of them."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from persistence.errors import Unfit
from persistence.pool import Executor
from persistence.tables.internal import server_secrets
from server.accounts import signing_keys
from server.accounts.signing_keys import SigningKeys
from server.nodes.bus_codec import channels_of

OTHER_SECRET = (
    "PRIME_SECRET is not the one that nodes of this database have: give every node the same one, or"
    " none of them any. To change it, follow `Changing the secret` in docs/operating/signals.md;"
    " after the restore of an older backup, set PRIME_SECRET_BEFORE to the secret of then;"
    " if that is lost, stop all nodes and run: DELETE FROM server_secrets WHERE"
    " name = 'fingerprint'"
)


@dataclass(frozen=True, slots=True)
class NodeSecrets:
    """Of one deployment, the same on each of its nodes."""

    secret: bytes = field(repr=False)
    """PRIME_SECRET, or one that the database keeps: signs what nodes say on the bus, positions of
    the feed, and tokens in the form of before."""
    accepted_secrets: tuple[bytes, ...] = field(repr=False)
    """Others that nodes may have while it is changed: nothing is made with them here."""
    channels: str
    """What the channels of the deployment are called by, whichever secret is in force."""
    member_key: bytes = field(repr=False)
    """What the ids of members are made with."""
    checksum_key: bytes = field(repr=False)
    """By which a refresh token that was guessed is refused before the database is asked."""
    signing: SigningKeys
    """What access tokens are signed with."""


async def node_secrets(
    chosen_secret: bytes | None, db: Executor, accepted_secrets: Sequence[bytes] = ()
) -> NodeSecrets:
    """All of them; `chosen_secret`: PRIME_SECRET, if set; `accepted_secrets`: those beside it.

    Raises `Unfit` where other nodes of this database have none of these, and `PersistenceError`.
    """
    secret = chosen_secret or await _shared(db, "tokens")
    await _check(db, [_fingerprint(each_secret) for each_secret in (secret, *accepted_secrets)])
    channels = await server_secrets.get_or_create(
        db, "channels", lambda: channels_of(secret).encode()
    )
    return NodeSecrets(
        secret=secret,
        accepted_secrets=tuple(accepted_secrets),
        channels=channels.decode(),
        member_key=await _shared(db, "members"),
        checksum_key=await _shared(db, "refresh checksum"),
        signing=await signing_keys.opened(db),
    )


async def _check(db: Executor, fingerprints: Sequence[bytes]) -> None:
    """The first is that of the secret that is used: from now on it is the one to have."""
    used_fingerprint, *_ = fingerprints
    stored_fingerprint = await server_secrets.get_or_create(
        db, "fingerprint", lambda: used_fingerprint
    )
    if not any(
        hmac.compare_digest(stored_fingerprint, fingerprint) for fingerprint in fingerprints
    ):
        raise Unfit(OTHER_SECRET)
    if stored_fingerprint != used_fingerprint:
        await server_secrets.replace(db, "fingerprint", stored_fingerprint, used_fingerprint)


async def is_secret_known(
    chosen_secret: bytes | None, db: Executor, accepted_secrets: Sequence[bytes] = ()
) -> bool:
    """Whether nodes of this database have a secret, and one of these; only looks.

    False: none has started yet. Raises `Unfit` where they have another one.
    """
    stored_fingerprint = await server_secrets.find(db, "fingerprint")
    used_secret = chosen_secret or await server_secrets.find(db, "tokens")
    own_fingerprints = [
        _fingerprint(each_secret)
        for each_secret in (used_secret, *accepted_secrets)
        if each_secret is not None
    ]
    if stored_fingerprint is not None and not any(
        hmac.compare_digest(stored_fingerprint, own_fingerprint)
        for own_fingerprint in own_fingerprints
    ):
        raise Unfit(OTHER_SECRET)
    return stored_fingerprint is not None


def _fingerprint(secret: bytes) -> bytes:
    return hmac.digest(secret, b"fingerprint", "sha256")[:16]


async def _shared(db: Executor, name: str) -> bytes:
    return await server_secrets.get_or_create(db, name, lambda: secrets.token_bytes(32))
