"""The keys that sign access tokens (Ed25519, RFC 8037), as this node knows them."""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from persistence.errors import PersistenceError
from persistence.pool import Executor
from persistence.tables.internal import signing_keys
from persistence.tables.internal.signing_keys import KeyRow
from schema.accounts.audit_events import AuditEvent
from schema.text import base64url
from server.accounts.audit_trail import AuditTrail
from server.token_bucket import TokenBucket

PUBLISHED_SECONDS = 600.0
"""From when a key is published until it signs: longer than `JWKS_SECONDS` and `READ_SECONDS`."""

JWKS_SECONDS = 300
"""How long whoever reads the published keys may keep them."""

READ_SECONDS = 60.0
"""Between two looks at the keys in the database."""

OLD_NODES_SECONDS = 3_600.0
"""How long nodes that know no such keys may serve beside ours, while they are replaced."""

KEY_SECONDS = 90 * 86_400.0
"""After so long a key gets a successor by itself."""

LOOKS_PER_SECOND, LOOKS_AT_ONCE = 1.0, 5.0
"""How often tokens that name keys we do not know may make us ask the database."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key; times in seconds since 1970."""

    kid: str
    public: Ed25519PublicKey
    private: Ed25519PrivateKey | None = field(repr=False)
    """None: it is retired."""
    signs_from: float
    retires_at: float
    """From when on nothing that it has signed is honoured."""

    @classmethod
    def of(cls, row: KeyRow) -> "SigningKey":
        """As the database has it."""
        public = Ed25519PublicKey.from_public_bytes(row.public_key)
        raw = row.private_key
        private = None if raw is None else Ed25519PrivateKey.from_private_bytes(raw)
        retires_at = math.inf if row.retires_at is None else row.retires_at
        return cls(row.kid, public, private, row.signs_from, retires_at)

    @property
    def jwk(self) -> dict[str, str]:
        """The public part, as JWK (RFC 8037)."""
        x = _text(self.public.public_bytes_raw())
        return {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": x,
            "kid": self.kid,
            "alg": "EdDSA",
            "use": "sig",
        }


class SigningKeys:
    """All that are known, retired ones too. Empty until it is given some."""

    def __init__(self, rows: Sequence[KeyRow] = ()) -> None:
        self._keys: dict[str, SigningKey] = {}
        """By kid, in the order in which they sign."""
        self.signs_from = math.inf
        """When the first of them signs: until then tokens are made in the form of before."""
        self._look_bucket = TokenBucket(LOOKS_PER_SECOND, LOOKS_AT_ONCE)
        self.take(rows)

    def take(self, rows: Sequence[KeyRow]) -> None:
        """What the database has. When signing began is kept, also when that key is forgotten."""
        self._keys = {
            row.kid: self._keys[row.kid]
            if row.kid in self._keys and self._keys[row.kid].retires_at == row.retires_at
            else SigningKey.of(row)
            for row in rows
        }
        self.signs_from = min([self.signs_from, *(row.signs_from for row in rows)])

    def signer(self, now: float) -> SigningKey | None:
        """The newest whose time has come; None: no key signs yet.

        Where all of those are retired, the next one: a clock behind the database's does not matter.
        """
        honoured = [key for key in self._keys.values() if key.retires_at > now]
        keys_due = [key for key in honoured if key.signs_from <= now]
        if keys_due or now < self.signs_from:
            return keys_due[-1] if keys_due else None
        return honoured[0] if honoured else None

    def retired(self, now: float) -> set[str]:
        """The kids of those of which nothing is honoured any more."""
        return {key.kid for key in self._keys.values() if key.retires_at <= now}

    def get(self, kid: str) -> SigningKey | None:
        """The key of this name, retired or not."""
        return self._keys.get(kid)

    def published(self, now: float) -> str:
        """The JSON of `/.well-known/jwks.json` (RFC 7517): public parts only."""
        keys = [key.jwk for key in self._keys.values() if key.retires_at > now]
        return json.dumps({"keys": keys}, separators=(",", ":"))

    async def read(self, db: Executor) -> None:
        """Look at all of them in the database; raises `PersistenceError`."""
        self.take(await signing_keys.all_(db))

    async def look(self, db: Executor, now: float) -> None:
        """A token names a key that is not known: look for it, if not too often.

        `now`: seconds on the clock of this node. A database that does not answer has no such key.
        """
        if self._look_bucket.take(1.0, now):
            try:
                await self.read(db)
            except PersistenceError:
                return


def new_key() -> tuple[str, bytes, bytes]:
    """One that nobody has: its name (the thumbprint of RFC 7638), public and private part."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    members = {"crv": "Ed25519", "kty": "OKP", "x": _text(public)}
    canonical = json.dumps(members, separators=(",", ":"))
    kid = _text(hashlib.sha256(canonical.encode()).digest())
    return kid, public, private.private_bytes_raw()


async def opened(db: Executor) -> SigningKeys:
    """Those of this database; the first node makes the first one. Raises `PersistenceError`."""
    await signing_keys.ensure(db, new_key, OLD_NODES_SECONDS)
    keys = SigningKeys()
    await keys.read(db)
    return keys


async def rotate(
    db: Executor, access_seconds: float, *, older_than_seconds: float = 0.0
) -> str | None:
    """Make the next key; its kid, or None where the newest is not old enough, or signs not yet.

    `access_seconds`: the life of an access token: a key is honoured as long as one that it may
    have signed, by a node that had not looked for a while. Raises `PersistenceError`.
    """
    return await signing_keys.rotate(
        db,
        new_key,
        published_seconds=PUBLISHED_SECONDS,
        kept_seconds=access_seconds + PUBLISHED_SECONDS,
        older_than_seconds=older_than_seconds,
    )


async def replace(db: Executor) -> str:
    """Make a key that signs at once, for a private key that somebody may have; its kid.

    Nodes know of it within `READ_SECONDS`. What was signed before is answered as out of time, so
    clients refresh it. Raises `PersistenceError`.
    """
    return await signing_keys.replace(db, new_key)


async def keep_young(db: Executor, access_seconds: float, audit: AuditTrail) -> None:
    """Make the next key where the newest has grown old, and erase what has retired."""
    kid = await rotate(db, access_seconds, older_than_seconds=KEY_SECONDS)
    if kid is not None:
        audit.note(AuditEvent.KEY_ROTATED, kid=kid)
    await signing_keys.trim(db)


def _text(raw: bytes) -> str:
    return base64url.encode(raw)
