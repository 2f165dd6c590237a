"""A PostgreSQL of one's own, as a child process."""

import signal
from pathlib import Path

from machine.children.child_program import ChildProgram, Program

POSTGRES_SECONDS = 90.0
"""Creating a database and recovering one both take seconds; on a slow disk, many."""


def local_postgres(directory: Path) -> ChildProgram:
    """PostgreSQL; to be started with `--data` and a directory, where it says its `database_url`."""
    log = directory / "postgres-launcher.log"
    module = "machine.embedded_postgres"
    return ChildProgram(Program("PostgreSQL", module, log, POSTGRES_SECONDS, signal.SIGTERM))
