"""`audit_log`: what happened to accounts and roles, twice: what is one's own, and all of it."""

from dataclasses import replace

from schema.columns.shared_columns import CREATED_AT, ID, PROJECT, user_column
from schema.columns.types import Count, JsonMap, PlainWords, RowId
from schema.tables.description import EQUALITY, Column, ShippedList, SqlType, Table, Verb

AUDIT = Table(
    relation="audit_log",
    calls="audit",
    row="AuditEntry",
    param="entry",
    says="What happened to your account, and to roles in projects that you own.",
    user="user",
    project="project",
    version="",
    verbs=frozenset({Verb.LIST, Verb.COUNT}),
    columns=(
        ID,
        Column("event", PlainWords, SqlType.TEXT, "what happened", filters=EQUALITY),
        user_column("user", "user_id", "to whom", nullable=True).but(filters=EQUALITY),
        user_column("actor", "actor_id", "who did it, where somebody else did", nullable=True).but(
            filters=frozenset()
        ),
        PROJECT.but(type=RowId | None, says="in which project", creates=False, embeds=""),
        Column(
            "auth_session", RowId | None, SqlType.UUID, "by which login", reads="auth_session_id"
        ),
        Column("address", str | None, SqlType.TEXT, "from where; never in a project"),
        Column("count", Count, SqlType.INTEGER, "how often, within seconds"),
        Column("details", JsonMap, SqlType.JSON, "what else is known; no secret"),
        CREATED_AT.but(says="when it happened"),
    ),
    lists=(
        ShippedList("of a project, newest first", {"project": "$project"}),
        ShippedList("what happened to you", {"user": "$user"}),
    ),
)

WHOLE_AUDIT = replace(
    AUDIT,
    relation="whole_audit",
    calls="whole_audit",
    row="WholeAuditEntry",
    says="What happened to all accounts and roles, for operators.",
    lists=(
        ShippedList("of a user", {"user": "$user"}),
        ShippedList("of one kind", {"event": "login"}),
    ),
)
