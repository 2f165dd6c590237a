"""Queries on `provider_flows`: logins by a provider that have begun."""

from dataclasses import dataclass

from persistence import sliced_deletes
from persistence.pool import Executor

CREATE = """
INSERT INTO provider_flows
    (state_hash, flow_hash, provider, redirect_uri, auth_session, expires_at)
VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 second')
"""

# Once, and by the client that began it: another one's secret leaves it as it was.
TAKE = """
UPDATE provider_flows SET taken_at = now()
WHERE state_hash = $1 AND flow_hash = $2 AND auth_session IS NOT DISTINCT FROM $3
    AND taken_at IS NULL AND expires_at > now()
RETURNING provider, redirect_uri
"""

GIVE_BACK = """
UPDATE provider_flows SET taken_at = NULL WHERE state_hash = $1
"""

TRIM = sliced_deletes.deleting("provider_flows", "expires_at < now()", "expires_at", 1)


@dataclass(frozen=True, slots=True)
class ProviderFlow:
    """Which provider it went to, and where that led back to."""

    provider: str
    redirect_uri: str


async def create(
    db: Executor,
    state_hash: bytes,
    flow_hash: bytes,
    provider: str,
    redirect_uri: str,
    auth_session: str | None,
    seconds: float,
) -> None:
    """`auth_session`: of who links; None: it is a login."""
    values = (state_hash, flow_hash, provider, redirect_uri, auth_session, seconds)
    await db.execute(CREATE, *values)


async def take(
    db: Executor, state_hash: bytes, flow_hash: bytes, auth_session: str | None
) -> ProviderFlow | None:
    """Use it, once; None: there is none, or it is another's."""
    row = await db.fetchrow(TAKE, state_hash, flow_hash, auth_session)
    return ProviderFlow(row["provider"], row["redirect_uri"]) if row else None


async def give_back(db: Executor, state_hash: bytes) -> None:
    """The provider has not answered: the same may be sent again."""
    await db.execute(GIVE_BACK, state_hash)


async def trim(db: Executor) -> None:
    """Forget those whose time is over."""
    await sliced_deletes.delete(db, TRIM)
