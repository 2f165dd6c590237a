"""The figures of a node that are read at each scrape; reading one changes nothing."""

import asyncio
import functools

from persistence.pool import Database
from server.backups.backup_ages import KINDS
from server.node import Node
from server.version import VERSION, commit


def add_gauges(node: Node) -> None:
    """Into its metrics."""
    gauge, hub, committer = node.foundation.metrics.gauge, node.hub, node.hub.commits.committer
    gauge("connections", "Open connections.", lambda: len(node.connections))
    gauge("tasks", "Tasks of the event loop.", lambda: len(asyncio.all_tasks()))
    gauge("rooms", "Open rooms.", lambda: len(hub.rooms))
    gauge("members", "Members on this node, in all rooms.", lambda: hub.member_count)
    gauge("bus_up", "1 while other nodes can be told at once.", lambda: hub.bus.is_up)
    gauge("degraded", "1 while the journal cannot be written.", lambda: hub.commits.is_degraded)
    held_up = "Projects that cannot be written to, while others can."
    gauge("projects_held_up", held_up, lambda: len(committer.held_up))
    gauge("tasks_down", "Lifelong tasks that have failed.", lambda: len(node.supervisor.down))
    feed = node.feed
    gauge("watches", "Lists and rows that somebody watches.", lambda: len(feed.watches))
    gauge("watched_rows", "Rows that they show, together.", lambda: feed.watches.rows)
    meaning = "From the beginning of the last transaction that the feed has read to its reading."
    gauge("feed_lag_seconds", meaning, lambda: feed.reader.lag_seconds)
    if (tls := node.foundation.tls) is not None:
        runs_out = "When the certificate in force runs out, in seconds since 1970."
        gauge("tls_expires_seconds", runs_out, lambda: tls.expires_at)
    draining = "1 while it takes nobody in, as it was told to."
    gauge("draining", draining, lambda: node.draining.is_on)
    _add_orders(node)
    version_labels = {"version": VERSION, "commit": commit() or ""}
    node.foundation.metrics.info(
        "build", "Which Prime this is; a package knows no commit.", version_labels
    )
    ages = {kind: functools.partial(node.backups.age, kind) for kind in KINDS}
    old_meaning = (
        "Since the last backup, or rehearsal of one, that succeeded; +Inf: none, NaN: not read yet."
    )
    node.foundation.metrics.gauge_by("backup_age_seconds", old_meaning, "kind", ages)
    _add_mail(node)
    _add_load(node)
    _add_lanes(node)


def _add_orders(node: Node) -> None:
    gauge, orders = node.foundation.metrics.gauge, node.hub.standing_orders
    meaning = "1 while nobody edits, as an operator said."
    gauge("maintenance", meaning, lambda: orders.maintenance is not None)
    gauge("closed_rooms", "Rooms that an operator has closed.", lambda: len(orders.closed))


def _add_mail(node: Node) -> None:
    gauge, mail = node.foundation.metrics.gauge, node.mail
    gauge("mail_waiting", "Mails that wait to be sent.", lambda: mail.figures.waiting_count)
    oldest = "How long the oldest of them has waited."
    gauge("mail_oldest_seconds", oldest, lambda: mail.figures.oldest_seconds)
    dropped_meaning = "Mails of the last day that were too many for their address or user."
    gauge("mail_dropped", dropped_meaning, lambda: mail.figures.dropped_count)
    gauge("mail_set", "1 where SMTP_URL is set.", lambda: mail.is_set)
    gauge("mail_up", "1 while mails can be handed over.", lambda: mail.is_up)


def _add_load(node: Node) -> None:
    gauge, load = node.foundation.metrics.gauge, node.load
    part = "Part of the core that it gets that the event loop takes."
    gauge("loop_load", part, lambda: load.share)
    gauge(
        "core_waited",
        "Part of the time in which others had it.",
        lambda: load.waited_for_core_seconds,
    )
    gathering = load.gathering
    gap = "How long the fullest rooms gather because of the load."
    gauge("tick_gap_seconds", gap, lambda: gathering.longest_gap)
    waiting_meaning = "Rooms that wait because of the load."
    gauge("rooms_gathering", waiting_meaning, node.hub.rooms_gathering)
    full = "1 while the node is over its share of a core, and all rooms gather longest."
    gauge("full", full, lambda: gathering.is_full)


def _add_lanes(node: Node) -> None:
    add_gauge, lanes = node.foundation.metrics.gauge_by, node.foundation.db.by_name
    sizes = {name: functools.partial(_size, lane) for name, lane in lanes.items()}
    busy_readers = {name: functools.partial(_busy, lane) for name, lane in lanes.items()}
    add_gauge("database_connections", "Open connections to PostgreSQL, by lane.", "lane", sizes)
    add_gauge("database_busy", "Those of them that are in use.", "lane", busy_readers)
    most = {name: functools.partial(getattr, node.settings.lanes, name) for name in lanes}
    add_gauge("database_limit", "How many each lane may open.", "lane", most)


def _size(lane: Database) -> float:
    return lane.size


def _busy(lane: Database) -> float:
    return lane.busy
