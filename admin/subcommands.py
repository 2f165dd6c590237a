"""Every subcommand of `./run admin`: which call it is, what it takes, and an example of it."""

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from admin import answer_tables, health_tables
from admin.answer_tables import Show
from admin.door import Result
from schema.text.id_beginnings import FEWEST, FEWEST_OF_USER

UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])")

Take = tuple[str, dict[str, object]]
"""A parameter of the command line: its name, and what argparse is told of it."""


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One. `asks`: what is asked on a terminal before it is done, and elsewhere
    takes `--yes`; empty: nothing is."""

    name: str
    method: str
    meaning: str
    example: str
    """Behind `./run admin`."""
    show: Show
    takes: tuple[Take, ...] = ()
    params: Callable[[argparse.Namespace], Result] = field(default=lambda arguments: {})
    asks: str = ""


def duration_ms(text: str) -> int:
    """`90s`, `15m`, `2h`, `7d` in milliseconds; raises `ArgumentTypeError`."""
    match = DURATION.fullmatch(text)
    milliseconds = 0 if match is None else int(match[1]) * UNITS_MS[match[2]]
    if not 0 < milliseconds <= 30 * UNITS_MS["d"]:
        raise argparse.ArgumentTypeError("a time is like 90s, 15m, 2h or 7d, of 30 days at most")
    return milliseconds


def sentence(text: str) -> str:
    """What people are told; raises `ArgumentTypeError`."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty; say in a sentence why")
    return text


def _page(arguments: argparse.Namespace) -> Result:
    return options_given(arguments, "limit", "cursor")


def options_given(arguments: argparse.Namespace, *names: str) -> Result:
    """Those that were given."""
    options = {name: getattr(arguments, name) for name in names}
    return {name: value for name, value in options.items() if value is not None}


def _kick(arguments: argparse.Namespace) -> Result:
    return {arguments.kind: arguments.who, "reason": arguments.reason}


def _begin(arguments: argparse.Namespace) -> Result:
    return {"mode": "read_only", "message": arguments.message}


def _end(arguments: argparse.Namespace) -> Result:
    return {"mode": "off"}


OR_BEGINNING = f"or its first {FEWEST} characters or more"
OR_BEGINNING_OF_USER = f"or its first {FEWEST_OF_USER} characters or more"
PROJECT: Take = ("project", {"metavar": "PROJECT", "help": f"the id of a project, {OR_BEGINNING}"})
USER: Take = (
    "user",
    {"metavar": "USER", "help": f"an address, a username or an id, {OR_BEGINNING_OF_USER}"},
)
NODE: Take = ("node", {"metavar": "NODE", "help": f"its name in `nodes`, {OR_BEGINNING}"})
REASON: Take = (
    "--reason",
    {
        "required": True,
        "type": sentence,
        "metavar": "SENTENCE",
        "help": "shown to the people it is about",
    },
)
LIMIT: Take = (
    "--limit",
    {"type": int, "default": 50, "metavar": "N", "help": "so many rows (%(default)s; 1 to 200)"},
)
CURSOR: Take = (
    "--cursor",
    {"metavar": "PLACE", "help": "go on behind the page before, whose end says where"},
)

SUBCOMMANDS = (
    Subcommand(
        "nodes",
        "operator.nodes",
        "which nodes run, what each holds, and whether there is maintenance",
        "nodes",
        answer_tables.nodes,
    ),
    Subcommand(
        "health",
        "operator.health",
        "whether all is well: what each node cannot do, what waits, how long things take",
        "health",
        health_tables.health,
    ),
    Subcommand(
        "events",
        "operator.events",
        "what went wrong on all nodes of late, the newest first",
        "events --kind outages",
        health_tables.events,
        (
            LIMIT,
            CURSOR,
            ("--kind", {"metavar": "KIND", "help": "of one kind, as diverged or outages"}),
            (
                "--project",
                {"metavar": "PROJECT", "help": f"of one project: its id, {OR_BEGINNING}"},
            ),
            ("--node", {"metavar": "NODE", "help": f"of one node: its name, {OR_BEGINNING}"}),
        ),
        lambda arguments: options_given(arguments, "limit", "cursor", "kind", "project", "node"),
    ),
    Subcommand(
        "rooms",
        "operator.rooms",
        "the open rooms of all nodes",
        "rooms --order load --limit 20",
        answer_tables.rooms,
        (
            LIMIT,
            CURSOR,
            (
                "--order",
                {
                    "choices": ("project", "load"),
                    "default": "project",
                    "help": "by id, page by page, or those first for which most is sent",
                },
            ),
        ),
        lambda arguments: options_given(arguments, "limit", "cursor", "order"),
    ),
    Subcommand(
        "room",
        "operator.room",
        "who is in one room: since when, from where, and what waits for them",
        "room 0b8f7a52",
        answer_tables.room,
        (PROJECT,),
        lambda arguments: {"project": arguments.project},
    ),
    Subcommand(
        "logins",
        "operator.logins",
        "the logins of one user, and where each is connected",
        "logins ada@example.org",
        answer_tables.logins,
        (USER,),
        lambda arguments: {"user": arguments.user},
    ),
    Subcommand(
        "kick",
        "operator.kick",
        "end the logins of a user, one login, or the seats of a member; they may come again",
        "kick user ada@example.org --reason 'Your laptop was stolen.'",
        answer_tables.kicked,
        (
            ("kind", {"choices": ("user", "login", "member"), "help": "what WHO names"}),
            (
                "who",
                {
                    "metavar": "WHO",
                    "help": f"as `logins` and `room` list them, {OR_BEGINNING}"
                    f" ({FEWEST_OF_USER} of a user's id)",
                },
            ),
            REASON,
        ),
        _kick,
        "This ends what they are doing, on every node. Go on?",
    ),
    Subcommand(
        "close-room",
        "operator.close_room",
        "send everyone out of a room and let nobody in; nothing is lost",
        "close-room 0b8f7a52-6f0e-4c1c-9a39-3d2f1f0f6a77 --reason 'Repaired by noon.' --for 2h",
        answer_tables.closed_room,
        (
            PROJECT,
            REASON,
            (
                "--for",
                {
                    "dest": "for_ms",
                    "type": duration_ms,
                    "metavar": "TIME",
                    "help": "for so long, as 15m or 2h; else until `open-room`",
                },
            ),
        ),
        lambda arguments: options_given(arguments, "project", "reason", "for_ms"),
        "Everyone in this room is sent out of it. Go on?",
    ),
    Subcommand(
        "open-room",
        "operator.open_room",
        "let people into a closed room again",
        "open-room 0b8f7a52-6f0e-4c1c-9a39-3d2f1f0f6a77",
        answer_tables.changed("opened", "was open"),
        (PROJECT,),
        lambda arguments: {"project": arguments.project},
    ),
    Subcommand(
        "closed-rooms",
        "operator.closed_rooms",
        "which rooms are closed, why, and until when",
        "closed-rooms",
        answer_tables.closed_rooms,
        (LIMIT, CURSOR),
        _page,
    ),
    Subcommand(
        "read-only",
        "operator.maintenance",
        "nobody edits, everything can be read; edits that are made wait, none is lost",
        "read-only 'We move the database; back at nine.'",
        answer_tables.maintenance,
        (("message", {"metavar": "SENTENCE", "help": "shown to everyone"}),),
        _begin,
        "Nobody can edit from now on. Go on?",
    ),
    Subcommand(
        "read-write",
        "operator.maintenance",
        "the end of `read-only`: what waited is sent",
        "read-write",
        answer_tables.maintenance,
        params=_end,
    ),
    Subcommand(
        "drain",
        "operator.drain",
        "send the members of a node to others, and let nobody new in; it goes on running",
        "drain 5f0c2a91",
        answer_tables.changed("drains", "was drained already"),
        (NODE,),
        lambda arguments: {"node": arguments.node},
        "Everyone on this node is sent to another one; is there one? Go on?",
    ),
    Subcommand(
        "undrain",
        "operator.undrain",
        "let people into a drained node again",
        "undrain 5f0c2a91",
        answer_tables.changed("takes people in again", "took people in already"),
        (NODE,),
        lambda arguments: {"node": arguments.node},
    ),
    Subcommand(
        "sizes",
        "operator.sizes",
        "how large the database, its tables and the largest projects are",
        "sizes --projects 5",
        answer_tables.sizes,
        (("--projects", {"type": int, "default": 10, "metavar": "N", "help": "(%(default)s)"}),),
        lambda arguments: {"projects": arguments.projects},
    ),
    Subcommand(
        "slow-calls",
        "operator.slow_calls",
        "the slowest calls of the last hour, of each method",
        "slow-calls --per-method 1",
        answer_tables.slow_calls,
        (
            ("--method", {"metavar": "METHOD", "help": "of this one alone, as projects.list"}),
            (
                "--per-method",
                {"type": int, "default": 3, "metavar": "N", "help": "(%(default)s; 1 to 20)"},
            ),
        ),
        lambda arguments: options_given(arguments, "method", "per_method"),
    ),
    Subcommand(
        "audit",
        "operator.audit",
        "who did what to accounts, roles, rooms and nodes, the newest first",
        "audit --event kicked --limit 10",
        answer_tables.audit,
        (
            LIMIT,
            CURSOR,
            ("--event", {"metavar": "KIND", "help": "of one kind, as login_failed or kicked"}),
            ("--user", {"metavar": "USER", "help": "of one user, named as for `logins`"}),
        ),
        lambda arguments: options_given(arguments, "limit", "cursor", "event", "user"),
    ),
)
"""In the order of `--help`."""
