"""Bounds of one-time tokens (rules A20 to A22)."""

from persistence.tables import one_time_tokens
from persistence.tables.one_time_tokens import Hashes, Made, Purpose
from schema.bounds import Instead, Past
from schema.errors import ErrorCode
from schema.limits import MAX_MAILED_CODES_A_DAY, MAX_WRONG_CODES
from tests.bounds.cases import Seen, live_case
from tests.server.conftest import Node

PURPOSE = Purpose.RESET_PASSWORD

LATER = """
UPDATE one_time_tokens SET made_at = made_at - interval '1 hour'
"""


async def _put(node: Node, user: str, number: int) -> Made:
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


@live_case("MAX_MAILED_CODES_A_DAY")
async def mailed_codes(node: Node) -> Seen:
    ann = (await node.musician("ann")).user
    made = [await _put(node, ann, number) for number in range(MAX_MAILED_CODES_A_DAY + 1)]
    seen = [None if each is Made.WITH_CODE else Instead.LINK_ONLY for each in made]
    return Seen(seen[-2], seen[-1])
