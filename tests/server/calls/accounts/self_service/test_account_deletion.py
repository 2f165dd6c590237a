"""Deleting one's account, coming back, and what is erased."""

import asyncio
import uuid

import pytest

from persistence.pool import Database
from persistence.tables import studio_projects
from persistence.tables.mail_outbox import MailKind
from persistence.tables.one_time_tokens import FREE_MAILS
from schema.limits import MAX_WRONG_CODES
from server.accounts.erasing import erase_due
from server.calls.accounts.self_service import account_deletion
from tests.databases import execute
from tests.server.calls.accounts.self_service.letters import Letters, wrong_code
from tests.server.calls.accounts.self_service.test_mailed_tokens import ANN, code_of, log_in
from tests.server.conftest import Node, create_project, eventually
from tests.server.wire import Message, Wire, marker

pytestmark = pytest.mark.postgres

OLD = {"password": "correct horse"}
NAMED = {"op": "set", "col": "project", "id": "project", "props": {"name": "new"}}


async def fates(wire: Wire) -> dict[str, str]:
    shown = await wire.result("auth.deletion_preview")
    assert shown["total"] == len(shown["projects"])
    return {project["name"]: project["becomes"] for project in shown["projects"]}


async def band(node: Node) -> tuple[Wire, Wire, dict[str, str]]:
    """Ann's projects: alone, with an editor (twice), and with another owner."""
    ann, ben = await node.musician("ann"), await node.musician("ben")
    made = {name: await create_project(ann, name) for name in ("alone", "given", "left", "ours")}
    for name, role in (("given", "editor"), ("left", "editor"), ("ours", "owner")):
        await ann.result("members.grant", project=made[name], email="ben@example.org", role=role)
    return ann, ben, made


async def is_over(node: Node, database: Database) -> None:
    """The grace time of all, and the round of maintenance after it."""
    await database.execute("UPDATE account_deletions SET erase_at = now()")
    await erase_due(database, node.context.audit)


async def names(wire: Wire) -> dict[str, Message]:
    pages = [await wire.result("projects.list", archived=archived) for archived in (True, False)]
    return {row["name"]: row for page in pages for row in page["projects"]}


async def test_A28_what_becomes_of_the_projects_is_said_first(node: Node) -> None:
    ann, ben, _ = await band(node)
    becomes = {"alone": "erased", "given": "archived", "left": "archived", "ours": "kept"}
    assert await fates(ann) == becomes
    assert list(await fates(ann))[-1] == "alone"
    assert await fates(ben) == {"ours": "kept"}


async def test_A28_projects_go_to_who_is_named_or_are_archived_and_then_erased(
    node: Node, letters: Letters, database: Database
) -> None:
    ann, ben, made = await band(node)
    for _ in range(3):
        await ben.until("role_changed")
    await ben.join(made["left"])
    heirs = {made["given"]: ben.user}
    told = await ann.result("auth.delete_account", **OLD, projects=heirs)
    becomes = {project["name"]: project["becomes"] for project in told["projects"]}
    assert becomes == {"alone": "erased", "given": "kept", "left": "archived", "ours": "kept"}
    await ann.closed(4501)
    assert letters.of(MailKind.ACCOUNT_DELETED) == [(ANN, {"name": "ann", "days": 14})]
    seen = await names(ben)
    assert (seen["given"]["role"], seen["left"]["archived"]) == ("owner", True)
    await erase_due(database, node.context.audit)
    assert await names(ben) == seen
    await is_over(node, database)
    left = await names(ben)
    assert left.keys() == {"given", "ours"}
    assert {row["owner"] for row in left.values()} == {ben.user}
    assert (await log_in(node))["code"] == "auth_failed"
    while (await ben.until("role_changed"))["role"] is not None:
        pass  # until he is out of the one that is erased
    phone = await node.again(ben)
    for name in left:
        await phone.join(made[name])
        assert (await phone.edit(made[name], marker("marker_1")))["t"] == "ack"
    again = await (await node.guest()).call("auth.register", email=ANN, username="ann", **OLD)
    assert again["t"] == "reply"


async def test_A28_whoever_logs_in_within_the_grace_time_has_all_back(
    node: Node, database: Database
) -> None:
    ann, ben, made = await band(node)
    await ann.result("projects.archive", project=made["given"])
    await ann.result("auth.delete_account", **OLD)
    assert (await names(ben))["left"]["archived"]
    assert (await log_in(node, "wrong horse"))["code"] == "auth_failed"
    assert (await log_in(node))["t"] == "reply"
    await is_over(node, database)
    again = await node.guest()
    await again.result("auth.login", email=ANN, **OLD)
    archived = {name: row["archived"] for name, row in (await names(again)).items()}
    assert archived == {"alone": False, "given": True, "left": False, "ours": False}


async def test_A28_an_account_that_is_being_erased_is_none(
    node: Node, database_url: str, database: Database
) -> None:
    ann = await node.musician("ann")
    await ann.result("auth.delete_account", **OLD)
    await execute(database_url, "UPDATE account_deletions SET is_erasing = true")
    told = await log_in(node)
    assert (told["code"], told["message"]) == (
        "auth_failed",
        (await log_in(node, "wrong horse"))["message"],
    )
    await is_over(node, database)
    assert await database.fetchval("SELECT count(*) FROM prime_users") == 0


async def test_A28_the_password_is_needed_and_an_owner_is_a_member(node: Node) -> None:
    ann, ben, made = await band(node)
    zoe = await node.musician("zoe")
    assert await code_of(ann, "auth.delete_account", password="wrong horse") == "auth_failed"
    for heirs in (
        {made["left"]: zoe.user},
        {made["left"]: ann.user},
        {str(uuid.uuid4()): ben.user},
        {await create_project(ben): ben.user},
        {"no id": ben.user},
    ):
        told = await ann.call("auth.delete_account", **OLD, projects=heirs)
        assert (told["code"], told["details"]) == ("validation", {"field": "projects"})
    assert len(await names(ann)) == 4


async def test_A28_what_others_made_of_it_stays(node: Node, database: Database) -> None:
    """History, snapshots and files of a project that goes on name nobody where the user was."""
    ann, ben, made = await band(node)
    await ann.join(made["ours"])
    assert (await ann.edit(made["ours"], marker("marker_1")))["t"] == "ack"
    await ann.result("snapshots.create", project=made["ours"], name="take 1")
    await ann.result("audio_files.create", project=made["ours"], name="song.wav")
    await ann.result("auth.delete_account", **OLD)
    await is_over(node, database)

    async def entries() -> object:
        return (await ben.result("history.list", project=made["ours"]))["entries"]

    assert await eventually(entries)
    assert (await ben.result("snapshots.list", project=made["ours"]))["snapshots"]
    assert (await ben.result("audio_files.list", project=made["ours"]))["audio_files"]
    assert (await ben.result("members.list", project=made["ours"]))["members"]


async def test_A28_however_many_there_are_all_are_archived_and_all_nodes_hear_when_they_are_back(
    node: Node, letters: Letters, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_deletion, "MAX_PROJECTS_SHOWN", 1)
    monkeypatch.setattr(studio_projects, "PROJECTS_AT_ONCE", 2)
    ann, ben = await node.musician("ann"), await node.musician("ben")
    made = [await create_project(ann, f"song {number}") for number in range(5)]
    for project in made:
        await ann.result("members.grant", project=project, email="ben@example.org", role="editor")
        await ben.until("role_changed")
    await ben.join(made[3])
    deleted = await ann.result("auth.delete_account", **OLD)
    assert (len(deleted["projects"]), deleted["total"]) == (1, 5)
    count = "SELECT count(*) FROM studio_projects WHERE archived_at IS NOT NULL"
    assert await database.fetchval(count) == 5
    assert (await ben.edit(made[3], NAMED))["code"] == "archived"
    assert (await log_in(node))["t"] == "reply"
    assert await database.fetchval(count) == 0

    async def is_back() -> bool:
        return bool((await ben.edit(made[3], NAMED))["t"] == "ack")

    assert await eventually(is_back)


async def test_A28_an_account_without_a_password_is_deleted_by_a_login_of_a_moment_ago(
    node: Node, database: Database
) -> None:
    ann = await node.musician("ann")
    without = await ann.call("auth.delete_account")
    assert (without["code"], without["details"]) == ("validation", {"field": "password"})
    await database.execute("DELETE FROM auth_credentials")
    await database.execute("UPDATE auth_sessions SET created_at = now() - interval '1 hour'")
    assert (await ann.call("auth.delete_account"))["code"] == "login_too_old"
    await database.execute("UPDATE auth_sessions SET created_at = now()")
    assert (await ann.result("auth.delete_account"))["total"] == 0
    await ann.closed(4501)


async def two_owners(node: Node) -> tuple[Wire, Wire, Wire, str]:
    """Ann and Ben own a project in which Cid edits."""
    ann, ben, cid = [await node.musician(name) for name in ("ann", "ben", "cid")]
    ours = await create_project(ann, "ours")
    for name, role in (("ben", "owner"), ("cid", "editor")):
        await ann.result("members.grant", project=ours, email=f"{name}@example.org", role=role)
    return ann, ben, cid, ours


async def test_A61_an_owner_who_is_leaving_keeps_no_project(node: Node, database: Database) -> None:
    ann, ben, cid, ours = await two_owners(node)
    await ann.result("auth.delete_account", **OLD)
    assert await fates(ben) == {"ours": "archived"}
    for method, more in (
        ("members.revoke", {"user": ben.user}),
        ("members.grant", {"email": "ben@example.org", "role": "editor"}),
        ("members.grant", {"email": ANN, "role": "owner"}),
    ):
        refused = await ben.call(method, project=ours, **more)
        assert refused["code"] == "conflict", method
    told = await ben.call("auth.delete_account", **OLD, projects={ours: ann.user})
    assert (told["code"], told["details"]) == ("validation", {"field": "projects"})
    told = await ben.result("auth.delete_account", **OLD)
    assert [project["becomes"] for project in told["projects"]] == ["archived"]
    assert (await names(cid))["ours"]["archived"]
    await is_over(node, database)
    assert not await names(cid)


async def test_A61_of_two_who_delete_at_once_one_is_the_last(node: Node) -> None:
    ann, ben, cid, _ = await two_owners(node)
    told = await asyncio.gather(*(who.result("auth.delete_account", **OLD) for who in (ann, ben)))
    assert sorted(one["projects"][0]["becomes"] for one in told) == ["archived", "kept"]
    assert (await names(cid))["ours"]["archived"]


async def test_A61_who_comes_back_first_brings_the_project_back_once(node: Node) -> None:
    ann, ben, cid, ours = await two_owners(node)
    await ann.result("auth.delete_account", **OLD)
    await ben.result("auth.delete_account", **OLD)
    again = await node.guest()
    await again.result("auth.login", email=ANN, **OLD)
    assert not (await names(cid))["ours"]["archived"]
    await again.result("projects.archive", project=ours)
    assert (await (await node.guest()).call("auth.login", email="ben@example.org", **OLD))["t"]
    assert (await names(cid))["ours"]["archived"], "an owner has archived it since"


async def code_by_mail(node: Node, wire: Wire, letters: Letters) -> str:
    await wire.result("auth.request_deletion")
    return str((await letters.newest(node, MailKind.DELETE_ACCOUNT))["code"])


async def test_A73_who_knows_no_password_deletes_by_a_mailed_code(
    node: Node, letters: Letters, database: Database
) -> None:
    ann, ben, made = await band(node)
    code = await code_by_mail(node, ann, letters)
    assert letters.of(MailKind.DELETE_ACCOUNT)[0][0] == ANN
    wrong = wrong_code(code)
    assert (await ann.call("auth.delete_account", code=wrong))["code"] == "auth_failed"
    stranger = await ben.call("auth.delete_account", code=code)
    assert stranger["code"] == "auth_failed", "it is good for its own user alone"
    told = await ann.result("auth.delete_account", code=code, projects={made["given"]: ben.user})
    becomes = {project["name"]: project["becomes"] for project in told["projects"]}
    assert becomes == {"alone": "erased", "given": "kept", "left": "archived", "ours": "kept"}
    await ann.closed(4501)
    assert len(letters.of(MailKind.ACCOUNT_DELETED)) == 1
    await is_over(node, database)
    assert (await names(ben)).keys() == {"given", "ours"}


async def test_A73_a_login_of_long_ago_deletes_an_account_without_a_password_by_the_code(
    node: Node, letters: Letters, database: Database
) -> None:
    ann = await node.musician("ann")
    await database.execute("DELETE FROM auth_credentials")
    await database.execute("UPDATE auth_sessions SET created_at = now() - interval '1 hour'")
    assert (await ann.call("auth.delete_account"))["code"] == "login_too_old"
    code = await code_by_mail(node, ann, letters)
    await ann.result("auth.delete_account", code=code)
    await ann.closed(4501)


async def test_A73_five_wrong_codes_a_new_password_or_a_newer_code_void_it(
    node: Node, letters: Letters
) -> None:
    ann = await node.musician("ann")
    code = await code_by_mail(node, ann, letters)
    for number in range(1, MAX_WRONG_CODES + 1):
        wrong = wrong_code(code, by=number)
        assert (await ann.call("auth.delete_account", code=wrong))["code"] == "auth_failed"
    assert (await ann.call("auth.delete_account", code=code))["code"] == "auth_failed"
    old = await code_by_mail(node, ann, letters)
    code = await code_by_mail(node, ann, letters)
    if old != code:
        assert (await ann.call("auth.delete_account", code=old))["code"] == "auth_failed"
    await ann.result("auth.change_password", **OLD, new_password="violet anvil")
    assert (await ann.call("auth.delete_account", code=code))["code"] == "auth_failed"


async def test_A73_who_asks_too_often_is_told_that_none_is_sent(
    node: Node, letters: Letters
) -> None:
    ann = await node.musician("ann")
    for _ in range(FREE_MAILS):
        code = await code_by_mail(node, ann, letters)
    refused = await ann.call("auth.request_deletion")
    assert (refused["code"], refused["details"]["retry_after_ms"] > 0) == ("rate_limited", True)
    assert len(letters.of(MailKind.DELETE_ACCOUNT)) == FREE_MAILS
    await ann.result("auth.delete_account", code=code)


async def test_A73_a_code_is_for_nothing_else_and_comes_beside_no_password(
    node: Node, letters: Letters
) -> None:
    ann = await node.musician("ann")
    code = await code_by_mail(node, ann, letters)
    both = await ann.call("auth.delete_account", code=code, **OLD)
    assert both["details"] == {"field": "code"}
    other = await ann.call("auth.confirm_email", code=code)
    assert other["code"] == "auth_failed"
    reset = await ann.call("auth.reset_password", email=ANN, code=code, password="violet anvil")
    assert reset["code"] == "auth_failed"
    guest = await node.guest()
    assert (await guest.call("auth.request_deletion"))["code"] == "auth_required"
    await ann.result("auth.delete_account", code=code)


async def test_A73_what_is_refused_uses_no_code_up(node: Node, letters: Letters) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    code = await code_by_mail(node, ann, letters)
    nobody = {project: str(uuid.uuid4())}
    refused = await ann.call("auth.delete_account", code=code, projects=nobody)
    assert refused["code"] == "validation"
    await ann.result("auth.delete_account", code=code)
