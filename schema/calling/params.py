"""What the parameters of all calls have in common, and the result of those with nothing to say."""

from typing import Annotated

from msgspec import Meta, Struct

from schema.columns.json_maps import check_maps
from schema.columns.tiny_numbers import round_tiny_numbers
from schema.text.name_normalization import spell_names_alike

RowsAsked = Annotated[int, Meta(ge=1, le=200)]
"""The `limit` of a page, at most."""


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """Unknown names are refused, names are in NFC, maps of a client's own are looked into.

    Numbers are 0, or far enough from it for SQL to compute with.
    """

    def __post_init__(self) -> None:
        spell_names_alike(self)
        check_maps(self)
        round_tiny_numbers(self)


class Done(Struct, frozen=True):
    """It is done; there is nothing more to say."""
