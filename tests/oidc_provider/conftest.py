"""The certified provider, one for all tests, and servers that know it."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.javascript.node import Node, packages_in
from tests.server.conftest import nodes

__all__ = ["nodes"]

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """Where it listens; the test is skipped where there is no Node.js."""
    node: Node = packages_in(HERE, "oidc_provider")
    with subprocess.Popen(
        [node.command, str(HERE / "provider.mjs")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=dict(os.environ) | node.environment,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
