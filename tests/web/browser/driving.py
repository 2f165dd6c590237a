"""The Chromium of load tests, for tests: they are skipped where there is none."""

import shutil
from pathlib import Path

import pytest

from loadtest.browser.driving import Browser, Driver, NoChromium, Page
from tests.javascript.node import Node

__all__ = ["Browser", "Page", "SharedChromium", "in_chromium"]

ARTEFACTS = Path(__file__).parents[3] / ".artefacts"
"""Screenshots, to be looked at; git ignores them."""

WITHOUT_WINDOWS = "chromium-headless-shell"
"""Chromium without all that draws windows, where there is one: it takes a sixth less."""


def in_chromium(longest: int = 10, timeout: int = 300) -> list[pytest.MarkDecorator]:
    """The marks of a module of such tests; `longest`: about how many seconds its longest takes."""
    mark = pytest.mark
    return [mark.postgres, mark.node, mark.slow, mark.timeout(timeout), mark.longest(longest)]


class SharedChromium:
    """One for all tests of a process; each has a `Browser` of its own, without a page."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._driver: Driver | None = None
        """Started for the first test, and anew after one that it has not answered."""

    async def browser(self) -> Browser:
        """For one test, which closes it."""
        if self._driver is not None and not self._driver.is_usable:
            self.close()
        if self._driver is None:
            self._driver = self._started()
        return await Browser.start(self._driver, ARTEFACTS)

    def _started(self) -> Driver:
        assert self._node.packages is not None
        ARTEFACTS.mkdir(exist_ok=True)
        try:
            return Driver.start(
                self._node.command, self._node.packages, ARTEFACTS, shutil.which(WITHOUT_WINDOWS)
            )
        except NoChromium as why:
            pytest.skip(str(why))

    def close(self) -> None:
        """End it, if it was started."""
        if self._driver is not None:
            self._driver.close()
        self._driver = None
