"""Types that columns of several tables have."""

from typing import Annotated

from msgspec import Meta

from schema.messages import Milliseconds, ProjectId
from schema.text.texts import SHOWN, SHOWN_NOT_EMPTY

__all__ = ["Count", "Milliseconds", "PlainWords", "Tag", "Tags", "UserId", "Version"]

UserId = ProjectId
PlainWords = Annotated[str, Meta(max_length=64, pattern=SHOWN)]
Tag = Annotated[str, Meta(min_length=1, max_length=64, pattern=SHOWN_NOT_EMPTY)]
Tags = Annotated[list[Tag], Meta(max_length=32)]
Version = Annotated[int, Meta(ge=1, le=2**53)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
