"""A project that an import begins: whole in the end, or archived, or named."""

import asyncio
import contextlib
import sys
import uuid
from collections.abc import AsyncIterator
from typing import Any

from files.commands.server_of_command import LAST_CALL_SECONDS, ServerOfCommand
from files.imported_song import InList
from files.losses import printable
from prime_client.client import Client
from prime_client.failures import (
    CallFailed,
    CallInterrupted,
    CallTimedOut,
    ConnectionOver,
    PrimeError,
)

ENDING = "the song is not whole; archiving its project, which may take some seconds"


@contextlib.asynccontextmanager
async def whole_or_archived(
    server: ServerOfCommand, client: Client, name: str, in_list: InList
) -> AsyncIterator[str]:
    """A new project, by its id; archived if it cannot be filled, also if somebody interrupts us.

    The id is ours (rule C4): so it is known also where nobody heard the answer.
    """
    project = str(uuid.uuid4())
    creating = asyncio.ensure_future(client.projects.create(id=project, name=name, **in_list))
    try:
        await asyncio.shield(creating)
        yield project
    except BaseException:
        if await _may_be_there(creating):
            await _archive(server, client, project, printable(name))
        raise


async def _may_be_there(creating: "asyncio.Future[Any]") -> bool:
    """Whether the server made it, or may have; waits for its answer."""
    await asyncio.wait([creating], timeout=LAST_CALL_SECONDS)
    if not creating.done():
        creating.cancel()
        return True
    error = creating.exception()
    return not isinstance(error, CallFailed) or isinstance(error, CallInterrupted | CallTimedOut)


async def _archive(server: ServerOfCommand, client: Client, project: str, name: str) -> None:
    """Says on stderr what became of it."""
    said = (
        f"the project {name} ({project}) holds a part of the song, or nothing: archive it in the "
        f"studio, or by: ./run import --archive {project}"
    )
    print(ENDING, file=sys.stderr, flush=True)
    try:
        async with asyncio.timeout(LAST_CALL_SECONDS):
            await _archive_anyhow(server, client, project)
        said = f"the project {name} ({project}) was archived; nothing else to do"
    except CallFailed as failed:
        if failed.code == "not_found":
            said = "no project was made; nothing else to do"
    except (PrimeError, OSError, TimeoutError):
        pass
    finally:
        print(said, file=sys.stderr, flush=True)


async def _archive_anyhow(server: ServerOfCommand, client: Client, project: str) -> None:
    """By another login where ours was ended: by somebody's logout, or a window of our device."""
    try:
        await client.projects.archive(project=project)
    except ConnectionOver:
        async with server.client() as again:
            await again.projects.archive(project=project)
