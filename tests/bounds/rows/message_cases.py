"""Bounds of fields of messages and of calls' parameters."""

from typing import Any

from schema import limits, server_limits
from schema.bounds import Instead, Past
from schema.calling.accounts.device_login_calls import PollDeviceLogin
from schema.calling.accounts.registration_and_login_calls import Register
from schema.calling.params import Params
from schema.calling.projects.project_calls import CreateProject
from schema.calling.projects.timeline_calls import ToBeats, ToSeconds
from schema.calling.row_calls import RowCalls
from schema.columns.json_maps import problem_with_map
from schema.errors import ErrorCode
from schema.tables.plugin_presets import PLUGIN_PRESETS
from schema.text.email_addresses import NoAddress, key_of
from server.encoding.codec import JSON, BadMessage
from tests.bounds.cases import Seen, case

PROJECT = "00000000-0000-0000-0000-000000000000"


def heard(**message: Any) -> Past | None:
    """What the decoder says of a message."""
    try:
        JSON.decode(JSON.encode(message))
    except BadMessage as error:
        return error.code
    return None


def called(kind: type[Params], **params: Any) -> Past | None:
    """What the decoder says of a call's parameters."""
    try:
        JSON.params(JSON.encode(params), kind)  # type: ignore[arg-type]
    except BadMessage:
        return ErrorCode.VALIDATION
    return None


def _delta(count: int, props: int = 1) -> Past | None:
    op = {"op": "set", "col": "tracks", "id": "track_01", "props": dict.fromkeys(_names(props), 1)}
    return heard(t="delta", project=PROJECT, id="delta-0001", ops=[op] * count)


def _names(count: int) -> list[str]:
    return [f"p{n}" for n in range(count)]


def _ids(count: int) -> list[str]:
    return [f"clip_{n:04}" for n in range(count)]


@case("MAX_OPS_PER_DELTA")
def ops_per_delta() -> Seen:
    return Seen(_delta(limits.MAX_OPS_PER_DELTA), _delta(limits.MAX_OPS_PER_DELTA + 1))


@case("MAX_PROPS_PER_OP")
def props_per_op() -> Seen:
    return Seen(_delta(1, limits.MAX_PROPS_PER_OP), _delta(1, limits.MAX_PROPS_PER_OP + 1))


@case("READ_ANYHOW_BYTES")
def read_anyhow() -> Seen:
    """The id at the end of what is looked at, in JSON that breaks off."""

    def told(size: int) -> Past | None:
        front, end = b'{"t":"dance","x":"', b'","id":"a"'
        padding = b"x" * (size - len(front) - len(end))
        try:
            JSON.decode(front + padding + end)
        except BadMessage as error:
            return None if error.id == "a" else Instead.CLIPPED
        return None

    most = server_limits.READ_ANYHOW_BYTES
    return Seen(told(most), told(most + 1))


@case("MAX_UNANSWERED")
def unanswered() -> Seen:
    def join(count: int) -> Past | None:
        ids = [f"delta-{n:06}" for n in range(count)]
        return heard(t="join", id="j", project=PROJECT, unanswered=ids)

    return Seen(join(limits.MAX_UNANSWERED), join(limits.MAX_UNANSWERED + 1))


@case("MAX_SELECTION")
def selection() -> Seen:
    def select(count: int) -> Past | None:
        return heard(t="presence", project=PROJECT, selection=_ids(count))

    return Seen(select(limits.MAX_SELECTION), select(limits.MAX_SELECTION + 1))


@case("MAX_NAME_LENGTH")
def names() -> Seen:
    def create(length: int) -> Past | None:
        return called(CreateProject, name="n" * length)

    return Seen(create(limits.MAX_NAME_LENGTH), create(limits.MAX_NAME_LENGTH + 1))


def _register(password: str) -> Past | None:
    who = {"email": "ann@example.org", "username": "ann"}
    return called(Register, **who, password=password)


def _addressed(email: str) -> Past | None:
    who = {"username": "ann", "password": "correct horse"}
    return called(Register, **who, email=email)


@case("MAX_DEVICE_WAIT_MS")
def waits_for_a_device() -> Seen:
    def poll(wait_ms: int) -> Past | None:
        return called(PollDeviceLogin, device_code="code", wait_ms=wait_ms)

    most = int(limits.MAX_DEVICE_WAIT_MS)
    return Seen(poll(most), poll(most + 1))


@case("MAX_ADDRESS_LENGTH")
def long_addresses() -> Seen:
    domain = ("d" * 60 + ".") * 3 + "org"
    longest = "a" * (limits.MAX_ADDRESS_LENGTH - len(domain) - 1) + "@" + domain
    return Seen(_addressed(longest), _addressed("a" + longest))


@case("MAX_LOCAL_BYTES")
def long_local_parts() -> Seen:
    def told(local: str) -> Past | None:
        try:
            key_of(f"{local}@example.org")
        except NoAddress:
            return ErrorCode.VALIDATION
        return None

    umlauts = "\u00fc" * (limits.MAX_LOCAL_BYTES // 2)
    return Seen(told(umlauts), told(umlauts + "a"))


@case("MAX_PASSWORD_LENGTH")
def long_passwords() -> Seen:
    longest = "p" * limits.MAX_PASSWORD_LENGTH
    return Seen(_register(longest), _register(longest + "p"))


@case("MIN_PASSWORD_LENGTH")
def short_passwords() -> Seen:
    shortest = "p" * limits.MIN_PASSWORD_LENGTH
    return Seen(_register(shortest), _register(shortest[1:]))


def _map(value: dict[str, Any]) -> Past | None:
    return None if problem_with_map(value) is None else ErrorCode.VALIDATION


@case("MAX_MAP_BYTES")
def a_large_map() -> Seen:
    most = limits.MAX_MAP_BYTES - len('{"a":""}')
    return Seen(_map({"a": "x" * most}), _map({"a": "x" * (most + 1)}))


@case("MAX_MAP_DEPTH")
def a_deep_map() -> Seen:
    deep: dict[str, Any] = {}
    for _ in range(limits.MAX_MAP_DEPTH - 1):
        deep = {"a": deep}
    return Seen(_map(deep), _map({"a": deep}))


@case("MAX_ROWS")
def a_long_page() -> Seen:
    kind, _ = RowCalls([PLUGIN_PRESETS]).methods()["presets.list"]
    return Seen(called(kind, limit=limits.MAX_ROWS), called(kind, limit=limits.MAX_ROWS + 1))


@case("MAX_TIMES")
def times() -> Seen:
    def asked(count: int) -> Past | None:
        values = [0.0] * count
        of_beats = called(ToSeconds, project=PROJECT, beats=values)
        return of_beats if of_beats == called(ToBeats, project=PROJECT, seconds=values) else None

    return Seen(asked(limits.MAX_TIMES), asked(limits.MAX_TIMES + 1))
