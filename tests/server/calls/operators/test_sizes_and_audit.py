"""Operators look at sizes, slow calls and the audit."""

from typing import Any

import pytest

from persistence.pool import Database
from persistence.tables.operating import sizes
from server.control_plane.node_answers import NodeAnswers
from tests.server.calls.operators.conftest import Doors
from tests.server.conftest import create_project
from tests.server.wire import marker

pytestmark = [pytest.mark.postgres, pytest.mark.node]


async def test_R55_sizes_of_tables_and_of_the_largest_projects(doors: Doors) -> None:
    ann = await doors.near.musician("ann")
    project = await create_project(ann, "Song")
    await ann.join(project)
    await ann.edit(project, marker("marker_01"))
    shown = await doors.by_call("sizes", projects=1)
    tables = {row["table"]: row for row in shown["tables"]}
    assert {"project_deltas", "studio_projects", "audit_log"} <= set(tables)
    assert all(row["total_bytes"] >= row["index_bytes"] for row in tables.values())
    assert shown["database_bytes"] > shown["journal_bytes"] > 0
    [largest] = shown["projects"]
    assert (largest["project"], largest["deltas"], largest["name"]) == (project, 1, "Song")
    assert largest["journal_bytes"] > 0
    assert (await doors.by_machine("sizes", projects=1))["projects"] == [largest]


async def test_R55_how_many_rows_there_are_is_unknown_before_postgres_has_looked(
    database: Database,
) -> None:
    async with database.transaction() as tx:
        await tx.execute("CREATE TABLE new_here (id int)")
        rows = {table.name: table.rows for table in await sizes.tables(tx)}
        assert rows["new_here"] is None
        await tx.execute("ANALYZE new_here")
        rows = {table.name: table.rows for table in await sizes.tables(tx)}
        assert rows["new_here"] == 0
        await tx.execute("DROP TABLE new_here")


async def test_R55_slow_calls_of_all_nodes_without_what_they_asked(doors: Doors) -> None:
    ann = await doors.near.musician("ann")
    far = await doors.far.again(ann, "phone")
    for wire in (ann, far):
        await wire.result("projects.list")
        await wire.call("projects.get", project="00000000-0000-4000-8000-000000000000")
    shown = await doors.by_machine("slow_calls", method="projects.list", per_method=2)
    nodes = {doors.near.hub.node, doors.far.hub.node}
    assert {call["node"] for call in shown["calls"]} == nodes
    assert {call["method"] for call in shown["calls"]} == {"projects.list"}
    took = [call["took_ms"] for call in shown["calls"]]
    assert took == sorted(took, reverse=True)
    all_of_them = await doors.by_machine("slow_calls", per_method=1)
    done = {call["method"]: call["done"] for call in all_of_them["calls"]}
    assert done["projects.get"] is False
    assert done["projects.list"] is True
    codes = {call["method"]: call.get("code") for call in all_of_them["calls"]}
    assert (codes["projects.get"], codes["projects.list"]) == ("not_found", None)
    always = {"method", "node", "at", "took_ms", "done"}
    for call in all_of_them["calls"]:
        assert call.keys() == (always if call["done"] else always | {"code"})


async def test_R55_a_node_that_is_older_than_codes_is_silent_and_is_answered(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await doors.near.musician("ann")
    await ann.result("projects.list")
    asked = {"method": "projects.list", "per_method": 1}
    question = await doors.far.context.node_questions.ask("slow_calls", **asked)
    [row] = question.answers[doors.near.hub.node]
    assert (row[0], row[3], len(row)) == ("projects.list", True, 4)
    answer = NodeAnswers.answer

    def answer_as_of_before(self: NodeAnswers, kind: str, params: dict[str, Any]) -> Any:
        is_old = self._node == doors.far.hub.node
        return None if is_old and kind.endswith("_with_codes") else answer(self, kind, params)

    monkeypatch.setattr(NodeAnswers, "answer", answer_as_of_before)
    shown = await doors.by_machine("slow_calls", **asked)
    assert shown["silent"] == [doors.far.hub.node]
    assert [call["node"] for call in shown["calls"]] == [doors.near.hub.node]


async def test_R99_an_entry_of_the_audit_has_the_names_of_now_and_none_of_who_is_gone(
    doors: Doors, database: Database
) -> None:
    ann = await doors.near.musician("ann")
    await doors.near.musician("bob")
    project = await create_project(ann, "Song")
    for role in ("editor", "viewer"):
        await ann.result("members.grant", project=project, email="bob@example.org", role=role)
    await ann.result("projects.update", project=project, version=1, name="Night drive")
    [newest, *_] = (await doors.by_call("audit", event="role_changed"))["entries"]
    names = {name: newest[f"{name}_name"] for name in ("user", "actor", "project")}
    assert names == {"user": "bob", "actor": "ann", "project": "Night drive"}
    login = (await doors.by_machine("audit", event="account_made", user="bob"))["entries"][0]
    assert (login["user_name"], login["actor_name"], login["project_name"]) == ("bob", "", "")
    await database.execute("DELETE FROM studio_projects WHERE id = $1", project)
    gone = next(
        entry for entry in (await doors.by_call("audit"))["entries"] if entry["id"] == newest["id"]
    )
    assert (gone["project"], gone["project_name"]) == (project, "")


async def test_R55_the_audit_of_everyone_page_by_page(doors: Doors) -> None:
    for name in ("ann", "bob", "eve"):
        await doors.near.musician(name)
    await doors.near.context.audit.flush()
    whole = (await doors.by_machine("audit", limit=200))["entries"]
    pages, cursor = [], None
    while True:
        page = await doors.by_call("audit", limit=2, **({"cursor": cursor} if cursor else {}))
        pages += page["entries"]
        if (cursor := page["next"]) is None:
            break
    assert pages == whole
    assert [entry["at"] for entry in whole] == sorted((e["at"] for e in whole), reverse=True)
    of_ann = (await doors.by_call("audit", user="ann", event="account_made"))["entries"]
    assert [entry["event"] for entry in of_ann] == ["account_made"]
    answer = await doors.ada.call("operator.audit", cursor="of somewhere else")
    assert (answer["code"], answer["details"]) == ("validation", {"field": "cursor"})
