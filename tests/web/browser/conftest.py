"""Chromium, and the studio page in it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.javascript.node import Node
from tests.server.conftest import Node as ServerNode
from tests.server.conftest import Nodes
from tests.web.browser.driving import Browser, SharedChromium
from tests.web.building import build_pages


@pytest.fixture(scope="session")
def built(web: Node, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages as the sources make them now."""
    folder = tmp_path_factory.mktemp("pages")
    build_pages(web, folder)
    return folder


@pytest.fixture
def pages(built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nodes of this test serve them."""
    monkeypatch.setattr("server.app.FOLDER", built)
    return built


@pytest.fixture
async def node(nodes: Nodes, pages: Path) -> ServerNode:
    """A node that serves the pages."""
    return await nodes.start()


@pytest.fixture(scope="session")
def shared_chromium(web: Node) -> Iterator[SharedChromium]:
    """It ends with this process."""
    shared = SharedChromium(web)
    yield shared
    shared.close()


@pytest.fixture
async def browser(shared_chromium: SharedChromium) -> AsyncIterator[Browser]:
    """Without a page; whatever a page reports as an error fails the test."""
    started = await shared_chromium.browser()
    try:
        yield started
        assert await started.faults() == []
    finally:
        await started.close()
