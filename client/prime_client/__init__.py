"""The Python SDK of Prime: a client that comes back by itself, typed calls, and joined rooms."""

from prime_client import events, ops
from prime_client.client import Client
from prime_client.copy.state_ops import Entity, Op, State
from prime_client.failures import (
    CallFailed,
    CallInterrupted,
    CallTimedOut,
    CannotConnect,
    ConnectionOver,
    DeltaRefused,
    DeltaTooLarge,
    LoginDenied,
    MalformedOp,
    NotConnected,
    PrimeError,
    RefusedByServer,
    RoomClosed,
    StateDamaged,
    TooMuchPending,
    UnknownDelta,
    WrongUse,
)
from prime_client.gesture import Gesture
from prime_client.ids import new_id
from prime_client.listeners import ReaderTooSlow
from prime_client.logging_in.device_login import DeviceCode
from prime_client.past_deltas import apply_delta
from prime_client.room import Room, Undone
from prime_client.schema.errors import ErrorCode, Retry
from prime_client.schema.order_keys import between, spread
from prime_client.watching.row_events import (
    RowChanged,
    RowEntered,
    RowEvent,
    RowLeft,
    Rows,
    RowsResynced,
)
from prime_client.watching.watch import Watch

__all__ = [
    "CallFailed",
    "CallInterrupted",
    "CallTimedOut",
    "CannotConnect",
    "Client",
    "ConnectionOver",
    "DeltaRefused",
    "DeltaTooLarge",
    "DeviceCode",
    "Entity",
    "ErrorCode",
    "Gesture",
    "LoginDenied",
    "MalformedOp",
    "NotConnected",
    "Op",
    "PrimeError",
    "ReaderTooSlow",
    "RefusedByServer",
    "Retry",
    "Room",
    "RoomClosed",
    "RowChanged",
    "RowEntered",
    "RowEvent",
    "RowLeft",
    "Rows",
    "RowsResynced",
    "State",
    "StateDamaged",
    "TooMuchPending",
    "Undone",
    "UnknownDelta",
    "Watch",
    "WrongUse",
    "apply_delta",
    "between",
    "events",
    "new_id",
    "ops",
    "spread",
]
