"""Asked into a project by a link or a mail (rules R30 to R36)."""

import asyncio
import json
from typing import Any

import pytest

from persistence.tables import users
from server.accounts.mail.mail_settings import Encryption, MailSettings, SmtpServer
from tests.server.conftest import Node, Nodes, create_project
from tests.server.wire import Message, Wire

pytestmark = [pytest.mark.postgres, pytest.mark.node]

NOBODYS = "00000000-0000-4000-8000-000000000000"


async def invite(ann: Wire, project: str, role: str = "editor", **more: Any) -> Any:
    return await ann.result("invitations.create", project=project, role=role, **more)


async def rows_of(ann: Wire, project: str) -> list[Any]:
    page = await ann.result("invitations.list", where={"project": project})
    rows: list[Any] = page["invitations"]
    return rows


async def test_R30_a_link_is_made_by_an_owner_and_accepted_by_who_has_it(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    await ann.join(project)
    made = await invite(ann, project, "contributor", tracks=["track-01", "track-01"])
    assert made["url"].endswith(f"/studio#invite={made['token']}")
    [row] = await rows_of(ann, project)
    assert (row["id"], row["uses"], row["max_uses"], row["email"]) == (made["id"], 0, 1, None)
    assert made["token"] not in json.dumps(row)
    member = await ben.result("invitations.accept", token=made["token"])
    assert (member["user"]["id"], member["role"]) == (ben.user, "contributor")
    assert member["tracks"] == ["track-01"]
    heard = await ann.until("role_changed")
    assert (heard["user"], heard["role"], heard["tracks"]) == (
        ben.user, "contributor", ["track-01"],
    )  # fmt: skip
    [row] = await rows_of(ann, project)
    assert (row["uses"], row["accepted_at"] is not None) == (1, True)
    assert await rows_of(ben, project) == [], "only owners see them"
    refused = await ben.call("invitations.create", project=project, role="viewer")
    assert refused["code"] == "forbidden"
    refused = await ben.call("invitations.withdraw", invitation=row["id"])
    assert refused["code"] == "not_found", "C6: what ben may not see does not exist"


async def test_R30_what_an_invitation_cannot_be_is_said(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    for asked, field in (
        ({"role": "owner"}, "role"),
        ({"role": "contributor"}, "tracks"),
        ({"role": "viewer", "tracks": []}, "tracks"),
        ({"role": "viewer", "max_uses": 501}, "max_uses"),
        ({"role": "viewer", "max_uses": 2, "email": "ben@example.org"}, "max_uses"),
        ({"role": "viewer", "expires_in": 59}, "expires_in"),
        ({"role": "viewer", "email": "a..b@example.org"}, "email"),
    ):
        refused = await ann.call("invitations.create", project=project, **asked)
        assert (refused["code"], refused["details"]["field"]) == ("validation", field), asked
    refused = await ann.call("invitations.create", project=NOBODYS, role="viewer")
    assert refused["code"] == "not_found"


async def test_R31_a_member_is_told_where_it_leads_whatever_became_of_it(node: Node) -> None:
    ann, ben, cleo = [await node.musician(name) for name in ("ann", "ben", "cleo")]
    project = await create_project(ann, "Night Drive")
    once = await invite(ann, project)
    await ben.result("invitations.accept", token=once["token"])
    withdrawn = await invite(ann, project)
    await ann.result("invitations.withdraw", invitation=withdrawn["id"])
    for made in (once, withdrawn):
        shown = await ben.result("invitations.look", token=made["token"])
        assert (shown["project"], shown["name"]) == (project, "Night Drive")
        assert (await cleo.call("invitations.look", token=made["token"]))["code"] == "auth_failed"
        refused = await ben.call("invitations.accept", token=made["token"])
        assert refused["code"] == "auth_failed", "it is looked at, and gives nothing"
    await ann.result("members.revoke", project=project, user=ben.user)
    assert (await ben.call("invitations.look", token=once["token"]))["code"] == "auth_failed"


async def test_R31_what_it_is_for_is_shown_before_a_login(node: Node) -> None:
    ann, guest = await node.musician("ann"), await node.guest()
    project = await create_project(ann, "Night Drive")
    made = await invite(ann, project, "commenter")
    shown = await guest.result("invitations.look", token=made["token"])
    assert (shown["name"], shown["inviter"]["username"]) == ("Night Drive", "ann")
    assert (shown["role"], shown["tracks"], shown["is_for_address"]) == ("commenter", None, False)
    refused = await guest.call("invitations.accept", token=made["token"])
    assert refused["code"] == "auth_required"


async def test_R32_a_member_keeps_a_better_role_and_uses_nothing_up(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    made = await invite(ann, project, "viewer", max_uses=2)
    assert (await ann.result("invitations.accept", token=made["token"]))["role"] == "owner"
    for _ in range(2):
        assert (await ben.result("invitations.accept", token=made["token"]))["role"] == "viewer"
    [row] = await rows_of(ann, project)
    assert row["uses"] == 1
    first = await invite(ann, project, "contributor", tracks=["track-01"])
    second = await invite(ann, project, "contributor", tracks=["track-02"])
    await ben.result("invitations.accept", token=first["token"])
    member = await ben.result("invitations.accept", token=second["token"])
    assert (member["role"], member["tracks"]) == ("contributor", ["track-01", "track-02"])
    many = await invite(ann, project, "contributor", tracks=[f"track-1{n:02}" for n in range(64)])
    assert (await ben.call("invitations.accept", token=many["token"]))["code"] == "limit_reached"


async def refusals(node: Node, ann: Wire, ben: Wire, project: str) -> dict[str, Message]:
    """By what is wrong with it, how an invitation is refused."""
    tokens = {"malformed": "\u0000no token", "unknown": "x" * 43}
    withdrawn = await invite(ann, project)
    await ann.result("invitations.withdraw", invitation=withdrawn["id"])
    tokens["withdrawn"] = withdrawn["token"]
    used_up = await invite(ann, project)
    await (await node.musician("cid")).result("invitations.accept", token=used_up["token"])
    tokens["used up"] = used_up["token"]
    expired = await invite(ann, project)
    url, expire = "expires_at = now() - interval '1 s'", "UPDATE invitations SET {} WHERE id = $1"
    await node.context.db.execute(expire.format(url), expired["id"])
    tokens["expired"] = expired["token"]
    return {
        what: await ben.call("invitations.accept", token=token) for what, token in tokens.items()
    }


async def test_R33_used_up_withdrawn_expired_and_unknown_are_refused_alike(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    refused = await refusals(node, ann, ben, project)
    assert {answer["code"] for answer in refused.values()} == {"auth_failed"}
    assert len({answer["message"] for answer in refused.values()}) == 1
    looked = await (await node.guest()).call("invitations.look", token="x" * 43)
    assert (looked["code"], looked["message"]) == ("auth_failed", refused["unknown"]["message"])


async def test_R34_withdrawing_puts_nobody_out_and_is_done_once(node: Node) -> None:
    ann, ben, cid = [await node.musician(name) for name in ("ann", "ben", "cid")]
    project = await create_project(ann)
    made = await invite(ann, project, max_uses=5)
    await ben.result("invitations.accept", token=made["token"])
    for _ in range(2):
        await ann.result("invitations.withdraw", invitation=made["id"])
    assert (await cid.call("invitations.accept", token=made["token"]))["code"] == "auth_failed"
    await ben.until("role_changed")
    assert (await ben.join(project))[0]["role"] == "editor"
    assert (await cid.call("invitations.withdraw", invitation=made["id"]))["code"] == "not_found"


async def test_R34_with_its_inviters_ownership_goes_the_invitation(node: Node) -> None:
    ann, ben, cid = [await node.musician(name) for name in ("ann", "ben", "cid")]
    project = await create_project(ann)
    grant = {"project": project, "email": "ben@example.org"}
    await ann.result("members.grant", **grant, role="owner")
    made = await invite(ben, project, max_uses=5)
    await ann.result("members.grant", **grant, role="editor")
    assert (await cid.call("invitations.accept", token=made["token"]))["code"] == "auth_failed"


@pytest.mark.parametrize("how", ["demoted", "put out", "left", "deleted"])
async def test_R34_of_who_is_an_owner_again_it_stays_void(node: Node, how: str) -> None:
    ann, ben, cid = [await node.musician(name) for name in ("ann", "ben", "cid")]
    project = await create_project(ann)
    grant = {"project": project, "email": "ben@example.org"}
    await ann.result("members.grant", **grant, role="owner")
    made = await invite(ben, project, max_uses=5)
    match how:
        case "demoted":
            await ann.result("members.grant", **grant, role="editor")
        case "put out":
            await ann.result("members.revoke", project=project, user=ben.user)
        case "left":
            await ben.result("members.revoke", project=project, user=ben.user)
        case _:
            await ben.result("auth.delete_account", password="correct horse")
            again = {"email": "ben@example.org", "password": "correct horse"}
            await (await node.guest()).result("auth.login", **again)
    await ann.result("members.grant", **grant, role="owner")
    assert (await cid.call("invitations.accept", token=made["token"]))["code"] == "auth_failed"
    fresh = await invite(ann, project)
    assert (await cid.result("invitations.accept", token=fresh["token"]))["role"] == "editor"


@pytest.mark.parametrize("how", ["demoted", "fewer tracks", "put out", "left"])
async def test_R45_an_invitation_gives_nothing_back(node: Node, how: str) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    tracks = {"tracks": ["track-01", "track-02"]}
    asked: dict[str, Any] = {"role": "contributor", "max_uses": 3} | tracks
    used, unused = [await invite(ann, project, **asked) for _ in range(2)]
    await ben.result("invitations.accept", token=used["token"])
    grant = {"project": project, "email": "ben@example.org"}
    match how:
        case "demoted":
            await ann.result("members.grant", **grant, role="viewer")
        case "fewer tracks":
            await ann.result("members.grant", **grant, role="contributor", tracks=["track-02"])
        case "put out":
            await ann.result("members.revoke", project=project, user=ben.user)
        case _:
            await ben.result("members.revoke", project=project, user=ben.user)
    messages = set()
    for made in (used, unused):
        refused = await ben.call("invitations.accept", token=made["token"])
        assert refused["code"] == "auth_failed"
        messages.add(refused["message"])
    unknown = await ben.call("invitations.accept", token="x" * 43)
    assert messages == {unknown["message"]}
    fresh = await invite(ann, project, **asked)
    member = await ben.result("invitations.accept", token=fresh["token"])
    assert (member["role"], set(member["tracks"])) == ("contributor", set(tracks["tracks"]))
    rows = {row["id"]: row["uses"] for row in await rows_of(ann, project)}
    assert rows == {used["id"]: 1, unused["id"]: 0, fresh["id"]: 1}


async def test_R35_no_more_accept_than_it_is_for_on_two_nodes_at_once(nodes: Nodes) -> None:
    one, two = await nodes.start(), await nodes.start()
    ann = await one.musician("ann")
    project = await create_project(ann)
    made = await invite(ann, project, max_uses=2)
    people = [await (one, two)[n % 2].musician(f"user{n}") for n in range(6)]
    answers = await asyncio.gather(
        *(who.call("invitations.accept", token=made["token"]) for who in people)
    )
    codes = sorted(answer.get("code", "in") for answer in answers)
    assert codes == ["auth_failed"] * 4 + ["in"] * 2
    [row] = await rows_of(ann, project)
    assert row["uses"] == 2


async def test_R35_a_project_that_is_full_lets_nobody_in_and_nothing_is_used_up(
    node: Node,
) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    await ann.result("projects.update", project=project, version=1, member_limit=1)
    made = await invite(ann, project)
    assert (await ben.call("invitations.accept", token=made["token"]))["code"] == "limit_reached"
    [row] = await rows_of(ann, project)
    assert row["uses"] == 0


async def test_R36_a_mailed_one_is_for_the_account_of_that_address_alone(node: Node) -> None:
    ann, ben, eve = [await node.musician(name) for name in ("ann", "ben", "eve")]
    project = await create_project(ann)
    made = await invite(ann, project, "editor", email="BEN@example.org")
    assert (made["token"], made["url"]) == (None, None), "it is mailed, and told to nobody else"
    payload = await mailed(node)
    assert (payload["inviter"], payload["role"]) == ("ann", "editor")
    refused = await eve.call("invitations.accept", token=payload["token"])
    assert refused["code"] == "auth_failed"
    assert (await ben.result("invitations.accept", token=payload["token"]))["role"] == "editor"
    assert await users.is_verified(node.context.db, ben.user)


async def test_R36_who_registers_by_a_mailed_one_has_proved_the_address(nodes: Nodes) -> None:
    node = await nodes.start(verify_address=True)
    ann = await (await nodes.start()).musician("ann")
    project = await create_project(ann)
    await invite(ann, project, "viewer", email="ben@example.org")
    token = (await mailed(node))["token"]
    guest = await node.guest()
    account = {"email": "ben@example.org", "username": "ben", "password": "correct horse"}
    other = account | {"email": "eve@example.org", "username": "eve"}
    refused = await guest.call("auth.register", **other, invitation=token)
    assert refused["code"] == "auth_failed"
    await guest.result("auth.register", **account, invitation=token)
    assert (await guest.join(project))[0]["role"] == "viewer"


async def test_R36_whether_this_server_sends_the_mail_is_told_of_one_by_mail(nodes: Nodes) -> None:
    smtp = MailSettings(SmtpServer("127.0.0.1", 9, Encryption.IF_OFFERED))
    for mail, is_mailed in ((MailSettings(), False), (smtp, True)):
        node = await nodes.start(mail=mail)
        ann = await node.musician(f"ann_{is_mailed}".lower())
        project = await create_project(ann)
        await node.context.db.execute("UPDATE prime_users SET email_verified_at = now()")
        made = await invite(ann, project, email="ben@example.org")
        assert made == {"id": made["id"], "token": None, "url": None, "is_mailed": is_mailed}
        assert "is_mailed" not in await invite(ann, project), "it is a link"


async def mailed(node: Node) -> Any:
    query = "SELECT payload FROM mail_outbox WHERE kind = 'invitation'"
    payload = await node.context.db.fetchval(query)
    return json.loads(payload) if isinstance(payload, str) else payload


async def test_R37_who_has_no_account_registers_with_it_also_where_nobody_else_may(
    nodes: Nodes,
) -> None:
    node = await nodes.start()
    ann = await node.musician("ann")
    project = await create_project(ann)
    made = await invite(ann, project, "commenter")
    closed = await nodes.start(registration=False)
    guest = await closed.guest()
    account = {"email": "ben@example.org", "username": "ben", "password": "correct horse"}
    assert (await guest.call("auth.register", **account))["code"] == "forbidden"
    refused = await guest.call("auth.register", **account, invitation="x" * 43)
    assert refused["code"] == "auth_failed"
    await guest.result("auth.register", **account, invitation=made["token"])
    assert (await guest.join(project))[0]["role"] == "commenter"
    other = await closed.guest()
    again = {"email": "cid@example.org", "username": "cid", "password": "correct horse"}
    refused = await other.call("auth.register", **again, invitation=made["token"])
    assert refused["code"] == "auth_failed"
    refused = await other.call("auth.login", email="cid@example.org", password="correct horse")
    assert refused["code"] == "auth_failed", "there is no account without the invitation"


async def test_R30_so_many_are_open_and_no_more(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("persistence.tables.invitations.MAX_INVITATIONS_PER_PROJECT", 2)
    ann = await node.musician("ann")
    project = await create_project(ann)
    first, _ = [await invite(ann, project) for _ in range(2)]
    asked = {"project": project, "role": "viewer"}
    assert (await ann.call("invitations.create", **asked))["code"] == "limit_reached"
    await ann.result("invitations.withdraw", invitation=first["id"])
    await ann.result("invitations.create", **asked)
