"""Node, with what the lock of `web/` pins; the tests are skipped where there is none."""

import pytest

from tests.javascript.node import Node, packages_in
from tests.web.building import WEB


@pytest.fixture(scope="session")
def web() -> Node:
    return packages_in(WEB, "web")
