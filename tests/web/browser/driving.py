"""The Chromium of load tests, for tests: they are skipped where there is none."""

from pathlib import Path

import pytest

from loadtest.browser.driving import Browser, NoChromium, Page
from tests.javascript.node import Node

__all__ = ["Browser", "Page", "start_browser"]

ARTEFACTS = Path(__file__).parents[3] / ".artefacts"
"""Screenshots, to be looked at; git ignores them."""


async def start_browser(node: Node) -> Browser:
    """One that is ended by who asked for it."""
    assert node.packages is not None
    ARTEFACTS.mkdir(exist_ok=True)
    ARTEFACTS.mkdir(exist_ok=True)
    try:
        return await Browser.start(node.command, node.packages, ARTEFACTS)
    except NoChromium as why:
        pytest.skip(str(why))
