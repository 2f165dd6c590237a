"""Who may be in a project: by an owner, and by its link."""

from typing import Any

import pytest

from tests.server.conftest import Node, create_project
from tests.server.wire import Wire

pytestmark = pytest.mark.postgres

NOBODYS = "00000000-0000-4000-8000-000000000000"


async def set_up(ann: Wire, project: str, **settings: Any) -> Any:
    row = await ann.result("projects.get", project=project)
    return await ann.result("projects.update", project=project, version=row["version"], **settings)


async def test_R10_a_role_that_is_not_said_is_the_projects_own(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    for name, default in (("ben", "viewer"), ("cid", "editor")):
        await node.musician(name)
        await set_up(ann, project, default_role=default)
        granted = await ann.result("members.grant", project=project, email=f"{name}@example.org")
        assert granted["role"] == default
    refused = await ann.call("projects.update", project=project, version=1, default_role="owner")
    assert (refused["code"], refused["details"]["field"]) == ("validation", "default_role")


async def test_R80_a_role_goes_to_an_address_or_to_who_is_a_member(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    early = await ann.call("members.grant", project=project, user=ben.user, role="editor")
    assert early["code"] == "not_found"
    for wrong in ({}, {"user": ben.user, "email": "ben@example.org"}):
        refused = await ann.call("members.grant", project=project, role="editor", **wrong)
        assert (refused["code"], refused["details"]["field"]) == ("validation", "email")
    await ann.result("members.grant", project=project, email="ben@example.org", role="viewer")
    granted = await ann.result("members.grant", project=project, user=ben.user, role="editor")
    assert (granted["user"]["id"], granted["role"]) == (ben.user, "editor")
    assert (await ben.call("members.grant", project=project, user=ann.user))["code"] == "forbidden"


async def test_R11_who_knows_the_link_joins_while_it_is_shared(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    closed, unknown = [await ben.call("members.join", project=id) for id in (project, NOBODYS)]
    assert closed["code"] == unknown["code"] == "not_found"
    assert closed["message"] == unknown["message"]
    await ann.join(project)
    await set_up(ann, project, link_sharing=True, default_role="editor")
    joined = await ben.result("members.join", project=project)
    assert (joined["user"]["id"], joined["role"]) == (ben.user, "editor")
    assert (await ann.until("role_changed"))["user"] == ben.user
    await ben.until("role_changed")
    await ann.result("members.grant", project=project, email="ben@example.org", role="viewer")
    assert (await ben.result("members.join", project=project))["role"] == "viewer"
    await set_up(ann, project, link_sharing=False)
    assert (await ben.result("members.join", project=project))["role"] == "viewer"
    await ben.result("members.revoke", project=project, user=ben.user)
    assert (await ben.call("members.join", project=project))["code"] == "not_found"


@pytest.mark.parametrize("role", [None, "commenter"])
async def test_R46_the_link_gives_nothing_back_that_an_owner_took(
    node: Node, role: str | None
) -> None:
    ann, ben, cid = [await node.musician(name) for name in ("ann", "ben", "cid")]
    project = await create_project(ann)
    await set_up(ann, project, link_sharing=True, default_role="editor")
    for who in (ben, cid):
        await who.result("members.join", project=project)
    await cid.result("members.revoke", project=project, user=cid.user)
    assert (await cid.result("members.join", project=project))["role"] == "editor", "it left"
    grant = {"project": project, "email": "ben@example.org"}
    if role is None:
        await ann.result("members.revoke", project=project, user=ben.user)
    else:
        await ann.result("members.grant", **grant, role=role)
        await ben.result("members.revoke", project=project, user=ben.user)
    refused = await ben.call("members.join", project=project)
    unknown = await ben.call("members.join", project=NOBODYS)
    assert (refused["code"], refused["message"]) == ("not_found", unknown["message"])
    await ann.result("members.grant", **grant, role="viewer")
    await ben.result("members.revoke", project=project, user=ben.user)
    assert (await ben.call("members.join", project=project))["code"] == "not_found"
    await ann.result("members.grant", **grant)
    await ben.result("members.revoke", project=project, user=ben.user)
    assert (await ben.result("members.join", project=project))["role"] == "editor"


async def test_R12_a_project_has_no_more_members_than_its_limit(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    await set_up(ann, project, member_limit=1, link_sharing=True)
    refused = await ben.call("members.join", project=project)
    assert refused["code"] == "limit_reached"
    assert "1 members" in refused["message"]
    refused = await ann.call("members.grant", project=project, email="ben@example.org")
    assert refused["code"] == "limit_reached"
    await set_up(ann, project, member_limit=2)
    await ben.result("members.join", project=project)


async def test_R13_settings_are_read_by_members_and_changed_by_owners(node: Node) -> None:
    ann, ben, project = await node.pair()
    row = await ben.result("projects.get", project=project)
    assert (row["default_role"], row["link_sharing"], row["member_limit"]) == ("viewer", False, 500)
    refused = await ben.call(
        "projects.update", project=project, version=row["version"], link_sharing=True
    )
    assert refused["code"] == "forbidden"
    stale = await ann.call("projects.update", project=project, version=7, member_limit=9)
    assert (stale["code"], stale["details"]["version"]) == ("conflict", row["version"])
    changed = await set_up(ann, project, member_limit=9)
    assert changed["member_limit"] == 9
    assert (await ben.until("project_changed"))["version"] == changed["version"]
    for bad in ({"member_limit": 0}, {"member_limit": 501}, {"link_sharing": "yes"}):
        refused = await ann.call("projects.update", project=project, version=1, **bad)
        assert (refused["code"], refused["details"]["field"]) == ("validation", *bad)


async def test_Q2_Q3_members_are_listed_owners_first_or_as_one_asks(node: Node) -> None:
    ann, ben, project = await node.pair()
    for name in ("zoe", "cid"):
        await node.musician(name)
        email = f"{name}@example.org"
        await ann.result("members.grant", project=project, email=email, role="viewer")
    in_turn = ["ann", "ben", "cid", "zoe"]
    whole = await ben.result("members.list", project=project)
    assert [row["user"]["username"] for row in whole["members"]] == in_turn
    assert len({row["color"] for row in whole["members"]}) == 4
    names: list[str] = []
    places: list[str] = []
    page: Any = {"next": None}
    while page["next"] or not names:
        page = await ben.result("members.list", project=project, limit=1, after=page["next"])
        names += [row["user"]["username"] for row in page["members"]]
        places += [page["previous"]]
    assert names == in_turn
    page = await ben.result("members.list", project=project, limit=2, before=places[-1])
    assert page["members"] == whole["members"][1:3]
    asked = {"where": {"role": "viewer"}, "order": ["-created_at"], "fields": ["role"]}
    page = await ben.result("members.list", project=project, **asked)
    assert [row["user"]["username"] for row in page["members"]] == ["cid", "zoe"]
    assert page["members"][0].keys() == {"project", "user", "role"}
    nobody = await ben.result("members.list", project=project, where={"user": NOBODYS})
    assert nobody["members"] == []
