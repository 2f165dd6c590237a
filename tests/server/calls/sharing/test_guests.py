"""Who comes in by a link without an account, and makes one of it (rules R70 to R74)."""

from typing import Any

import pytest

from persistence.tables.internal import guests
from persistence.tables.mail_outbox import MailKind
from tests.server.calls.accounts.self_service.letters import Letters, letters
from tests.server.conftest import Node, Nodes, create_project
from tests.server.wire import Wire

__all__ = ["letters"]

pytestmark = [pytest.mark.postgres, pytest.mark.node]


async def invite(ann: Wire, project: str, **more: Any) -> Any:
    asked: dict[str, Any] = {"role": "editor", "guests": True} | more
    return await ann.result("invitations.create", project=project, **asked)


async def come(node: Node, token: str, name: str = "Zoe", device: str = "tab") -> Wire:
    """A guest, connected with its token."""
    wire = await node.guest(device=device)
    answer = await wire.result("auth.register_guest", invitation=token, name=name)
    wire.user, wire.tokens = answer["user"]["id"], answer
    return wire


async def test_R70_a_guest_comes_by_a_link_and_edits(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    made = await invite(ann, project)
    shown = await (await node.guest()).result("invitations.look", token=made["token"])
    assert shown["guests"] is True
    zoe = await come(node, made["token"])
    assert zoe.tokens["user"]["name"] == "Zoe"
    assert zoe.tokens["refresh_token"]
    await zoe.join(project)
    told = await zoe.result("invitations.list", where={"project": project})
    assert told["invitations"] == [], "only owners see them"
    refused = await (await node.guest()).call(
        "auth.register_guest", invitation=made["token"], name="Yan"
    )
    assert refused["code"] == "auth_failed", "it was for one"


async def test_R70_only_by_an_invitation_that_lets_guests_in(node: Node) -> None:
    ann, stranger = await node.musician("ann"), await node.guest()
    project = await create_project(ann)
    made = await invite(ann, project, guests=False)
    for asked, code in (
        ({"invitation": made["token"], "name": "Zoe"}, "forbidden"),
        ({"invitation": "x" * 43, "name": "Zoe"}, "auth_failed"),
        ({"invitation": made["token"], "name": ""}, "validation"),
        ({"invitation": made["token"], "name": "a\u202eb"}, "validation"),
    ):
        assert (await stranger.call("auth.register_guest", **asked))["code"] == code, asked
    by_mail = await ann.call(
        "invitations.create", project=project, role="viewer", email="z@example.org", guests=True
    )
    assert (by_mail["code"], by_mail["details"]["field"]) == ("validation", "guests")
    count = await node.context.db.fetchval("SELECT count(*) FROM prime_users WHERE is_guest")
    assert count == 0, "who does not get in is nobody"


async def test_R70_also_where_strangers_make_no_accounts(nodes: Nodes) -> None:
    node = await nodes.start(registration=True)
    ann = await node.musician("ann")
    made = await invite(ann, await create_project(ann))
    closed = await nodes.start(registration=False)
    assert (await come(closed, made["token"])).user


async def test_R71_who_is_a_guest_is_told(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    zoe = await come(node, (await invite(ann, project))["token"])
    account = await zoe.result("account.get")
    assert (account["is_guest"], account["email"], account["name"]) == (True, None, "Zoe")
    page = await ann.result("users.list", where={"id": {"in": [ann.user, zoe.user]}})
    users = {user["id"]: user["is_guest"] for user in page["users"]}
    assert users == {ann.user: False, zoe.user: True}


async def test_R72_what_takes_an_account_is_refused_to_guests(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    zoe = await come(node, (await invite(ann, project))["token"])
    device = await node.guest(device="another")
    asking = await device.result("auth.device_begin", name="another")
    for method, asked in (
        ("projects.create", {"name": "Mine"}),
        ("batch", {"calls": [{"method": "projects.create", "params": {"name": "Mine"}}]}),
        ("snapshots.fork", {"project": project, "snapshot": project, "name": "x"}),
        ("invitations.create", {"project": project, "role": "viewer"}),
        ("auth.change_password", {"password": "", "new_password": "a kettle of 7 songs"}),
        ("auth.change_email", {"password": "", "email": "zoe@example.org"}),
        ("auth.device_look", {"user_code": asking["user_code"]}),
        ("auth.device_approve", {"user_code": asking["user_code"]}),
    ):
        answer = await zoe.call(method, **asked)
        assert "forbidden" in str(answer), (method, answer)
    polled = await device.result("auth.device_poll", device_code=asking["device_code"])
    assert polled["state"] == "waiting"
    owner = await ann.call("members.grant", project=project, user=zoe.user, role="owner")
    assert owner["code"] == "conflict"
    second = await invite(ann, await create_project(ann, "Another"), role="viewer")
    joined = await zoe.result("invitations.accept", token=second["token"])
    assert joined["role"] == "viewer"
    await zoe.result("auth.delete_account", password=None, projects={})


async def test_R73_a_guest_becomes_an_account_and_stays_who_it_is(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    zoe = await come(node, (await invite(ann, project))["token"])
    params = {"email": "zoe@example.org", "username": "zoe", "password": "a song of nine words"}
    taken = await zoe.call("auth.upgrade_guest", **params | {"username": "ann"})
    assert (taken["code"], taken["details"]["field"]) == ("taken", "username")
    user = await zoe.result("auth.upgrade_guest", **params)
    assert (user["id"], user["username"], user["name"]) == (zoe.user, "zoe", "Zoe")
    again = await node.guest()
    logged_in = await again.result("auth.login", email=params["email"], password=params["password"])
    assert logged_in["user"]["id"] == zoe.user
    account = await again.result("account.get")
    assert (account["is_guest"], account["email"]) == (False, "zoe@example.org")
    assert (await again.result("projects.create", name="Mine"))["name"] == "Mine"
    assert (await zoe.call("auth.upgrade_guest", **params))["code"] == "conflict"


@pytest.mark.parametrize("by", ["token", "code"])
async def test_R73_where_only_proved_addresses_log_in_a_guest_proves_its_own_first(
    nodes: Nodes, letters: Letters, by: str
) -> None:
    """It goes on meanwhile as who it is, and logs in by the address once that is proved (A26)."""
    node = await nodes.start(registration=True)
    ann = await node.musician("ann")
    project = await create_project(ann)
    strict = await nodes.start(verify_address=True)
    zoe = await come(strict, (await invite(ann, project))["token"])
    params = {"email": "zoe@example.org", "username": "zoe", "password": "a song of nine words"}
    user = await zoe.result("auth.upgrade_guest", **params)
    assert (user["id"], user["username"]) == (zoe.user, "zoe")
    login = {"email": params["email"], "password": params["password"]}
    assert (await (await strict.guest()).call("auth.login", **login))["code"] == "auth_failed"
    assert (await zoe.result("account.get"))["email"] is None
    assert (await zoe.result("projects.get", project=project))["id"] == project
    mail = await letters.newest(strict, MailKind.CHANGE_ADDRESS)
    assert [to for to, _ in letters.of(MailKind.CHANGE_ADDRESS)] == [params["email"]]
    assert await zoe.result("auth.confirm_email", **{by: mail[by]}) == {}
    logged_in = await (await strict.guest()).result("auth.login", **login)
    assert logged_in["user"]["id"] == zoe.user
    account = await zoe.result("account.get")
    assert (account["email"], account["is_guest"]) == (params["email"], False)


async def test_R73_an_address_that_is_somebodys_is_answered_alike_and_sent_nothing(
    nodes: Nodes, letters: Letters
) -> None:
    node = await nodes.start()
    ann = await node.musician("ann")
    made = await invite(ann, await create_project(ann), max_uses=2)
    strict = await nodes.start(verify_address=True)
    answers = []
    for name, email in (("Zoe", "zoe@example.org"), ("Yan", "ann@example.org")):
        guest = await come(strict, made["token"], name, device=name)
        asked = {"email": email, "username": name.lower(), "password": "a song of nine words"}
        user = await guest.result("auth.upgrade_guest", **asked)
        answers.append((user["id"] == guest.user, set(user)))
        await strict.context.asked_mails.send_all()
    assert answers[0] == answers[1]
    assert [to for to, _ in letters.of(MailKind.CHANGE_ADDRESS)] == ["zoe@example.org"]
    login = {"email": "ann@example.org", "password": "a song of nine words"}
    assert (await (await strict.guest()).call("auth.login", **login))["code"] == "auth_failed"


async def test_R74_guests_who_belong_to_nothing_are_deleted_and_others_stay(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    made = await invite(ann, project, max_uses=3)
    zoe, yan = [await come(node, made["token"], name, name) for name in ("Zoe", "Yan")]
    await ann.result("members.revoke", project=project, user=zoe.user)
    db = node.context.db
    await guests.forget(db)
    assert await db.fetchval("SELECT count(*) FROM account_deletions") == 0, "it was here today"
    await db.execute("UPDATE prime_users SET created_at = now() - interval '31 days'")
    await db.execute("UPDATE auth_sessions SET last_used_at = now() - interval '31 days'")
    await guests.forget(db)
    rows = await db.fetch("SELECT user_id FROM account_deletions")
    assert [str(row["user_id"]) for row in rows] == [zoe.user], f"{yan.user} is a member"
    again = await come(node, made["token"], "Zoe again", "another tab")
    assert again.user != zoe.user
