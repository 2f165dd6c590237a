"""A state of a project, read part by part: in results of `history.at` and `snapshots.state`."""

from typing import Annotated

from msgspec import Meta, Struct

from schema.messages import Position

Part = Annotated[int, Meta(ge=0, le=10_000)]


class StateData(Struct, frozen=True):
    """One part of a state: all parts joined are zlib over it, as in `state` messages (rule J2)."""

    position: Position
    digest: str
    part: int
    parts: int
    data: bytes
