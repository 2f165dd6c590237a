"""Node.js for the tests of this folder, and a server."""

import pytest

from tests.javascript.node import Node, node_with_packages, plain_node
from tests.server.conftest import node, nodes

__all__ = ["node", "nodes"]


@pytest.fixture(scope="session")
def javascript() -> Node:
    """Node.js without any package."""
    return plain_node()


@pytest.fixture(scope="session")
def packages() -> Node:
    """Node.js with the packages of `package-lock.json`."""
    return node_with_packages()
