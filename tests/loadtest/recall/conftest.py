"""A whole server in the test's own loop."""

from tests.server.conftest import node, nodes

__all__ = ["node", "nodes"]
