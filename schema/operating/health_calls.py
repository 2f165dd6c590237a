"""Calls by which operators see how nodes fare: health, latencies, and what went wrong of late."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from schema.calling.params import Params
from schema.columns.types import PlainWords
from schema.messages import Milliseconds
from schema.text.enumerations import one_of
from schema.text.text_rules import ID_BEGINNING, STORED

Most = Annotated[int, Meta(ge=1, le=200)]
Place = Annotated[str, Meta(max_length=128)]
"""The `next` of the page before."""

NodeName = Annotated[str, Meta(min_length=1, max_length=32, pattern=STORED)]
IdBeginning = Annotated[str, Meta(pattern=ID_BEGINNING)]
"""An id, or the beginning of one that no other has."""

RoomOrder = Annotated[Literal["project", "load"], one_of("RoomOrder")]
TroubleWord = Annotated[
    Literal[
        "not_serving",
        "draining",
        "database",
        "task_down",
        "full",
        "bus",
        "project_held_up",
        "maintenance",
        "closed_rooms",
    ],
    one_of("TroubleWord"),
]


class Latency(Struct, frozen=True):
    """How long something took of late: in the last 15 to 30 seconds. Null: it did not happen.

    `counts`: how many were within each of `upto_ms` and not within the one before, at last the
    others.
    """

    count: int = 0
    p50_ms: float | None = None
    p99_ms: float | None = None
    upto_ms: list[float] = []
    counts: list[int] = []


NOTHING_MEASURED = Latency()


class ShowHealth(Params, frozen=True, forbid_unknown_fields=True):
    """How each node fares just now, as it says itself; for operators."""


class Trouble(Struct, frozen=True):
    """What a node cannot do, or what an operator has told it. `alarm`: its paragraph in
    docs/operating/alarms.md. `bad`: people notice.
    """

    what: TroubleWord
    says: str
    alarm: str
    bad: bool
    project: str | None = None


class LaneRow(Struct, frozen=True):
    """Connections to PostgreSQL for one kind of work: in use, open, and as many may be."""

    lane: str
    busy: int
    open: int
    most: int


class HealthRow(Struct, frozen=True):
    """A node. `says`: its `/readyz`; `is_ready`: whether that is 200. `load`: part of its core that
    its event loop takes, of `share` that it aims at; `core_waited`: part of the time in which
    others had the core. `gathering_ms`: how long its fullest rooms gather for the load.
    `outbox_bytes`: what waits for all sockets, `largest_outbox_bytes` for one.

    `sends_mail`: whether it hands over mails, and `mail_up`: whether it could when it tried last;
    `mails_waiting` wait, the oldest for `oldest_mail_ms`, as the node counted them
    `mails_counted_ms_ago`; null: it has not yet. `certificate_left_ms`: until its
    certificate runs out; null: it has none. `backup_age_ms`, `rehearsal_age_ms`: since the last
    that succeeded, as the database says when asked; null: none did.
    """

    node: str
    is_ready: bool
    says: str
    troubles: list[Trouble]
    load: float
    share: float
    core_waited: float
    gathering_ms: float
    rooms_gathering: int
    deltas_waiting: int
    calls_waiting: int
    calls_running: int
    outbox_bytes: int
    largest_outbox_bytes: int
    outboxes_waiting: int
    lanes: list[LaneRow]
    ack: Latency
    commit: Latency
    call: Latency
    join: Latency
    loop_late: Latency
    sends_mail: bool = False
    mails_waiting: int = 0
    oldest_mail_ms: float = 0.0
    backup_age_ms: float | None = None
    rehearsal_age_ms: float | None = None
    mail_up: bool = True
    certificate_left_ms: float | None = None
    mails_counted_ms_ago: float | None = None


class HealthRows(Struct, frozen=True):
    """The nodes that answered, by name. `silent` as in `operator.rooms`.

    `database_error`: why the database could not be asked: then there is what the node that was
    called knows, and nothing of others; empty: it could.
    """

    nodes: list[HealthRow]
    silent: list[str]
    form: int = 1
    database_error: str = ""


class ListEvents(Params, frozen=True, forbid_unknown_fields=True):
    """What went wrong on all nodes of late, the newest first; for operators.

    `kind`: one kind, or the first part of its name; `project`, `node`: of one.
    """

    limit: Most = 50
    cursor: Place | None = None
    kind: PlainWords | None = None
    project: IdBeginning | None = None
    node: NodeName | None = None


class NodeEvent(Struct, frozen=True):
    """A fault of a node, or of a client that it has to do with. `kind`: the counter of `/metrics`
    that counts it; `means`: that in words; `alarm`: its paragraph in docs/operating/alarms.md.
    `count`: so often since `first_at`, about the same. What it is about nothing of is "".
    """

    node: str
    number: int
    kind: str
    means: str
    alarm: str
    first_at: Milliseconds
    at: Milliseconds
    count: int
    project: str
    project_name: str
    member: str
    user: str
    name: str
    address: str
    text: str


class NodeEvents(Struct, frozen=True):
    """A page. `silent` as in `operator.rooms`, `database_error` as in `operator.health`."""

    events: list[NodeEvent]
    next: str | None
    silent: list[str]
    form: int = 1
    database_error: str = ""
