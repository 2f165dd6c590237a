"""The Chromium of load tests, for tests: they are skipped where there is none."""

from pathlib import Path

import pytest

from loadtest.browser.driving import Browser, NoChromium, Page
from tests.javascript.node import Node

__all__ = ["Browser", "Page", "in_chromium", "start_browser"]

ARTEFACTS = Path(__file__).parents[3] / ".artefacts"
"""Screenshots, to be looked at; git ignores them."""


def in_chromium(longest: int = 10, timeout: int = 300) -> list[pytest.MarkDecorator]:
    """The marks of a module of such tests; `longest`: about how many seconds its longest takes."""
    mark = pytest.mark
    return [mark.postgres, mark.hub, mark.slow, mark.timeout(timeout), mark.longest(longest)]


async def start_browser(node: Node) -> Browser:
    """One that is ended by who asked for it."""
    assert node.packages is not None
    ARTEFACTS.mkdir(exist_ok=True)
    try:
        return await Browser.start(node.command, node.packages, ARTEFACTS)
    except NoChromium as why:
        pytest.skip(str(why))
