"""A JSON line for each checkpoint that is stored of some projects, until a signal.

Run as `python -m server.states.checkpoint_watch PROJECT...`. A checkpoint takes the place of the
one before, so a wrong one may be gone before anyone asks. This reads each and says what its content
comes to; whoever has the journal judges it.
"""

import argparse
import asyncio
import json
import os
import sys

import uvloop

from persistence.database_url import from_environment
from persistence.errors import BadSetting, NotFound, PersistenceError
from persistence.journal import stored_states
from persistence.pool import Database
from persistence.tables import studio_projects
from server.states.journal_audit import digest_of_content

LOOK_SECONDS = 0.25
PATIENCE_SECONDS = 0.5


async def watch(database_url: str, projects: list[str]) -> None:
    """Look until cancelled; a database that does not answer is asked again."""
    newest_seen: dict[str, tuple[str, int]] = {}
    while True:
        try:
            db = await Database.open(database_url, max_size=1, application_name="prime watch")
            try:
                while True:
                    await _print_new_checkpoints(db, projects, newest_seen)
                    await asyncio.sleep(LOOK_SECONDS)
            finally:
                await db.close()
        except PersistenceError:
            await asyncio.sleep(PATIENCE_SECONDS)


async def _print_new_checkpoints(
    db: Database, projects: list[str], printed_places: dict[str, tuple[str, int]]
) -> None:
    stands = await studio_projects.checkpoints_among(db, projects)
    for project, stand in stands.items():
        if printed_places.get(project) == stand:
            continue
        try:
            checkpoint = await stored_states.newest(db, project)
        except NotFound:
            continue
        printed_places[project] = (checkpoint.epoch, checkpoint.seq)
        report = {"project": project, "epoch": checkpoint.epoch, "seq": checkpoint.seq}
        print(json.dumps(report | {"digest": digest_of_content(checkpoint)}), flush=True)


def main() -> int:
    """Run until a signal; 2 without a database."""
    parser = argparse.ArgumentParser(
        prog="python -m server.states.checkpoint_watch",
        description=__doc__,
    )
    parser.add_argument("projects", nargs="+", metavar="PROJECT", help="its id")
    arguments = parser.parse_args()
    try:
        url = from_environment()
    except BadSetting as error:
        print(f"checkpoint_watch: {error}", file=sys.stderr)
        return error.exit_code
    print(json.dumps({"pid": os.getpid()}), flush=True)
    uvloop.run(watch(url, arguments.projects))
    return 0


if __name__ == "__main__":
    sys.exit(main())
