"""Node, with what the lock of `web/` pins; the tests are skipped where there is none."""

import pytest

from tests.javascript.node import Node, packages_in
from tests.server.conftest import node, nodes
from tests.web.building import WEB

__all__ = ["node", "nodes"]


@pytest.fixture(scope="session")
def web() -> Node:
    return packages_in(WEB, "web")
