"""The running nodes of the server's tests."""

from tests.server.conftest import node, nodes

__all__ = ["node", "nodes"]
