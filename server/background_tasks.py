"""What a node does for life, and what it does until it is told to stop; each has a name."""

import asyncio
import functools

from persistence.journal import fences
from persistence.recall import trimming
from persistence.tables import (
    audit_log,
    auth_sessions,
    collaboration_sessions,
    invitations,
    mail_outbox,
    one_time_tokens,
)
from persistence.tables.internal import change_log, guests, idempotency_keys, login_tries
from persistence.tables.logging_in import (
    device_logins,
    login_challenges,
    provider_flows,
)
from schema.limits import KEPT_REPLY_SECONDS
from server.accounts import erasing
from server.accounts.audit_trail import FLUSH_SECONDS
from server.accounts.hashing import foreign_kinds
from server.accounts.hashing.foreign_kinds import ForeignKinds
from server.accounts.mail import sender
from server.accounts.signing_keys import READ_SECONDS, keep_young
from server.backups import backup_ages
from server.calls.library import preset_uses
from server.embedded_servers import keep_running
from server.metrics import process_figures
from server.metrics.durations import TURN_SECONDS
from server.node import Node
from server.router.logins.connected_logins import end_revoked, note_seen
from server.sockets import tls
from server.states.history_compaction import clear_staged, compact_old

WRITE_BEHIND_SECONDS = 2.0
"""Between two flushes of what is written behind."""

ROWS_SECONDS = 0.5
"""Between two looks at what other nodes have written, for what the bus may have lost: a login that
is revoked on another node ends here within a second, bus or not (rule A3)."""

REVOKED_SECONDS = 2.0
"""Between two looks whether a login is connected that was ended before that was known here."""

SEEN_SECONDS = 60.0
"""Between two notes of which logins are connected."""

ROTATION_SECONDS = 3_600.0
"""Between two looks whether the key that signs has grown old."""

FORGET_SECONDS = 30.0
"""Between two looks for nodes that ended without a word."""

THERE_SECONDS = 2.0
"""Between two times that a node says that it is there, and how much it holds."""

SLOW_TICK_SECONDS = 2.0
"""Between two questions to the journal, for what the bus may have lost."""

ANNOUNCE_SECONDS = 0.5
"""Between two looks at who is due to be announced, and who is gone."""

CHECK_SECONDS = 1.0
"""Between two looks at who is late, silent, or does not read."""

ALONE = 2
"""Connections for the deltas of projects that go alone."""

COMPACT_SECONDS = 600.0
"""Between two looks for history that is older than is kept."""

ERASE_SECONDS = 30.0
"""Between two looks for accounts whose grace time is over: without one they go within a minute."""

CHANGES_DAYS = 7
"""How long rows of the change log are kept."""

RECALL_SECONDS = 21_600.0
"""Between two times that what Mixx Recall no longer needs is deleted."""

POPULAR_SECONDS = 3_600.0
"""Between two counts of the public presets that many use."""

FENCE_SECONDS = 86_400.0
"""For so long a delta may be on its way from a node whose member has come back elsewhere."""

ORPHAN_SECONDS = 60.0
"""A collaboration session that no node has touched for so long has ended."""


def start_for_life(node: Node) -> None:
    """What goes on until everyone has gone; its names are what `/readyz` says is down."""
    keep, repeat = node.supervisor.keep, node.supervisor.repeat
    time = asyncio.get_running_loop().time
    committer, hub = node.hub.commits.committer, node.hub

    async def pass_time() -> None:
        hub.pass_time(time())

    async def turn() -> None:
        node.turn_durations()

    async def check() -> None:
        node.liveness.check(time())

    async def collect() -> None:
        node.foundation.garbage.collect_if_due(node.nobody_is_in_a_room())

    keep("committing edits", committer.run, vital=True)
    for number in range(1, ALONE + 1):
        keep(f"committing edits alone ({number})", committer.run_alone, vital=True)
    keep("the bus", lambda: hub.bus.run(node.others), vital=True)
    for name, server in node.foundation.servers.items():
        keep(name, functools.partial(keep_running, name, server), vital=True)
    keep("measuring load", node.load.run)
    repeat("measuring what was of late", TURN_SECONDS, turn)
    keep("sending mails that were asked for", node.context.asked_mails.run)
    keep("reading what is watched", node.feed.reader.run, vital=True)
    repeat("announcing rooms", ANNOUNCE_SECONDS, pass_time, vital=True)
    repeat("watching connections", CHECK_SECONDS, check, vital=True)
    repeat("collecting garbage", CHECK_SECONDS, collect)


def start_until_stopping(node: Node) -> list[str]:
    """What ends when the node is told to stop; its names."""
    before = set(node.supervisor.tasks)
    repeat, hub, db = node.supervisor.repeat, node.hub, node.foundation.db.behind
    repeat("looking for missed edits", SLOW_TICK_SECONDS, hub.watch.look_for_more, vital=True)
    repeat("looking for changed rows", ROWS_SECONDS, node.row_changes.poll, vital=True)
    repeat("looking for what operators say", ROWS_SECONDS, node.operator_orders.look, vital=True)
    repeat("saying that this node is there", THERE_SECONDS, node.node_row.say_there)
    repeat("forgetting nodes that ended", FORGET_SECONDS, node.node_row.forget_others)
    repeat("tidying up behind nodes", COMPACT_SECONDS, node.operator_orders.tidy)
    repeat("writing behind", WRITE_BEHIND_SECONDS, node.write_behind.run_once, vital=True)
    repeat("compacting history", COMPACT_SECONDS, lambda: _compact(node))
    repeat("clearing what dead nodes staged", COMPACT_SECONDS, lambda: clear_staged(db))
    trim = functools.partial(change_log.trim, db, CHANGES_DAYS)
    repeat("trimming the change log", COMPACT_SECONDS, trim)
    repeat("trimming fences", COMPACT_SECONDS, lambda: fences.trim(db, FENCE_SECONDS))
    keys = functools.partial(idempotency_keys.trim, db, KEPT_REPLY_SECONDS)
    repeat("trimming idempotency keys", COMPACT_SECONDS, keys)
    repeat("trimming recall", RECALL_SECONDS, lambda: trimming.trim(db))
    repeat("counting popular presets", POPULAR_SECONDS, lambda: trimming.count_popular(db))
    erase = functools.partial(erasing.erase_due, db, node.context.audit)
    repeat("erasing deleted accounts", ERASE_SECONDS, erase)
    repeat("forgetting guests", COMPACT_SECONDS, lambda: guests.forget(db))
    repeat("trimming one-time tokens", COMPACT_SECONDS, lambda: one_time_tokens.trim(db))
    orphans = functools.partial(collaboration_sessions.close_orphans, db, ORPHAN_SECONDS)
    repeat("closing orphaned sessions", ORPHAN_SECONDS, orphans)
    if (pair := node.foundation.tls) is not None:
        repeat("looking at the certificate", tls.LOOK_SECONDS, pair.keep_current)
    _start_for_accounts(node)
    _start_for_tokens(node)
    uses = node.context.preset_uses
    repeat("counting uses of presets", preset_uses.FLUSH_SECONDS, uses.flush)
    _start_for_figures(node)
    return [name for name in node.supervisor.tasks if name not in before]


def _start_for_figures(node: Node) -> None:
    repeat, process = node.supervisor.repeat, node.foundation.metrics.process
    seconds = process_figures.READ_SECONDS
    repeat("reading the process", seconds, lambda: node.call_threads.run(process.read))
    repeat("reading how old backups are", backup_ages.LOOK_SECONDS, node.backups.look)
    if node.stalls is not None:
        node.supervisor.keep("measuring stalls", node.stalls.run)


async def _compact(node: Node) -> None:
    days = node.context.in_force.settings.history_days
    await compact_old(node.foundation.db.behind, days)


async def _trim_audit(node: Node) -> None:
    days = node.context.in_force.settings.audit_days
    await audit_log.trim(node.foundation.db.behind, days)


def _start_for_accounts(node: Node) -> None:
    repeat, db = node.supervisor.repeat, node.foundation.db.behind
    foreign = ForeignKinds(node.context.hashing_queue)
    look_for_kinds = functools.partial(foreign.look, db)
    repeat("looking for kinds of hashes", foreign_kinds.LOOK_SECONDS, look_for_kinds, at_once=True)
    repeat("trimming tries at passwords", COMPACT_SECONDS, lambda: login_tries.trim(db))
    repeat("trimming logins", COMPACT_SECONDS, lambda: auth_sessions.trim(db))
    for table in (device_logins, login_challenges, provider_flows, invitations):
        table_words = table.__name__.rpartition(".")[2].replace("_", " ")
        repeat(f"trimming {table_words}", COMPACT_SECONDS, functools.partial(table.trim, db))
    repeat("sending mail", sender.POLL_SECONDS, node.mail.look)
    repeat("trimming mail", COMPACT_SECONDS, lambda: mail_outbox.trim(db))
    repeat("writing the audit", FLUSH_SECONDS, node.context.audit.flush)
    repeat("trimming the audit", COMPACT_SECONDS, lambda: _trim_audit(node))


def _start_for_tokens(node: Node) -> None:
    repeat, db, connections = node.supervisor.repeat, node.foundation.db.behind, node.connections
    signing, access = node.foundation.shared.signing, node.settings.access_seconds
    repeat("reading signing keys", READ_SECONDS, lambda: signing.read(db))
    rotate = functools.partial(keep_young, db, access, node.context.audit)
    repeat("rotating signing keys", ROTATION_SECONDS, rotate)
    end = node.row_changes.session_revoked

    async def look() -> None:
        await end_revoked(db, connections.values(), end)

    repeat("looking for ended logins", REVOKED_SECONDS, look)
    repeat("noting who is connected", SEEN_SECONDS, lambda: note_seen(db, connections.values()))
