"""What changed between two moments, read once for all who watch: state as of the second one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from persistence.pool import Executor
from persistence.rows import watched_rows
from persistence.rows.embedded_values import bring
from persistence.rows.reading import Row
from persistence.tables.internal.change_log import LoggedChange, LogPosition
from schema.tables.all_tables import TABLES
from schema.tables.description import Column, Table
from server.row_feed.visibility import Visibility, is_seen_by_peers, is_seen_by_role, is_told
from server.row_feed.watches import Watch, Watches, WatchGroup, name_in_change_log

MEMBERS = "project_members"


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """All of it is as of `read_up_to`; nothing of a transaction that was under way then."""

    read_up_to: LogPosition
    changes_by_relation: Mapping[str, Mapping[str, Sequence[LoggedChange]]]
    """Relation that is watched, and `MEMBERS` -> id -> what is told of its changes.

    Rows in the order of their last one.
    """
    rows: Mapping[str, Mapping[str, Row]]
    """Relation -> id -> what the row holds; those that are gone are not in it."""
    groups: frozenset[WatchGroup]
    """For whom that was read; who began to watch later has seen it in the first rows."""
    visibility: Visibility = field(default_factory=Visibility)
    row_count: int = 0
    """How many rows changed."""

    def news(self, relation: str, place: LogPosition) -> list[str]:
        """Ids of the rows that have changed since a place saw them, in order."""
        changes_by_id = self.changes_by_relation.get(relation, {})
        if self.read_up_to.following <= place.oldest:
            return []  # it saw all of it
        return [
            id
            for id, changes in changes_by_id.items()
            if not all(place.saw(change.xact) for change in changes)
        ]

    def memberships(self, place: LogPosition) -> list[LoggedChange]:
        """Changes of roles that a place has not seen."""
        return [
            change
            for changes in self.changes_by_relation.get(MEMBERS, {}).values()
            for change in changes
            if not place.saw(change.xact)
        ]


def tables_of(watches: Watches) -> frozenset[str]:
    """What to read of the log: the tables that are watched, and who is in which project."""
    return frozenset({*watches.tables(), MEMBERS})


async def read_change_batch(
    db: Executor, watches: Watches, place: LogPosition, changes: Sequence[LoggedChange]
) -> tuple[ChangeBatch, int]:
    """What the rows hold and who sees them, and how many questions that took."""
    logged_tables = dict.fromkeys(change.table for change in changes)
    groups = [group for logged_table in logged_tables for group in watches.of_table(logged_table)]
    tables = {MEMBERS: TABLES[MEMBERS]}
    tables.update((g.watched_list.table.relation, g.watched_list.table) for g in groups)
    changes_by_relation = _told_in(tables.values(), changes)
    groups = [g for g in groups if g.watched_list.table.relation in changes_by_relation]
    rows, query_count = await _read_rows(db, groups, changes_by_relation)
    visibility, asked_too = await _visibility(db, groups, rows)
    size = len({(change.table, change.row) for change in changes})
    batch = ChangeBatch(place, changes_by_relation, rows, frozenset(groups), visibility, size)
    return batch, query_count + asked_too


def _told_in(
    tables: Iterable[Table], changes: Sequence[LoggedChange]
) -> dict[str, dict[str, list[LoggedChange]]]:
    """As `ChangeBatch.changes_by_relation`, of these tables."""
    tables_by_logged_table: dict[str, list[Table]] = {}
    for table in tables:
        tables_by_logged_table.setdefault(name_in_change_log(table), []).append(table)
    told: dict[str, dict[str, list[LoggedChange]]] = {}
    for change in changes:
        for table in tables_by_logged_table.get(change.table, ()):
            if is_told(table, change):
                of_relation = told.setdefault(table.relation, {})
                of_relation[change.row] = [*of_relation.pop(change.row, ()), change]
    return told


async def _read_rows(
    db: Executor,
    groups: Sequence[WatchGroup],
    changes_by_relation: Mapping[str, Mapping[str, Sequence[LoggedChange]]],
) -> tuple[dict[str, dict[str, Row]], int]:
    tables: dict[str, Table] = {}
    needed_columns: dict[str, dict[str, Column]] = {}
    for group in groups:
        table = group.watched_list.table
        tables[table.relation] = table
        columns = needed_columns.setdefault(table.relation, {})
        columns.update((column.name, column) for column in group.watched_list.needed)
    rows: dict[str, dict[str, Row]] = {}
    query_count = 0
    for relation, table in tables.items():
        columns = needed_columns[relation]
        columns_in_order = [column for column in table.columns if column.name in columns]
        ids = changes_by_relation[relation]
        rows[relation] = await watched_rows.rows_by_id(db, table, columns_in_order, ids)
        query_count += 1 + await bring(db, table, rows[relation].values())
    return rows, query_count


async def _visibility(
    db: Executor, groups: Sequence[WatchGroup], rows: Mapping[str, Mapping[str, Row]]
) -> tuple[Visibility, int]:
    projects: set[str] = set()
    role_users: set[str] = set()
    people: set[str] = set()
    peer_users: set[str] = set()
    for group in groups:
        table, rows_found = group.watched_list.table, rows[group.watched_list.table.relation]
        if is_seen_by_role(table) and rows_found:
            projects.update(row[table.project] for row in rows_found.values())
            role_users.update(group.watches_by_user)
        if is_seen_by_peers(table) and rows_found:
            people.update(row[table.user] for row in rows_found.values())
            peer_users.update(group.watches_by_user)
    members: dict[str, dict[str, str]] = {}
    roles = await watched_rows.roles_among(db, projects, role_users)
    for (project, user), role in roles.items():
        members.setdefault(project, {})[user] = role
    peers: dict[str, set[str]] = {}
    for user, peer in await watched_rows.peers_among(db, peer_users, people):
        peers.setdefault(peer, set()).add(user)
    visibility = Visibility(members, {user: frozenset(others) for user, others in peers.items()})
    return visibility, bool(projects) + bool(people)


async def watches_of(db: Executor, watches: Watches, changes: Sequence[LoggedChange]) -> set[Watch]:
    """Who shows these rows or may see them, by what the log says of each; the rows are not read.

    Of a row of which it says nothing that may be anyone who watches the table.
    """
    found = set[Watch]()
    for change in changes:
        groups = watches.of_table(change.table)
        for group in [g for g in groups if is_told(g.watched_list.table, change)]:
            found |= group.watches_by_row.get(change.row, set())
            found |= group.of_users(await _possible_seers(db, group, change))
    members = [change for change in changes if change.table == MEMBERS]
    if not all(change.project and change.user for change in members):
        return set(watches.all())  # by whose rows it is known who sees what, of any table
    return found | set(await touched_by_roles(db, watches, members))


async def _possible_seers(db: Executor, group: WatchGroup, change: LoggedChange) -> set[str] | None:
    """Users; None: everyone."""
    users = set(filter(None, (change.user, change.old_user)))
    projects = set(filter(None, (change.project, change.old_project)))
    if change.everyone or not (users or projects):
        return None
    seers = users | await watched_rows.members_among(db, projects, group.watches_by_user.keys())
    return seers | {
        one for one, _ in await watched_rows.peers_among(db, group.watches_by_user, users)
    }


async def touched_by_roles(
    db: Executor, watches: Watches, changes: Sequence[LoggedChange]
) -> list[Watch]:
    """Watches whose rows may be others because roles have changed."""
    if not changes:
        return []
    projects = {change.project for change in changes if change.project}
    users = {change.user for change in changes if change.user}
    groups = list(watches.groups.values())
    touched_watches = {
        watch
        for group in groups
        if is_seen_by_role(group.watched_list.table)
        for watch in group.of_users(users)
    }
    among_people = [group for group in groups if is_seen_by_peers(group.watched_list.table)]
    if among_people:
        watching = {user for group in among_people for user in group.watches_by_user}
        users |= await watched_rows.members_among(db, projects, watching)
        touched_watches.update(watch for group in among_people for watch in group.of_users(users))
    return sorted(touched_watches, key=lambda watch: watch.id)
