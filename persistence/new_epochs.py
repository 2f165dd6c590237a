"""What every project needs after a restore or a failover: `./run new-epochs`."""

import argparse
import asyncio
import json
import sys
from dataclasses import asdict

from rich.console import Console

from persistence.database_url import from_environment
from persistence.errors import PersistenceError, Unfit
from persistence.journal import epochs
from persistence.journal.epochs import RenewedEpochs
from persistence.migrate import check
from persistence.pool import Database, Executor
from persistence.tables.operating import running_nodes
from schema.text.counted_nouns import counted
from schema.text.one_line import one_line

LONGEST_SECONDS = 3_600.0
"""For each statement: all projects are in one transaction."""

DESCRIPTION = """
Give every project a new epoch, and its snapshots with it, after a backup was restored: clients that
have seen more then start from fresh state. After a standby was promoted nodes do this by themselves
for each project that they open; this does it for all. Stop all nodes first. All is done in one
transaction; running it again harms nothing.
"""


IS_READ_ONLY = """
SELECT current_setting('transaction_read_only')::boolean
"""


async def new_epochs(dsn: str, *, force: bool = False) -> RenewedEpochs:
    """Renew the epochs of this database; raises `Unfit` if nodes run, unless forced."""
    await check(dsn)
    db = await Database.open(
        dsn,
        max_size=1,
        statement_timeout_seconds=LONGEST_SECONDS,
        application_name="prime new-epochs",
    )
    try:
        await _refuse_standby(db)
        return await (epochs.renew(db) if force else _renew_without_nodes(db))
    finally:
        await db.close()


async def _renew_without_nodes(db: Executor) -> RenewedEpochs:
    """Raises `Unfit` where nodes are running, or one starts meanwhile."""
    await running_nodes.wait_for_nodes(db)
    async with db.transaction() as transaction:
        await running_nodes.refuse_nodes(transaction)
        renewed = await epochs.renew(transaction)
        await running_nodes.refuse_nodes(transaction)
        return renewed


async def _refuse_standby(db: Executor) -> None:
    """Raises `Unfit` where nothing can be written."""
    if await db.fetchval(IS_READ_ONLY):
        raise Unfit("the database is read-only; if it is a standby, promote it first")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run new-epochs",
        description=DESCRIPTION,
        epilog="The environment's DATABASE_URL says which database. Exit codes: 0 done,"
        " 1 refused or failed (nothing is changed, unless the database went away at the very end),"
        " 2 not called rightly.",
    )
    parser.add_argument("--config", metavar="FILE", help="a TOML file with settings (PRIME_CONFIG)")
    parser.add_argument("--force", action="store_true", help="even if nodes are connected")
    parser.add_argument(
        "--json", action="store_true", help="say how many have new epochs as JSON on stdout"
    )
    return parser.parse_args()


def main() -> int:
    """Exit 0 when done, 1 when the database refuses, fails or has nodes, 2 without one."""
    arguments = _arguments()
    console = Console(stderr=True)
    try:
        url = from_environment(arguments.config)
        with console.status("giving new epochs"):
            renewed = asyncio.run(new_epochs(url, force=arguments.force))
    except PersistenceError as error:
        return _fail(one_line(error.in_full), error.exit_code)
    except KeyboardInterrupt:
        return _fail("interrupted; run it again", 130)
    if arguments.json:
        print(json.dumps(asdict(renewed)))
    else:
        console.print(
            f"new epochs for {counted(renewed.projects, 'project')}"
            f" and {counted(renewed.snapshots, 'snapshot')}",
            highlight=False,
        )
    return 0


def _fail(text: str, code: int) -> int:
    print(f"new-epochs: {text}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
