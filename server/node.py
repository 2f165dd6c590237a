"""What a node stands on, and what it is made of."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from persistence.journal.contract import Journal
from persistence.lanes import Lanes
from server.accounts.admission import Admission
from server.accounts.guessing.shared_counts import SharedCounts
from server.accounts.hashing.costs import OWASP, HashCosts
from server.accounts.mail.sender import MailSender, OpenMailConnection
from server.backups.backup_ages import BackupAges
from server.calls.context import Context
from server.control_plane.node_row import NodeRow
from server.control_plane.operator_orders import OperatorOrders
from server.doors.admin_socket import AdminSocket
from server.embedded_servers import EmbeddedServers
from server.live.hub import Hub
from server.live.write_behind.write_behind import WriteBehind
from server.loop.garbage import Garbage
from server.loop.loop_load import LoopLoad
from server.loop.stall_probe import StallProbe
from server.loop.threads import Threads
from server.metrics.metrics import Metrics
from server.node_secrets import NodeSecrets
from server.nodes.bus import Bus
from server.nodes.bus_codec import BusCodec
from server.nodes.other_nodes import OtherNodes
from server.nodes.row_changes import RowChanges
from server.router.connection_services import ConnectionServices
from server.router.draining import Draining
from server.router.liveness import Liveness
from server.router.readiness import Readiness
from server.router.sending_away import SendingAway
from server.row_feed.row_feed import RowFeed
from server.settings.settings import Settings
from server.sockets.connections import Connections
from server.sockets.tls import TlsPair
from server.tasks.supervisor import Supervisor
from server.tasks.tasks import Tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """What a node stands on: others have made it, and it may outlive the node."""

    db: Lanes
    journal: Journal
    """For rooms and calls, over connections for what is quickly answered."""
    slow_journal: Journal
    """The same one, over connections for what takes long."""
    bus: Bus
    codec: BusCodec
    """Signs what nodes say on the bus; knows the node's name."""
    shared: NodeSecrets
    """What every node of this database has."""
    metrics: Metrics = field(default_factory=Metrics)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the node is told to stop."""
    servers: Mapping[str, EmbeddedServers] = field(default_factory=dict)
    """Databases that we started, by what an operator calls them."""
    clock: Callable[[], float] = time.time
    """Seconds since 1970."""
    shared_counts: SharedCounts = field(default_factory=lambda: SharedCounts(None, ""))
    """Wrong secrets of networks, at all nodes."""
    admission: Admission = field(default_factory=Admission)
    """Lets those who come with a token in at a rate."""
    password_costs: HashCosts = field(default_factory=lambda: OWASP)
    garbage: Garbage = field(default_factory=Garbage)
    """Of the process: the node's while it serves."""
    tls: TlsPair | None = None
    """The certificate that connections get; None: they are plain."""
    open_mail_connection: OpenMailConnection | None = None
    """How mails are handed over; None: they wait."""


@dataclass(frozen=True, kw_only=True)
class Node:
    """What `server.app.build_node` has built; nothing of it is joined to anything later."""

    settings: Settings
    foundation: Foundation
    tasks: Tasks
    supervisor: Supervisor
    load: LoopLoad
    stalls: StallProbe | None
    """None: nobody asked for it (`PRIME_STALL_PROBE`)."""
    state_threads: Threads
    """Encodes and frees what rooms hold."""
    call_threads: Threads
    """Works for calls."""
    connections: Connections
    hub: Hub
    feed: RowFeed
    others: OtherNodes
    row_changes: RowChanges
    write_behind: WriteBehind
    context: Context
    readiness: Readiness
    sending_away: SendingAway
    draining: Draining
    """Sends everyone elsewhere and takes nobody in, until it is taken back."""
    liveness: Liveness
    socket_server: ConnectionServices
    mail: MailSender
    backups: BackupAges
    admin_socket: AdminSocket
    node_row: NodeRow
    """Says in the database that this node is there."""
    operator_orders: OperatorOrders
    """What operators tell this node, and ask of it."""
    turn_durations: Callable[[], None]
    """Called now and then: what was long ago is not of late any more."""

    def stop(self) -> None:
        """Stop in good order, as the first SIGTERM does."""
        self.foundation.stopping.set()

    def nobody_is_in_a_room(self) -> bool:
        """Whether a pause of the event loop would go unnoticed by musicians."""
        return not any(live.room.seats for live in self.hub.rooms.values())
