"""The database, as a node that starts would find it. Nothing there is changed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import fields
from functools import partial

from persistence import migrate
from persistence.errors import PersistenceError
from persistence.lanes import Lanes, LaneSizes
from persistence.pool import Database
from persistence.starting import database_status
from persistence.starting.database_requirements import check_durability, connected
from schema.text.one_line import one_line
from server.commands import clock_difference
from server.commands.checks.finding import (
    CheckFailed,
    DoubtfulFinding,
    Finding,
    FindingState,
    finding,
    not_looked_at,
)
from server.node_secrets import is_secret_known
from server.settings.settings import Settings

NAME = "prime check"
"""`application_name`: by it no other command takes us for a node."""

Look = Callable[[Settings, Database], Awaitable[str]]


async def database_findings(settings: Settings) -> Sequence[Finding]:
    """All that is asked of it; where it does not answer, that is told once."""
    assert settings.database_url is not None
    other_checks = {
        "connections": _connections,
        "clock": _clock,
        "schema": _schema,
        "rights": _rights,
        "secret": _secret,
    }
    try:
        async with connected(settings.database_url, NAME):
            pass  # it is one that may be Prime's, it can be written, and no pooler shares it
        db = await Database.open(settings.database_url, max_size=1, application_name=NAME)
    except PersistenceError as error:
        failed_finding = Finding("database", FindingState.FAILED, one_line(error.in_full))
        return [
            failed_finding,
            *(not_looked_at(name, "it hangs on the database") for name in other_checks),
        ]
    try:
        first = await finding("database", partial(_database, db))
        named_checks = [
            (name, partial(check, settings, db)) for name, check in other_checks.items()
        ]
        return [first, *[await finding(name, check) for name, check in named_checks]]
    finally:
        await db.close()


async def _database(db: Database) -> str:
    facts = await database_status.facts(db)
    await check_durability(db)
    role_words = facts.role
    if facts.is_owner:
        role_words += (
            " (the tables' owner, who has every right: if nodes have another role, look as it)"
        )
    return f"PostgreSQL {facts.version}, database {facts.database}, as {role_words}; durable"


async def _connections(settings: Settings, db: Database) -> str:
    facts = await database_status.facts(db)
    needed_count = settings.lanes.total
    free_count = facts.most_connections - facts.open_connections + 1
    sentence = (
        f"{facts.most_connections} connections, {free_count} of them free; "
        f"a node opens up to {needed_count}"
    )
    if free_count < needed_count:
        raise DoubtfulFinding(
            f"{sentence}: raise max_connections, or lower PRIME_DB_* where other nodes wait"
        )
    return sentence


async def _clock(settings: Settings, db: Database) -> str:
    seconds_ahead = await database_status.clock_ahead(db)
    sentence = clock_difference.difference(seconds_ahead)
    if sentence is None:
        return "that of this machine is the database server's"
    if abs(seconds_ahead) < clock_difference.TOLD_APART_SECONDS:
        raise DoubtfulFinding(sentence)
    raise CheckFailed(f"{sentence}: until then nodes refuse each other's logins")


async def _schema(settings: Settings, db: Database) -> str:
    applied_numbers = await database_status.applied(db)
    if not applied_numbers:
        raise CheckFailed("there is nothing of Prime yet; run ./run migrate")
    known_migrations = [migration.name for migration in migrate.known_migrations()]
    assert settings.database_url is not None
    await migrate.check(settings.database_url)
    if newer := [name for name in applied_numbers if name not in known_migrations]:
        raise DoubtfulFinding(
            f"newer than this Prime by {', '.join(newer)}, which it can work with"
        )
    return f"current: {known_migrations[-1]}"


async def _rights(settings: Settings, db: Database) -> str:
    """Opens what a node opens, with one connection for each kind of work."""
    if not await database_status.applied(db):
        raise CheckFailed("none are given, as there is nothing of Prime yet; run ./run migrate")
    assert settings.database_url is not None
    sizes = LaneSizes(**{field.name: 1 for field in fields(LaneSizes)})
    lanes = await Lanes.open(settings.database_url, sizes, settings.caller_database_url)
    await lanes.close()
    return "what users ask for runs as prime_caller, and all it needs is granted"


async def _secret(settings: Settings, db: Database) -> str:
    if not await database_status.has_table(db, "server_secrets"):
        return "no node has served from this database yet"
    whose_secret = "PRIME_SECRET" if settings.secret else "the one that the database keeps"
    if not await is_secret_known(settings.secret, db, settings.believed_secrets):
        return f"no node has served from this database yet; the first one has {whose_secret}"
    return f"{whose_secret}, the same as that of the nodes of this database"
