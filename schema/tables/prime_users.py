"""`prime_users`: people, twice: what others see of them, and what each keeps for themselves."""

from typing import Annotated

from msgspec import Meta

from schema.columns.shared_columns import CREATED_AT, ID, UPDATED_AT, VERSION
from schema.columns.types import Bpm, JsonMap, PlainName, Tags
from schema.tables.description import (
    NAMES,
    Column,
    ShippedList,
    SqlType,
    Table,
    Verb,
)
from schema.text.text_rules import ADDRESS, USERNAME

Username = Annotated[str, Meta(pattern=USERNAME)]
Address = Annotated[str, Meta(max_length=2_048, pattern=ADDRESS)]
Lufs = Annotated[float, Meta(ge=-70, le=0)]
Devices = Annotated[list[JsonMap], Meta(max_length=64)]

_NAME = Column("name", PlainName, SqlType.TEXT, "as others are shown it", filters=NAMES)
_AVATAR = Column(
    "avatar_url",
    Address | None,
    SqlType.TEXT,
    "the address of a picture, of `https:` or `http:`; older rows may hold another text",
)
_GUEST = Column(
    "is_guest", bool, SqlType.BOOLEAN, "whether they came by an invitation and have no account"
)
_GENRES = Column("favorite_genres", Tags, SqlType.TEXTS, "what they like to make")

USERS = Table(
    relation="prime_users",
    calls="users",
    row="PublicUser",
    param="user",
    says="People whom you share a project with, and yourself: what others see.",
    user="id",
    version="",
    verbs=frozenset({Verb.GET, Verb.LIST, Verb.COUNT, Verb.WATCH}),
    order=("username",),
    summary=("id", "username", "name", "avatar_url", "is_guest"),
    columns=(
        ID,
        Column("username", Username, SqlType.TEXT, "unique in any case", filters=NAMES, sorts=True),
        _NAME,
        _AVATAR,
        _GENRES,
        _GUEST,
    ),
    lists=(
        ShippedList("people by a part of their name", {"name": {"ilike": "%ada%"}}),
        ShippedList("some by their ids", {"id": {"in": ["$user"]}}),
    ),
)

ACCOUNT = Table(
    relation="own_account",
    calls="account",
    row="OwnAccount",
    param="user",
    says="Your own account: what you alone see and change.",
    user="id",
    verbs=frozenset({Verb.GET, Verb.UPDATE, Verb.WATCH}),
    columns=(
        ID,
        Column(
            "email",
            str | None,
            SqlType.TEXT,
            "as it was registered; null: it has none yet",
            reads="nullif(email, id || '@nobody.invalid')",
        ),
        Column("username", Username, SqlType.TEXT, "unique in any case"),
        _NAME.but(changes=True, filters=frozenset()),
        _AVATAR.but(changes=True),
        _GENRES.but(changes=True),
        Column(
            "default_bpm", Bpm, SqlType.FLOAT, "tempo of projects made without one", changes=True
        ),
        Column("target_lufs", Lufs, SqlType.FLOAT, "the loudness to aim at, LUFS", changes=True),
        Column("preferences", JsonMap, SqlType.JSON, "settings of your client's own", changes=True),
        Column(
            "devices",
            Devices,
            SqlType.JSON,
            "what you work with; all of it together at most 64 KiB as JSON",
            changes=True,
        ),
        _GUEST,
        Column(
            "is_operator",
            bool,
            SqlType.BOOLEAN,
            "whether you may call `operator.*`",
            reads="is_operator(id)",
        ),
        VERSION,
        CREATED_AT,
        UPDATED_AT,
    ),
)
