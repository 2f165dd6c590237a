"""Proving an address, and setting a new password, by what a mail has."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from persistence.pool import Database
from persistence.tables import users
from persistence.tables.mail_outbox import MailKind
from schema.limits import MAX_WRONG_CODES
from tests.server.calls.accounts.self_service.letters import Letters, wrong_code
from tests.server.conftest import Node, Nodes, create_project
from tests.server.wire import Message, Wire

pytestmark = pytest.mark.postgres

ANN = "ann@example.org"
NEW = "violet anvil"


async def log_in(node: Node, password: str = "correct horse", email: str = ANN) -> Message:
    return await (await node.guest()).call("auth.login", email=email, password=password)


async def code_of(wire: Wire, method: str, **params: object) -> str:
    answer = await wire.call(method, **params)
    return str(answer.get("code", answer["t"]))


async def asked(node: Node, letters: Letters, method: str, kind: MailKind) -> Message:
    guest = await node.guest()
    assert (await guest.result(method, email=ANN)) == {}
    return await letters.newest(node, kind)


async def reset(node: Node, letters: Letters) -> Message:
    return await asked(node, letters, "auth.request_reset", MailKind.RESET_PASSWORD)


async def verification(node: Node, letters: Letters) -> Message:
    return await asked(node, letters, "auth.send_verification", MailKind.VERIFY_ADDRESS)


@pytest.mark.parametrize("by", ["token", "code"])
async def test_A23_an_address_is_proved_once_by_link_or_code(
    node: Node, database: Database, letters: Letters, by: str
) -> None:
    ann = await node.musician("ann")
    mail = await verification(node, letters)
    given = {"token": mail["token"]} if by == "token" else {"email": ANN, "code": mail["code"]}
    assert not await users.is_verified(database, ann.user)
    guest = await node.guest()
    assert await code_of(guest, "auth.verify", **given) == "reply"
    assert await users.is_verified(database, ann.user)
    for other in (given, {"token": mail["token"]}, {"email": ANN, "code": mail["code"]}):
        assert await code_of(guest, "auth.verify", **other) == "auth_failed"
    before = await letters.count(node)
    assert await guest.result("auth.send_verification", email=ANN) == {}
    assert await letters.count(node) == before  # it is proved


async def test_A23_a_token_or_a_code_and_nothing_between(node: Node) -> None:
    guest = await node.guest()
    for params in (
        {},
        {"email": ANN},
        {"code": "123456"},
        {"token": "x", "email": ANN, "code": "123456"},
    ):
        refused = await guest.call("auth.verify", **params)
        assert (refused["code"], refused["details"]) == ("validation", {"field": "token"})


@pytest.mark.parametrize("of", ["another purpose", "a stranger", "nobody", "no shape at all"])
async def test_A23_whatever_is_wrong_with_a_secret_there_is_one_answer(
    node: Node, letters: Letters, of: str
) -> None:
    await node.musician("ann")
    await node.musician("ben")
    mail = await reset(node, letters)
    given = {
        "another purpose": {"token": mail["token"]},
        "a stranger": {"email": "ben@example.org", "code": mail["code"]},
        "nobody": {"email": "zoe@example.org", "code": mail["code"]},
        "no shape at all": {"token": "\N{MUSICAL SYMBOL G CLEF} ' OR 1=1"},
    }[of]
    told = await (await node.guest()).call("auth.verify", **given)
    assert (told["code"], told["details"]) == ("auth_failed", {})
    assert told["message"] == "this link or code is not valid any more; ask for a new one"


async def test_A25_a_reset_sets_the_password_ends_all_logins_and_logs_nobody_in(
    node: Node, letters: Letters
) -> None:
    ann = await node.musician("ann")
    mail, guest = await reset(node, letters), await node.guest()
    assert await guest.result("auth.reset_password", token=mail["token"], password=NEW) == {}
    await ann.closed(4501)
    assert await code_of(guest, "projects.list") == "auth_required"
    assert (await log_in(node))["code"] == "auth_failed"
    assert (await log_in(node, NEW))["t"] == "reply"
    assert letters.of(MailKind.PASSWORD_CHANGED) == [(ANN, {"name": "ann"})]
    again = await guest.call("auth.reset_password", token=mail["token"], password="another one")
    assert again["code"] == "auth_failed"


async def test_A25_a_code_of_six_digits_is_as_good_and_blanks_do_not_count(
    node: Node, letters: Letters, database: Database
) -> None:
    ann = await node.musician("ann")
    code = (await reset(node, letters))["code"]
    assert len(code) == 6
    spelt = f" {code[:3]} {code[3:]}"
    guest = await node.guest()
    given = {"email": "ANN@example.org", "code": spelt, "password": NEW}
    assert await code_of(guest, "auth.reset_password", **given) == "reply"
    assert await users.is_verified(database, ann.user)  # whoever has read the mail has proved it


async def test_A25_a_password_that_is_refused_leaves_the_link_as_it_is(
    node: Node, letters: Letters
) -> None:
    await node.musician("annabelle")
    guest = await node.guest()
    await guest.result("auth.request_reset", email="annabelle@example.org")
    token = (await letters.newest(node, MailKind.RESET_PASSWORD))["token"]
    for password in ("password1", "annabelle"):
        refused = await guest.call("auth.reset_password", token=token, password=password)
        assert (refused["code"], refused["details"]) == ("validation", {"field": "password"})
    assert await code_of(guest, "auth.reset_password", token=token, password=NEW) == "reply"


async def test_A24_nothing_tells_whether_an_address_has_an_account(
    node: Node, letters: Letters
) -> None:
    """The same answer; and before it nothing was looked up, so there is no time to tell by."""
    await node.musician("ann")
    is_looking, looked = asyncio.Event(), asyncio.Event()
    look = node.context.asked_mails._send_if_due

    async def later(*asked: Any) -> None:
        is_looking.set()
        await looked.wait()
        await look(*asked)

    node.context.asked_mails._send_if_due = later  # type: ignore[assignment,method-assign]
    for method in ("auth.request_reset", "auth.send_verification"):
        for email in (ANN, "zoe@example.org", "nobody@no.such.domain"):
            assert await (await node.guest()).result(method, email=email) == {}
    await is_looking.wait()
    assert letters.all == []
    looked.set()
    assert await letters.count(node) == 2
    assert {recipient for _, recipient, _ in letters.all} == {ANN}


async def test_A23_too_many_wrong_codes_void_the_code_and_the_link_stays(
    node: Node, letters: Letters
) -> None:
    await node.musician("ann")
    mail = await reset(node, letters)
    guest = await node.guest()
    wrong = wrong_code(mail["code"])
    given = {"email": ANN, "password": NEW}
    for code in [wrong] * MAX_WRONG_CODES + [mail["code"]]:
        assert await code_of(guest, "auth.reset_password", **given, code=code) == "auth_failed"
    link = {"token": mail["token"], "password": NEW}
    assert await code_of(guest, "auth.reset_password", **link) == "reply"


Change = Callable[[Wire, Message], Awaitable[object]]


async def _newer(ann: Wire, mail: Message) -> object:
    return await ann.result("auth.request_reset", email=ANN)


async def _other_password(ann: Wire, mail: Message) -> object:
    return await ann.result(
        "auth.change_password", password="correct horse", new_password="amber kettle"
    )


@pytest.mark.parametrize("change", [_newer, _other_password])
async def test_A25_a_mail_is_void_after_a_newer_one_or_another_password(
    node: Node, letters: Letters, change: Change
) -> None:
    ann = await node.musician("ann")
    mail = await reset(node, letters)
    await change(ann, mail)
    await node.context.asked_mails.send_all()
    guest = await node.guest()
    for given in ({"token": mail["token"]}, {"email": ANN, "code": mail["code"]}):
        assert await code_of(guest, "auth.reset_password", **given, password=NEW) == "auth_failed"


@pytest.fixture
async def strict(nodes: Nodes) -> Node:
    """A node where only those log in whose address is proved."""
    return await nodes.start(verify_address=True)


async def test_A26_nobody_logs_in_before_the_address_is_proved(
    strict: Node, letters: Letters
) -> None:
    who = {"email": ANN, "password": "correct horse"}
    guest = await strict.guest()
    assert await code_of(guest, "auth.register", **who, username="ann") == "address_unverified"
    assert (await log_in(strict))["code"] == "address_unverified"
    assert (await log_in(strict, "wrong horse"))["code"] == "auth_failed"
    mail = await letters.newest(strict, MailKind.VERIFY_ADDRESS)
    given = {"email": ANN, "code": mail["code"], "password": "correct horse"}
    assert await code_of(guest, "auth.verify", **given) == "reply"
    assert (await log_in(strict))["t"] == "reply"


async def test_A26_registering_tells_nothing_of_the_address_and_its_owner_gets_in(
    strict: Node, letters: Letters, database: Database
) -> None:
    """Whoever has registered the address of another, knowing the password, is out then."""
    guest = await strict.guest()
    who = {"email": ANN, "password": "correct horse"}
    first = await guest.call("auth.register", **who, username="thief")
    second = await guest.call("auth.register", email=ANN, password=NEW, username="ann")
    assert first | {"id": 0} == second | {"id": 0}
    holder = "SELECT email LIKE '%@nobody.invalid' FROM prime_users WHERE username = 'ann'"
    assert await database.fetchval(holder)
    taken = await guest.call("auth.register", email=ANN, password=NEW, username="THIEF")
    other = await guest.call("auth.register", email="b@example.org", password=NEW, username="thief")
    assert (taken["code"], taken["details"]) == ("taken", {"field": "username"})
    assert taken | {"id": 0} == other | {"id": 0}
    token = (await letters.newest(strict, MailKind.RESET_PASSWORD))["token"]
    assert await code_of(guest, "auth.reset_password", token=token, password=NEW) == "reply"
    assert (await log_in(strict))["code"] == "auth_failed"
    assert (await log_in(strict, NEW))["t"] == "reply"


async def test_A59_what_registering_leaves_behind_tells_nothing_of_the_address(
    nodes: Nodes, letters: Letters
) -> None:
    """Seen by whoever registers: the answer, the invitation, and whether the username is free."""
    eve = await (await nodes.start()).musician("eve")
    strict = await nodes.start(verify_address=True)
    project = await create_project(eve)
    seen = []
    for name, email in (("one", "eve@example.org"), ("two", "new@example.org")):
        token = (await eve.result("invitations.create", project=project, role="viewer"))["token"]
        guest = await strict.guest()
        who = {"password": NEW, "username": name, "invitation": token}
        told = [await code_of(guest, "auth.register", email=email, **who)]
        told.append(await code_of(guest, "invitations.look", token=token))
        told.append(await code_of(guest, "auth.register", email=f"{name}@other.org", **who))
        seen.append(told)
    assert seen[0] == seen[1] == ["address_unverified", "reply", "taken"]
    mail = await letters.newest(strict, MailKind.VERIFY_ADDRESS)
    given = {"token": mail["token"], "password": NEW}
    assert await code_of(await strict.guest(), "auth.verify", **given) == "reply"
    new = await strict.guest()
    await new.result("auth.login", email="new@example.org", password=NEW)
    [mine] = (await new.result("projects.list"))["projects"]
    assert (mine["id"], mine["role"]) == (project, "viewer")
    used_up = await code_of(await strict.guest(), "invitations.look", token=token)
    assert used_up == "auth_failed"


async def test_A59_who_proves_the_address_of_anothers_account_joins_nothing_by_it(
    nodes: Nodes, letters: Letters, database: Database
) -> None:
    eve = await (await nodes.start()).musician("eve")
    strict = await nodes.start(verify_address=True)
    token = (
        await eve.result("invitations.create", project=await create_project(eve), role="viewer")
    )["token"]
    guest = await strict.guest()
    who = {"email": ANN, "password": "correct horse", "username": "ann", "invitation": token}
    assert await code_of(guest, "auth.register", **who) == "address_unverified"
    mail = await letters.newest(strict, MailKind.VERIFY_ADDRESS)
    assert await code_of(guest, "auth.verify", token=mail["token"]) == "reply"
    assert await code_of(guest, "invitations.look", token=token) == "reply"
    assert await database.fetchval("SELECT count(*) FROM pending_invitations") == 0
