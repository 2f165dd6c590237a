"""`session_stays`: who was in a collaboration session, and for how long."""

from typing import Annotated

from msgspec import Meta

from schema.columns.shared_columns import PROJECT, user_column
from schema.columns.types import Count, Milliseconds, RowId
from schema.tables.description import EQUALITY, ORDERED, Column, ShippedList, SqlType, Table, Verb

Seconds = Annotated[float, Meta(ge=0)]

SESSION_STAYS = Table(
    relation="session_stays",
    calls="session_stays",
    row="SessionStay",
    param="user",
    says="Who was in a collaboration session, and for how long: a row for each user.",
    key="user",
    within=("session",),
    user="user",
    project="project",
    version="",
    verbs=frozenset({Verb.LIST, Verb.COUNT}),
    order=("-entered_at",),
    brings=("user",),
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
        user_column("user", "user_id", "who was there"),
        Column(
            "entered_at",
            Milliseconds,
            SqlType.TIME,
            "when they first came",
            filters=ORDERED,
            sorts=True,
        ),
        Column("seen_at", Milliseconds, SqlType.TIME, "when they were last there"),
        Column("seconds", Seconds, SqlType.FLOAT, "how long they were there, all together"),
        Column("times", Count, SqlType.INTEGER, "how often they came"),
    ),
    lists=(
        ShippedList("of a project, the latest first", {"project": "$project"}),
        ShippedList("where you were yourself", {"user": "$user"}),
    ),
)
