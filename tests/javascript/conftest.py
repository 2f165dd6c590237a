"""Node for the tests of this folder."""

import pytest

from tests.javascript.node import Node, node_with_packages, plain_node


@pytest.fixture(scope="session")
def node() -> Node:
    """Without any package."""
    return plain_node()


@pytest.fixture(scope="session")
def node_packages() -> Node:
    """With the packages of `package-lock.json`."""
    return node_with_packages()
