"""`auth_sessions`: the devices on which a user is logged in."""

from schema.columns.shared_columns import CREATED_AT, ID, user_column
from schema.columns.types import Milliseconds, PlainName
from schema.tables.description import NULLABLE, ORDERED, Column, ShippedList, SqlType, Table, Verb

AUTH_SESSIONS = Table(
    relation="auth_sessions",
    calls="auth_sessions",
    row="AuthSession",
    param="auth_session",
    says="Where you are logged in, and where you were.",
    user="user",
    version="",
    verbs=frozenset({Verb.GET, Verb.LIST, Verb.COUNT, Verb.WATCH}),
    columns=(
        ID,
        user_column("user", "user_id", "of whom"),
        Column("device", PlainName, SqlType.TEXT, "on which device"),
        Column("device_name", PlainName, SqlType.TEXT, "as its user calls it"),
        Column(
            "device_kind",
            str,
            SqlType.TEXT,
            "`desktop`, `browser`, `plugin`, `mobile`, `tool`, or nothing",
        ),
        Column("client", PlainName, SqlType.TEXT, "program and version"),
        Column("network", str, SqlType.TEXT, "from about where: a /24 of IPv4, a /48 of IPv6"),
        Column(
            "seen_at",
            Milliseconds | None,
            SqlType.TIME,
            "when it was last connected, to a minute or two",
        ),
        Column("last_used_at", Milliseconds, SqlType.TIME, "when it was last refreshed"),
        Column("expires_at", Milliseconds, SqlType.TIME, "when it runs out", filters=ORDERED),
        Column(
            "revoked_at",
            Milliseconds | None,
            SqlType.TIME,
            "when it was ended",
            filters=ORDERED | NULLABLE,
        ),
        Column("revoked_reason", str | None, SqlType.TEXT, "why"),
        Column(
            "current",
            bool,
            SqlType.BOOLEAN,
            "whether it is the login that asks",
            reads="(1 = 0)",
            of_caller=True,
        ),
        CREATED_AT,
    ),
    lists=(
        ShippedList("where you are logged in", {"revoked_at": {"is_null": True}}),
        ShippedList("all of yours, newest first", {"user": "$user"}),
    ),
)
