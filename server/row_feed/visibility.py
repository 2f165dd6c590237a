"""Who sees a row (`schema.roles`), by what was read once of all users who watch."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from persistence.rows.reading import Row
from persistence.tables.internal.change_log import LoggedChange
from schema.roles import RIGHTS, ROLES_OF, Whom
from schema.tables.description import Table


@dataclass(frozen=True, slots=True)
class Visibility:
    """The roles and peers of all users who watch, as far as the rows of one batch need them."""

    members: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Project -> user -> role."""
    peers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """User -> those who share a project with them."""

    def seers(self, table: Table, row: Row) -> set[str] | None:
        """Who of those sees the row; None: everyone does."""
        users: set[str] = set()
        for whom in RIGHTS[table.relation].see:
            if whom is Whom.EVERYONE:
                if row["is_public"]:
                    return None
            elif whom in ROLES_OF:
                roles = ROLES_OF[whom]
                users.update(u for u, role in self._members(table, row) if role in roles)
            elif (user := row.get(table.user)) is not None:
                users.add(user)
                if whom is Whom.PEER:
                    users.update(self.peers.get(user, ()))
        return users

    def _members(self, table: Table, row: Row) -> Iterable[tuple[str, str]]:
        return self.members.get(row[table.project], {}).items() if table.project else ()


def is_seen_by_role(table: Table) -> bool:
    """Whether a role in the row's project lets one see it."""
    return any(whom in ROLES_OF for whom in RIGHTS[table.relation].see)


def is_seen_by_peers(table: Table) -> bool:
    """Whether one sees rows of those with whom one shares a project."""
    return Whom.PEER in RIGHTS[table.relation].see


def is_told(table: Table, change: LoggedChange) -> bool:
    """Whether who watches the table hears of it: of what its user alone sees, nobody else does."""
    return not change.private or RIGHTS[table.relation].see == (Whom.SELF,)


def deciding_columns(table: Table) -> tuple[str, ...]:
    """The columns by which it is known who sees a row."""
    public = Whom.EVERYONE in RIGHTS[table.relation].see
    return tuple(filter(None, (table.user, table.project, "is_public" if public else "")))
