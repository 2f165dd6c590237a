"""Changing one's password and one's address."""

import pytest

from persistence.pool import Database
from persistence.tables import users
from persistence.tables.mail_outbox import MailKind
from tests.server.calls.accounts.self_service.letters import Letters
from tests.server.calls.accounts.self_service.test_mailed_tokens import ANN, NEW, code_of, log_in
from tests.server.conftest import Node

pytestmark = pytest.mark.postgres

OLD = {"password": "correct horse"}
ELSEWHERE = "ann@elsewhere.example"


async def test_A25_a_new_password_ends_all_other_logins_and_not_this_one(
    node: Node, letters: Letters
) -> None:
    ann = await node.musician("ann")
    phone = await node.guest()
    await phone.result("auth.login", email=ANN, **OLD)
    assert await ann.result("auth.change_password", **OLD, new_password=NEW) == {}
    await phone.closed(4501)
    assert (await ann.result("projects.list"))["projects"] == []
    assert (await log_in(node))["code"] == "auth_failed"
    assert (await log_in(node, NEW))["t"] == "reply"
    assert letters.of(MailKind.PASSWORD_CHANGED) == [(ANN, {"name": "ann"})]


async def test_A25_the_old_password_is_needed_and_the_new_one_keeps_to_the_rules(
    node: Node,
) -> None:
    ann = await node.musician("ann")
    wrong = {"password": "wrong horse", "new_password": NEW}
    assert await code_of(ann, "auth.change_password", **wrong) == "auth_failed"
    refused = await ann.call("auth.change_password", **OLD, new_password="Password1")
    assert (refused["code"], refused["details"]) == ("validation", {"field": "new_password"})
    assert (await log_in(node))["t"] == "reply"


@pytest.mark.parametrize("by", ["token", "code"])
async def test_A27_a_new_address_is_the_accounts_once_a_mail_to_it_is_answered(
    node: Node, letters: Letters, database: Database, by: str
) -> None:
    ann = await node.musician("ann")
    await ann.result("auth.change_email", **OLD, email=ELSEWHERE)
    mail = await letters.newest(node, MailKind.CHANGE_ADDRESS)
    assert letters.all[-1][1] == ELSEWHERE
    assert (await log_in(node))["t"] == "reply"
    guest = await node.guest()
    assert await code_of(guest, "auth.confirm_email", code=mail["code"]) == "auth_failed"
    wire = guest if by == "token" else ann
    assert await code_of(wire, "auth.confirm_email", **{by: mail[by]}) == "reply"
    assert await users.is_verified(database, ann.user)
    assert (await log_in(node))["code"] == "auth_failed"
    assert (await log_in(node, email=ELSEWHERE))["t"] == "reply"
    told = letters.of(MailKind.ADDRESS_CHANGED)
    assert told == [(ANN, {"name": "ann", "address": ELSEWHERE})]
    assert await code_of(wire, "auth.confirm_email", **{by: mail[by]}) == "auth_failed"


async def test_A27_an_address_that_is_someone_elses_is_answered_alike_and_gets_no_mail(
    node: Node, letters: Letters
) -> None:
    ann = await node.musician("ann")
    await node.musician("ben")
    assert await ann.result("auth.change_email", **OLD, email="ben@example.org") == {}
    await letters.count(node)
    assert [(kind, to) for kind, to, *_ in letters.all] == [(MailKind.ADDRESS_ASKED, ANN)]
    refused = await ann.call("auth.change_email", **OLD, email="ann..b@example.org")
    assert (refused["code"], refused["details"]) == ("validation", {"field": "email"})
    wrong = {"password": "wrong horse", "email": ELSEWHERE}
    assert await code_of(ann, "auth.change_email", **wrong) == "auth_failed"


async def test_A27_an_address_that_was_taken_meanwhile_stays_whose_it_is(
    node: Node, letters: Letters
) -> None:
    ann = await node.musician("ann")
    await ann.result("auth.change_email", **OLD, email=ELSEWHERE)
    token = (await letters.newest(node, MailKind.CHANGE_ADDRESS))["token"]
    guest = await node.guest()
    await guest.result("auth.register", email=ELSEWHERE, username="other", **OLD)
    told = await ann.call("auth.confirm_email", token=token)
    assert (told["code"], told["details"]) == ("taken", {"field": "email"})
    assert (await log_in(node))["t"] == "reply"


async def test_A27_mails_to_the_old_address_are_void_once_there_is_a_new_one(
    node: Node, letters: Letters
) -> None:
    ann = await node.musician("ann")
    await ann.result("auth.request_reset", email=ANN)
    old = await letters.newest(node, MailKind.RESET_PASSWORD)
    await ann.result("auth.change_email", **OLD, email=ELSEWHERE)
    new = await letters.newest(node, MailKind.CHANGE_ADDRESS)
    await ann.result("auth.confirm_email", token=new["token"])
    given = {"token": old["token"], "password": NEW}
    assert await code_of(await node.guest(), "auth.reset_password", **given) == "auth_failed"


async def test_A53_a_new_password_voids_a_new_address_whose_mail_still_waits(
    node: Node, letters: Letters
) -> None:
    """The old address is told at once; the mail to the new one is never sent."""
    ann, thief = await node.musician("ann"), await node.guest(device="thief")
    await thief.result("auth.login", email=ANN, **OLD)
    waiting = node.context.asked_mails
    async with waiting._sending:
        await thief.result("auth.change_email", **OLD, email=ELSEWHERE)
        told = letters.of(MailKind.ADDRESS_ASKED)
        assert told == [(ANN, {"name": "ann", "address": ELSEWHERE})]
        await ann.result("auth.change_password", **OLD, new_password=NEW)
    await waiting.send_all()
    assert letters.of(MailKind.CHANGE_ADDRESS) == []
