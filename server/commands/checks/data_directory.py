"""Whether the directory of the embedded servers can be made, written, and has room."""

import os
import shutil

from machine.caller_paths import nearest_there, resolved, why_it_cannot_be
from server.commands.checks.finding import CheckFailed, DoubtfulFinding
from server.settings.settings import Settings

LEAST_FREE = 100 << 20
"""Bytes that a new PostgreSQL takes before it holds anything."""

ENOUGH_FREE = 1 << 30
"""Bytes; with fewer the disk is full before anyone looks."""


async def data_directory(settings: Settings) -> str:
    """As `serve` would find it, which makes it; nothing is made here."""
    starts_valkey = settings.redis_url is None and "redis_url" not in settings.given
    if settings.database_url is not None and not starts_valkey:
        return "not used: no embedded server is started"
    data = resolved(settings.data)
    nearest = nearest_there(data)
    if not nearest.is_dir() and not nearest.is_symlink():
        raise CheckFailed(f"{data}: {nearest} is a file; choose another --data")
    if problem := why_it_cannot_be(data):
        raise CheckFailed(f"{problem}; choose another --data: {data}")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise CheckFailed(
            f"{data}: this user may not write in {nearest}; choose another --data, or start as the"
            " user who owns this one"
        )
    disk = shutil.disk_usage(nearest)
    free_words = f"{disk.free / 1e6:,.0f} MB free"
    if disk.total == 0:
        raise CheckFailed(
            f"{data}: {nearest} is of the kernel, and holds no files; choose another --data"
        )
    if disk.free < LEAST_FREE:
        raise CheckFailed(f"{data}: {free_words} on that disk; make room, or choose another --data")
    if disk.free < ENOUGH_FREE:
        raise DoubtfulFinding(f"{data}: {free_words} on that disk; make room before it is full")
    return f"{data}, {'there' if nearest == data else 'made by ./run serve'}; {free_words}"
