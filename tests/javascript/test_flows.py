"""A client in JavaScript, on `ws` alone, against a server: what PROTOCOL.md tells is enough."""

import asyncio

import pytest

from tests.javascript.node import HERE
from tests.javascript.node import Node as JavaScript
from tests.server.conftest import Node

pytestmark = pytest.mark.postgres


async def run(packages: JavaScript, script: str, *words: str) -> list[str]:
    """The lines of a script of flows/ that ran to its end."""
    process = await asyncio.create_subprocess_exec(
        packages.command,
        str(HERE / "flows" / script),
        *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=packages.environment,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    said: list[str] = []
    try:
        async with asyncio.timeout(100):
            async for line in process.stdout:
                said.append(line.decode().rstrip())  # noqa: PERF401 - kept when the time is up
            problems = await process.stderr.read()
            await process.wait()
    except TimeoutError:
        pytest.fail(f"no end; it came as far as {said}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, problems.decode()
    return said


@pytest.mark.parametrize("codec", ["json", "msgpack"])
async def test_the_flows_of_a_client(node: Node, packages: JavaScript, codec: str) -> None:
    done = await run(packages, "flows.mjs", node.url, codec)
    assert len(done) == 15


@pytest.mark.parametrize("codec", ["json", "msgpack"])
async def test_E13_names_of_objects_are_refused_at_every_door(
    node: Node, packages: JavaScript, codec: str
) -> None:
    *doors, tries = await run(packages, "names.mjs", node.url, codec)
    assert len(doors) == 9
    assert int(tries.split()[0]) > 200
