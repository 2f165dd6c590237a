"""The command line of the server: `serve` (the default) and `audit`."""

import argparse
import asyncio
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import structlog
import uvloop

from machine.deploying import service_manager
from machine.embedded_postgres import EmbeddedPostgres
from machine.embedded_valkey import EmbeddedValkey
from machine.starting import loading
from persistence.errors import NotFound
from persistence.migrate import check
from persistence.pool import Database
from schema.text.id_beginnings import FEWEST
from schema.text.text_rules import ID_BEGINNING
from server.accounts.usage_limits import limits_in_words
from server.calls.operators.named_by_id import project_named
from server.commands.command_failures import is_mistake, message_and_exit_code
from server.commands.database_of_command import database_of
from server.commands.start_log import tell_start
from server.embedded_servers import EmbeddedServers
from server.logs.log import ServerLog, set_level
from server.refused import Refused
from server.running.signals import Signals, Stopped
from server.settings.behind_balancer import behind_balancer, read_behind_balancer
from server.settings.command_line_options import add_options, options_of
from server.settings.reading import SettingsReading, read_all, read_settings
from server.settings.settings import Settings
from server.settings.settings_table import SETTINGS
from server.sockets.listening import require_port
from server.states.journal_audit import audit_in

if TYPE_CHECKING:
    from server.several_nodes import NodeProcess

FOR_SERVE = (
    *(setting.field for setting in SETTINGS if setting.option and setting.field != "data"),
    "nodes",
    "behind_balancer",
)
FOR_AUDIT = ("project", "digests")

log = structlog.get_logger()
MOST_NODES = 16


def main() -> int:
    """Parse, run, and say in one line what went wrong."""
    is_audit = sys.argv[1:2] == ["audit"]  # it answers, and keeps no log
    own_log = ServerLog(is_json=not is_audit and not sys.stderr.isatty())
    signals = Signals(holds=not is_audit)
    args = _arguments(own_log)
    try:
        settings = read_settings(options_of(args))
        if args.behind_balancer:
            settings = behind_balancer(settings, args.behind_balancer)
        set_level(settings.log_level)
        return _run(own_log, signals, args, settings)
    except Stopped:
        own_log.say("stopped before it served", "Stopped before it served.")
        return 0
    except Exception as error:
        if own_log.is_json and is_mistake(error):
            raise  # the log has the trace, on one line
        return own_log.fail(*message_and_exit_code(error))


def _run(own_log: ServerLog, signals: Signals, args: argparse.Namespace, settings: Settings) -> int:
    if args.command == "audit":
        return _audit(own_log, args.project, settings, digests=args.digests)
    tell_start(own_log, settings)
    if args.nodes > 1 and settings.tls_certificate is not None:
        return own_log.fail("--nodes speaks no TLS: leave out --tls-cert and --tls-key", 2)
    read_settings_again = partial(_read_anew, args)
    if args.nodes > 1:
        return _serve_several(own_log, signals, settings, read_settings_again, args)
    return _serve(own_log, signals, settings, read_settings_again, as_json=args.json)


def _read_anew(args: argparse.Namespace) -> SettingsReading:
    reading = read_all(options_of(args), os.environ)
    return read_behind_balancer(reading, args.behind_balancer) if args.behind_balancer else reading


def _serve(
    own_log: ServerLog,
    signals: Signals,
    settings: Settings,
    read_settings_again: Callable[[], SettingsReading],
    *,
    as_json: bool,
) -> int:
    with loading():
        from server.process import run  # half of a start, of which nothing else has need

    def ready(url: str) -> None:
        if as_json:
            print(json.dumps({"ready": True, "url": url, "pid": os.getpid()}), flush=True)
        own_log.say("it serves", f"Prime serves {url}  (stop with Ctrl-C)", url=url)
        service_manager.tell("READY=1")

    with _with_servers(settings) as (servers, settings):
        assert settings.database_url is not None
        with signals.held_behind():
            uvloop.run(
                run(settings, settings.database_url, ready, servers, signals, read_settings_again)
            )
    return 0


def _serve_several(
    own_log: ServerLog,
    signals: Signals,
    settings: Settings,
    read_settings_again: Callable[[], SettingsReading],
    args: argparse.Namespace,
) -> int:
    from server.several_nodes import SeveralNodes  # what a single node never needs

    def ready(url: str, nodes: Sequence["NodeProcess"]) -> None:
        if args.json:
            nodes_as_json = [{"url": node.url, "pid": node.pid} for node in nodes]
            line = {"ready": True, "url": url, "pid": os.getpid(), "nodes": nodes_as_json}
            print(json.dumps(line), flush=True)
        text = f"Prime serves {url} from {len(nodes)} nodes  (stop with Ctrl-C)"
        own_log.say("it serves", text, url=url, nodes=[node.url for node in nodes])
        service_manager.tell("READY=1")

    with _with_servers(settings) as (servers, settings), signals.held_behind():
        uvloop.run(
            SeveralNodes(settings, args.nodes, servers, read_settings_again).run(ready, signals)
        )
    return 0


@contextmanager
def _with_servers(settings: Settings) -> Iterator[tuple[dict[str, EmbeddedServers], Settings]]:
    """PostgreSQL and Valkey, started where none were named, and the settings with their URLs."""
    servers: dict[str, EmbeddedServers] = {}
    with ExitStack() as stack:
        is_ours = settings.database_url is None
        if is_ours:
            require_port(settings.host, settings.port)  # before seconds go into a database
            postgres = servers["the embedded PostgreSQL"] = EmbeddedPostgres(settings.data)
            url = postgres.start()
            stack.callback(postgres.stop)
            callers = postgres.caller_address
            settings = replace(settings, database_url=url, caller_database_url=callers)
        if settings.redis_url is None and "redis_url" not in settings.given:
            if not is_ours:
                log.warning(
                    "REDIS_URL is not set: this node starts a Valkey of its own, and hears other"
                    " nodes of this database seconds late; set it to theirs, or empty if alone"
                )
            valkey = servers["the embedded Valkey"] = EmbeddedValkey(settings.data)
            settings = replace(settings, redis_url=valkey.start())
            stack.callback(valkey.stop)
        yield servers, settings


def _audit(own_log: ServerLog, project: str, settings: Settings, *, digests: bool) -> int:
    try:
        with database_of(settings) as url:
            if re.match(ID_BEGINNING, project) is None:
                text = f"{project!r} is no project id, nor its first {FEWEST} characters or more"
                return own_log.fail(text, 2)
            report = asyncio.run(_audited(url, project, digests=digests))
    except NotFound:
        return own_log.fail(f"there is no project {project}", 2)
    except Refused as several:
        return own_log.fail(str(several), 2)
    print(json.dumps(report))
    return 0 if report["checkpoint_ok"] and report["gapless"] else 1


async def _audited(url: str, named: str, *, digests: bool) -> dict[str, Any]:
    """`named`: the project's id, or the beginning of it; raises `NotFound`, `Refused`."""
    await check(url)
    db = await Database.open(url, max_size=2, application_name="prime audit")
    try:
        project = (await project_named(db, named)).id
        return await audit_in(db, project, digests=digests)
    finally:
        await db.close()


class _Parser(argparse.ArgumentParser):
    """What is wrong with the words is a line of the log where there is one."""

    own_log: ServerLog

    def error(self, message: str) -> NoReturn:
        if not self.own_log.is_json:
            super().error(message)
        sys.exit(self.own_log.fail(f"{message} (see ./run serve --help)", 2))


def _arguments(own_log: ServerLog) -> argparse.Namespace:
    """Of one word alone: what is said of the other one would be ignored, so it is refused."""
    parser = _parser()
    parser.own_log = own_log
    args = parser.parse_args()
    options_of_other = FOR_SERVE if args.command == "audit" else FOR_AUDIT
    for name in options_of_other:
        if getattr(args, name) != parser.get_default(name):
            word = name if name == "project" else f"--{name.replace('_', '-')}"
            parser.error(f"{word} is nothing that `{args.command}` knows")
    return args


def _parser() -> _Parser:
    parser = _Parser(
        prog="./run serve",
        description="Serve, or audit a project.",
        epilog=limits_in_words(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "command",
        nargs="?",
        choices=("serve", "audit"),
        default="serve",
        metavar="audit",
        help="look at a project's journal instead (default: serve)",
    )
    parser.add_argument(
        "project",
        nargs="?",
        default="",
        metavar="PROJECT",
        help="for audit: the project's id, or the beginning of it",
    )
    parser.add_argument(
        "--digests", action="store_true", help="for audit: of each seq and of each snapshot"
    )
    add_options(parser)
    parser.add_argument(
        "--nodes", type=_node_count, default=1, help="nodes on this machine, behind one port (1)"
    )
    parser.add_argument("--behind-balancer", metavar="URL", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="when ready, one JSON line on stdout")
    return parser


def _node_count(text: str) -> int:
    return _within(text, 1, MOST_NODES)


def _within(text: str, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(f"must be a whole number from {least} to {most}")
    return number
