"""Small programs of this checkout beside a cluster: they ask, watch, or get in the way."""

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

from machine.children.child_program import CHECKOUT, child_environment, last_lines

GONE_SECONDS = 10.0


class ChildFailed(Exception):
    """It did not do what it is there for; the message has the end of what it said."""


async def ask(database_url: str, module: str, *words: str) -> dict[str, Any]:
    """Run one to its end, and return the line that it said; raises `ChildFailed`."""
    process = await _start(database_url, module, words)
    assert process.stdin is not None
    output, problems = await process.communicate()
    if process.returncode != 0:
        raise ChildFailed(f"{module} {' '.join(words)}: {last_lines(problems.decode())}")
    answer: dict[str, Any] = json.loads(output)
    return answer


@contextlib.asynccontextmanager
async def beside(
    database_url: str, module: str, *words: str
) -> AsyncIterator[tuple[dict[str, Any], asyncio.StreamReader]]:
    """One that stays until the end of `async with`: its first line, and where it says more."""
    process = await _start(database_url, module, words)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = await process.stdout.readline()
        if not line:
            raise ChildFailed(f"{module}: {last_lines((await process.stderr.read()).decode())}")
        yield json.loads(line), process.stdout
    finally:
        process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(GONE_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _start(
    database_url: str, module: str, arguments: tuple[str, ...]
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=CHECKOUT,
        env=child_environment({"DATABASE_URL": database_url}),
        start_new_session=True,
    )
