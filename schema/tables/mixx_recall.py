"""`mixx_recall`: what the mixing assistant remembers of a user."""

from typing import Annotated

from msgspec import Meta

from schema.columns.shared_columns import CREATED_AT, ID, UPDATED_AT, VERSION, user_column
from schema.columns.types import Count, JsonMap, Milliseconds
from schema.tables.description import (
    EQUALITY,
    MAPS,
    ORDERED,
    Column,
    Operator,
    ShippedList,
    SqlType,
    Table,
    Verb,
)
from schema.text.text_rules import SHOWN_NOT_EMPTY

Category = Annotated[str, Meta(min_length=1, max_length=64, pattern=SHOWN_NOT_EMPTY)]
RecallKey = Annotated[str, Meta(min_length=1, max_length=255, pattern=SHOWN_NOT_EMPTY)]

RECALL = Table(
    relation="mixx_recall",
    calls="recall",
    row="Recalled",
    param="recall",
    says="What the mixing assistant remembers of you.",
    user="user",
    verbs=frozenset({Verb.GET, Verb.LIST, Verb.COUNT, Verb.UPDATE, Verb.WATCH}),
    order=("-updated_at",),
    columns=(
        ID,
        user_column("user", "user_id", "of whom"),
        Column("category", Category, SqlType.TEXT, "what it is about", filters=EQUALITY),
        Column(
            "key",
            RecallKey,
            SqlType.TEXT,
            "what was chosen, once in its category",
            filters=EQUALITY | {Operator.LIKE},
            sorts=True,
        ),
        Column("data", JsonMap, SqlType.JSON, "more about it", changes=True, filters=MAPS),
        Column("usage_count", Count, SqlType.BIGINT, "how often it was chosen", filters=ORDERED),
        Column("shown_count", Count, SqlType.BIGINT, "how often it was suggested"),
        Column("taken_count", Count, SqlType.BIGINT, "how often it was taken from suggestions"),
        Column("last_used_at", Milliseconds | None, SqlType.TIME, "when it was chosen last"),
        VERSION,
        CREATED_AT,
        UPDATED_AT,
    ),
    lists=(
        ShippedList("of a category", {"user": "$user", "category": "plugin"}, ("key",)),
        ShippedList("all of yours, last changed first", {"user": "$user"}),
        ShippedList("by what stands in its data", {"data": {"contains": {"genre": "trap"}}}),
    ),
)
