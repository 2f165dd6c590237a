"""`invitations`: who is asked into a project, by a link or by an address, in which role."""

from typing import Annotated

from schema.columns.shared_columns import CREATED_AT, ID, PROJECT, user_column
from schema.columns.types import Count, Milliseconds
from schema.messages import TrackIds
from schema.tables.description import (
    EQUALITY,
    NULLABLE,
    ORDERED,
    Column,
    ShippedList,
    SqlType,
    Table,
    Verb,
)
from schema.text.enumerations import one_of

_InvitedRole = Annotated[str, one_of("InvitedRole")]

INVITATIONS = Table(
    relation="invitations",
    calls="invitations",
    row="Invitation",
    param="invitation",
    says="Who is asked into a project, by a link or by an address.",
    project="project",
    version="",
    verbs=frozenset({Verb.GET, Verb.LIST, Verb.COUNT}),
    columns=(
        ID,
        PROJECT.but(creates=False),
        user_column("inviter", "inviter_id", "the owner who has made it"),
        Column(
            "email",
            str | None,
            SqlType.TEXT,
            "whom it was mailed to, and who alone may accept it; null: whoever has the link",
            filters=EQUALITY | NULLABLE,
        ),
        Column("role", _InvitedRole, SqlType.TEXT, "what who accepts it may do", filters=EQUALITY),
        Column("tracks", TrackIds | None, SqlType.TEXTS, "of a contributor, what it may edit"),
        Column("max_uses", Count, SqlType.INTEGER, "how many may accept it"),
        Column("uses", Count, SqlType.INTEGER, "how many have"),
        Column("expires_at", Milliseconds, SqlType.TIME, "when it runs out", filters=ORDERED),
        Column(
            "accepted_at",
            Milliseconds | None,
            SqlType.TIME,
            "when it was accepted last",
            filters=ORDERED | NULLABLE,
        ),
        Column(
            "withdrawn_at",
            Milliseconds | None,
            SqlType.TIME,
            "when it was withdrawn",
            filters=ORDERED | NULLABLE,
        ),
        Column("guests", bool, SqlType.BOOLEAN, "whether it lets in who has no account"),
        CREATED_AT,
    ),
    lists=(
        ShippedList("of a project, newest first", {"project": "$project"}),
        ShippedList(
            "those that were not withdrawn",
            {"project": "$project", "withdrawn_at": {"is_null": True}},
        ),
    ),
)
