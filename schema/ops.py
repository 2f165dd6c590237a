"""The ops of a delta: the four primitive edits of a project, on the wire and in the journal."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from schema.limits import MAX_PARAMS_PER_DEVICE, MAX_PROPS_PER_OP
from schema.text.enumerations import one_of
from schema.text.text_rules import ENTITY_ID

Text = Annotated[str, Meta(max_length=1_024)]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
EntityId = Annotated[str, Meta(pattern=ENTITY_ID)]
Collection = Annotated[str, Meta(min_length=1, max_length=32), one_of("Collection")]
Leaf = bool | int | float | Text | None
Leaves = Annotated[dict[Name, Leaf], Meta(max_length=MAX_PARAMS_PER_DEVICE)]
Words = Annotated[list[Name], Meta(max_length=16)]
Value = bool | int | float | Text | Words | Leaves | None
Props = Annotated[dict[Name, Value], Meta(max_length=MAX_PROPS_PER_OP)]


class Set(Struct, frozen=True, forbid_unknown_fields=True, gc=False, tag_field="op", tag="set"):
    """Change properties of an entity; leaves of `params` merge, null removes a leaf."""

    col: Collection
    id: EntityId
    props: Props
    expect: Props | UnsetType = UNSET


class Insert(
    Struct, frozen=True, forbid_unknown_fields=True, gc=False, tag_field="op", tag="insert"
):
    """Add an entity under a client-made id; what is left out gets its default."""

    col: Collection
    id: EntityId
    entity: Props


class Delete(
    Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    gc=False,
    tag_field="op",
    tag="delete",
):
    """Remove an entity and, by the rules of the conflict table, what depends on it.

    With `alone` it is dropped as `changed` if anything else still points at the entity.
    """

    col: Collection
    id: EntityId
    expect: Props | UnsetType = UNSET
    alone: bool = False


class Move(Struct, frozen=True, forbid_unknown_fields=True, gc=False, tag_field="op", tag="move"):
    """Give an entity another parent, order key or time, as one unit; checked for cycles."""

    col: Collection
    id: EntityId
    parent: EntityId | UnsetType | None = UNSET
    order: Text | UnsetType = UNSET
    time: float | UnsetType = UNSET
    expect: Props | UnsetType = UNSET


Op = Set | Insert | Delete | Move

encode_ops = msgspec.json.Encoder().encode
"""The canonical form of ops: compact JSON, fields in the order of this file."""

decode_ops = msgspec.json.Decoder(list[Op]).decode
"""The journal's form back to ops."""
