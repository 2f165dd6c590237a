"""Types that columns of several tables have."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from schema.columns.json_maps import JSON_MAP
from schema.limits import MAX_NAME_LENGTH
from schema.messages import Milliseconds, ProjectId
from schema.text.enumerations import one_of
from schema.text.text_rules import SHOWN, SHOWN_NOT_EMPTY, SIGNATURE, STORED

__all__ = [
    "Bpm",
    "Count",
    "Description",
    "JsonMap",
    "Milliseconds",
    "MusicalKey",
    "PlainName",
    "PlainWords",
    "ProjectId",
    "ProjectName",
    "Role",
    "RowId",
    "Scale",
    "Signature",
    "SnapshotKind",
    "Tag",
    "Tags",
    "UserId",
    "Version",
]

RowId = ProjectId
UserId = ProjectId
PlainName = Annotated[str, Meta(max_length=MAX_NAME_LENGTH, pattern=SHOWN)]
PlainWords = Annotated[str, Meta(max_length=64, pattern=SHOWN)]
ProjectName = Annotated[
    str, Meta(min_length=1, max_length=MAX_NAME_LENGTH, pattern=SHOWN_NOT_EMPTY)
]
Description = Annotated[str, Meta(max_length=10_000, pattern=STORED)]
Tag = Annotated[str, Meta(min_length=1, max_length=64, pattern=SHOWN_NOT_EMPTY)]
Tags = Annotated[list[Tag], Meta(max_length=32)]
MusicalKey = Annotated[str, Meta(max_length=16, pattern=SHOWN)]
Scale = Annotated[str, Meta(max_length=32, pattern=SHOWN)]
Bpm = Annotated[float, Meta(ge=10, le=1_000)]
Signature = Annotated[str, Meta(pattern=SIGNATURE)]
Role = Annotated[Literal["owner", "editor", "contributor", "commenter", "viewer"], one_of("Role")]
SnapshotKind = Annotated[Literal["auto", "manual", "before-restore"], one_of("SnapshotKind")]
Version = Annotated[int, Meta(ge=1, le=2**53)]
Count = Annotated[int, Meta(ge=0, le=2**53)]

JsonMap = Annotated[dict[str, Any], one_of(JSON_MAP)]
"""A map of a client's own; `Params` looks at what is inside."""
