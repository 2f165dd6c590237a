# Made by `python -m schema.generate` from schema/tables/: change it there.
"""What can be asked of rows: conditions, orders and columns, for each table."""

from typing import Any, Literal, TypedDict


class Leaf(TypedDict, total=False):
    """A leaf of a map, found by the keys `at`."""

    at: list[str]
    eq: str | float | bool | None
    ne: str | float | bool | None
    lt: str | float
    lte: str | float
    gt: str | float
    gte: str | float


BooleanFilter = TypedDict(
    "BooleanFilter",
    {
        "eq": bool,
        "ne": bool,
        "in": list[bool],
    },
    total=False,
)


class MapFilter(TypedDict, total=False):
    contains: dict[str, Any]
    path: Leaf


NumberOrderFilter = TypedDict(
    "NumberOrderFilter",
    {
        "eq": float,
        "ne": float,
        "lt": float,
        "lte": float,
        "gt": float,
        "gte": float,
        "in": list[float],
    },
    total=False,
)

NumberOrderOrNullFilter = TypedDict(
    "NumberOrderOrNullFilter",
    {
        "eq": float,
        "ne": float,
        "lt": float,
        "lte": float,
        "gt": float,
        "gte": float,
        "in": list[float],
        "is_null": bool,
    },
    total=False,
)

TextEqInLikeNeFilter = TypedDict(
    "TextEqInLikeNeFilter",
    {
        "eq": str,
        "ne": str,
        "in": list[str],
        "like": str,
    },
    total=False,
)

TextFilter = TypedDict(
    "TextFilter",
    {
        "eq": str,
        "ne": str,
        "in": list[str],
    },
    total=False,
)

TextOrNullFilter = TypedDict(
    "TextOrNullFilter",
    {
        "eq": str,
        "ne": str,
        "in": list[str],
        "is_null": bool,
    },
    total=False,
)

TextSearchFilter = TypedDict(
    "TextSearchFilter",
    {
        "eq": str,
        "ne": str,
        "in": list[str],
        "like": str,
        "ilike": str,
        "similar": str,
        "search": str,
    },
    total=False,
)


class TextsFilter(TypedDict, total=False):
    overlap: list[str]
    contains: list[str]


PublicUserWhere = TypedDict(
    "PublicUserWhere",
    {
        "id": str | TextFilter,
        "username": str | TextSearchFilter,
        "name": str | TextSearchFilter,
        "and": list["PublicUserWhere"],
        "or": list["PublicUserWhere"],
        "not": "PublicUserWhere",
    },
    total=False,
)

PublicUserOrder = Literal["id", "-id", "username", "-username"]

PublicUserColumn = Literal["id", "username", "name", "avatar_url", "favorite_genres", "is_guest"]

OwnAccountWhere = TypedDict(
    "OwnAccountWhere",
    {
        "id": str | TextFilter,
        "created_at": float | NumberOrderFilter,
        "updated_at": float | NumberOrderFilter,
        "and": list["OwnAccountWhere"],
        "or": list["OwnAccountWhere"],
        "not": "OwnAccountWhere",
    },
    total=False,
)

OwnAccountOrder = Literal["id", "-id", "created_at", "-created_at", "updated_at", "-updated_at"]

OwnAccountColumn = Literal[
    "id",
    "email",
    "username",
    "name",
    "avatar_url",
    "favorite_genres",
    "default_bpm",
    "target_lufs",
    "preferences",
    "devices",
    "is_guest",
    "is_operator",
    "version",
    "created_at",
    "updated_at",
]

ProjectWhere = TypedDict(
    "ProjectWhere",
    {
        "id": str | TextFilter,
        "owner": str | TextFilter,
        "name": str | TextSearchFilter,
        "bpm": float | NumberOrderFilter,
        "key": str | TextOrNullFilter,
        "scale": str | TextOrNullFilter,
        "tags": TextsFilter,
        "link_sharing": bool | BooleanFilter,
        "archived": bool | BooleanFilter,
        "forked_from": str | TextOrNullFilter,
        "created_at": float | NumberOrderFilter,
        "updated_at": float | NumberOrderFilter,
        "and": list["ProjectWhere"],
        "or": list["ProjectWhere"],
        "not": "ProjectWhere",
    },
    total=False,
)

ProjectOrder = Literal[
    "id",
    "-id",
    "name",
    "-name",
    "created_at",
    "-created_at",
    "updated_at",
    "-updated_at",
]

ProjectColumn = Literal[
    "id",
    "owner",
    "name",
    "description",
    "bpm",
    "key",
    "scale",
    "signature",
    "tags",
    "default_role",
    "link_sharing",
    "member_limit",
    "role",
    "head",
    "epoch",
    "archived",
    "forked_from",
    "version",
    "created_at",
    "updated_at",
]

ProjectEmbed = Literal["owner"]

ProjectMemberWhere = TypedDict(
    "ProjectMemberWhere",
    {
        "project": str | TextFilter,
        "user": str | TextFilter,
        "role": str | TextFilter,
        "created_at": float | NumberOrderFilter,
        "updated_at": float | NumberOrderFilter,
        "and": list["ProjectMemberWhere"],
        "or": list["ProjectMemberWhere"],
        "not": "ProjectMemberWhere",
    },
    total=False,
)

ProjectMemberOrder = Literal["user", "-user", "created_at", "-created_at"]

ProjectMemberColumn = Literal[
    "project",
    "user",
    "role",
    "color",
    "tracks",
    "created_at",
    "updated_at",
]

ProjectMemberEmbed = Literal["project", "user"]

SnapshotWhere = TypedDict(
    "SnapshotWhere",
    {
        "id": str | TextFilter,
        "project": str | TextFilter,
        "author": str | TextOrNullFilter,
        "kind": str | TextFilter,
        "name": str | TextSearchFilter,
        "created_at": float | NumberOrderFilter,
        "and": list["SnapshotWhere"],
        "or": list["SnapshotWhere"],
        "not": "SnapshotWhere",
    },
    total=False,
)

SnapshotOrder = Literal["id", "-id", "created_at", "-created_at"]

SnapshotColumn = Literal[
    "id",
    "project",
    "author",
    "kind",
    "name",
    "description",
    "position",
    "digest",
    "musical_context",
    "audio_analysis",
    "version",
    "created_at",
]

SnapshotEmbed = Literal["project", "author"]

AudioFileWhere = TypedDict(
    "AudioFileWhere",
    {
        "id": str | TextFilter,
        "project": str | TextFilter,
        "owner": str | TextOrNullFilter,
        "name": str | TextSearchFilter,
        "content_hash": str | TextOrNullFilter,
        "duration_seconds": float | NumberOrderOrNullFilter,
        "sample_rate": float | NumberOrderOrNullFilter,
        "bit_depth": float | NumberOrderOrNullFilter,
        "channels": float | NumberOrderOrNullFilter,
        "format": str | TextOrNullFilter,
        "analysis": MapFilter,
        "parent": str | TextOrNullFilter,
        "stem_kind": str | TextOrNullFilter,
        "status": str | TextFilter,
        "created_at": float | NumberOrderFilter,
        "updated_at": float | NumberOrderFilter,
        "and": list["AudioFileWhere"],
        "or": list["AudioFileWhere"],
        "not": "AudioFileWhere",
    },
    total=False,
)

AudioFileOrder = Literal[
    "id",
    "-id",
    "name",
    "-name",
    "created_at",
    "-created_at",
    "updated_at",
    "-updated_at",
]

AudioFileColumn = Literal[
    "id",
    "project",
    "owner",
    "name",
    "content_hash",
    "bytes",
    "duration_seconds",
    "sample_rate",
    "bit_depth",
    "channels",
    "format",
    "analysis",
    "parent",
    "stem_kind",
    "status",
    "failure",
    "version",
    "created_at",
    "updated_at",
]

AudioFileEmbed = Literal["project", "owner"]

PresetWhere = TypedDict(
    "PresetWhere",
    {
        "id": str | TextFilter,
        "owner": str | TextOrNullFilter,
        "plugin": str | TextFilter,
        "name": str | TextSearchFilter,
        "category": str | TextFilter,
        "parameters": MapFilter,
        "tags": TextsFilter,
        "is_public": bool | BooleanFilter,
        "forked_from": str | TextOrNullFilter,
        "created_at": float | NumberOrderFilter,
        "updated_at": float | NumberOrderFilter,
        "and": list["PresetWhere"],
        "or": list["PresetWhere"],
        "not": "PresetWhere",
    },
    total=False,
)

PresetOrder = Literal[
    "id",
    "-id",
    "name",
    "-name",
    "created_at",
    "-created_at",
    "updated_at",
    "-updated_at",
]

PresetColumn = Literal[
    "id",
    "owner",
    "plugin",
    "name",
    "category",
    "parameters",
    "tags",
    "is_public",
    "usage_count",
    "forked_from",
    "origin_name",
    "version",
    "created_at",
    "updated_at",
]

PresetEmbed = Literal["owner"]

RecalledWhere = TypedDict(
    "RecalledWhere",
    {
        "id": str | TextFilter,
        "user": str | TextFilter,
        "category": str | TextFilter,
        "key": str | TextEqInLikeNeFilter,
        "data": MapFilter,
        "usage_count": float | NumberOrderFilter,
        "created_at": float | NumberOrderFilter,
        "updated_at": float | NumberOrderFilter,
        "and": list["RecalledWhere"],
        "or": list["RecalledWhere"],
        "not": "RecalledWhere",
    },
    total=False,
)

RecalledOrder = Literal[
    "id",
    "-id",
    "key",
    "-key",
    "created_at",
    "-created_at",
    "updated_at",
    "-updated_at",
]

RecalledColumn = Literal[
    "id",
    "user",
    "category",
    "key",
    "data",
    "usage_count",
    "shown_count",
    "taken_count",
    "last_used_at",
    "version",
    "created_at",
    "updated_at",
]

RecalledEmbed = Literal["user"]

CollaborationSessionWhere = TypedDict(
    "CollaborationSessionWhere",
    {
        "id": str | TextFilter,
        "project": str | TextFilter,
        "host": str | TextOrNullFilter,
        "participants": TextsFilter,
        "status": str | TextFilter,
        "started_at": float | NumberOrderFilter,
        "ended_at": float | NumberOrderOrNullFilter,
        "created_at": float | NumberOrderFilter,
        "updated_at": float | NumberOrderFilter,
        "and": list["CollaborationSessionWhere"],
        "or": list["CollaborationSessionWhere"],
        "not": "CollaborationSessionWhere",
    },
    total=False,
)

CollaborationSessionOrder = Literal["id", "-id", "started_at", "-started_at"]

CollaborationSessionColumn = Literal[
    "id",
    "project",
    "host",
    "participants",
    "status",
    "started_at",
    "ended_at",
    "last_activity_at",
    "permissions",
    "transport",
    "created_at",
    "updated_at",
]

CollaborationSessionEmbed = Literal["project", "host"]

SessionStateWhere = TypedDict(
    "SessionStateWhere",
    {
        "session": str | TextFilter,
        "project": str | TextFilter,
        "user": str | TextFilter,
        "device": str | TextFilter,
        "heartbeat_at": float | NumberOrderFilter,
        "created_at": float | NumberOrderFilter,
        "updated_at": float | NumberOrderFilter,
        "and": list["SessionStateWhere"],
        "or": list["SessionStateWhere"],
        "not": "SessionStateWhere",
    },
    total=False,
)

SessionStateOrder = Literal["device", "-device", "heartbeat_at", "-heartbeat_at"]

SessionStateColumn = Literal[
    "session",
    "project",
    "user",
    "device",
    "cursor",
    "view",
    "tool",
    "selection",
    "device_presence",
    "heartbeat_at",
    "created_at",
    "updated_at",
]

SessionStateEmbed = Literal["project", "user"]

SessionStayWhere = TypedDict(
    "SessionStayWhere",
    {
        "session": str | TextFilter,
        "project": str | TextFilter,
        "user": str | TextFilter,
        "entered_at": float | NumberOrderFilter,
        "and": list["SessionStayWhere"],
        "or": list["SessionStayWhere"],
        "not": "SessionStayWhere",
    },
    total=False,
)

SessionStayOrder = Literal["user", "-user", "entered_at", "-entered_at"]

SessionStayColumn = Literal[
    "session",
    "project",
    "user",
    "entered_at",
    "seen_at",
    "seconds",
    "times",
]

SessionStayEmbed = Literal["project", "user"]

AuthSessionWhere = TypedDict(
    "AuthSessionWhere",
    {
        "id": str | TextFilter,
        "user": str | TextFilter,
        "expires_at": float | NumberOrderFilter,
        "revoked_at": float | NumberOrderOrNullFilter,
        "created_at": float | NumberOrderFilter,
        "and": list["AuthSessionWhere"],
        "or": list["AuthSessionWhere"],
        "not": "AuthSessionWhere",
    },
    total=False,
)

AuthSessionOrder = Literal["id", "-id", "created_at", "-created_at"]

AuthSessionColumn = Literal[
    "id",
    "user",
    "device",
    "device_name",
    "device_kind",
    "client",
    "network",
    "seen_at",
    "last_used_at",
    "expires_at",
    "revoked_at",
    "revoked_reason",
    "current",
    "created_at",
]

AuthSessionEmbed = Literal["user"]

AuditEntryWhere = TypedDict(
    "AuditEntryWhere",
    {
        "id": str | TextFilter,
        "event": str | TextFilter,
        "user": str | TextFilter,
        "project": str | TextFilter,
        "created_at": float | NumberOrderFilter,
        "and": list["AuditEntryWhere"],
        "or": list["AuditEntryWhere"],
        "not": "AuditEntryWhere",
    },
    total=False,
)

AuditEntryOrder = Literal["id", "-id", "created_at", "-created_at"]

AuditEntryColumn = Literal[
    "id",
    "event",
    "user",
    "actor",
    "project",
    "auth_session",
    "address",
    "count",
    "details",
    "created_at",
]

AuditEntryEmbed = Literal["user", "actor"]

WholeAuditEntryWhere = TypedDict(
    "WholeAuditEntryWhere",
    {
        "id": str | TextFilter,
        "event": str | TextFilter,
        "user": str | TextFilter,
        "project": str | TextFilter,
        "created_at": float | NumberOrderFilter,
        "and": list["WholeAuditEntryWhere"],
        "or": list["WholeAuditEntryWhere"],
        "not": "WholeAuditEntryWhere",
    },
    total=False,
)

WholeAuditEntryOrder = Literal["id", "-id", "created_at", "-created_at"]

WholeAuditEntryColumn = Literal[
    "id",
    "event",
    "user",
    "actor",
    "project",
    "auth_session",
    "address",
    "count",
    "details",
    "created_at",
]

WholeAuditEntryEmbed = Literal["user", "actor"]

InvitationWhere = TypedDict(
    "InvitationWhere",
    {
        "id": str | TextFilter,
        "project": str | TextFilter,
        "inviter": str | TextFilter,
        "email": str | TextOrNullFilter,
        "role": str | TextFilter,
        "expires_at": float | NumberOrderFilter,
        "accepted_at": float | NumberOrderOrNullFilter,
        "withdrawn_at": float | NumberOrderOrNullFilter,
        "created_at": float | NumberOrderFilter,
        "and": list["InvitationWhere"],
        "or": list["InvitationWhere"],
        "not": "InvitationWhere",
    },
    total=False,
)

InvitationOrder = Literal["id", "-id", "created_at", "-created_at"]

InvitationColumn = Literal[
    "id",
    "project",
    "inviter",
    "email",
    "role",
    "tracks",
    "max_uses",
    "uses",
    "expires_at",
    "accepted_at",
    "withdrawn_at",
    "guests",
    "created_at",
]

InvitationEmbed = Literal["project", "inviter"]
