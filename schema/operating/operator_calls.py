"""Calls of operators, of a whole deployment; each is a word of `./run admin` too.

What is answered are rows of numbers with their units in their names: `_ms`, `_bytes`; moments are
milliseconds since 1970. `form` counts up when one of them comes to mean something else.
"""

# Long: parameters and answers of all of them.

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from schema.calling.params import Params
from schema.calling.row_calls import Call
from schema.columns.types import JsonMap, PlainWords
from schema.limits import MAX_ADDRESS_LENGTH
from schema.messages import Milliseconds
from schema.operating.health_calls import (
    NOTHING_MEASURED,
    HealthRows,
    IdBeginning,
    Latency,
    ListEvents,
    Most,
    NodeEvents,
    NodeName,
    Place,
    RoomOrder,
    ShowHealth,
)
from schema.text.enumerations import one_of
from schema.text.text_rules import MEMBER_ID_TYPED, SHOWN_NOT_EMPTY, STORED

Reason = Annotated[str, Meta(min_length=1, max_length=100, pattern=SHOWN_NOT_EMPTY)]
"""Shown to the people it is about, and kept in the audit."""

Sentence = Annotated[str, Meta(min_length=1, max_length=500, pattern=SHOWN_NOT_EMPTY)]
Named = Annotated[str, Meta(min_length=1, max_length=MAX_ADDRESS_LENGTH, pattern=STORED)]
"""A user: an id or the beginning of one, an e-mail address or a username."""

Member = Annotated[str, Meta(pattern=MEMBER_ID_TYPED)]
NodeState = Annotated[Literal["serving", "drained", "silent"], one_of("NodeState")]
MaintenanceMode = Annotated[Literal["read_only", "off"], one_of("MaintenanceMode")]


class ListNodes(Params, frozen=True, forbid_unknown_fields=True):
    """The nodes of this deployment, and whether there is maintenance; for operators."""


class NodeRow(Struct, frozen=True):
    """A node. `silent`: it has not said for five seconds that it is there; `silent_ms`: for how
    long. `load`: part of a core that its event loop takes.
    """

    node: str
    host: str
    address: str
    pid: int
    version: str
    state: NodeState
    started_at: Milliseconds
    silent_ms: float
    connections: int
    rooms: int
    members: int
    load: float


class MaintenanceNow(Struct, frozen=True):
    """`read_only`: nobody edits, since `began_at`, for the reason that `message` says, but for
    nodes that do not hear of it. `unknown`: connections of nodes too old to know of maintenance.
    `silent`: nodes that are connected to the database and say nothing.
    """

    mode: MaintenanceMode
    message: str = ""
    began_at: Milliseconds | None = None
    unknown: int = 0
    silent: list[str] = []
    form: int = 1


class NodeRows(Struct, frozen=True):
    """The nodes, the oldest first."""

    nodes: list[NodeRow]
    maintenance: MaintenanceNow
    form: int = 1


class ListRooms(Params, frozen=True, forbid_unknown_fields=True):
    """The open rooms of all nodes, in the order of their projects; for operators.

    With `order` = `load` those for which most is sent come first, and it is one page: no `cursor`.
    """

    limit: Most = 50
    cursor: Place | None = None
    order: RoomOrder = "project"


class RoomRow(Struct, frozen=True):
    """An open room. `bytes`: of the project state as JSON; `held_back`: deltas that wait.

    Of the last 15 to 30 seconds: `ack`, from a delta's coming until the room is told to acknowledge
    it; `tick_gap`, between two ticks while somebody goes on moving; of several nodes the worse.
    Of the last whole 15 seconds: `ticks_a_second`, `deltas_a_second`, and `sends_a_second`, for how
    many these were all together. `outbox_bytes`: what waits for its members' sockets.
    """

    project: str
    name: str
    members: int
    entities: int
    bytes: int
    seq: int
    held_back: int
    nodes: list[str]
    ack_p50_ms: float | None = None
    ack_p99_ms: float | None = None
    tick_gap_p50_ms: float | None = None
    tick_gap_p99_ms: float | None = None
    ticks_a_second: float = 0.0
    deltas_a_second: float = 0.0
    sends_a_second: float = 0.0
    outbox_bytes: int = 0


class RoomRows(Struct, frozen=True):
    """A page. `silent`: nodes that did not answer in time; what they hold is not here."""

    rooms: list[RoomRow]
    next: str | None
    silent: list[str]
    form: int = 1


class ShowRoom(Params, frozen=True, forbid_unknown_fields=True):
    """Who is in the room of a project, from where, and what waits for them; for operators."""

    project: IdBeginning


class RoomMemberRow(Struct, frozen=True):
    """A member. `since`: when it took its seat. `held_back`: its deltas without an answer.
    `outbox_bytes`: what waits until its socket takes it; `behind`: entries of the journal that did
    not even come to wait there. `client`: program and version, as it says; `codec`: subprotocol.
    `round_trip_ms`: to the other end of its socket, which may be a proxy; null: unknown.
    """

    member: str
    user: str
    name: str
    device: str
    role: str
    login: str
    node: str
    address: str
    since: Milliseconds
    held_back: int
    outbox_bytes: int
    client: str = ""
    codec: str = ""
    round_trip_ms: float | None = None
    behind: int = 0


class ClosedRoom(Struct, frozen=True):
    """A room that nobody joins; `until` null: until `operator.open_room`. `unknown`, `silent`:
    as in `operator.maintenance`, told when it is closed.
    """

    project: str
    name: str
    reason: str
    closed_at: Milliseconds
    until: Milliseconds | None
    unknown: int = 0
    silent: list[str] = []
    form: int = 1


class RoomShown(Struct, frozen=True):
    """A room, open or not. `silent` as in `operator.rooms`; `clipped`: there are more members.

    `nodes`: where it is open; where none has it open, `seq` is that of the journal, and `entities`
    and `bytes` are null, as only a node that has it open counts them.
    `ack`, `tick_gap`: as in `operator.rooms`, of all nodes together.
    """

    project: str
    name: str
    seq: int
    entities: int | None
    bytes: int | None
    members: list[RoomMemberRow]
    clipped: bool
    closed: ClosedRoom | None
    silent: list[str]
    form: int = 1
    ack: Latency = NOTHING_MEASURED
    tick_gap: Latency = NOTHING_MEASURED
    nodes: list[str] = []


class ListUserLogins(Params, frozen=True, forbid_unknown_fields=True):
    """The logins of a user that go on, and where they are connected; for operators."""

    user: Named


class LoginRow(Struct, frozen=True):
    """A login. `nodes`: where it is connected just now, once for each connection."""

    login: str
    device: str
    device_name: str
    created_at: Milliseconds
    last_used_at: Milliseconds
    nodes: list[str]


class LoginRows(Struct, frozen=True):
    """Those of one user, the one that was used last first. `silent` as in `operator.rooms`."""

    user: str
    username: str
    logins: list[LoginRow]
    silent: list[str]
    form: int = 1


class Kick(Params, frozen=True, forbid_unknown_fields=True):
    """End all logins of a `user`, one `login`, or the seats of a `member`; for operators.

    Just one of the three. `reason` is shown to the person, who may log in, or join, again.
    """

    reason: Reason
    user: Named | None = None
    login: IdBeginning | None = None
    member: Member | None = None


class Kicked(Struct, frozen=True):
    """So many logins, or seats, were ended; 0: there was none any more.

    `silent`: nodes that did not answer in time, or say nothing; a member of theirs has its seat as
    before. `unknown`: as in `operator.maintenance`.
    """

    logins: int
    seats: int
    unknown: int = 0
    silent: list[str] = []
    form: int = 1


class CloseRoom(Params, frozen=True, forbid_unknown_fields=True):
    """Send everyone out of a room and let nobody in, for so long or until it is opened.

    For operators. Nothing is lost: clients keep what they have not sent, and come back.
    """

    project: IdBeginning
    reason: Sentence
    for_ms: Annotated[int, Meta(ge=1_000, le=2_592_000_000)] | None = None


class OpenRoom(Params, frozen=True, forbid_unknown_fields=True):
    """Let people into a closed room again; for operators. The second time changes nothing."""

    project: IdBeginning


class ListClosedRooms(Params, frozen=True, forbid_unknown_fields=True):
    """The rooms that are closed, in the order of their projects; for operators."""

    limit: Most = 50
    cursor: Place | None = None


class ClosedRooms(Struct, frozen=True):
    """A page of them."""

    rooms: list[ClosedRoom]
    next: str | None
    form: int = 1


class Changed(Struct, frozen=True):
    """Whether there was anything to change. `silent`: the node of which it is says nothing."""

    changed: bool
    silent: list[str] = []
    form: int = 1


class SetMaintenance(Params, frozen=True, forbid_unknown_fields=True):
    """`read_only`: nobody edits, on any node, within two seconds; `off`: everyone does again.

    For operators. `message` is shown to everyone; it has to be there with `read_only`.
    """

    mode: MaintenanceMode
    message: Sentence | None = None


class DrainNode(Params, frozen=True, forbid_unknown_fields=True):
    """Send the members of a node to others, and let nobody new in; for operators."""

    node: NodeName


class UndrainNode(Params, frozen=True, forbid_unknown_fields=True):
    """Let people into a drained node again; for operators. The second time changes nothing."""

    node: NodeName


class ShowSizes(Params, frozen=True, forbid_unknown_fields=True):
    """How large the database is, table by table, and the largest projects; for operators."""

    projects: Most = 20


class TableRow(Struct, frozen=True):
    """A table with its indexes; `total_bytes` has both.

    `rows` as PostgreSQL estimates them; null before it has looked (ANALYZE).
    """

    table: str
    rows: float | None
    heap_bytes: float
    index_bytes: float
    total_bytes: float


class ProjectRow(Struct, frozen=True):
    """A project: its deltas so far, and those of which the ops are kept.

    `journal_bytes` is an estimate: its part of all that are kept, of the table of deltas.
    """

    project: str
    name: str
    deltas: float
    kept: float
    journal_bytes: float


class Sizes(Struct, frozen=True):
    """The largest first. `journal_bytes`: of the table of deltas with its indexes."""

    database_bytes: float
    journal_bytes: float
    tables: list[TableRow]
    projects: list[ProjectRow]
    form: int = 1


class ListSlowCalls(Params, frozen=True, forbid_unknown_fields=True):
    """The slowest calls of the last hour, of each method so many; for operators."""

    method: PlainWords | None = None
    per_method: Annotated[int, Meta(ge=1, le=20)] = 3


class SlowCall(Struct, frozen=True):
    """A call, without what it asked: how long it took to the reply, and whether it succeeded.

    `code`: of its error; without one and not `done`, the caller was gone before it was answered.
    """

    method: str
    node: str
    at: Milliseconds
    took_ms: float
    done: bool
    code: Annotated[str, one_of("ErrorCode")] | UnsetType = UNSET


class SlowCalls(Struct, frozen=True):
    """The slowest first. `silent` as in `operator.rooms`."""

    calls: list[SlowCall]
    silent: list[str]
    form: int = 1


class ReadAudit(Params, frozen=True, forbid_unknown_fields=True):
    """The audit of everyone, newest first, also for who has no account here; for operators.

    `event`: one kind; `user`: of one user, an id, an address or a username.
    """

    limit: Most = 50
    cursor: Place | None = None
    event: PlainWords | None = None
    user: Named | None = None


class AuditRow(Struct, frozen=True):
    """An entry as `whole_audit.list` has it; `details` say `by` whom where that is no user.

    The names are those of now; "": there is none any more.
    """

    id: str
    event: str
    user: str | None
    actor: str | None
    project: str | None
    login: str | None
    address: str | None
    count: int
    at: Milliseconds
    details: JsonMap
    user_name: str = ""
    actor_name: str = ""
    project_name: str = ""


class AuditRows(Struct, frozen=True):
    """A page."""

    entries: list[AuditRow]
    next: str | None
    form: int = 1


OPERATOR_METHODS: dict[str, Call] = {
    "operator.nodes": (ListNodes, NodeRows),
    "operator.health": (ShowHealth, HealthRows),
    "operator.events": (ListEvents, NodeEvents),
    "operator.rooms": (ListRooms, RoomRows),
    "operator.room": (ShowRoom, RoomShown),
    "operator.logins": (ListUserLogins, LoginRows),
    "operator.closed_rooms": (ListClosedRooms, ClosedRooms),
    "operator.sizes": (ShowSizes, Sizes),
    "operator.slow_calls": (ListSlowCalls, SlowCalls),
    "operator.audit": (ReadAudit, AuditRows),
    "operator.kick": (Kick, Kicked),
    "operator.close_room": (CloseRoom, ClosedRoom),
    "operator.open_room": (OpenRoom, Changed),
    "operator.maintenance": (SetMaintenance, MaintenanceNow),
    "operator.drain": (DrainNode, Changed),
    "operator.undrain": (UndrainNode, Changed),
}
"""Method name -> parameters and result."""

OPERATING = frozenset(
    {
        "operator.kick",
        "operator.close_room",
        "operator.open_room",
        "operator.maintenance",
        "operator.drain",
        "operator.undrain",
    }
)
"""Those that change something: each is in the audit once, each has its opposite, and done a second
time it changes nothing more."""
