"""`collaboration_sessions`: who worked on a project together, and when."""

from typing import Annotated, Any

from schema.columns.shared_columns import CREATED_AT, ID, PROJECT, UPDATED_AT, user_column
from schema.columns.types import Milliseconds, UserId
from schema.tables.description import (
    EQUALITY,
    LISTS,
    NULLABLE,
    ORDERED,
    Column,
    ShippedList,
    SqlType,
    Table,
    Verb,
)
from schema.text.enumerations import one_of

SessionStatus = Annotated[str, one_of("SessionStatus")]

SESSIONS = Table(
    relation="collaboration_sessions",
    calls="sessions",
    row="CollaborationSession",
    param="session",
    says="The times at which a project was open, and who was there.",
    project="project",
    version="",
    verbs=frozenset({Verb.GET, Verb.LIST, Verb.COUNT, Verb.WATCH}),
    order=("-started_at",),
    columns=(
        ID,
        PROJECT.but(creates=False),
        user_column(
            "host", "host_id", "who came first of those who edit; null: nobody", nullable=True
        ),
        Column("participants", list[UserId], SqlType.UUIDS, "who was there", filters=LISTS),
        Column("status", SessionStatus, SqlType.TEXT, "whether it goes on", filters=EQUALITY),
        Column(
            "started_at",
            Milliseconds,
            SqlType.TIME,
            "when the first one came",
            filters=ORDERED,
            sorts=True,
        ),
        Column(
            "ended_at",
            Milliseconds | None,
            SqlType.TIME,
            "when the last one left",
            filters=ORDERED | NULLABLE,
        ),
        Column("last_activity_at", Milliseconds, SqlType.TIME, "when somebody was last there"),
        Column("permissions", dict[str, Any], SqlType.JSON, "what was agreed on for it"),
        Column("transport", dict[str, Any], SqlType.JSON, "what was agreed on for playback"),
        CREATED_AT.but(sorts=False),
        UPDATED_AT.but(sorts=False),
    ),
    lists=(
        ShippedList("of a project, newest first", {"project": "$project"}),
        ShippedList("those that go on", {"project": "$project", "status": "active"}),
        ShippedList("those that you were in", {"participants": {"overlap": ["$user"]}}),
    ),
)
