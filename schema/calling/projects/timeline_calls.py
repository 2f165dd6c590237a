"""Calls on what a project is now, in beats and seconds."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from schema.calling.params import Params
from schema.calling.row_calls import Call
from schema.limits import MAX_BEATS, MAX_TIMES
from schema.messages import ProjectId
from schema.ops import Collection, EntityId


class Between(Params, frozen=True, forbid_unknown_fields=True):
    """What lies between two beats (from `start` up to `end`), on all tracks or on some."""

    project: ProjectId
    start: Annotated[float, Meta(ge=0, le=MAX_BEATS)]
    end: Annotated[float, Meta(ge=0, le=MAX_BEATS)]
    tracks: Annotated[list[EntityId], Meta(max_length=200)] | None = None
    notes: bool = False
    limit: Annotated[int, Meta(ge=1, le=5_000)] = 1_000


class ToSeconds(Params, frozen=True, forbid_unknown_fields=True):
    """Beats to seconds through the tempo map."""

    project: ProjectId
    beats: Annotated[list[Annotated[float, Meta(ge=0, le=MAX_BEATS)]], Meta(max_length=MAX_TIMES)]


class ToBeats(Params, frozen=True, forbid_unknown_fields=True):
    """Seconds to beats through the tempo map."""

    project: ProjectId
    seconds: Annotated[list[Annotated[float, Meta(ge=0, le=1e7)]], Meta(max_length=MAX_TIMES)]


class Found(Struct, frozen=True):
    """An entity that lies there; `start` and `end` in beats of the song."""

    col: Collection
    id: str
    start: float
    end: float
    entity: dict[str, Any]


class Range(Struct, frozen=True):
    """The first of `total` entities, in order of their start: as many as a page holds.

    At most `limit`; for those behind, ask from the `start` of the last one on.
    """

    found: list[Found]
    total: int


class Times(Struct, frozen=True):
    """One for each that was asked, in the same order."""

    times: list[float]


TIMELINE_METHODS: dict[str, Call] = {
    "timeline.between": (Between, Range),
    "timeline.seconds": (ToSeconds, Times),
    "timeline.beats": (ToBeats, Times),
}
