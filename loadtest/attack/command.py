"""`./run attack`: whatever a stranger can try, against a server of any address."""

import argparse
import contextlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from loadtest.argument_types import websocket_url
from loadtest.attack import (
    before_login,
    bounds,
    floods,
    inputs,
    logins,
    one_time_secrets,
    projects,
    rights,
    roles,
    rows,
)
from loadtest.attack.catalogue import (
    ATTACKS,
    ELSEWHERE,
    ON_EACH_NODE,
    Attack,
    GotThrough,
    NotTried,
    Outcome,
    Verdict,
    must,
)
from loadtest.attack.raw_client import ConnectionClosed, NoHandshake
from loadtest.attack.target import Account, Target, Unusable, new_account
from loadtest.nodes.two_local_nodes import two_local_nodes

FAMILIES = (
    inputs,
    bounds,
    rights,
    roles,
    rows,
    logins,
    one_time_secrets,
    before_login,
    projects,
    floods,
)
"""Imported for their attacks, and in the order in which they are tried."""

OWN_ORIGIN = "https://studio.example"
"""What our own server lets in."""

ROLES = ("owner", "viewer", "stranger", "watcher")
"""Of the accounts, in the order in which they are given."""

COLORS = {Verdict.REFUSED: "green", Verdict.GOT_THROUGH: "bold red", Verdict.NOT_TRIED: "dim"}


async def run_attacks(arguments: argparse.Namespace) -> dict[str, Any]:
    """Try them one after the other; a report."""
    console = Console(stderr=True, quiet=arguments.json)
    if len(arguments.account) > len(ROLES):
        raise Unusable(f"{len(arguments.account)} accounts are given; four at most have a part")
    async with _attack_target(arguments) as target:
        await target.prepare()
        attacks = [attack for attack in in_order() if _is_chosen(attack, arguments.only)]
        outcomes = []
        with console.status("") as status:
            for number, planned_attack in enumerate(attacks):
                status.update(
                    f"{number + 1}/{len(attacks)} {planned_attack.number} {planned_attack.what}"
                )
                outcomes.append(await try_one(planned_attack, target))
    report = report_of(target.nodes, outcomes)
    console.print(_table(outcomes))
    console.print(summary_of(report), highlight=False)
    return report


def in_order() -> list[Attack]:
    """All there are: those that make a server careful come last."""
    names = [family.__name__ for family in FAMILIES]
    return sorted(ATTACKS, key=lambda one: names.index(one.run.__module__))


def _is_chosen(attack: Attack, only: Sequence[str]) -> bool:
    return not only or attack.number in only


async def try_one(attack: Attack, target: Target) -> Outcome:
    """Try one, then ask the witness; what raises no refusal got through."""
    try:
        outcome = await _run(attack, target)
        verdict = Verdict.REFUSED
    except NotTried as why:
        return Outcome(attack.number, attack.what, Verdict.NOT_TRIED, str(why))
    except (
        GotThrough,
        Unusable,
        ConnectionClosed,
        NoHandshake,
        OSError,
        TimeoutError,
        KeyError,
    ) as error:
        outcome, verdict = f"{type(error).__name__}: {error}", Verdict.GOT_THROUGH
        if isinstance(error, GotThrough):
            outcome = str(error)
    problem = await target.witness.problem()
    if problem:
        verdict, outcome = Verdict.GOT_THROUGH, f"{outcome}; {problem}"
        with contextlib.suppress(Unusable, ConnectionClosed, NoHandshake, OSError, TimeoutError):
            await target.witness.begin()
    return Outcome(attack.number, attack.what, verdict, outcome)


@asynccontextmanager
async def _attack_target(arguments: argparse.Namespace) -> AsyncIterator[Target]:
    """The server of the address, or two nodes of our own."""
    accounts = [Account(*pair) for pair in arguments.account]
    if arguments.url:
        yield target_of((arguments.url,), accounts, origin=arguments.origin)
        return
    with tempfile.TemporaryDirectory(prefix="prime-attack-") as directory:
        async with two_nodes(Path(directory), accounts) as target:
            yield target


@asynccontextmanager
async def two_nodes(
    directory: Path, given_accounts: Sequence[Account] = ()
) -> AsyncIterator[Target]:
    """Two nodes on one PostgreSQL and one Valkey, until the block ends; not prepared yet."""
    async with two_local_nodes(directory, {"PRIME_ORIGINS": OWN_ORIGIN}) as servers:
        nodes = tuple(server.url for server in servers)
        logs = tuple(server.log for server in servers)
        yield target_of(nodes, given_accounts, origin=OWN_ORIGIN, logs=logs)


def target_of(
    nodes: tuple[str, ...],
    given_accounts: Sequence[Account] = (),
    *,
    origin: str | None = None,
    logs: tuple[Path, ...] = (),
) -> Target:
    """With new accounts for the roles that none is given for."""
    new_accounts = [new_account(name) for name in ROLES[len(given_accounts) :]]
    owner, viewer, stranger, watcher = [*given_accounts, *new_accounts]
    return Target(nodes, owner, viewer, stranger, watcher, origin=origin, logs=logs)


def _table(outcomes: Sequence[Outcome]) -> Table:
    table = Table("", "attack", "verdict", "how", box=None, pad_edge=False)
    for outcome in outcomes:
        color = COLORS[outcome.verdict]
        verdict = f"[{color}]{outcome.verdict}[/]"
        table.add_row(outcome.number, outcome.what, verdict, outcome.explanation)
    return table


async def _run(attack: Attack, target: Target) -> str:
    """On one node after the other, until it has come to all that it must come to."""
    target.reached_nodes.clear()
    outcome = await attack.run(target)
    if attack.number in ON_EACH_NODE:
        for _ in target.nodes[1:]:
            if not target.reached_nodes.issuperset(target.nodes):
                outcome = await attack.run(target)
        must(
            target.reached_nodes.issuperset(target.nodes),
            f"it came to {target.reached_nodes} alone",
        )
    return outcome


def report_of(nodes: Sequence[str], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What `--json` prints."""
    through = [asdict(outcome) for outcome in outcomes if outcome.verdict is Verdict.GOT_THROUGH]
    refused_count = sum(outcome.verdict is Verdict.REFUSED for outcome in outcomes)
    untried = [outcome for outcome in outcomes if outcome.verdict is Verdict.NOT_TRIED]
    return {
        "url": nodes[0],
        "nodes": len(nodes),
        "attacks": refused_count + len(through),
        "refused": refused_count,
        "got_through": len(through),
        "problems": through,
        "vacuous": [] if refused_count or through else ["no attack was tried"],
        "not_tried": [
            f"{outcome.number} {outcome.what}: {outcome.explanation}" for outcome in untried
        ],
        "outcomes": [asdict(outcome) for outcome in outcomes],
    }


def summary_of(report: dict[str, Any]) -> str:
    """The line below the table."""
    return (
        f"{report['attacks']} attacks, {report['refused']} refused,"
        f" {report['got_through']} got through, {len(report['not_tried'])} not tried"
    )


def _account(text: str) -> tuple[str, str]:
    email, colon, password = text.partition(":")
    if not (email and colon and password):
        raise argparse.ArgumentTypeError(f"{text!r} is not EMAIL:PASSWORD")
    return email, password


def _number(text: str) -> str:
    if text in ELSEWHERE:
        raise argparse.ArgumentTypeError(f"{text} is not tried here ({ELSEWHERE[text]})")
    if text not in {attack.number for attack in ATTACKS}:
        numbers = ", ".join(dict.fromkeys(attack.number for attack in in_order()))
        raise argparse.ArgumentTypeError(f"there is no attack {text}; there are {numbers}")
    return text


def add_to(words: Any) -> None:
    """Add the word to those of `./run loadtest`."""
    attack = words.add_parser("attack", help="whatever a stranger can try, against any server")
    attack.description = (
        "A raw client tries what a stranger would: forged tokens, other people's projects, bytes "
        "that are no message, floods, projects that cost much. Exit code 1 if one gets through, or "
        "none could be tried. Attack only a server of your own: it will be busy, and hold what was "
        "made there."
    )
    attack.add_argument(
        "--url", type=websocket_url, default="", help="ws://.../v1 (default: two nodes of our own)"
    )
    attack.add_argument(
        "--account",
        action="append",
        default=[],
        type=_account,
        metavar="EMAIL:PASSWORD",
        help="up to four: owner, viewer, stranger, watcher (default: registered anew)",
    )
    attack.add_argument("--origin", help="an origin that the server lets in")
    attack.add_argument(
        "--only",
        action="append",
        type=_number,
        default=[],
        metavar="NUMBER",
        help="as A22; may be repeated",
    )
    attack.add_argument("--json", action="store_true", help="the report as one line on stdout")
    attack.set_defaults(run=run_attacks)
