"""The call that ends a watch, of whichever table it is."""

from typing import Annotated

from msgspec import Meta

from schema.calling.params import Done, Params
from schema.calling.row_calls import Call


class EndWatch(Params, frozen=True, forbid_unknown_fields=True):
    """Hear no more of a watch. The second time changes nothing."""

    watch: Annotated[str, Meta(min_length=1, max_length=64)]


WATCH_METHODS: dict[str, Call] = {"watch.end": (EndWatch, Done)}
