"""`project_snapshots`: states that are kept, without the states themselves."""

from schema.columns.music import AudioAnalysis, MusicalContext
from schema.columns.shared_columns import CREATED_AT, ID, PROJECT, VERSION, user_column
from schema.columns.types import Description, PlainName, SnapshotKind
from schema.messages import Position
from schema.tables.description import (
    EQUALITY,
    NAMES,
    REQUIRED,
    Column,
    ShippedList,
    SqlType,
    Table,
    Verb,
)

# What is told of one stored before tempi were counted may be megabytes.
_BOUNDED_CONTEXT = """(
    CASE WHEN pg_column_size(musical_context) > 32768
        THEN musical_context || jsonb_build_object('tempo', jsonb_build_array())
        ELSE musical_context END
)"""

_KEPT = "kind = CASE WHEN kind = 'auto' AND {new} <> '' THEN 'manual' ELSE kind END"

SNAPSHOTS = Table(
    relation="project_snapshots",
    calls="snapshots",
    row="Snapshot",
    param="snapshot",
    says="States of a project that are kept; without the states themselves.",
    user="author",
    project="project",
    within=("project",),
    verbs=frozenset({Verb.GET, Verb.LIST, Verb.COUNT, Verb.WATCH}),
    asks=(("project", REQUIRED), ("kind", None)),
    brings=("author",),
    columns=(
        ID,
        PROJECT,
        user_column("author", "author_id", "who made it; null: gone", nullable=True),
        Column("kind", SnapshotKind, SqlType.TEXT, "why it was made", filters=EQUALITY),
        Column(
            "name",
            PlainName,
            SqlType.TEXT,
            "its name; a named one is kept",
            "",
            creates=True,
            changes=True,
            filters=NAMES,
            sets=_KEPT,
        ),
        Column(
            "description",
            Description,
            SqlType.TEXT,
            "more about it",
            "",
            creates=True,
            changes=True,
        ),
        Column(
            "position",
            Position,
            SqlType.JSON,
            "where the state stands in the journal",
            reads="jsonb_build_object('epoch', epoch, 'seq', seq)",
        ),
        Column("digest", str, SqlType.TEXT, "of the state", reads="checksum"),
        Column(
            "musical_context",
            MusicalContext | None,
            SqlType.JSON,
            "the state described as music",
            reads=_BOUNDED_CONTEXT,
        ),
        Column(
            "audio_analysis",
            AudioAnalysis | None,
            SqlType.JSON,
            "what a client measured on it",
            None,
            creates=True,
            changes=True,
        ),
        VERSION,
        CREATED_AT,
    ),
    lists=(
        ShippedList("of a project, newest first", {"project": "$project"}),
        ShippedList("those that were made by hand", {"project": "$project", "kind": "manual"}),
    ),
)
