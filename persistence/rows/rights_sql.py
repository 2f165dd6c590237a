"""Who is meant by a right (`schema.roles`), as SQL on the row: the first wall, in every query.

Each look-up is an array that is made once a statement, not once a row.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from schema.roles import ROLES_OF, Whom
from schema.tables.description import Table


@dataclass(frozen=True, slots=True)
class TieSql:
    """How SQL finds the caller, and what ties the caller to rows."""

    user: str
    """The caller's id, a uuid."""
    projects: Callable[[tuple[str, ...]], str]
    """Roles -> the ids of projects in which the caller has one of them, an array."""
    peers: str
    """The ids of users who share a project with the caller, an array."""
    column_sql: Callable[[Table, str], str]
    """A table and the name of a column on the wire -> the column, as the row's."""
    operator: str
    """Whether the caller is an operator."""


CALLER = "($1::text)::uuid"
"""Of every statement, the first argument is the caller."""


def _place_of_name(table: Table, name: str) -> str:
    return f"{table.relation}.{table.stored_name(name)}"


def _projects(roles: tuple[str, ...]) -> str:
    return (
        "ARRAY(SELECT mine.project_id FROM project_members AS mine"
        f" WHERE mine.user_id = {CALLER} AND mine.role IN ({_quoted(roles)}))"
    )


BY_ARGUMENT = TieSql(
    user=CALLER,
    projects=_projects,
    peers=(
        "ARRAY(SELECT other.user_id FROM project_members AS mine JOIN project_members AS other"
        f" ON other.project_id = mine.project_id WHERE mine.user_id = {CALLER})"
    ),
    column_sql=_place_of_name,
    operator=f"(SELECT is_operator({CALLER}))",
)
"""The first wall: of the caller that the statement is given."""


def predicate(table: Table, whoms: Iterable[Whom], ties: TieSql = BY_ARGUMENT) -> str:
    """Whether the row is one of whose user is one of these; nobody: false."""
    conditions = [sql for whom in whoms if (sql := tie(table, whom, ties))]
    return f"({' OR '.join(conditions)})" if conditions else "false"


def tie(table: Table, whom: Whom, ties: TieSql) -> str:
    """Whether the caller is one of those; empty: the row has no column for it."""
    if whom is Whom.EVERYONE:
        return ties.column_sql(table, "is_public")
    if whom is Whom.MAKER:
        two_ties = tie(table, Whom.SELF, ties), tie(table, Whom.CONTRIBUTOR, ties)
        return f"({' AND '.join(two_ties)})" if all(two_ties) else ""
    if whom is Whom.OPERATOR:
        return ties.operator
    tied = table.project if whom in ROLES_OF else table.user
    if not tied:
        return ""
    column_sql = ties.column_sql(table, tied)
    if whom is Whom.SELF:
        return f"{column_sql} = {ties.user}"
    if whom is Whom.PEER:
        return f"{column_sql} = ANY ({ties.peers})"
    return f"{column_sql} = ANY ({ties.projects(ROLES_OF[whom])})"


def _quoted(roles: tuple[str, ...]) -> str:
    return ", ".join(f"'{role}'" for role in roles)
