"""The command lines of the scenarios that load Prime alone, and what may fail in any scenario."""

import argparse
from typing import Any

from loadtest.argument_types import at_least, not_negative, positive, websocket_url
from loadtest.bare.bare_client import HandshakeFailed
from loadtest.bare.bare_prime import PrimeRefused
from loadtest.browser.driving import NoChromium, PageFailed
from loadtest.load.cursor_watch import WatchFailed
from loadtest.load.generators import GeneratorFailed
from loadtest.nodes.node_metrics import NoMetrics
from loadtest.nodes.pinned_node import TooFewFiles
from loadtest.nodes.postgres_alone import AloneFailed
from loadtest.peers.installing import PeerFailed
from loadtest.scenarios.accounts.auth import run_auth
from loadtest.scenarios.browser import run_browser
from loadtest.scenarios.calls.calls import FillFailed, run_calls
from loadtest.scenarios.deltas import run_deltas
from loadtest.scenarios.document import run_document
from loadtest.scenarios.feed.feed import run_feed
from loadtest.scenarios.herd import run_herd
from loadtest.scenarios.idle import run_idle
from loadtest.scenarios.join import run_join
from loadtest.scenarios.mixed import run_mixed
from loadtest.scenarios.neighbours import run_neighbours
from loadtest.scenarios.people_in_rooms import run_people_in_rooms
from machine.caller_paths import directory_of_caller, path_of_caller
from schema.limits import MAX_ENTITIES, MAX_MEMBERS_PER_ROOM

EXPECTED = (
    AloneFailed,
    FillFailed,
    GeneratorFailed,
    HandshakeFailed,
    NoChromium,
    NoMetrics,
    PageFailed,
    PeerFailed,
    PrimeRefused,
    TooFewFiles,
    WatchFailed,
)
"""What may go wrong in any scenario, in one line each."""


def add_to(words: Any) -> None:
    """Add their words to those of `./run loadtest`."""
    _add_mixed(words.add_parser("mixed", help="rooms of many members: cursors and deltas"))
    _add_document(words.add_parser("document", help="one project as it grows: every cost"))
    _add_deltas(words.add_parser("deltas", help="durable deltas/s, beside PostgreSQL alone"))
    _add_join(words.add_parser("join", help="a storm into one room with a large project"))
    _add_idle(words.add_parser("idle", help="the server's memory for each idle member"))
    _add_herd(words.add_parser("herd", help="everyone comes back after the server was killed"))
    _add_neighbours(words.add_parser("neighbours", help="a quiet room beside a large project"))
    _add_calls(words.add_parser("calls", help="rows over the socket, beside plain asyncpg"))
    _add_feed(words.add_parser("feed", help="thousands watch rows that others change"))
    _add_auth(words.add_parser("auth", help="logins while wrong passwords arrive, on two nodes"))
    _add_browser(words.add_parser("browser", help="the studio page: frames, first edit, memory"))
    _add_session(words.add_parser("session", help="people as they are, and a proof at the end"))


def _add_mixed(mixed: argparse.ArgumentParser) -> None:
    mixed.add_argument("--rooms", type=at_least(1), default=4, help="at once (4)")
    mixed.add_argument("--size", type=at_least(1), default=25, help="members of each room (25)")
    mixed.add_argument("--hz", type=positive, default=20.0, help="moves a second per member (20)")
    mixed.add_argument(
        "--deltas-per-second", type=not_negative, default=5.0, help="deltas a second per room (5)"
    )
    mixed.add_argument("--seconds", type=positive, default=10.0, help="how long (10)")
    mixed.add_argument(
        "--generators", type=at_least(0), default=0, help="processes (default: cores - 1)"
    )
    mixed.add_argument(
        "--url", type=websocket_url, default="", help="ws://.../v1 (default: a server of our own)"
    )
    mixed.add_argument("--json", action="store_true", help="the report as one line on stdout")
    mixed.set_defaults(run=run_mixed)


def _add_document(document: argparse.ArgumentParser) -> None:
    document.add_argument("--entities", type=at_least(500), default=50_000, help="(50,000)")
    document.add_argument("--seed", type=int, default=1, help="another number, other chances (1)")
    document.add_argument("--json", action="store_true", help="the report as one line on stdout")
    document.set_defaults(run=run_document)


def _add_deltas(deltas: argparse.ArgumentParser) -> None:
    deltas.description = (
        "Deltas at a set rate (how long is an ack?), then as many as are answered (how many are "
        "durable?), cursors all the while (what do they feel of it?), then PostgreSQL alone."
    )
    deltas.add_argument("--rooms", type=at_least(1), default=8, help="(8)")
    deltas.add_argument(
        "--writers", type=at_least(1), default=48, help="connections; each may say 400/s (48)"
    )
    deltas.add_argument(
        "--in-flight", type=at_least(1, 256), default=25, help="unanswered deltas of each (25)"
    )
    deltas.add_argument("--rate", type=positive, default=1_000.0, help="deltas/s offered (1,000)")
    deltas.add_argument("--seconds", type=positive, default=8.0, help="of each phase (8)")
    _finish(deltas, run_deltas)


def _add_join(join: argparse.ArgumentParser) -> None:
    join.description = (
        "Many clients connect and join one room at the same moment, while others move in it: how "
        "long until they have the state, how often was it encoded, what did the others feel?"
    )
    join.add_argument("--clients", type=at_least(1), help="who join at once (200; slow lines: 50)")
    join.add_argument("--line", type=positive, help="MB/s of each (none; a full project: 1)")
    join.add_argument("--inside", type=at_least(2), default=10, help="who move meanwhile (10)")
    join.add_argument(
        "--entities",
        type=at_least(500, MAX_ENTITIES),
        default=50_000,
        help="of the project (50,000: 5 MB; from 100,000 on as many as a full one holds)",
    )
    _finish(join, run_join)


def _add_idle(idle: argparse.ArgumentParser) -> None:
    idle.description = (
        "Members join rooms and do nothing but stay alive: what does each take of the server's "
        "memory (its own, without shared pages), and is it given back when they go?"
    )
    idle.add_argument("--connections", type=at_least(1), default=5_000, help="(5,000)")
    idle.add_argument(
        "--per-room", type=at_least(1, MAX_MEMBERS_PER_ROOM), default=50, help="members (50)"
    )
    _finish(idle, run_idle)


def _add_herd(herd: argparse.ArgumentParser) -> None:
    herd.description = (
        "The server is killed while some edit, and started again: how long until the last one is "
        "back in its room, and is every acknowledged delta in the journal?"
    )
    herd.add_argument("--clients", type=at_least(1), default=1_000, help="(1,000)")
    herd.add_argument(
        "--per-room", type=at_least(1, MAX_MEMBERS_PER_ROOM), default=20, help="members (20)"
    )
    herd.add_argument("--seed", type=int, default=1, help="another number, other chances (1)")
    _finish(herd, run_herd)


def _add_neighbours(neighbours: argparse.ArgumentParser) -> None:
    neighbours.description = (
        "Someone edits in a quiet room. Beside it a project of 20 MiB is edited, checkpointed, "
        "undone, read through by calls, and its row is locked by a session of someone else's for "
        "ten seconds: how long are the acks of the quiet room at rest, and during each? The ratio "
        "does not decide the exit code; it says little when the machine was busy, which is told."
    )
    neighbours.add_argument(
        "--size", type=positive, default=20.0, metavar="MIB", help="of the other project (20)"
    )
    neighbours.add_argument("--seconds", type=positive, default=8.0, help="of each phase (8)")
    neighbours.add_argument("--json", action="store_true", help="the report as one line on stdout")
    neighbours.set_defaults(run=run_neighbours)


def _add_calls(calls: argparse.ArgumentParser) -> None:
    calls.description = (
        "Every table is filled, then several users make one kind of call after the other, as many "
        "as are answered, while others move in a room; then plain asyncpg runs the same SQL."
    )
    calls.add_argument(
        "--rows", type=at_least(100), default=1_000_000, help="in each table (1,000,000)"
    )
    calls.add_argument(
        "--data", type=directory_of_caller, help="keep the filled database there, and use it again"
    )
    calls.add_argument("--callers", type=at_least(1), default=8, help="users (8)")
    calls.add_argument("--seconds", type=positive, default=3.0, help="of each kind (3)")
    _finish(calls, run_calls)


def _add_feed(feed: argparse.ArgumentParser) -> None:
    feed.description = (
        "Watchers of rows, and writers who change them by calls: how long until a watcher hears of "
        "a change, how many questions does that take with a tenth of them and with all, and is "
        "anything missed when the server is killed and started again?"
    )
    feed.add_argument("--watchers", type=at_least(10), default=5_000, help="(5,000)")
    feed.add_argument(
        "--per-list", type=at_least(1, 200), default=50, help="watchers of each list (50)"
    )
    feed.add_argument("--rate", type=positive, default=100.0, help="changes a second (100)")
    feed.add_argument("--seconds", type=positive, default=10.0, help="of each phase (10)")
    _finish(feed, run_feed)


def _add_auth(auth: argparse.ArgumentParser) -> None:
    auth.description = (
        "Right logins and a room that is edited, without and with wrong logins; then logins that "
        "are ended on one node until their sockets on the other are closed; then refreshes."
    )
    auth.add_argument(
        "--wrong-per-second", type=positive, default=200.0, help="wrong logins offered (200)"
    )
    auth.add_argument(
        "--networks", type=at_least(1, 10_000), default=100, help="they come from (100)"
    )
    auth.add_argument("--revocations", type=at_least(1), default=100, help="(100)")
    auth.add_argument("--refreshers", type=at_least(1), default=16, help="connections (16)")
    auth.add_argument("--seconds", type=positive, default=15.0, help="of each phase (15)")
    _finish(auth, run_auth)


def _add_session(session: argparse.ArgumentParser) -> None:
    session.description = (
        "Of ten people seven are busy (moving at 30 Hz in bursts, a gesture every few seconds, a "
        "delta about every two), two idle, and one loses the connection every few seconds and "
        "comes back. At the end everything acknowledged must be in the journal."
    )
    session.add_argument("--rooms", type=at_least(1), default=10, help="(10)")
    session.add_argument(
        "--size", type=at_least(1, MAX_MEMBERS_PER_ROOM - 1), default=8, help="people in each (8)"
    )
    session.add_argument("--seconds", type=positive, default=20.0, help="(20)")
    session.add_argument("--seed", type=int, default=1, help="another number, other chances (1)")
    _finish(session, run_people_in_rooms)


def _add_browser(browser: argparse.ArgumentParser) -> None:
    browser.description = (
        "The studio page in Chromium, with a large song in which members move: how long is a "
        "frame while it is scrolled, while it is not, and with a slower processor; how long from "
        "an empty cache to the first edit on disk; how much memory and how many bytes? It needs "
        "Chromium and Node.js, and shows what web/dist holds: `./run web` builds it."
    )
    browser.add_argument(
        "--members", type=at_least(1, MAX_MEMBERS_PER_ROOM - 1), default=50, help="who move (50)"
    )
    browser.add_argument("--hz", type=positive, default=30.0, help="moves a second of each (30)")
    browser.add_argument("--seconds", type=positive, default=5.0, help="of each phase (5)")
    browser.add_argument("--repeats", type=at_least(1), default=3, help="loads of the page (3)")
    browser.add_argument(
        "--slow-down", type=at_least(1), default=4, help="times, for the last phase (4)"
    )
    browser.add_argument(
        "--song",
        type=path_of_caller,
        help="a song file (default: the largest of ../shared/corpus, or one made up)",
    )
    _finish(browser, run_browser)


EXIT_CODES = (
    "Exit codes: 0 it ran, and nothing was lost (a goal that was not reached is marked in the "
    "report, and decides nothing: it is the machine's, too), 1 something was lost or could not be "
    "measured, 2 not called rightly."
)


def _finish(parser: argparse.ArgumentParser, run: Any) -> None:
    parser.epilog = EXIT_CODES
    parser.add_argument(
        "--report", type=directory_of_caller, metavar="DIR", help="write an HTML page there"
    )
    parser.add_argument("--json", action="store_true", help="the report as one line on stdout")
    parser.set_defaults(run=run)
