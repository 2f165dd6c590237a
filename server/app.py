"""The composition root: what a node is made of, joined by constructors alone."""

import asyncio
from dataclasses import dataclass
from functools import partial

from persistence.rows.row_lanes import RowLanes
from persistence.tables.operating.nodes import Figures
from schema.node_messages import RowChanged
from schema.server_limits import MAX_SEARCHES_AT_ONCE
from server.accounts.access_tokens import AccessTokens
from server.accounts.audit_trail import AuditTrail
from server.accounts.device_codes import DeviceCodes
from server.accounts.guessing.guesses import Guesses
from server.accounts.guessing.known_devices import KnownDevices
from server.accounts.hashing.hashing_queue import HashingQueue
from server.accounts.mail.rendering import MailWriter
from server.accounts.mail.sender import MailSender
from server.accounts.password_logins import PasswordLogins
from server.accounts.providers.exchange_on_demand import ExchangeOnDemand
from server.accounts.proving.asked_mails import AskedMails
from server.accounts.proving.one_time_secrets import OneTimeSecrets
from server.accounts.public_url import PublicUrl
from server.accounts.refresh_tokens import RefreshTokens
from server.accounts.second_factors import SecondFactors
from server.accounts.usage import Usage
from server.backups.backup_ages import BackupAges
from server.calls.call_queue import CallQueue
from server.calls.context import Announcer, Context
from server.calls.library.preset_uses import PresetUses
from server.control_plane.node_answers import NodeAnswers
from server.control_plane.node_questions import TOLD, NodeQuestions
from server.control_plane.node_row import NodeRow
from server.control_plane.operator_orders import OperatorOrders
from server.control_plane.slow_calls import SlowCalls
from server.doors.admin_socket import AdminSocket
from server.live.hub import Hub
from server.live.member_colors import MemberColors
from server.live.write_behind.write_behind import WriteBehind
from server.loop.deadlines import Deadlines
from server.loop.loop_load import LoopLoad
from server.loop.threads import Threads
from server.node import Foundation, Node
from server.node_figures.gauges import add_gauges
from server.node_figures.histograms import Histograms, add_histograms
from server.node_figures.node_health import NodeHealth
from server.nodes.other_nodes import OtherNodes
from server.nodes.room_media import RoomMedia
from server.nodes.row_changes import RowChanges
from server.router.call_replies import CallReplies
from server.router.connection_services import ConnectionServices
from server.router.connection_usage import ConnectionUsage
from server.router.draining import Draining
from server.router.hello import Greeting
from server.router.http_pages import HttpPages
from server.router.join_requests import JoinRequests
from server.router.liveness import Liveness
from server.router.logins.connection_login import ConnectionLogins, EndedLogins
from server.router.readiness import Readiness
from server.router.router import Router
from server.router.row_change_listener import RowChangeListener
from server.router.sending_away import SendingAway
from server.router.web_pages import FOLDER, WebPages
from server.row_feed.row_feed import RowFeed
from server.settings.in_force import InForce
from server.settings.settings import Settings
from server.sockets.connections import Connections
from server.states.document_slots import DocumentSlots
from server.states.state_pages import StatePages
from server.tasks.supervisor import Supervisor
from server.tasks.tasks import Tasks
from server.version import VERSION


@dataclass(frozen=True, slots=True)
class _Core:
    """What most others need."""

    settings: Settings
    base: Foundation
    histograms: Histograms
    tasks: Tasks
    state_threads: Threads
    call_threads: Threads
    load: LoopLoad
    connections: Connections
    usage: Usage
    media: RoomMedia
    hub: Hub
    feed: RowFeed
    ended_logins: EndedLogins
    slow_calls: SlowCalls
    calls: CallQueue
    deadlines: Deadlines


def build_node(settings: Settings, foundation: Foundation) -> Node:
    """A node that serves once `server.serving.serve` runs it; needs a running event loop."""
    # Long: a line for each part.
    core = _core(settings, foundation)
    hub, spawn, count = core.hub, core.tasks.spawn, foundation.metrics.count
    supervisor = Supervisor(spawn, count)
    row_changes = _row_changes(core)
    signing, clock = foundation.shared.signing, foundation.clock

    def database_reads_and_writes() -> bool:
        return row_changes.is_current and node_row.is_written

    readiness = Readiness(hub, database_reads_and_writes, lambda: supervisor.down)
    pages = HttpPages(
        readiness=readiness,
        metrics=foundation.metrics,
        published_keys=lambda: signing.published(clock()),
        web_pages=WebPages(FOLDER if settings.pages else None),
    )
    sending_away = SendingAway(hub, core.connections, core.deadlines)
    draining = Draining(hub, core.connections, readiness, sending_away, spawn)
    public_url = PublicUrl(settings.mail.public_url)
    mail, backups = _mail(core, public_url), BackupAges(foundation.db.behind)
    health = _health(core, readiness, supervisor, mail, backups)
    node_row = _node_row(core, draining)
    operator_orders = _operator_orders(core, node_row, draining, health)
    context = _context(core, row_changes, operator_orders, public_url)
    node = Node(
        settings=settings,
        foundation=foundation,
        tasks=core.tasks,
        supervisor=supervisor,
        load=core.load,
        stalls=core.histograms.stalls,
        state_threads=core.state_threads,
        call_threads=core.call_threads,
        connections=core.connections,
        hub=hub,
        feed=core.feed,
        others=_make_other_nodes(core, row_changes, operator_orders),
        row_changes=row_changes,
        write_behind=WriteBehind(hub, foundation.db.behind),
        context=context,
        readiness=readiness,
        sending_away=sending_away,
        draining=draining,
        liveness=Liveness(core.connections, settings.access_seconds, clock, signing.retired),
        socket_server=_socket_server(core, context, pages),
        mail=mail,
        backups=backups,
        admin_socket=_admin_socket(core, context),
        node_row=node_row,
        operator_orders=operator_orders,
        turn_durations=health.turn,
    )
    add_gauges(node)
    return node


def _row_changes(core: _Core) -> RowChanges:
    listener = RowChangeListener(core.connections, core.hub, core.media, core.ended_logins)
    tell_nodes, wake = core.hub.broadcast.tell_row_changed, core.feed.wake
    return RowChanges(core.base.db.rooms, listener, tell_nodes, core.tasks.spawn, wake)


def _core(settings: Settings, base: Foundation) -> _Core:
    tasks, state_threads = Tasks(base.metrics.count), Threads("states")
    histograms = add_histograms(base.metrics, settings.stall_probe)
    load, connections = LoopLoad(settings.core_share, histograms.loop_late), Connections()
    usage, now = Usage(settings.limits), asyncio.get_running_loop().time
    media = RoomMedia(base.db.rooms, tasks.spawn)
    hub = Hub(
        journal=base.journal,
        bus=base.bus,
        codec=base.codec,
        recipients=connections,
        load=load,
        spawn=tasks.spawn,
        in_thread=state_threads.run,
        count=base.metrics.count,
        on_duration=histograms.committed,
        on_made=lambda user, size: usage.on_made(user, size, now()),
        on_opened=media.load,
    )
    return _Core(
        settings,
        base,
        histograms,
        tasks,
        state_threads,
        Threads("calls"),
        load,
        connections,
        usage,
        media,
        hub,
        _feed(base, connections, hub),
        EndedLogins(),
        SlowCalls(base.clock),
        CallQueue(),
        Deadlines(),
    )


def _mail(core: _Core, public_url: PublicUrl) -> MailSender:
    base, writer = core.base, MailWriter(core.settings.mail, public_url)
    return MailSender(base.db.behind, writer, base.open_mail_connection, base.metrics.count)


def _feed(base: Foundation, connections: Connections, hub: Hub) -> RowFeed:
    is_here, tell_nodes = connections.__contains__, hub.broadcast.tell_rows_changed
    shared, count = base.shared, base.metrics.count
    return RowFeed(base.db, shared.secret, count, is_here, tell_nodes, shared.accepted_secrets)


def _admin_socket(core: _Core, context: Context) -> AdminSocket:
    settings, spawn, count = core.settings, core.tasks.spawn, core.base.metrics.count
    return AdminSocket(context, core.hub.node, settings.admin_socket, settings.data, spawn, count)


def _health(
    core: _Core, readiness: Readiness, supervisor: Supervisor, mail: MailSender, backups: BackupAges
) -> NodeHealth:
    lanes = core.base.db.by_name
    return NodeHealth(
        hub=core.hub,
        connections=core.connections,
        readiness=readiness,
        supervisor=supervisor,
        load=core.load,
        metrics=core.base.metrics,
        lanes=lanes,
        lane_limits={name: getattr(core.settings.lanes, name) for name in lanes},
        calls=core.calls,
        mail=mail,
        backups=backups,
        tls=core.base.tls,
    )


def _node_row(core: _Core, draining: Draining) -> NodeRow:
    hub, connections, load = core.hub, core.connections, core.load

    def figures() -> Figures:
        counts = len(connections), len(hub.rooms), hub.member_count
        return Figures(*counts, load.share, draining.is_on)

    return NodeRow(core.base.db.rooms, hub.node, figures, VERSION)


def _operator_orders(
    core: _Core, node_row: NodeRow, draining: Draining, health: NodeHealth
) -> OperatorOrders:
    hub, events = core.hub, core.base.metrics.events

    def drain(is_on: bool) -> None:
        if is_on:
            draining.begin()
        else:
            draining.end()

    node_answers = NodeAnswers(hub, core.connections, core.slow_calls, events, health.now)
    return OperatorOrders(core.base.db.rooms, hub, node_row, node_answers, drain, core.tasks.spawn)


def _make_other_nodes(
    core: _Core, row_changes: RowChanges, operator_orders: OperatorOrders
) -> OtherNodes:
    hub, base = core.hub, core.base

    def row_changed(row_change: RowChanged) -> None:
        if row_change.table == TOLD:
            operator_orders.wake()
        else:
            row_changes.on_row_changed(row_change)

    return OtherNodes(
        hub.rooms,
        hub.broadcast,
        hub.watch,
        base.codec,
        row_changed,
        core.feed.reader.wake,
        base.metrics.count,
    )


def _context(
    core: _Core, announcer: Announcer, operator_orders: OperatorOrders, public_url: PublicUrl
) -> Context:
    # Long: a line for each thing that calls have at hand.
    settings, base, documents = core.settings, core.base, DocumentSlots()
    shared = base.shared
    hashing_queue = HashingQueue(base.password_costs)
    one_time = OneTimeSecrets(shared.secret, shared.accepted_secrets)
    guesses = Guesses(settings.limits, base.shared_counts)
    devices = KnownDevices(shared.secret, shared.accepted_secrets)
    audit = AuditTrail(base.db.behind, base.metrics.count, base.clock)
    return Context(
        db=base.db.calls,
        rows=_access(base),
        reads=base.db.reads,
        callers=base.db.callers,
        hub=core.hub,
        journal=base.journal,
        slow_journal=base.slow_journal,
        feed=core.feed,
        queue=core.calls,
        tokens=_tokens(core),
        refresh_tokens=RefreshTokens(shared.secret, shared.checksum_key, shared.accepted_secrets),
        hashing_queue=hashing_queue,
        usage=core.usage,
        logins=PasswordLogins(
            hashing_queue, core.usage, guesses, shared.secret, base.metrics.count, audit, devices
        ),
        guesses=guesses,
        one_time=one_time,
        asked_mails=AskedMails(base.db.behind, one_time, base.metrics.count),
        in_force=InForce(settings),
        member_key=shared.member_key,
        colors=MemberColors(),
        preset_uses=PresetUses(base.db.behind),
        public_url=public_url,
        exchange=ExchangeOnDemand(settings.providers, shared.secret, shared.accepted_secrets),
        device_codes=DeviceCodes(shared.secret, shared.accepted_secrets),
        second_factors=SecondFactors(shared.member_key, base.clock),
        announcer=announcer,
        audit=audit,
        refresh_seconds=settings.refresh_seconds,
        pages=StatePages(documents),
        documents=documents,
        in_thread=core.call_threads.run,
        node_questions=NodeQuestions(
            base.db.rooms,
            operator_orders.node,
            operator_orders.look,
            core.hub.broadcast.tell_row_changed,
            operator_orders.answer_here,
        ),
        slow_calls=core.slow_calls,
        deadlines=core.deadlines,
    )


def _tokens(core: _Core) -> AccessTokens:
    shared, seconds = core.base.shared, core.settings.access_seconds
    return AccessTokens(
        shared.signing, shared.secret, seconds, core.base.clock, shared.accepted_secrets
    )


def _access(base: Foundation) -> RowLanes:
    hidden = partial(base.metrics.count, "rows_hidden")
    searching = CallQueue(MAX_SEARCHES_AT_ONCE).slot
    return RowLanes(base.db.callers, base.db.searches, hidden, searching)


def _socket_server(core: _Core, context: Context, pages: HttpPages) -> ConnectionServices:
    settings, connections, hub = core.settings, core.connections, core.hub
    spawn, count, clock = core.tasks.spawn, core.base.metrics.count, core.base.clock
    admission = core.base.admission
    histograms = core.histograms
    usage = ConnectionUsage(core.usage, settings.proxies, count)
    login = ConnectionLogins(core.usage, hub.rooms, core.ended_logins)
    router = Router(
        hub,
        Greeting(connections, hub, usage, login, admission, spawn, context, count, clock),
        JoinRequests(connections, hub, core.usage, spawn, context, count, histograms.joined, clock),
        CallReplies(login, spawn, context, count, histograms.answered),
        usage,
        count,
        clock,
    )
    origins = settings.all_origins
    return ConnectionServices(
        connections, hub, core.feed, router, pages, usage, admission, origins, count
    )
