"""`project_members`: who may be in a project, and in which role."""

from typing import Annotated

from msgspec import Meta

from schema.columns.shared_columns import CREATED_AT, PROJECT, UPDATED_AT, user_column
from schema.messages import RoleWord
from schema.ops import EntityId
from schema.tables.description import EQUALITY, REQUIRED, Column, ShippedList, SqlType, Table, Verb

Tracks = Annotated[list[EntityId], Meta(max_length=1_024)]

MEMBERS = Table(
    relation="project_members",
    calls="members",
    row="ProjectMember",
    param="user",
    says="Who may be in a project, and in which role.",
    key="user",
    within=("project",),
    user="user",
    project="project",
    version="",
    verbs=frozenset({Verb.LIST, Verb.COUNT, Verb.WATCH}),
    order=("created_at",),
    asks=(("project", REQUIRED),),
    brings=("user",),
    rows=(500, 500),
    page="ProjectMembers",
    columns=(
        PROJECT.but(creates=False),
        user_column("user", "user_id", "the member"),
        Column("role", RoleWord, SqlType.TEXT, "what the member may do", filters=EQUALITY),
        Column("color", str, SqlType.TEXT, "the member's colour in the project", reads="''"),
        Column("tracks", Tracks | None, SqlType.TEXTS, "the tracks assigned; null: none are"),
        CREATED_AT,
        UPDATED_AT.but(sorts=False),
    ),
    lists=(
        ShippedList("the members of a project", {"project": "$project"}),
        ShippedList("its owners", {"project": "$project", "role": "owner"}),
        ShippedList("the projects that you are in", {"user": "$user"}),
    ),
)
