"""The Python SDK of Prime: a client that comes back by itself, typed calls, and joined rooms."""

from prime_client import events, ops
from prime_client.client import Client
from prime_client.failures import (
    CallFailed,
    CallInterrupted,
    CallTimedOut,
    CannotConnect,
    ConnectionOver,
    DeltaRefused,
    DeltaTooLarge,
    MalformedOp,
    PrimeError,
    RefusedByServer,
    RoomClosed,
    StateDamaged,
    TooMuchPending,
)
from prime_client.gesture import Gesture
from prime_client.ids import new_id
from prime_client.listeners import ReaderTooSlow
from prime_client.room import Room, Undone
from prime_client.schema.errors import ErrorCode, Retry
from prime_client.schema.order_keys import between, spread
from prime_client.state_ops import Entity, Op, State

__all__ = [
    "CallFailed",
    "CallInterrupted",
    "CallTimedOut",
    "CannotConnect",
    "Client",
    "ConnectionOver",
    "DeltaRefused",
    "DeltaTooLarge",
    "Entity",
    "ErrorCode",
    "Gesture",
    "MalformedOp",
    "Op",
    "PrimeError",
    "ReaderTooSlow",
    "RefusedByServer",
    "Retry",
    "Room",
    "RoomClosed",
    "State",
    "StateDamaged",
    "TooMuchPending",
    "Undone",
    "between",
    "events",
    "new_id",
    "ops",
    "spread",
]
