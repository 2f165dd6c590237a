"""`plugin_presets`: settings of plug-ins that users keep, share, or get with the product."""

from typing import Annotated

from msgspec import Meta

from schema.columns.shared_columns import CREATED_AT, ID, UPDATED_AT, VERSION, user_column
from schema.columns.types import Count, JsonMap, PlainWords, RowId, Tags
from schema.tables.description import (
    EQUALITY,
    LISTS,
    MAPS,
    NAMES,
    NULLABLE,
    Column,
    Most,
    ShippedList,
    SqlType,
    Table,
    Verb,
)
from schema.text.text_rules import SHOWN_NOT_EMPTY

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
        ID,
        user_column("owner", "owner_id", "whose it is; null: the product's", nullable=True),
        Column("plugin", Plugin, SqlType.TEXT, "the plug-in", creates=True, filters=EQUALITY),
        Column(
            "name",
            PresetName,
            SqlType.TEXT,
            "its name; the owner has one of it for this plug-in, in any case of letters",
            creates=True,
            changes=True,
            filters=NAMES,
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
            JsonMap,
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
        Column(
            "usage_count",
            Count,
            SqlType.BIGINT,
            "how often it was used; no change of the row",
            reads="preset_usage_count(id)",
        ),
        Column(
            "forked_from",
            RowId | None,
            SqlType.UUID,
            "the preset that it is a copy of; null: of none, or that one is gone",
            filters=EQUALITY | NULLABLE,
        ),
        Column("origin_name", PresetName | None, SqlType.TEXT, "what that one was called then"),
        VERSION,
        CREATED_AT,
        UPDATED_AT,
    ),
    lists=(
        ShippedList("your presets for a plug-in", {"owner": "$user", "plugin": "OTT"}, ("name",)),
        ShippedList("those with a tag", {"tags": {"overlap": ["bass"]}}),
        ShippedList("public ones for a plug-in", {"plugin": "OTT", "is_public": True}),
        ShippedList(
            "by a value of a parameter", {"parameters": {"contains": {"filter": {"type": "low"}}}}
        ),
        ShippedList("by a part of the name", {"name": {"ilike": "%reese%"}}),
    ),
    most=Most("presets_per_user", "owner", "presets of one user"),
    refuses={
        "plugin_presets_name_key": ("name", "you have one of that name for this plug-in"),
        "plugin_presets_pkey": ("id", "that id is in use"),
    },
)
