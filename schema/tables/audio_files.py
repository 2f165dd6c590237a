"""`audio_files`: what is known of a project's audio; the bytes lie elsewhere."""

from typing import Annotated

from msgspec import Meta

from schema.columns.shared_columns import (
    CREATED_AT,
    ID,
    PROJECT,
    UPDATED_AT,
    VERSION,
    user_column,
)
from schema.columns.types import Count, JsonMap, RowId
from schema.tables.description import (
    EQUALITY,
    MAPS,
    NAMES,
    NULLABLE,
    ORDERED,
    Column,
    Most,
    ShippedList,
    SqlType,
    Table,
    Verb,
)
from schema.text.enumerations import one_of
from schema.text.text_rules import CONTENT_HASH, SHOWN_NOT_EMPTY

FileName = Annotated[str, Meta(min_length=1, max_length=255, pattern=SHOWN_NOT_EMPTY)]
ContentHash = Annotated[str, Meta(pattern=CONTENT_HASH)]
Seconds = Annotated[float, Meta(ge=0, le=1e6)]
SampleRate = Annotated[int, Meta(ge=1, le=1_536_000)]
BitDepth = Annotated[int, Meta(ge=1, le=64)]
Channels = Annotated[int, Meta(ge=1, le=256)]
Format = Annotated[str, Meta(min_length=1, max_length=32, pattern=SHOWN_NOT_EMPTY)]
Failure = Annotated[str, Meta(min_length=1, max_length=500, pattern=SHOWN_NOT_EMPTY)]
StemKind = Annotated[str, Meta(min_length=1, max_length=64, pattern=SHOWN_NOT_EMPTY)]
AudioStatus = Annotated[str, one_of("AudioStatus")]

AUDIO_FILES = Table(
    relation="audio_files",
    calls="audio_files",
    row="AudioFile",
    param="audio_file",
    says="The audio of a project: what is known of each file, and which are stems of which.",
    user="owner",
    project="project",
    verbs=frozenset(Verb),
    is_content=True,
    columns=(
        ID,
        PROJECT,
        user_column("owner", "owner_id", "who brought it; null: gone", nullable=True),
        Column(
            "name",
            FileName,
            SqlType.TEXT,
            "its name",
            creates=True,
            changes=True,
            filters=NAMES,
            sorts=True,
        ),
        Column(
            "content_hash",
            ContentHash | None,
            SqlType.TEXT,
            "SHA-256 of its bytes; two files of a project that are no stems have different ones",
            None,
            creates=True,
            filters=EQUALITY | NULLABLE,
        ),
        Column("bytes", Count | None, SqlType.BIGINT, "bytes", None, creates=True),
        Column(
            "duration_seconds",
            Seconds | None,
            SqlType.FLOAT,
            "seconds",
            None,
            creates=True,
            changes=True,
            filters=ORDERED | NULLABLE,
        ),
        Column(
            "sample_rate",
            SampleRate | None,
            SqlType.INTEGER,
            "Hz",
            None,
            creates=True,
            changes=True,
            filters=ORDERED | NULLABLE,
        ),
        Column(
            "bit_depth",
            BitDepth | None,
            SqlType.INTEGER,
            "bits of a sample",
            None,
            creates=True,
            changes=True,
            filters=ORDERED | NULLABLE,
        ),
        Column(
            "channels",
            Channels | None,
            SqlType.INTEGER,
            "how many",
            None,
            creates=True,
            changes=True,
            filters=ORDERED | NULLABLE,
        ),
        Column(
            "format",
            Format | None,
            SqlType.TEXT,
            "like wav",
            None,
            creates=True,
            changes=True,
            filters=EQUALITY | NULLABLE,
        ),
        Column(
            "analysis",
            JsonMap | None,
            SqlType.JSON,
            "what was measured on it",
            None,
            creates=True,
            changes=True,
            filters=MAPS,
        ),
        Column(
            "parent",
            RowId | None,
            SqlType.UUID,
            "the file that it is a stem of; for good, but null when that one is deleted",
            None,
            creates=True,
            filters=EQUALITY | NULLABLE,
            reads="parent_id",
        ),
        Column(
            "stem_kind",
            StemKind | None,
            SqlType.TEXT,
            "which stem, like vocals; each stem has one, and no other file",
            None,
            creates=True,
            filters=EQUALITY | NULLABLE,
        ),
        Column("status", AudioStatus, SqlType.TEXT, "how far its bytes are", filters=EQUALITY),
        Column("failure", Failure | None, SqlType.TEXT, "why, of a failed one"),
        VERSION,
        CREATED_AT,
        UPDATED_AT,
    ),
    lists=(
        ShippedList("of a project, by name", {"project": "$project"}, ("name",)),
        ShippedList("of a project, newest first", {"project": "$project"}),
        ShippedList("the stems of a file", {"parent": "$row"}, ("name",)),
        ShippedList("files with these bytes", {"content_hash": "0123456789abcdef" * 4}),
        ShippedList(
            "of a project, by a part of the name",
            {"project": "$project", "name": {"ilike": "%vocal%"}},
        ),
    ),
    together=(("parent", "stem_kind"),),
    most=Most("audio_files_per_project", "project", "audio files of one project"),
    refuses={
        "audio_files_content_key": ("content_hash", "the project has a file with these bytes"),
        "audio_files_stem_kind_needed": ("stem_kind", "a stem says which one it is, like vocals"),
        "audio_files_parent_id_fkey": ("parent", "it is a stem of a file of the same project"),
        "audio_files_depth_check": ("parent", "stems of stems go 4 deep"),
        "audio_files_check": ("parent", "no file is a stem of itself"),
        "audio_files_pkey": ("id", "that id is in use"),
    },
)
