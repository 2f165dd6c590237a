"""The call by which the host of a session says who may do what in it."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from schema.calling.params import Done, Params
from schema.calling.row_calls import Call
from schema.limits import MAX_PERMITTED
from schema.messages import ProjectId

Permitted = Annotated[list[ProjectId], Meta(max_length=MAX_PERMITTED)]
"""Ids of users."""


class PermitInSession(Params, frozen=True, forbid_unknown_fields=True):
    """Say who may edit, gesture, and change the transport; its host may, and owners.

    Ids of users: only they, the host and owners. null: everyone whose role lets them. What is left
    out stays as it is.
    """

    session: ProjectId
    edit: Permitted | UnsetType | None = UNSET
    gesture: Permitted | UnsetType | None = UNSET
    transport: Permitted | UnsetType | None = UNSET


PERMIT_METHODS: dict[str, Call] = {"sessions.permit": (PermitInSession, Done)}
