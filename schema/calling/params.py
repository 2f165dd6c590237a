"""What the parameters of all calls have in common, and the result of those with nothing to say."""

from msgspec import Struct

from schema.columns.json_maps import check_maps
from schema.text.name_normalization import spell_names_alike


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """Unknown names are refused, names are in NFC, maps of a client's own are looked into."""

    def __post_init__(self) -> None:
        spell_names_alike(self)
        check_maps(self)


class Done(Struct, frozen=True):
    """It is done; there is nothing more to say."""
