"""The command line of the server: `serve` (the default) and `audit`."""

import argparse
import asyncio
import json
import logging
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import structlog
import uvloop
from structlog.typing import Processor

from machine.caller_paths import path_of_caller
from machine.child_process import ServerUnavailable
from machine.embedded_postgres import EmbeddedPostgres
from machine.embedded_servers import Embedded
from machine.embedded_valkey import EmbeddedValkey
from machine.library_logs import take_library_logs
from persistence.errors import NotFound, PersistenceError
from server.accounts.use_limits import limits_in_words
from server.health.redaction import redact
from server.operating.database import DEFAULT_DATA, database_of
from server.process import run
from server.settings import Settings, read_settings
from server.several_nodes import NodeProcess, SeveralNodes
from server.states.audit import audit

DEFAULT_PORT = 8787

FOR_SERVE = ("host", "port", "behind_proxy", "nodes")
FOR_AUDIT = ("project", "digests")

log = structlog.get_logger()
MOST_NODES = 16
HIGHEST_PORT = 65_535
PROJECT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def main() -> int:
    """Parse, run, and say in one line what went wrong."""
    args = _arguments()
    structlog.configure(
        processors=log_processors(is_terminal=sys.stderr.isatty()),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    take_library_logs()
    try:
        data = args.data or DEFAULT_DATA
        settings = read_settings(args.host, args.port, data, behind_proxy=args.behind_proxy)
        if args.command == "audit":
            return _audit(args.project, args.data, digests=args.digests)
        if args.nodes > 1:
            return _serve_several(settings, args.nodes, as_json=args.json)
        return _serve(settings, as_json=args.json)
    except PersistenceError as error:
        return _fail(str(error), error.exit_code)
    except ServerUnavailable as error:
        return _fail(str(error), 1)
    except ValueError as error:
        return _fail(str(error), 2)
    except OSError as error:
        return _fail(f"cannot listen on {args.host}:{args.port}: {error.strerror or error}", 1)


def log_processors(*, is_terminal: bool) -> list[Processor]:
    """What a line of the log goes through: for eyes on a terminal, for programs elsewhere."""
    processors: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if is_terminal:
        return [*processors, redact, structlog.dev.ConsoleRenderer()]
    format_trace = structlog.processors.format_exc_info
    return [*processors, format_trace, redact, structlog.processors.JSONRenderer()]


def _serve(settings: Settings, *, as_json: bool) -> int:
    def ready(url: str) -> None:
        if as_json:
            print(json.dumps({"ready": True, "url": url, "pid": os.getpid()}), flush=True)
        else:
            print(f"Prime serves {url}  (stop with Ctrl-C)", file=sys.stderr, flush=True)

    with _with_servers(settings) as (servers, settings):
        assert settings.database_url is not None
        uvloop.run(run(settings, settings.database_url, ready, servers))
    return 0


def _serve_several(settings: Settings, count: int, *, as_json: bool) -> int:
    def ready(url: str, nodes: Sequence[NodeProcess]) -> None:
        if as_json:
            nodes_as_json = [{"url": node.url, "pid": node.pid} for node in nodes]
            line = {"ready": True, "url": url, "pid": os.getpid(), "nodes": nodes_as_json}
            print(json.dumps(line), flush=True)
        else:
            text = f"Prime serves {url} from {len(nodes)} nodes  (stop with Ctrl-C)"
            print(text, file=sys.stderr, flush=True)

    with _with_servers(settings) as (servers, settings):
        uvloop.run(SeveralNodes(settings, count, servers).run(ready))
    return 0


@contextmanager
def _with_servers(settings: Settings) -> Iterator[tuple[dict[str, Embedded], Settings]]:
    """PostgreSQL and Valkey, started where none were named, and the settings with their URLs."""
    servers: dict[str, Embedded] = {}
    with ExitStack() as stack:
        is_ours = settings.database_url is None
        if is_ours:
            postgres = servers["the embedded PostgreSQL"] = EmbeddedPostgres(settings.data)
            url = postgres.start()
            stack.callback(postgres.stop)
            callers = postgres.caller_address
            settings = replace(settings, database_url=url, caller_database_url=callers)
        if settings.redis_url is None and "REDIS_URL" not in os.environ:
            if not is_ours:
                log.warning(
                    "REDIS_URL is not set: this node starts a Valkey of its own, and hears other"
                    " nodes of this database seconds late; set it to theirs, or empty if alone"
                )
            valkey = servers["the embedded Valkey"] = EmbeddedValkey(settings.data)
            settings = replace(settings, redis_url=valkey.start())
            stack.callback(valkey.stop)
        yield servers, settings


def _audit(project: str, data: Path | None, *, digests: bool) -> int:
    try:
        with database_of(data) as url:
            if PROJECT_ID.fullmatch(project) is None:
                return _fail(f"{project!r} is no project id", 2)
            report = asyncio.run(audit(url, project, digests=digests))
    except NotFound:
        return _fail(f"there is no project {project}", 2)
    print(json.dumps(report))
    return 0 if report["checkpoint_ok"] and report["gapless"] else 1


def _fail(text: str, code: int) -> int:
    print(f"prime: {text}", file=sys.stderr)
    return code


def _arguments() -> argparse.Namespace:
    """Of one word alone: what is said of the other one would be ignored, so it is refused."""
    parser = _parser()
    args = parser.parse_args()
    others = FOR_SERVE if args.command == "audit" else FOR_AUDIT
    for name in others:
        if getattr(args, name) != parser.get_default(name):
            word = name if name == "project" else f"--{name.replace('_', '-')}"
            parser.error(f"{word} is nothing that `{args.command}` knows")
    return args


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run",
        description="Serve, or audit a project.",
        epilog=limits_in_words(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", nargs="?", choices=("serve", "audit"), default="serve")
    parser.add_argument("project", nargs="?", default="", help="for audit: the project's id")
    parser.add_argument(
        "--digests", action="store_true", help="for audit: of each seq and of each snapshot"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help="port to listen on; 0: any (%(default)s)"
    )
    parser.add_argument(
        "--behind-proxy", action="store_true", help="others reach --host only through a TLS proxy"
    )
    parser.add_argument(
        "--data", type=path_of_caller, help=f"directory of all data ({DEFAULT_DATA})"
    )
    parser.add_argument(
        "--nodes", type=_node_count, default=1, help="nodes on this machine, behind one port (1)"
    )
    parser.add_argument("--json", action="store_true", help="when ready, one JSON line on stdout")
    return parser


def _port(text: str) -> int:
    return _within(text, 0, HIGHEST_PORT)


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


if __name__ == "__main__":
    sys.exit(main())
