"""Cases of the table of bounds: how many mails an address gets."""

from persistence.tables.mail_outbox import MailKind, put
from schema.bounds import Instead, Past
from schema.server_limits import MAX_MAILS_PER_HOUR, MAX_NOTICES_PER_HOUR
from tests.bounds.cases import Seen, live_case
from tests.persistence.tables.test_mail_outbox import payload
from tests.server.conftest import Node


async def _put(node: Node, kind: MailKind) -> Past | None:
    db, to = node.server.foundation.db.calls, "ann@example.com"
    is_sent = await put(db, recipient=to, kind=kind, payload=payload(kind))
    return None if is_sent else Instead.NOT_SENT


async def _past(node: Node, kind: MailKind, most: int) -> Seen:
    for _ in range(most - 1):
        assert await _put(node, kind) is None
    return Seen(await _put(node, kind), await _put(node, kind))


@live_case("MAX_MAILS_PER_HOUR")
async def mails_of_an_address(node: Node) -> Seen:
    return await _past(node, MailKind.RESET_PASSWORD, MAX_MAILS_PER_HOUR)


@live_case("MAX_NOTICES_PER_HOUR")
async def notices_of_an_address(node: Node) -> Seen:
    return await _past(node, MailKind.NEW_LOGIN, MAX_NOTICES_PER_HOUR)
