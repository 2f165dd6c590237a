"""Who sees and writes what, over all tables, held against a model that is a few dicts.

Three users, three projects and two nodes; roles are given and taken away meanwhile.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from persistence.errors import Forbidden, NotFound
from persistence.lanes import Lanes, LaneSizes
from persistence.pool import Database
from persistence.rows import reading, writing
from persistence.rows.row_lanes import RowLanes
from persistence.rows.watched_rows import STORED_IN
from rooms.roles import SEES_IN_ORDER
from schema.roles import RIGHTS, ROLES_OF, Whom
from schema.tables.all_tables import TABLES
from schema.tables.description import Table, Verb
from tests.persistence.rows.strangers import make_stranger

pytestmark = pytest.mark.postgres

LISTED = [table for table in TABLES.values() if table.relation not in STORED_IN]

WRITTEN = [t for t in LISTED if t.verbs & {Verb.CREATE, Verb.UPDATE, Verb.DELETE}]
NAMES = {"audio_files": "name", "plugin_presets": "name", "mixx_recall": "data"}
USERS = st.integers(0, 2)
NODES = st.integers(0, 1)
CLEAR = (
    "DELETE FROM studio_projects",
    "DELETE FROM prime_users",
    "DELETE FROM plugin_presets",
    "DELETE FROM audit_log",
)

PUT_ROLE = """
INSERT INTO project_members (project_id, user_id, role, tracks) VALUES ($1, $2, $3, '{}')
ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role, tracks = '{}'
"""


@dataclass
class Known:
    """A row, as far as rights ask of it."""

    user: str | None
    project: str | None
    is_public: bool = False
    version: int = 1


@dataclass
class Model:
    """What must be so."""

    users: list[str] = field(default_factory=list)
    projects: list[str] = field(default_factory=list)
    roles: dict[tuple[str, str], str] = field(default_factory=dict)
    """(project, user) -> role."""
    rows: dict[str, dict[str, Known]] = field(default_factory=dict)
    """Relation -> id -> row."""

    def is_one_of(self, user: str, whoms: Iterable[Whom], row: Known) -> bool:
        return any(self._is(user, whom, row) for whom in whoms)

    def seen(self, user: str, table: Table) -> set[str]:
        see = RIGHTS[table.relation].see
        return {
            id for id, row in self.rows[table.relation].items() if self.is_one_of(user, see, row)
        }

    def _is(self, user: str, whom: Whom, row: Known) -> bool:
        if whom is Whom.SELF:
            return row.user == user
        if whom is Whom.EVERYONE:
            return row.is_public
        if whom is Whom.OPERATOR:
            return False  # none of these is one
        if whom is Whom.PEER:
            of = {(project, row.user) for project, one in self.roles if one == user}
            return bool(of & self.roles.keys())
        if whom is Whom.MAKER:
            both = (Whom.SELF, Whom.CONTRIBUTOR)
            return all(self._is(user, each, row) for each in both)
        return self.roles.get((row.project or "", user)) in ROLES_OF[whom]


def column(table: Table, name: str) -> str:
    described = table.by_name.get(name)
    return (described.reads if described else "") or name


@contextmanager
def expected(error: type[Exception] | None) -> Iterator[None]:
    """That it is refused like this, or not at all."""
    if error is None:
        yield
    else:
        with pytest.raises(error):
            yield


async def planted(owner: Database, table: Table) -> dict[str, Known]:
    names = ", ".join(f"{column(table, name)}::text" for name in table.names)
    user = column(table, table.user) if table.user else "NULL"
    project = column(table, table.project) if table.project else "NULL"
    public = "is_public" if table.relation == "plugin_presets" else "false"
    rows = await owner.fetch(
        f"SELECT concat_ws('/', {names}), {user}::text, {project}::text, {public}"
        f" FROM {table.relation}"
    )
    return {row[0]: Known(row[1], row[2], row[3]) for row in rows}


class Permissions(RuleBasedStateMachine):
    """Asks two nodes; the test says which."""

    accesses: list[RowLanes]
    owner: Database
    run: Callable[[Coroutine[Any, Any, Any]], Any]
    """Runs a coroutine to its end."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()

    @initialize()
    def begin(self) -> None:
        self.run(self._begin())

    @rule(project=USERS, user=USERS, role=st.sampled_from(SEES_IN_ORDER))
    def give(self, project: int, user: int, role: str) -> None:
        of, who = self.model.projects[project], self.model.users[user]
        self.run(self.owner.execute(PUT_ROLE, of, who, role))
        if (of, who) not in self.model.roles:
            self.model.rows["project_members"][f"{of}/{who}"] = Known(who, of)
        self.model.roles[of, who] = role

    @rule(project=USERS, user=USERS)
    def take(self, project: int, user: int) -> None:
        of, who = self.model.projects[project], self.model.users[user]
        words = "DELETE FROM project_members WHERE project_id = $1 AND user_id = $2"
        self.run(self.owner.execute(words, of, who))
        self.model.roles.pop((of, who), None)
        self.model.rows["project_members"].pop(f"{of}/{who}", None)

    @rule(data=st.data(), yes=st.booleans())
    def publish(self, data: st.DataObject, yes: bool) -> None:
        id = self._chosen(data, TABLES["plugin_presets"])
        if id is not None:
            words = "UPDATE plugin_presets SET is_public = $2 WHERE id = $1 RETURNING version"
            row = self.model.rows["plugin_presets"][id]
            row.is_public, row.version = yes, self.run(self.owner.fetchval(words, id, yes))

    @rule(node=NODES, user=USERS, project=USERS, n=st.integers(0, 10**9))
    def create(self, node: int, user: int, project: int, n: int) -> None:
        who, of = self.model.users[user], self.model.projects[project]
        for table, values in (
            (TABLES["audio_files"], {"project": of, "name": f"{n}.wav"}),
            (TABLES["plugin_presets"], {"plugin": "OTT", "name": f"{n} {len(self._ids())}"}),
        ):
            made = Known(who, of if table.project else None)
            may = self.model.is_one_of(who, RIGHTS[table.relation].create, made)
            sees = self.model.is_one_of(who, (Whom.VIEWER,), made)
            error = None if may else Forbidden if sees else NotFound
            with expected(error):
                row = self.run(writing.create(self.accesses[node], table, who, values))
                self.model.rows[table.relation][row["id"]] = made

    @rule(node=NODES, user=USERS, data=st.data(), table=st.sampled_from(WRITTEN))
    def update(self, node: int, user: int, data: st.DataObject, table: Table) -> None:
        id, who = self._chosen(data, table), self.model.users[user]
        if id is None or Verb.UPDATE not in table.verbs:
            return
        row = self.model.rows[table.relation][id]
        name = NAMES[table.relation]
        value: Any = {"n": row.version} if name == "data" else f"{id} {row.version}"
        with expected(self._refusal(table, who, id, RIGHTS[table.relation].change)):
            changed = self.run(
                writing.update(self.accesses[node], table, who, id, row.version, {name: value})
            )
            row.version = changed["version"]

    @rule(node=NODES, user=USERS, data=st.data(), table=st.sampled_from(WRITTEN))
    def delete(self, node: int, user: int, data: st.DataObject, table: Table) -> None:
        id, who = self._chosen(data, table), self.model.users[user]
        if id is None or Verb.DELETE not in table.verbs:
            return
        error = self._refusal(table, who, id, RIGHTS[table.relation].delete)
        with expected(Forbidden if error is Forbidden else None):
            was_there = self.run(writing.delete(self.accesses[node], table, who, id))
            assert was_there is (error is None)
            if was_there:
                del self.model.rows[table.relation][id]

    @rule(node=NODES, user=USERS)
    def read(self, node: int, user: int) -> None:
        self.run(self._read(self.accesses[node], self.model.users[user]))

    async def _read(self, access: RowLanes, who: str) -> None:
        for table in LISTED:
            page = await reading.list_(access, table, who, limit=200)
            found = {"/".join(str(row[name]) for name in table.names) for row in page.rows}
            assert found == self.model.seen(who, table), table.relation
            counted = await reading.count(access, table, who)
            assert counted.count == len(found), table.relation

    async def _begin(self) -> None:
        for words in CLEAR:
            await self.owner.execute(words)
        for name in ("ann", "ben", "cid"):
            user, project = await make_stranger(self.owner, name)
            self.model.users.append(user)
            self.model.projects.append(project)
            self.model.roles[project, user] = "owner"
        for table in LISTED:
            self.model.rows[table.relation] = await planted(self.owner, table)

    def _chosen(self, data: st.DataObject, table: Table) -> str | None:
        ids = list(self.model.rows[table.relation])
        return data.draw(st.sampled_from(range(len(ids))).map(ids.__getitem__)) if ids else None

    def _ids(self) -> list[str]:
        return [id for rows in self.model.rows.values() for id in rows]

    def _refusal(
        self, table: Table, who: str, id: str, whoms: Iterable[Whom]
    ) -> type[Exception] | None:
        if id not in self.model.seen(who, table):
            return NotFound
        row = self.model.rows[table.relation][id]
        return None if self.model.is_one_of(who, whoms, row) else Forbidden


def test_everyone_sees_and_writes_what_the_rights_say_and_nothing_else(database_url: str) -> None:
    with asyncio.Runner() as runner:
        nodes = [runner.run(Lanes.open(database_url, LaneSizes(1, 1, 1, 2, 1, 1))) for _ in "ab"]
        accesses = [RowLanes(lanes.callers, lanes.searches) for lanes in nodes]
        try:
            run_state_machine_as_test(
                type(
                    "Here",
                    (Permissions,),
                    {
                        "accesses": accesses,
                        "owner": nodes[0].calls,
                        "run": staticmethod(runner.run),
                    },
                ),
                settings=settings(max_examples=12, stateful_step_count=25, deadline=None),
            )
        finally:
            for lanes in nodes:
                runner.run(lanes.close())
