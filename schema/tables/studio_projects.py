"""`studio_projects`: the rows of projects, not what happens inside their rooms."""

from typing import Annotated, Literal

from msgspec import Meta

from schema.columns.shared_columns import CREATED_AT, ID, user_column
from schema.columns.types import (
    Bpm,
    Count,
    Description,
    Milliseconds,
    MusicalKey,
    ProjectName,
    RowId,
    Scale,
    Signature,
    Tags,
    Version,
)
from schema.messages import RoleWord
from schema.tables.description import (
    EQUALITY,
    LISTS,
    NAMES,
    NULLABLE,
    ORDERED,
    Column,
    ShippedList,
    SqlType,
    Table,
    Verb,
)
from schema.text.enumerations import one_of

DefaultRole = Annotated[Literal["editor", "viewer"], one_of("DefaultRole")]
MemberLimit = Annotated[int, Meta(ge=1, le=500)]

_ROLE = """(
    SELECT m.role FROM project_members AS m WHERE m.project_id = id AND m.user_id = caller_id()
)"""

PROJECTS = Table(
    relation="studio_projects",
    calls="projects",
    row="Project",
    param="project",
    says="Your projects, and those that others let you into; without their states.",
    user="owner",
    project="id",
    verbs=frozenset({Verb.GET, Verb.LIST, Verb.COUNT, Verb.WATCH}),
    order=("-updated_at",),
    asks=(("archived", False),),
    summary=("id", "name"),
    columns=(
        ID,
        user_column("owner", "owner_id", "who made it"),
        Column(
            "name",
            ProjectName,
            SqlType.TEXT,
            "its name",
            creates=True,
            changes=True,
            filters=NAMES,
            sorts=True,
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
            "bpm", Bpm, SqlType.FLOAT, "BPM", 120.0, creates=True, changes=True, filters=ORDERED
        ),
        Column(
            "key",
            MusicalKey | None,
            SqlType.TEXT,
            "the key that it is in",
            None,
            creates=True,
            changes=True,
            filters=EQUALITY | NULLABLE,
        ),
        Column(
            "scale",
            Scale | None,
            SqlType.TEXT,
            "and its scale",
            None,
            creates=True,
            changes=True,
            filters=EQUALITY | NULLABLE,
        ),
        Column("signature", Signature, SqlType.TEXT, "like 4/4", "4/4", creates=True, changes=True),
        Column(
            "tags",
            Tags,
            SqlType.TEXTS,
            "words to find it by",
            [],
            creates=True,
            changes=True,
            filters=LISTS,
        ),
        Column(
            "default_role",
            DefaultRole,
            SqlType.TEXT,
            "what who comes by a link may do",
            changes=True,
        ),
        Column(
            "link_sharing",
            bool,
            SqlType.BOOLEAN,
            "whether who has the link may come in",
            changes=True,
            filters=EQUALITY,
        ),
        Column(
            "member_limit",
            MemberLimit,
            SqlType.INTEGER,
            "how many members it may have",
            changes=True,
        ),
        Column("role", RoleWord, SqlType.TEXT, "your own role", reads=_ROLE, of_caller=True),
        Column(
            "head",
            Count,
            SqlType.BIGINT,
            "the newest seq of its journal; watched, it is told as its content is stored",
            reads="head_seq",
        ),
        Column("epoch", str, SqlType.TEXT, "of its journal"),
        Column(
            "archived",
            bool,
            SqlType.BOOLEAN,
            "it can be read and not edited",
            reads="(archived_at IS NOT NULL)",
            filters=EQUALITY,
        ),
        Column(
            "forked_from",
            RowId | None,
            SqlType.UUID,
            "the snapshot that it was made of",
            filters=EQUALITY | NULLABLE,
        ),
        Column("version", Version, SqlType.BIGINT, "one more with each change, but of its content"),
        CREATED_AT,
        Column(
            "updated_at",
            Milliseconds,
            SqlType.TIME,
            "when it was changed, or its content stored",
            filters=ORDERED,
            sorts=True,
        ),
    ),
    lists=(
        ShippedList("your projects, last changed first", {"archived": False}),
        ShippedList("those that you made", {"owner": "$user"}, ("-updated_at",)),
        ShippedList("those with a word in their name", {"name": {"ilike": "%night%"}}),
        ShippedList("those with a tag", {"tags": {"overlap": ["techno"]}}),
    ),
)
