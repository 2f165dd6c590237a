"""Cases of the table of bounds: how many mails an address gets."""

from persistence.tables.mail_outbox import MailKind, put
from schema.bounds import Instead, Past
from schema.errors import ErrorCode
from schema.limits import MAX_INVITATIONS_MAILED_PER_HOUR, MAX_INVITATIONS_TO_ONE_PER_HOUR
from schema.server_limits import MAX_MAILS_PER_HOUR, MAX_NOTICES_PER_HOUR
from tests.bounds.cases import Seen, live_case
from tests.persistence.tables.test_mail_outbox import payload
from tests.server.conftest import Node, create_project
from tests.server.wire import Wire


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


async def _invite(inviter: Wire, project: str, to: str) -> Past | None:
    params = {"project": project, "role": "viewer", "email": to}
    answer = await inviter.call("invitations.create", **params)
    return ErrorCode(answer["code"]) if answer["t"] == "error" else None


@live_case("MAX_INVITATIONS_MAILED_PER_HOUR")
async def invitations_of_a_user(node: Node) -> Seen:
    eve = await node.musician("eve")
    project = await create_project(eve)
    for number in range(MAX_INVITATIONS_MAILED_PER_HOUR - 1):
        assert await _invite(eve, project, f"stranger{number}@example.com") is None
    last = await _invite(eve, project, "last@example.com")
    return Seen(last, await _invite(eve, project, "another@example.com"))


@live_case("MAX_INVITATIONS_TO_ONE_PER_HOUR")
async def invitations_to_one(node: Node) -> Seen:
    eve = await node.musician("eve")
    projects = [await create_project(eve) for _ in range(MAX_INVITATIONS_TO_ONE_PER_HOUR + 1)]
    told = [await _invite(eve, project, "Ann@example.com") for project in projects]
    return Seen(told[-2], told[-1])
