"""A list of one project that is not the caller's, or not there, of whatever table it is."""

from typing import Any

import pytest

from schema.roles import Whom, rights_of
from schema.tables.all_tables import TABLES
from schema.tables.description import Verb
from tests.server.conftest import Node, create_project

pytestmark = pytest.mark.postgres

NOBODYS = "00000000-0000-4000-8000-000000000000"

ASKED_BY_PROJECT = [
    table
    for table in TABLES.values()
    if table.project in dict(table.asks) and rights_of(table).see != (Whom.OPERATOR,)
]


def calls() -> list[str]:
    """Each `list` and `count` that takes a project."""
    return [
        f"{table.calls}.{verb}"
        for table in ASKED_BY_PROJECT
        for verb in (Verb.LIST, Verb.COUNT)
        if verb in table.verbs
    ]


async def test_Q7_a_list_of_a_project_that_is_not_yours_is_not_found_and_a_condition_is_empty(
    node: Node,
) -> None:
    ann, cid = await node.musician("ann"), await node.musician("cid")
    project = await create_project(ann)
    assert {"sessions.list", "sessions.count", "audio_files.list", "members.count"} <= set(calls())
    for method in calls():
        await ann.result(method, project=project)
        absent = [await cid.call(method, project=each) for each in (project, NOBODYS)]
        assert [(one["t"], one["code"]) for one in absent] == [("error", "not_found")] * 2, method
        assert absent[0]["message"] == absent[1]["message"]
    for method in ("sessions", "audio_files"):
        where: dict[str, Any] = {"where": {"project": project}}
        assert (await cid.result(f"{method}.list", **where))[method] == []
        assert (await cid.result(f"{method}.count", **where))["count"] == 0
