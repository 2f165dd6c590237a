"""What calls note in the audit."""

import json
from typing import Any

import pytest

from persistence.tables import audit_log
from schema.accounts.audit_events import AuditEvent
from server.accounts.usage_limits import UsageLimits
from server.metrics.metrics import Metrics
from tests.server.conftest import Node, Nodes, create_project
from tests.server.wire import Wire

pytestmark = pytest.mark.postgres


async def noted(node: Node) -> list[dict[str, Any]]:
    """All entries, in order."""
    await node.context.audit.flush()
    rows = await node.context.db.fetch("SELECT * FROM audit_log ORDER BY created_at, id")
    return [{**row, **json.loads(row["details"])} for row in rows]


async def events(node: Node) -> list[str]:
    return [row["event"] for row in await noted(node)]


async def log_in(wire: Wire, password: str) -> None:
    await wire.call("auth.login", email="ann@example.org", password=password)


async def test_A40_logins_and_failures_are_noted_with_what_an_operator_needs(node: Node) -> None:
    ann = await node.musician("ann")
    guest = await node.guest(device="a phone")
    for _ in range(3):
        await log_in(guest, "wrong horse")
    await guest.call("auth.login", email="nobody@example.org", password="wrong horse")
    await log_in(guest, "correct horse")
    await guest.result("auth.logout")
    await ann.call("auth.refresh", refresh_token="no token of ours")
    rows = {row["event"]: row for row in await noted(node)}
    failed = [row for row in await noted(node) if row["event"] == "login_failed"]
    assert [(row["count"], row["cause"]) for row in failed] == [
        (3, "wrong_password"),
        (1, "unknown_account"),
    ]
    assert (failed[0]["user_id"], failed[1]["user_id"]) == (ann.user, None)
    login = rows["login"]
    assert (login["user_id"], login["by"], login["device"]) == (ann.user, "password", "a phone")
    assert login["address"] == "127.0.0.1"
    assert rows["logout"]["auth_session_id"] == login["auth_session_id"]
    assert rows["refresh_failed"]["cause"] == "forged"
    assert "horse" not in str(await noted(node))
    assert "example.org" not in str(await noted(node))


async def test_A40_what_is_noted_in_a_transaction_is_counted_too(node: Node) -> None:
    before = audit_log.WRITTEN[AuditEvent.LOGIN]
    await node.musician("ann")
    assert audit_log.WRITTEN[AuditEvent.LOGIN] == before + 1
    assert f'audit_entries_total{{event="login"}} {before + 1}.0' in Metrics().text()


async def test_A40_an_old_refresh_token_and_a_login_too_many_are_noted(nodes: Nodes) -> None:
    node = await nodes.start(limits=UsageLimits.read("logins_per_user=2"))
    ann = await node.musician("ann")
    old = ann.tokens["refresh_token"]
    newer = old
    for _ in range(2):
        newer = (await ann.result("auth.refresh", refresh_token=newer))["refresh_token"]
    guest = await node.guest()
    ago = "UPDATE auth_sessions SET rotated_at = rotated_at - interval '11 s'"
    await node.context.db.execute(ago)
    await guest.call("auth.refresh", refresh_token=old)
    for _ in range(3):
        await log_in(await node.guest(), "correct horse")
    said = await events(node)
    assert said.count("refresh_reused") == 1
    assert said.count("session_revoked") == 1


async def test_A40_a_role_has_its_entry_if_and_only_if_it_has_changed(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    shared = {"link_sharing": True, "default_role": "editor"}
    await ann.result("projects.update", project=project, version=1, **shared)
    await ben.result("members.join", project=project)
    for role in ("editor", "viewer", "viewer"):
        params = {"project": project, "email": "ben@example.org", "role": role}
        await ann.result("members.grant", **params)
    await ben.call("members.grant", project=project, email="ann@example.org", role="viewer")
    await ann.call("members.revoke", project=project, user=ann.user)
    for _ in range(2):
        await ann.result("members.revoke", project=project, user=ben.user)
    told = [
        (row["event"], row["actor_id"], row.get("role"), row.get("before"))
        for row in await noted(node)
        if row["project_id"] == project
    ]
    assert told == [
        ("role_changed", None, "editor", None),
        ("role_changed", ann.user, "viewer", "editor"),
        ("access_revoked", ann.user, None, None),
    ]


async def test_A41_the_audit_is_read_by_whom_it_is_about_by_owners_and_by_operators(
    nodes: Nodes,
) -> None:
    one, two = await nodes.start(), await nodes.start()
    ann, ben, cid = [await one.musician(name) for name in ("ann", "ben", "cid")]
    project = await create_project(ann)
    await ann.result("members.grant", project=project, email="ben@example.org", role="editor")
    await log_in(await one.guest(), "wrong horse")
    await one.context.audit.flush()
    there = [await two.again(wire) for wire in (ann, ben, cid)]

    async def read(wire: Wire, **params: Any) -> list[dict[str, Any]]:
        page = await wire.result("audit.list", **params)
        return [row for row in page["audit"] if row["event"] != "account_made"]

    for of_ann, of_ben, of_cid in ([ann, ben, cid], there):
        own = await read(of_ann, where={"user": ann.user})
        assert [row["event"] for row in own] == ["login_failed", "login"]
        assert {row["address"] for row in own} == {"127.0.0.1"}
        (granted,) = await read(of_ann, project=project)
        who = (granted["event"], granted["user"], granted["actor"], granted["address"])
        assert who == ("role_changed", ben.user, ann.user, None)
        assert granted["details"] == {"role": "editor"}
        assert [row["event"] for row in await read(of_ben)] == ["role_changed", "login"]
        assert [row["event"] for row in await read(of_cid)] == ["login"]
        assert (await of_cid.call("audit.list", project=project))["code"] == "not_found"
        assert await read(of_cid, where={"user": ann.user}) == []
    for wire in (ann, ben, cid):
        for verb in ("list", "count"):
            assert (await wire.call(f"whole_audit.{verb}"))["code"] == "forbidden"
    make = "UPDATE prime_users SET is_operator = true WHERE id = $1"
    await one.context.db.execute(make, cid.user)
    for wire in (cid, there[2]):
        rows = (await wire.result("whole_audit.list"))["whole_audit"]
        assert len([row for row in rows if row["event"] != "account_made"]) == 5
        assert (await wire.result("whole_audit.count"))["count"] == len(rows)
        assert all("account" not in row for row in rows), "whose e-mail address was tried"


async def test_A41_the_audit_is_read_page_by_page_and_is_nobodys_to_write(node: Node) -> None:
    ann = await node.musician("ann")
    for _ in range(5):
        await ann.result("auth.login", email="ann@example.org", password="correct horse")
    found: list[str] = []
    after: dict[str, str] = {}
    for _ in range(10):
        page = await ann.result("audit.list", limit=2, where={"event": "login"}, **after)
        found += [row["id"] for row in page["audit"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len(found) == len(set(found)) == 6
    for method in ("create", "update", "delete", "watch"):
        assert (await ann.call(f"audit.{method}", entry=found[0]))["code"] == "unknown_message"
