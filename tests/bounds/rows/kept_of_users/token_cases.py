"""Bounds of one-time tokens (rules A20 to A22)."""

from typing import Any, cast

from persistence.tables import one_time_tokens
from persistence.tables.logging_in import second_factors
from persistence.tables.one_time_tokens import Hashes, Purpose, TokenOutcome
from schema.bounds import Instead, Past
from schema.errors import ErrorCode
from schema.limits import (
    MAX_APPS_PER_USER,
    MAX_MAILED_CODES_A_DAY,
    MAX_MAILS_ASKED_PER_HOUR,
    MAX_PROJECTS_SHOWN,
    MAX_WRONG_CODES,
)
from schema.server_limits import MAX_ASKED_MAILS
from server.accounts.proving.asked_mails import AskedMail, AskedMails
from server.accounts.proving.one_time_secrets import OneTimeSecrets
from server.refused import Refused
from tests.bounds.cases import Seen, case, live_case
from tests.server.conftest import Node

PURPOSE = Purpose.RESET_PASSWORD

LATER = """
UPDATE one_time_tokens SET made_at = made_at - interval '1 hour'
"""


async def _put(node: Node, user: str, number: int) -> TokenOutcome:
    hashes = Hashes(b"t%031d" % number, b"c" * 32)
    db = node.context.db
    made = await one_time_tokens.put(
        db, user, PURPOSE, "ann@example.org", hashes, seconds=60, code_seconds=60
    )
    await db.execute(LATER)
    return made


@live_case("MAX_WRONG_CODES")
async def wrong_codes(node: Node) -> Seen:
    ann = (await node.musician("ann")).user

    async def right_after(wrong: int) -> Past | None:
        await _put(node, ann, wrong)
        codes = [b"?" * 32] * wrong + [b"c" * 32]
        taken = [
            await one_time_tokens.take_by_code(node.context.db, ann, PURPOSE, code)
            for code in codes
        ]
        return ErrorCode.AUTH_FAILED if taken[-1] is None else None

    return Seen(await right_after(MAX_WRONG_CODES - 1), await right_after(MAX_WRONG_CODES))


@live_case("MAX_APPS_PER_USER")
async def apps(node: Node) -> Seen:
    ann = (await node.musician("ann")).user
    db = node.context.db

    async def one_more(number: int) -> Past | None:
        sealed = b"sealed %d" % number
        begin = second_factors.begin_one_more
        if not await begin(db, ann, sealed, MAX_APPS_PER_USER):
            return ErrorCode.CONFLICT
        assert await second_factors.confirm(db, ann, 1, sealed, "")
        return None

    assert await second_factors.begin(db, ann, b"sealed 1")
    assert await second_factors.confirm(db, ann, 1, b"sealed 1", "")
    seen = [await one_more(number) for number in range(2, MAX_APPS_PER_USER + 2)]
    return Seen(seen[-2], seen[-1])


@live_case("MAX_MAILED_CODES_A_DAY")
async def mailed_codes(node: Node) -> Seen:
    ann = (await node.musician("ann")).user
    made = [await _put(node, ann, number) for number in range(MAX_MAILED_CODES_A_DAY + 1)]
    seen = [None if each is TokenOutcome.WITH_CODE else Instead.LINK_ONLY for each in made]
    return Seen(seen[-2], seen[-1])


@live_case("MAX_MAILS_ASKED_PER_HOUR")
async def mails_asked(node: Node) -> Seen:
    guest = await node.guest()
    told: list[Past | None] = []
    for number in range(int(MAX_MAILS_ASKED_PER_HOUR) + 1):
        answer = await guest.call("auth.request_reset", email=f"nobody{number}@example.org")
        told.append(ErrorCode(answer["code"]) if answer["t"] == "error" else None)
    return Seen(told[-2], told[-1])


@case("MAX_ASKED_MAILS")
def waiting_mails() -> Seen:
    mails = AskedMails(cast("Any", None), OneTimeSecrets(b""), lambda *_: None)

    def asked() -> Past | None:
        try:
            mails.ask(AskedMail(PURPOSE, "ann@example.org"))
        except Refused as refused:
            return refused.code
        return None

    told = [asked() for _ in range(MAX_ASKED_MAILS + 1)]
    return Seen(told[-2], told[-1])


MAKE_PROJECTS = """
WITH made AS (
    INSERT INTO studio_projects (owner_id, name) SELECT $1, 'Song ' || n
    FROM generate_series(1, $2) AS n RETURNING id)
INSERT INTO project_members (project_id, user_id, role) SELECT id, $1, 'owner' FROM made
"""


@live_case("MAX_PROJECTS_SHOWN")
async def projects_shown(node: Node) -> Seen:
    ann = await node.musician("ann")

    async def shown(more: int) -> Past | None:
        await node.context.db.execute(MAKE_PROJECTS, ann.user, more)
        preview = await ann.result("auth.deletion_preview")
        return None if len(preview["projects"]) == preview["total"] else Instead.CLIPPED

    return Seen(await shown(MAX_PROJECTS_SHOWN), await shown(1))
