"""`session_states`: where everyone is in a project, or was when they left."""

from typing import Any

from schema.columns.shared_columns import CREATED_AT, PROJECT, UPDATED_AT, user_column
from schema.columns.types import Milliseconds, PlainWords, RowId
from schema.messages import DeviceName
from schema.ops import EntityId
from schema.tables.description import EQUALITY, ORDERED, Column, ShippedList, SqlType, Table, Verb

SESSION_STATES = Table(
    relation="session_states",
    calls="session_states",
    row="SessionState",
    param="device",
    says="Where everyone is in a project, or was when they left it.",
    key="device",
    within=("session", "user"),
    user="user",
    project="project",
    version="",
    verbs=frozenset({Verb.GET, Verb.LIST, Verb.COUNT}),
    order=("-heartbeat_at",),
    columns=(
        Column(
            "session",
            RowId,
            SqlType.UUID,
            "the collaboration session",
            filters=EQUALITY,
            reads="collaboration_session_id",
        ),
        PROJECT.but(creates=False),
        user_column("user", "user_id", "who"),
        Column("device", DeviceName, SqlType.TEXT, "in which window", filters=EQUALITY),
        Column("cursor", dict[str, Any] | None, SqlType.JSON, "as in `presence`"),
        Column(
            "view",
            dict[str, Any] | None,
            SqlType.JSON,
            "as in `presence`",
            reads="view_state",
        ),
        Column("tool", PlainWords | None, SqlType.TEXT, "as in `presence`", reads="active_tool"),
        Column("selection", list[EntityId], SqlType.TEXTS, "as in `presence`"),
        Column(
            "device_presence", dict[str, Any], SqlType.JSON, "what else was known of the window"
        ),
        Column(
            "heartbeat_at",
            Milliseconds,
            SqlType.TIME,
            "when they were last heard of",
            filters=ORDERED,
            sorts=True,
        ),
        CREATED_AT.but(sorts=False),
        UPDATED_AT.but(sorts=False),
    ),
    lists=(
        ShippedList("who was in a project, last heard of first", {"project": "$project"}),
        ShippedList("where you were yourself", {"user": "$user"}),
    ),
)
