"""What the first wall alone lets through, over all tables and roles, beside a model of dicts.

Roles change meanwhile, and two nodes are asked in turn. Rows that no call makes are planted.
"""

import asyncio
import uuid
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from persistence.errors import Forbidden, NotFound
from persistence.lanes import Lanes, LaneSizes
from persistence.rows.reading import count, get, list_
from persistence.rows.row_lanes import RowLanes
from persistence.rows.writing import create, delete, update
from rooms.roles import CONTRIBUTES, SEES_IN_ORDER
from schema.roles import RIGHTS, ROLES_OF, Whom
from schema.tables.all_tables import TABLES
from schema.tables.description import Verb
from tests.databases import Databases, other_database
from tests.persistence.planted_rows import make_login, make_project, make_user

pytestmark = pytest.mark.postgres

Kept = dict[str, Any]
"""A row of the model: `user`, `project` and `is_public`, where it has them, and its `version`."""

USERS, PROJECTS = 4, 2
ROLES = (*SEES_IN_ORDER, None)

PLANTED = {
    "mixx_recall": (
        "INSERT INTO mixx_recall (user_id, category, key)"
        " VALUES ($1, 'bpm', gen_random_uuid()::text) RETURNING id"
    ),
    "project_snapshots": (
        "INSERT INTO project_snapshots (author_id, project_id, kind, state, epoch, seq)"
        " VALUES ($1, $2, 'manual', '{}', 'e', 0) RETURNING project_id || '/' || id"
    ),
    "collaboration_sessions": (
        "INSERT INTO collaboration_sessions (host_id, project_id, status, ended_at)"
        " VALUES ($1, $2, 'ended', now()) RETURNING id"
    ),
    "audit_log": (
        "INSERT INTO audit_log (event, user_id, project_id) VALUES ('role_changed', $1, $2)"
        " RETURNING id"
    ),
    "session_states": (
        "WITH session AS ("
        "INSERT INTO collaboration_sessions (host_id, project_id, status, ended_at)"
        " VALUES ($1, $2, 'ended', now()) RETURNING id)"
        " INSERT INTO session_states (collaboration_session_id, project_id, user_id, device)"
        " SELECT id, $2, $1, 'd' FROM session"
        " RETURNING collaboration_session_id || '/' || user_id || '/' || device"
    ),
}
CHANGES: dict[str, dict[str, Any]] = {
    "own_account": {"name": "Changed"},
    "studio_projects": {"name": "Changed"},
    "project_snapshots": {"name": "Changed"},
    "audio_files": {"name": "changed.wav"},
    "plugin_presets": {"category": "changed"},
    "mixx_recall": {"data": {"changed": True}},
}
CHANGED = [name for name in CHANGES if Verb.UPDATE in TABLES[name].verbs]
DELETED = [name for name, table in TABLES.items() if Verb.DELETE in table.verbs]
"""Others are written by calls of their own."""


class World:
    """A database, and two nodes that ask it."""

    def __init__(self, runner: asyncio.Runner, nodes: list[Lanes]) -> None:
        self.run = runner.run
        self.owner = nodes[0].calls
        self.nodes = nodes
        self.accesses: list[RowLanes] = []


class Rights(RuleBasedStateMachine):
    """Each rule asks one node, and then the model what the answer must be."""

    world: ClassVar[World]

    users = st.integers(0, USERS - 1)
    nodes = st.integers(0, 1)
    projects = st.integers(0, PROJECTS - 1)
    picks = st.integers(0, 1_000)

    @initialize()
    def begin(self) -> None:
        run, owner = self.world.run, self.world.owner
        people = [run(make_user(owner)) for _ in range(USERS)]
        self.users_ = [person.id for person in people]
        made = [run(make_project(owner, people[n])) for n in range(PROJECTS)]
        self.projects_ = [project.id for project in made]
        self.roles = {p: {self.users_[n]: "owner"} for n, p in enumerate(self.projects_)}
        self.rows: dict[str, dict[str, Kept]] = {relation: {} for relation in TABLES}
        for id in self.users_:
            self.rows["prime_users"][id] = {"user": id}
            self.rows["own_account"][id] = {"user": id, "version": 1}
        for n, project in enumerate(self.projects_):
            row = {"user": self.users_[n], "project": project, "version": 1}
            self.rows["studio_projects"][project] = row
            self.seed(project, self.users_[n])
        for person in people[:2]:
            self.rows["auth_sessions"][run(make_login(owner, person))] = {"user": person.id}
        for n, user, role in ((0, 2, "viewer"), (0, 3, "editor"), (1, 3, "viewer")):
            self.a_role_changes(n, user, role)
        for n in range(PROJECTS):
            for relation in PLANTED:
                self.a_row_is_planted(n, n, relation)
            self.someone_makes_audio(0, n, n)
            self.someone_makes_a_preset(1, n)

    def seed(self, project: str, user: str) -> None:
        snapshots = self.world.run(
            self.world.owner.fetch(
                "SELECT id, version FROM project_snapshots WHERE project_id = $1", project
            )
        )
        for one in snapshots:
            kept = {"user": user, "project": project, "version": one["version"]}
            self.rows["project_snapshots"][f"{project}/{one['id']}"] = kept

    # What changes meanwhile, by whoever may.

    @rule(project=projects, user=users, role=st.sampled_from(ROLES))
    def a_role_changes(self, project: int, user: int, role: str | None) -> None:
        in_project, who = self.projects_[project], self.users_[user]
        if role is None:
            self.roles[in_project].pop(who, None)
            text = "DELETE FROM project_members WHERE project_id = $1 AND user_id = $2"
            self.world.run(self.world.owner.execute(text, in_project, who))
        else:
            self.roles[in_project][who] = role
            text = (
                "INSERT INTO project_members (project_id, user_id, role, tracks)"
                " VALUES ($1, $2, $3, '{}')"
                " ON CONFLICT (project_id, user_id) DO UPDATE"
                " SET role = excluded.role, tracks = '{}'"
            )
            self.world.run(self.world.owner.execute(text, in_project, who, role))
        self.note_members()

    @rule(project=projects, user=users, relation=st.sampled_from(sorted(PLANTED)))
    def a_row_is_planted(self, project: int, user: int, relation: str) -> None:
        in_project, who = self.projects_[project], self.users_[user]
        of_user = relation == "mixx_recall"
        arguments = (who,) if of_user else (who, in_project)
        id = self.world.run(self.world.owner.fetchval(PLANTED[relation], *arguments))
        kept: Kept = {"user": who, "version": 1}
        self.rows[relation][id] = kept if of_user else kept | {"project": in_project}
        if relation == "session_states":
            session = id.split("/")[0]
            self.rows["collaboration_sessions"][session] = {"user": who, "project": in_project}

    @rule(pick=picks, is_public=st.booleans())
    def a_preset_is_published_or_not(self, pick: int, is_public: bool) -> None:
        if id := self.pick("plugin_presets", pick):
            text = "UPDATE plugin_presets SET is_public = $2 WHERE id = $1 RETURNING version"
            version = self.world.run(self.world.owner.fetchval(text, id, is_public))
            self.rows["plugin_presets"][id] |= {"is_public": is_public, "version": version}

    # What users ask.

    @rule(node=nodes, relation=st.sampled_from(sorted(TABLES)))
    def everyone_lists_a_table(self, node: int, relation: str) -> None:
        access, table = self.world.accesses[node], TABLES[relation]
        for who in self.users_:
            page = self.world.run(list_(access, table, who, fields=[*table.names], limit=200))
            found = {"/".join(row[name] for name in table.names) for row in page.rows}
            assert found == self.seen(relation, who), relation
            assert self.world.run(count(access, table, who)).count == len(found), relation

    @rule(node=nodes, user=users, pick=picks, relation=st.sampled_from(sorted(TABLES)))
    def someone_gets_a_row(self, node: int, user: int, pick: int, relation: str) -> None:
        if not (id := self.pick(relation, pick)):
            return
        who, table = self.users_[user], TABLES[relation]
        asked = get(self.world.accesses[node], table, who, id.split("/"))
        if id in self.seen(relation, who):
            row = self.world.run(asked)
            assert "/".join(row[name] for name in table.names) == id
        else:
            with pytest.raises(NotFound):
                self.world.run(asked)

    @rule(node=nodes, user=users, project=projects)
    def someone_makes_audio(self, node: int, user: int, project: int) -> None:
        who, in_project = self.users_[user], self.projects_[project]
        row: Kept = {"user": who, "project": in_project, "version": 1}
        values = {"project": in_project, "name": "a.wav"}
        asked = create(self.world.accesses[node], TABLES["audio_files"], who, values)
        if self.is_one_of(RIGHTS["audio_files"].create, row, who):
            self.rows["audio_files"][self.world.run(asked)["id"]] = row
        else:
            refusal = Forbidden if who in self.roles[in_project] else NotFound
            with pytest.raises(refusal):
                self.world.run(asked)

    @rule(node=nodes, user=users)
    def someone_makes_a_preset(self, node: int, user: int) -> None:
        who = self.users_[user]
        values = {"plugin": "OTT", "name": uuid.uuid4().hex}
        asked = create(self.world.accesses[node], TABLES["plugin_presets"], who, values)
        self.rows["plugin_presets"][self.world.run(asked)["id"]] = {"user": who, "version": 1}

    @rule(node=nodes, user=users, pick=picks, relation=st.sampled_from(CHANGED))
    def someone_changes_a_row(self, node: int, user: int, pick: int, relation: str) -> None:
        if not (id := self.pick(relation, pick)):
            return
        who, row = self.users_[user], self.rows[relation][id]
        access, table = self.world.accesses[node], TABLES[relation]
        asked = update(access, table, who, id, row["version"], CHANGES[relation])
        refusal = self.refused(relation, id, who, RIGHTS[relation].change)
        if refusal is not None:
            with pytest.raises(refusal):
                self.world.run(asked)
        else:
            row["version"] = self.world.run(asked)["version"]

    @rule(node=nodes, user=users, pick=picks, relation=st.sampled_from(DELETED))
    def someone_deletes_a_row(self, node: int, user: int, pick: int, relation: str) -> None:
        if not (id := self.pick(relation, pick)):
            return
        who = self.users_[user]
        asked = delete(self.world.accesses[node], TABLES[relation], who, id.split("/"))
        refusal = self.refused(relation, id, who, RIGHTS[relation].delete)
        if refusal is Forbidden:
            with pytest.raises(Forbidden):
                self.world.run(asked)
        else:
            assert self.world.run(asked) is (refusal is None)
        if refusal is None:
            self.gone(relation, id)

    def teardown(self) -> None:
        for n, relation in enumerate(TABLES):
            self.everyone_lists_a_table(n % 2, relation)
        for relation in ("plugin_presets", "audit_log"):
            self.world.run(self.world.owner.execute(f"DELETE FROM {relation}"))

    # The model.

    def pick(self, relation: str, pick: int) -> str:
        """A row of the table, empty if it has none."""
        ids = list(self.rows[relation])
        return ids[pick % len(ids)] if ids else ""

    def is_one_of(self, whoms: tuple[Whom, ...], row: Kept, who: str) -> bool:
        project = self.roles.get(row.get("project", ""), {})
        for whom in whoms:
            if whom in ROLES_OF and project.get(who) in ROLES_OF[whom]:
                return True
            is_own = row.get("user") == who
            if whom is Whom.MAKER and is_own and project.get(who) in CONTRIBUTES:
                return True
            if whom is Whom.SELF and row.get("user") == who:
                return True
            if whom is Whom.EVERYONE and row.get("is_public"):
                return True
            if whom is Whom.PEER and any(
                {who, row["user"]} <= members.keys() for members in self.roles.values()
            ):
                return True
        return False

    def seen(self, relation: str, who: str) -> set[str]:
        see = RIGHTS[relation].see
        return {id for id, row in self.rows[relation].items() if self.is_one_of(see, row, who)}

    def refused(
        self, relation: str, id: str, who: str, whoms: tuple[Whom, ...]
    ) -> type[Exception] | None:
        """How a change of the row is refused, if it is."""
        if id not in self.seen(relation, who):
            return NotFound
        may = self.is_one_of(whoms, self.rows[relation][id], who)
        return None if may else Forbidden

    def gone(self, relation: str, id: str) -> None:
        del self.rows[relation][id]
        if relation == "project_members":
            project, user = id.split("/")
            del self.roles[project][user]

    def note_members(self) -> None:
        self.rows["project_members"] = {
            f"{project}/{user}": {"user": user, "project": project}
            for project, members in self.roles.items()
            for user in members
        }


@pytest.fixture(scope="module")
def world(postgres_dsn: str, databases: Databases) -> Iterator[World]:
    with asyncio.Runner() as runner:
        name = runner.run(databases.take())
        address, sizes = other_database(postgres_dsn, name), LaneSizes(1, 1, 1, 1, 1, 1)
        nodes = [runner.run(Lanes.open(address, sizes)) for _ in range(2)]
        yield World(runner, nodes)
        for node in nodes:
            runner.run(node.close())
        runner.run(databases.give_back(name))


def test_Q18_the_first_wall_alone_allows_what_the_model_allows(world: World) -> None:
    """Both at once: tests/persistence/rows/test_permissions.py."""
    Rights.world = world
    world.accesses = [RowLanes(node.calls, node.calls) for node in world.nodes]
    run_state_machine_as_test(
        Rights,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            phases=[Phase.generate],  # thirty steps are read sooner than they are made fewer
            suppress_health_check=[*HealthCheck],
        ),
    )
