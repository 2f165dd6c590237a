"""A real Chromium, driven from Python over a pipe to Node."""

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import Any, Self

import pytest

from tests.javascript.node import Node

ROOT = Path(__file__).parents[3]
DRIVER = ROOT / "web" / "tests" / "browser" / "driver.mjs"
ARTEFACTS = ROOT / ".artefacts"
"""Screenshots, to be looked at; git ignores them."""

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60.0
MOST_LINE_BYTES = 16_000_000


class PageFailed(AssertionError):
    """What was asked of a page could not be done; the message says what Playwright does."""


def chromium() -> str:
    """The path of a Chromium; the test is skipped where there is none."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("there is no Chromium on the PATH")
    return found


class Browser:
    """One Chromium and its pages, each with storage of its own."""

    def __init__(self, node: Node, process: asyncio.subprocess.Process) -> None:
        self._node = node
        self._process = process
        self._lock = asyncio.Lock()
        """One command at a time."""

    @classmethod
    async def start(cls, node: Node) -> Self:
        """Raises `PageFailed` with the first command if it could not be started."""
        ARTEFACTS.mkdir(exist_ok=True)
        process = await asyncio.create_subprocess_exec(
            node.command,
            str(DRIVER),
            chromium(),
            str(ARTEFACTS),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=dict(os.environ) | {"PRIME_PACKAGES": str(node.packages)},
            limit=MOST_LINE_BYTES,
        )
        return cls(node, process)

    async def ask(self, **command: Any) -> Any:
        """What the driver answers; raises `PageFailed`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._lock, asyncio.timeout(PATIENCE):
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            await self._process.stdin.drain()
            line = await self._process.stdout.readline()
        if not line:
            raise PageFailed("Chromium or its driver has ended")
        said = json.loads(line)
        if "error" in said:
            raise PageFailed(said["error"])
        return said["value"]

    async def open(
        self, name: str, url: str, context: dict[str, Any] | str | None = None, before: str = ""
    ) -> "Page":
        """A page of its own, or one that shares the storage of another. `before`: runs first."""
        await self.ask(do="open", page=name, url=url, context=context or {}, before=before)
        return Page(self, name)

    async def faults(self) -> list[str]:
        """What pages have reported as errors since this was asked last."""
        found: list[str] = await self.ask(do="faults")
        return found

    async def close(self) -> None:
        """End Chromium."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


class Page:
    """One page; selectors are Playwright's."""

    def __init__(self, browser: Browser, name: str) -> None:
        self._browser = browser
        self.name = name

    async def do(self, what: str, *args: Any) -> Any:
        """Any method of Playwright's page, as `mouse.move` or `context.setOffline`."""
        return await self._browser.ask(do=what, page=self.name, args=list(args))

    async def click(self, selector: str) -> None:
        """Wait for it, and click it."""
        await self.do("click", selector)

    async def fill(self, selector: str, text: str) -> None:
        """Type a whole text."""
        await self.do("fill", selector, text)

    async def see(self, selector: str) -> None:
        """Wait until it is there."""
        await self.do("waitForSelector", selector)

    async def until(self, expression: str) -> None:
        """Wait until a JavaScript expression is true."""
        await self._browser.ask(do="until", page=self.name, expression=expression)

    async def value(self, expression: str) -> Any:
        """What a JavaScript expression, or the promise that it is, comes to."""
        return await self._browser.ask(do="value", page=self.name, expression=expression)

    async def press(self, selector: str, *keys: str) -> None:
        """Keys, with the focus on an element."""
        await self.do("focus", selector)
        for key in keys:
            await self.do("keyboard.press", key)

    async def screenshot(self, name: str) -> None:
        """Kept as an artefact."""
        await self.do("screenshot", {"path": str(ARTEFACTS / f"{name}.png")})

    async def accessible(self) -> None:
        """Nothing serious that axe-core knows is wrong with it."""
        found = await self._browser.ask(do="axe", page=self.name)
        assert found == [], "\n".join(found)
