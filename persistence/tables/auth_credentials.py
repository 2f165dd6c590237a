"""Queries on `auth_credentials`: how someone proves who they are."""

from persistence.errors import BadValue, NotFound, Taken
from persistence.pool import Executor
from persistence.sqlstates import UNIQUE

CREATE_PASSWORD = """
INSERT INTO auth_credentials (user_id, provider, subject, password_hash)
VALUES ($1::uuid, 'password', $1::uuid::text, $2)
"""

PASSWORD_OF = """
SELECT password_hash FROM auth_credentials WHERE user_id = $1 AND provider = 'password'
"""

IN_FORCE_SINCE = """
SELECT coalesce(extract(epoch FROM greatest(u.email_verified_at, c.updated_at)) * 1000000, 0)::int8
FROM prime_users AS u
LEFT JOIN auth_credentials AS c ON c.user_id = u.id AND c.provider = 'password'
WHERE u.id = $1
"""

SET_PASSWORD = """
UPDATE auth_credentials
SET password_hash = $2, reset_token_hash = NULL, reset_expires_at = NULL
WHERE user_id = $1 AND provider = 'password'
"""

# An account that had none, as one made by a provider, has one now.
PUT_PASSWORD = """
INSERT INTO auth_credentials (user_id, provider, subject, password_hash)
VALUES ($1::uuid, 'password', $1::uuid::text, $2)
ON CONFLICT (user_id, provider) DO UPDATE SET password_hash = excluded.password_hash
"""

REMOVE_PASSWORD = """
DELETE FROM auth_credentials WHERE user_id = $1 AND provider = 'password'
"""

CHANGE_PASSWORD = """
UPDATE auth_credentials SET password_hash = $3
WHERE user_id = $1 AND provider = 'password' AND password_hash = $2
RETURNING true
"""

RENEW_HASH = """
UPDATE auth_credentials SET password_hash = $3
WHERE user_id = $1 AND provider = 'password' AND password_hash = $2
"""


# As the index has it: what stands before the salt of one that is not hashed as ours are. The first
# dollar sign is written so that it begins no parameter.
_KIND = (
    'substring(password_hash COLLATE "C" from'
    r" E'^(?:\\\x242[abxy]\\$[0-9]+|\\$fbscrypt\\$[^$]*"
    r"|\\$argon2[a-z]*\\$(?:v=[0-9]+\\$)?[^$]*)')"
)
_IS_FOREIGN = "password_hash NOT LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'"

# From one kind to the next: however many accounts have one, one of them is read.
FOREIGN_KINDS = f"""
WITH RECURSIVE found (kind, password_hash) AS (
    (SELECT {_KIND}, password_hash FROM auth_credentials
    WHERE {_IS_FOREIGN} AND {_KIND} > ''
    ORDER BY {_KIND} LIMIT 1)
    UNION ALL
    SELECT next.kind, next.password_hash FROM found, LATERAL (
        SELECT {_KIND} AS kind, password_hash FROM auth_credentials
        WHERE {_IS_FOREIGN} AND {_KIND} > found.kind
        ORDER BY {_KIND} LIMIT 1
    ) AS next
)
SELECT kind, password_hash FROM found LIMIT $1
"""


async def create_password(db: Executor, user_id: str, password_hash: str) -> None:
    """Give an account its first password."""
    try:
        await db.execute(CREATE_PASSWORD, user_id, password_hash)
    except BadValue as error:
        if error.sqlstate != UNIQUE:
            raise
        raise Taken("password") from error


async def password_of(db: Executor, user_id: str) -> str | None:
    """The hash; None if there is no such account, or it has no password."""
    password_hash: str | None = await db.fetchval(PASSWORD_OF, user_id)
    return password_hash


async def in_force_since(db: Executor, user_id: str) -> int | None:
    """When the password was set or the address proved, what was later: microseconds since 1970.

    Hashing it in another way counts as setting it. 0: neither was; None: there is no such account.
    """
    since: int | None = await db.fetchval(IN_FORCE_SINCE, user_id)
    return since


async def set_password(db: Executor, user_id: str, password_hash: str) -> None:
    """Replace the password; what was left to reset or unlock the old one is void."""
    if await db.execute(SET_PASSWORD, user_id, password_hash) != "UPDATE 1":
        raise NotFound("this account has no password")


async def put_password(db: Executor, user_id: str, password_hash: str) -> None:
    """Give an account this password, whether it had one or not."""
    await db.execute(PUT_PASSWORD, user_id, password_hash)


async def remove_password(db: Executor, user_id: str) -> bool:
    """From now on no password opens the account; False: none did."""
    return await db.execute(REMOVE_PASSWORD, user_id) == "DELETE 1"


async def change_password(db: Executor, user_id: str, before: str | None, after: str) -> bool:
    """Replace the password whose hash was `before`; False: it is another one meanwhile."""
    return bool(await db.fetchval(CHANGE_PASSWORD, user_id, before, after))


async def renew_hash(db: Executor, user_id: str, before: str, after: str) -> None:
    """Hash the same password in another way, if it is still that one."""
    await db.execute(RENEW_HASH, user_id, before, after)


async def foreign_kinds(db: Executor, most: int) -> dict[str, str]:
    """Kind of hash -> one of it: of those that are not hashed as ours are, so many kinds."""
    rows = await db.fetch(FOREIGN_KINDS, most)
    return {row["kind"]: row["password_hash"] for row in rows}
