"""`plugin_presets`: settings of plug-ins that users keep, share, or get with the product."""

from typing import Annotated, Any

from msgspec import Meta

from schema.messages import ProjectId
from schema.tables.description import (
    EQUALITY,
    LISTS,
    MAPS,
    ORDERED,
    WORDS,
    Column,
    Operator,
    ShippedList,
    SqlType,
    Table,
    Verb,
)
from schema.tables.types import Milliseconds, PlainWords, Tags, UserId, Version
from schema.text.texts import SHOWN_NOT_EMPTY

Plugin = Annotated[str, Meta(min_length=1, max_length=255, pattern=SHOWN_NOT_EMPTY)]
PresetName = Annotated[str, Meta(min_length=1, max_length=120, pattern=SHOWN_NOT_EMPTY)]

PLUGIN_PRESETS = Table(
    relation="plugin_presets",
    calls="presets",
    row="Preset",
    param="preset",
    says="Settings of a plug-in: your own, those that others publish, those of the product.",
    user="owner",
    verbs=frozenset(Verb),
    order=("-updated_at",),
    columns=(
        Column("id", ProjectId, SqlType.UUID, "its id", filters=EQUALITY),
        Column(
            "owner",
            UserId | None,
            SqlType.UUID,
            "whose it is; null: the product's",
            reads="owner_id",
            embeds="prime_users",
            filters=EQUALITY | {Operator.IS_NULL},
        ),
        Column("plugin", Plugin, SqlType.TEXT, "the plug-in", creates=True, filters=EQUALITY),
        Column(
            "name",
            PresetName,
            SqlType.TEXT,
            "its name, one of the owner's for this plug-in",
            creates=True,
            changes=True,
            filters=WORDS,
            sorts=True,
        ),
        Column(
            "category",
            PlainWords,
            SqlType.TEXT,
            "what it is for",
            default="",
            creates=True,
            changes=True,
            filters=EQUALITY,
        ),
        Column(
            "parameters",
            dict[str, Any],
            SqlType.JSON,
            "name of a parameter -> value",
            default={},
            creates=True,
            changes=True,
            filters=MAPS,
        ),
        Column(
            "tags",
            Tags,
            SqlType.TEXTS,
            "words to find it by",
            default=[],
            creates=True,
            changes=True,
            filters=LISTS,
        ),
        Column("is_public", bool, SqlType.BOOLEAN, "everyone may see it", filters=EQUALITY),
        Column("version", Version, SqlType.BIGINT, "one more with each change"),
        Column("created_at", Milliseconds, SqlType.TIME, "when made", filters=ORDERED, sorts=True),
        Column(
            "updated_at", Milliseconds, SqlType.TIME, "when changed", filters=ORDERED, sorts=True
        ),
    ),
    lists=(
        ShippedList("your presets for a plug-in", {"owner": "$user", "plugin": "OTT"}, ("name",)),
        ShippedList("those with a tag", {"tags": {"overlap": ["bass"]}}),
    ),
)
