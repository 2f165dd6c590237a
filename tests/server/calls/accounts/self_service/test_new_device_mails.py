"""Who has an account is told of a login on a device that it never was logged in on (rule A60)."""

import pytest

from persistence.tables.mail_outbox import MailKind
from tests.server.calls.accounts.self_service.letters import Letters
from tests.server.conftest import Node, Nodes, create_project

pytestmark = pytest.mark.postgres

WHO = {"email": "ann@example.org", "password": "correct horse"}


async def log_in(node: Node, device: str) -> None:
    await (await node.guest(device=device)).result("auth.login", **WHO)


async def test_A60_a_login_on_a_device_that_is_new_is_told_by_mail_once_on_every_node(
    nodes: Nodes, letters: Letters
) -> None:
    one, two = await nodes.start(), await nodes.start()
    await one.musician("ann")
    for node, device in ((one, "laptop"), (two, "laptop"), (two, "studio"), (one, "studio")):
        await log_in(node, device)
    [(recipient, told)] = letters.of(MailKind.NEW_LOGIN)
    assert recipient == WHO["email"]
    assert (told["name"], told["device"], told["place"]) == ("ann", "studio", "127.0.0.0/24")
    assert told["time"].endswith(" UTC")
    await (await one.guest(device="phone")).call("auth.login", **WHO | {"password": "wrong one"})
    assert len(letters.of(MailKind.NEW_LOGIN)) == 1, "nobody logged in"


async def test_A60_a_device_that_was_logged_out_is_known_and_one_let_in_by_a_code_is_told(
    node: Node, letters: Letters
) -> None:
    ann = await node.musician("ann")
    await log_in(node, "studio")
    await ann.result("auth.logout", scope="others")
    await log_in(node, "studio")
    assert len(letters.of(MailKind.NEW_LOGIN)) == 1
    plug_in = await node.guest(device="plug-in")
    codes = await plug_in.result("auth.device_begin", name="Studio PC")
    await ann.result("auth.device_look", user_code=codes["user_code"])
    await ann.result("auth.device_approve", user_code=codes["user_code"])
    await plug_in.result("auth.device_poll", device_code=codes["device_code"])
    assert [told["device"] for _, told in letters.of(MailKind.NEW_LOGIN)] == ["studio", "plug-in"]


async def test_A60_registering_and_being_invited_are_no_new_logins(
    node: Node, letters: Letters
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    invited = await ann.result("invitations.create", project=project, role="editor")
    ben = {"email": "ben@example.org", "username": "ben", "password": "correct horse"}
    guest = await node.guest(device="tablet")
    await guest.result("auth.register", **ben, invitation=invited["token"])
    assert letters.of(MailKind.NEW_LOGIN) == []
