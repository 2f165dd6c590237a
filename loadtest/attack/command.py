"""`./run attack`: whatever a stranger can try, against a server of any address."""

import argparse
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from loadtest.argument_types import websocket_url
from loadtest.attack.catalogue import ATTACKS, ELSEWHERE, Attack, Outcome, Verdict
from loadtest.attack.target import ROLES, Account, Target, Unusable, target_of, two_nodes
from loadtest.attack.trying import in_order, try_one

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


def _is_chosen(attack: Attack, only: Sequence[str]) -> bool:
    return not only or attack.number in only


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


def _table(outcomes: Sequence[Outcome]) -> Table:
    table = Table("", "attack", "verdict", "how", box=None, pad_edge=False)
    for outcome in outcomes:
        color = COLORS[outcome.verdict]
        verdict = f"[{color}]{outcome.verdict}[/]"
        table.add_row(outcome.number, outcome.what, verdict, outcome.explanation)
    return table


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
        "A raw client tries what a stranger would: forged tokens, other people's  bytes "
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
