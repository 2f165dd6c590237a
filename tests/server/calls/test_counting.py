"""Two that look at once for room for one more: one finds it (rules K4, A57 and limits of recall).

Somebody else counts just then: both wait for that, as is looked at, so that which of them goes on
first is all that is left to chance.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import pytest

from persistence.recall import settings as recall_settings
from persistence.tables import invitations, mail_outbox
from persistence.tables.internal import counting
from persistence.tables.logging_in import second_factors
from schema.errors import ErrorCode
from tests.server.calls.rows.conftest import Pair, Refusal, pair
from tests.server.conftest import eventually

__all__ = ["pair"]

pytestmark = [pytest.mark.postgres, pytest.mark.node]

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""

SNAPSHOTS = """
INSERT INTO project_snapshots (project_id, kind, state, epoch, seq)
SELECT $1, 'auto', '{}', 'e', n FROM generate_series(1, 2) AS n RETURNING id::text
"""

USE = "00000000-0000-4000-8000-000000000001"

PROVE = "UPDATE prime_users SET email_verified_at = now() WHERE id = $1"


@dataclass(frozen=True)
class Bound:
    """`locks`: what somebody who counts just then has done. `asks`: two calls for one place."""

    locks: tuple[str, tuple[Any, ...]]
    asks: tuple[tuple[str, dict[str, Any]], tuple[str, dict[str, Any]]]
    left: str
    """A count that then is what it may be."""
    most: int
    code: ErrorCode = ErrorCode.LIMIT_REACHED


async def projects(pair: Pair, patch: pytest.MonkeyPatch) -> Bound:
    ann = pair.ann
    usage = ann.context.usage
    owned = f"SELECT count(*) FROM studio_projects WHERE owner_id = '{ann.user}'"
    most = await ann.context.db.fetchval(owned) + 1
    usage.limits = replace(usage.limits, projects_per_user=most)
    asks = (("projects.create", {"name": "a"}), ("projects.create", {"name": "b"}))
    return Bound((counting.HOLD, ("projects", ann.user)), asks, owned, most)


async def forks(pair: Pair, patch: pytest.MonkeyPatch) -> Bound:
    of = {"project": (await pair.ann.call("projects.create", name="Song"))["id"]}
    of["snapshot"] = (await pair.ann.call("snapshots.create", **of))["id"]
    bound = await projects(pair, patch)
    asks = (("snapshots.fork", of | {"name": "a"}), ("projects.create", {"name": "b"}))
    return replace(bound, asks=asks)


async def snapshots(pair: Pair, patch: pytest.MonkeyPatch) -> Bound:
    ann = pair.ann
    usage, project = ann.context.usage, (await ann.call("projects.create", name="Song"))["id"]
    kept = f"""SELECT count(*) FROM project_snapshots
        WHERE project_id = '{project}' AND (kind = 'manual' OR name <> '')"""
    most = await ann.context.db.fetchval(kept) + 1
    usage.limits = replace(usage.limits, snapshots_per_project=most)
    ask = ("snapshots.create", {"project": project})
    return Bound((counting.HOLD, ("snapshots", project)), (ask, ask), kept, most)


async def names_of_snapshots(pair: Pair, patch: pytest.MonkeyPatch) -> Bound:
    bound = await snapshots(pair, patch)
    project = bound.locks[1][1]
    of = {"project": project, "version": 1, "name": "kept"}
    rows = await pair.ann.context.db.fetch(SNAPSHOTS, project)
    first, second = [("snapshots.update", of | {"snapshot": row["id"]}) for row in rows]
    return replace(bound, asks=(first, second))


async def categories(pair: Pair, patch: pytest.MonkeyPatch) -> Bound:
    user = pair.ann.user
    patch.setattr(recall_settings, "MAX_RECALL_CATEGORIES", 1)
    first, second = [
        ("recall.observe", {"category": category, "uses": [{"id": USE, "key": "x"}]})
        for category in "ab"
    ]
    return Bound(
        (counting.HOLD, ("recall categories", user)),
        (first, second),
        f"SELECT count(*) FROM recall_settings WHERE user_id = '{user}'",
        1,
    )


async def invitation_mails(pair: Pair, patch: pytest.MonkeyPatch) -> Bound:
    ann = pair.ann
    patch.setattr(mail_outbox, "MAX_INVITATIONS_MAILED_PER_HOUR", 1)
    await ann.context.db.execute(PROVE, ann.user)
    first, second = [
        ("invitations.create", {"project": ann.project, "role": "viewer", "email": f"{name}@x.org"})
        for name in ("ben", "eve")
    ]
    return Bound(
        (mail_outbox.LOCK, ([ann.user],)),
        (first, second),
        f"SELECT count(*) FROM mail_outbox WHERE user_id = '{ann.user}' AND kind = 'invitation'",
        1,
        ErrorCode.RATE_LIMITED,
    )


async def open_invitations(pair: Pair, patch: pytest.MonkeyPatch) -> Bound:
    ann = pair.ann
    of = f"SELECT count(*) FROM invitations WHERE project_id = '{ann.project}'"
    most = await ann.context.db.fetchval(of) + 1
    patch.setattr(invitations, "MAX_INVITATIONS_PER_PROJECT", most)
    ask = ("invitations.create", {"project": ann.project, "role": "viewer"})
    lock = "SELECT FROM studio_projects WHERE id = $1 FOR NO KEY UPDATE"
    return Bound((lock, (ann.project,)), (ask, ask), of, most)


BOUNDS: tuple[Callable[[Pair, pytest.MonkeyPatch], Any], ...] = (
    projects, forks, snapshots, names_of_snapshots, categories, invitation_mails,
    open_invitations,
)  # fmt: skip


@pytest.mark.parametrize("make", BOUNDS, ids=lambda make: make.__name__)
async def test_K4_A57_of_two_at_once_one_is_refused(
    make: Callable[[Pair, pytest.MonkeyPatch], Any],
    pair: Pair,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bound = await make(pair, monkeypatch)
    other = await asyncpg.connect(database_url, timeout=10)
    counting_now = other.transaction()
    await counting_now.start()
    lock, arguments = bound.locks
    await other.execute(lock, *arguments)
    calls = [
        asyncio.ensure_future(pair.ann.call(method, **params)) for method, params in bound.asks
    ]

    async def both_wait() -> bool:
        return bool(await pair.ann.context.db.fetchval(WAITING) == len(calls))

    await eventually(both_wait)
    await counting_now.rollback()
    await other.close(timeout=10)
    answers = await asyncio.gather(*calls, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert [type(answer) for answer in refused] == [Refusal], answers
    assert [answer.code for answer in refused if isinstance(answer, Refusal)] == [bound.code]
    assert await pair.ann.context.db.fetchval(bound.left) == bound.most


async def test_an_app_is_not_begun_beside_one_that_is_confirmed_just_then(
    pair: Pair, database_url: str
) -> None:
    db, user = pair.ann.context.db, pair.ann.user
    assert await second_factors.begin(db, user, b"first")
    async with db.transaction() as tx:
        assert await second_factors.confirm(tx, user, 1, b"first", "")
    assert await second_factors.begin_one_more(db, user, b"second", 2)

    async def waits() -> bool:
        return bool(await db.fetchval(WAITING) == 1)

    async with db.transaction() as tx:
        assert await second_factors.confirm(tx, user, 1, b"second", "")
        third = asyncio.ensure_future(second_factors.begin_one_more(db, user, b"third", 2))
        await eventually(waits)
    assert await third is False
    assert [app.sealed_secret for app in await second_factors.apps(db, user)] == [
        b"first", b"second"
    ]  # fmt: skip
