"""The second wall, made from descriptions and rights: policies, and columns granted one by one.

Migrations hold what this makes; where a test finds that the catalog differs, it prints the
statements that are missing.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from persistence.caller_role import ROLE
from persistence.rows.rights_sql import TieSql, tie
from schema.roles import ROLES_OF, Rights, Whom
from schema.tables.description import Table, Verb

WORD = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy of a table for `prime_caller`; `using` and `check` are SQL, empty: none."""

    table: str
    name: str
    command: str
    using: str = ""
    check: str = ""

    @property
    def sql(self) -> str:
        """The statement that makes it."""
        parts = [f"CREATE POLICY {self.name} ON {self.table} FOR {self.command} TO {ROLE}"]
        if self.using:
            parts.append(f"    USING ({self.using})")
        if self.check:
            parts.append(f"    WITH CHECK ({self.check})")
        return "\n".join(parts) + ";"


@dataclass(frozen=True, slots=True)
class ColumnGrants:
    """The columns of a table that `prime_caller` reads, and those that it writes."""

    reads: frozenset[str]
    creates: frozenset[str]
    changes: frozenset[str]
    deletes: bool


def _projects(roles: tuple[str, ...]) -> str:
    return f"(SELECT caller_projects('{{{','.join(roles)}}}'))::uuid[]"


BY_SETTING = TieSql(
    user="(SELECT caller_id())",
    projects=_projects,
    peers="(SELECT caller_peers())::uuid[]",
    column_sql=Table.stored_name,
    operator="(SELECT is_operator((SELECT caller_id())))",
)
"""The second wall: of the caller that the transaction is for, looked up once a statement.

Each look-up stands in a SELECT of its own: PostgreSQL runs that once, not for each row.
"""


def condition(table: Table, whoms: Iterable[Whom]) -> str:
    """One of these."""
    return " OR ".join(sql for whom in whoms if (sql := tie(table, whom, BY_SETTING)))


def policies(table: Table, rights: Rights) -> list[Policy]:
    """At most four: one a command, and none for what nobody may do."""
    see, create, change, delete = (
        condition(table, whoms)
        for whoms in (rights.see, rights.create, rights.change, rights.delete)
    )
    policies_by_verb = [
        (see, Policy(table.relation, "callers_see", "SELECT", using=see)),
        (create, Policy(table.relation, "callers_create", "INSERT", check=create)),
        (change, Policy(table.relation, "callers_change", "UPDATE", using=change, check=change)),
        (delete, Policy(table.relation, "callers_delete", "DELETE", using=delete)),
    ]
    return [policy for words, policy in policies_by_verb if words]


def granted(table: Table, rights: Rights, columns: Collection[str]) -> ColumnGrants:
    """`columns`: those of the relation in PostgreSQL, as a `reads` may be more than a name."""
    names = (*table.names, table.user, table.project)
    ties = {table.stored_name(name) for name in names if name}
    shown_columns = {
        word for column in table.columns for word in WORD.findall(column.reads or column.name)
    }
    creatable_columns = {table.stored_name(column.name) for column in table.creates}
    changed_columns = {table.stored_name(column.name) for column in table.changes}
    granted_columns = frozenset(columns)
    none: frozenset[str] = frozenset()
    # Other calls that write do so as the owner, and ask for the role under a lock of their own.
    return ColumnGrants(
        reads=granted_columns & (shown_columns | ties) if rights.see else none,
        creates=granted_columns & (creatable_columns | ties)
        if rights.create and Verb.CREATE in table.verbs
        else none,
        changes=granted_columns & changed_columns
        if rights.change and Verb.UPDATE in table.verbs
        else none,
        deletes=bool(rights.delete) and Verb.DELETE in table.verbs,
    )


def holding_triggers(table: Table, rights: Rights, to_give: ColumnGrants) -> list[str]:
    """The statements that hold a role until the end of the transaction that writes by it."""
    commands = (
        ("INSERT", rights.create, bool(to_give.creates)),
        ("UPDATE", rights.change, bool(to_give.changes)),
        ("DELETE", rights.delete, to_give.deletes),
    )
    return [
        f"CREATE TRIGGER hold_role_{command.lower()} BEFORE {command} ON {table.relation}"
        " FOR EACH ROW WHEN (caller_id() IS NOT NULL)"
        f" EXECUTE FUNCTION hold_role({', '.join(_role_arguments(table, whoms))});"
        for command, whoms, is_granted in commands
        if is_granted and _roles(whoms)
    ]


def _role_arguments(table: Table, whoms: tuple[Whom, ...]) -> list[str]:
    """The roles that do, and those that do for the row of one's own, with its column."""
    arguments = [f"'{{{','.join(_roles(whoms))}}}'"]
    if Whom.MAKER in whoms:
        makers = ROLES_OF[Whom.CONTRIBUTOR]
        arguments += [f"'{{{','.join(sorted(makers))}}}'", f"'{table.stored_name(table.user)}'"]
    return arguments


def _roles(whoms: Iterable[Whom]) -> list[str]:
    return sorted({role for whom in whoms for role in ROLES_OF.get(whom, ())})


def grants(relation: str, to_give: ColumnGrants) -> list[str]:
    """The statements that grant this, and no more."""
    lists = (("SELECT", to_give.reads), ("INSERT", to_give.creates), ("UPDATE", to_give.changes))
    statements = [
        f"GRANT {right} ({', '.join(sorted(columns))}) ON {relation} TO {ROLE};"
        for right, columns in lists
        if columns
    ]
    return (
        [*statements, f"GRANT DELETE ON {relation} TO {ROLE};"] if to_give.deletes else statements
    )
