"""Calls with which a device without a browser is let in (RFC 8628); Prime is the server of it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from schema.calling.accounts.registration_and_login_calls import Tokens
from schema.calling.params import Done, Params
from schema.calling.row_calls import Call
from schema.columns.types import PlainName
from schema.limits import MAX_DEVICE_WAIT_MS
from schema.text.enumerations import one_of

DeviceCode = Annotated[str, Meta(max_length=128)]
UserCode = Annotated[str, Meta(max_length=32)]
DeviceLoginState = Annotated[
    Literal["waiting", "slow_down", "denied", "approved"], one_of("DeviceLoginState")
]


class BeginDeviceLogin(Params, frozen=True, forbid_unknown_fields=True):
    """Ask to be let in by someone who is logged in elsewhere (rule A30).

    `name`: what that person is shown beside the device of hello.
    """

    name: PlainName = ""


class DeviceLoginBegun(Struct, frozen=True):
    """Show `user_code` and `verification_uri`; keep `device_code` to yourself, and poll with it.

    `verification_uri_complete` has the code in it, for a QR code. `expires_in`: seconds.
    """

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    interval_ms: int
    expires_in: int


class PollDeviceLogin(Params, frozen=True, forbid_unknown_fields=True):
    """Ask whether you are let in; with `wait_ms`, answered as soon as it is decided (rule A30)."""

    device_code: DeviceCode
    wait_ms: Annotated[int, Meta(ge=0, le=MAX_DEVICE_WAIT_MS)] = 0


class DeviceLoginPolled(Struct, frozen=True):
    """`approved` comes once, with `tokens`; poll again after `interval_ms` otherwise.

    `slow_down`: you asked too soon, and `interval_ms` has grown. `denied`: stop asking.
    """

    state: DeviceLoginState
    interval_ms: int
    tokens: Tokens | None = None


class LookAtDeviceLogin(Params, frozen=True, forbid_unknown_fields=True):
    """Which device asks with this code: show it before you let it in (rule A31)."""

    user_code: UserCode


class DeviceLoginShown(Struct, frozen=True):
    """The device as it calls itself, and the network that it asks from.

    `same_network`: yours is the same. Where it is not, someone else may have sent you the code.
    """

    device: str
    name: str
    network: str
    same_network: bool
    expires_in: int


class ApproveDeviceLogin(Params, frozen=True, forbid_unknown_fields=True):
    """Let the device in, as yourself, that you have looked at with `auth.device_look`."""

    user_code: UserCode


class DenyDeviceLogin(Params, frozen=True, forbid_unknown_fields=True):
    """Turn the device away that you have looked at with `auth.device_look`."""

    user_code: UserCode


DEVICE_LOGIN_METHODS: dict[str, Call] = {
    "auth.device_begin": (BeginDeviceLogin, DeviceLoginBegun),
    "auth.device_poll": (PollDeviceLogin, DeviceLoginPolled),
    "auth.device_look": (LookAtDeviceLogin, DeviceLoginShown),
    "auth.device_approve": (ApproveDeviceLogin, Done),
    "auth.device_deny": (DenyDeviceLogin, Done),
}

DEVICE_CALLS_WITHOUT_LOGIN = frozenset({"auth.device_begin", "auth.device_poll"})
