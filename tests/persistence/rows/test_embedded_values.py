"""What rows that are watched bring along lies beside what they hold."""

from typing import Any

import pytest

from persistence.pool import Database
from persistence.rows.embedded_values import BESIDE, bring, shown
from schema.tables.plugin_presets import PLUGIN_PRESETS
from schema.tables.project_members import MEMBERS
from schema.tables.project_snapshots import SNAPSHOTS

NOBODY = "00000000-0000-0000-0000-000000000000"


def test_V13_only_what_was_chosen_is_shown_whether_it_lies_beside_or_not() -> None:
    row: dict[str, Any] = {
        "project": "p",
        "user": "u",
        "role": "owner",
        BESIDE: {"user": {"id": "u"}},
    }
    columns = [MEMBERS.by_name[name] for name in ("project", "role")]
    assert shown(columns, row) == {"project": "p", "role": "owner"}
    assert shown([MEMBERS.by_name["user"]], row) == {"user": {"id": "u"}}


@pytest.mark.postgres
async def test_V13_who_is_gone_is_null_or_nobody(database: Database) -> None:
    member: dict[str, Any] = {"project": NOBODY, "user": NOBODY, "color": ""}
    snapshot: dict[str, Any] = {"author": NOBODY}
    await bring(database, MEMBERS, [member])
    await bring(database, SNAPSHOTS, [snapshot])
    names = dict.fromkeys(("username", "name", "avatar_url"), "")
    assert member[BESIDE]["user"] == {"id": NOBODY, "is_guest": False} | names
    assert member[BESIDE]["color"].startswith("#")
    assert snapshot == {"author": NOBODY, BESIDE: {"author": None}}
    assert member["user"] == NOBODY


@pytest.mark.postgres
async def test_a_table_that_brings_nothing_along_costs_no_question(database: Database) -> None:
    row: dict[str, Any] = {"name": "mine"}
    assert await bring(database, PLUGIN_PRESETS, [row]) == 0
    assert row == {"name": "mine"}
