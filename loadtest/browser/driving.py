"""A real Chromium, driven from Python over a pipe to Node: for load tests and for tests."""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Self

DRIVER = Path(__file__).parent / "driver.mjs"
STARTER = Path(__file__).parent / "chromium.sh"
NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60.0
MOST_LINE_BYTES = 64_000_000


class NoChromium(Exception):
    """There is none on this machine."""


class PageFailed(Exception):
    """What was asked of a page could not be done; the message says what Playwright does."""


def chromium() -> str:
    """The path of a Chromium; raises `NoChromium`."""
    path_found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if path_found is None:
        raise NoChromium("needs Chromium, and there is none on the PATH")
    return path_found


class Driver:
    """Node and the Chromium that it drives, for one `Browser` after the other."""

    def __init__(self, process: subprocess.Popen[bytes], line: socket.socket) -> None:
        self._process = process
        self._line = line
        """To Node; each `Browser` has a copy."""
        self.is_usable = True
        """Whether each command had its answer."""

    @classmethod
    def start(cls, node: str, packages: Path, artefacts: Path, program: str | None = None) -> Self:
        """`packages`: whose `node_modules` has what the lock of `web/` pins; `artefacts` is there.

        `program`: the Chromium; None: the first of `NAMES` on the PATH. Raises `NoChromium`; and a
        browser's first command raises `PageFailed` if it cannot start.
        """
        driver_environment = {
            "PRIME_CHROMIUM": program or chromium(),
            "PRIME_PACKAGES": str(packages),
        }
        python_end, node_end = socket.socketpair()
        with node_end:
            process = subprocess.Popen(
                [node, str(DRIVER), str(STARTER), str(artefacts)],
                stdin=node_end.fileno(),
                stdout=node_end.fileno(),
                env=os.environ | driver_environment,
            )
        return cls(process, python_end)

    @property
    def pid(self) -> int:
        """Of Node, whose descendants are Chromium's processes."""
        return self._process.pid

    async def line(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """To Node, for the loop that asks."""
        return await asyncio.open_connection(sock=self._line.dup(), limit=MOST_LINE_BYTES)

    def close(self) -> None:
        """End Chromium."""
        self._line.close()
        try:
            self._process.wait(PATIENCE if self.is_usable else 0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Browser:
    """One Chromium and its pages, each with storage of its own."""

    def __init__(
        self,
        driver: Driver,
        line: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        artefacts: Path,
    ) -> None:
        self._driver = driver
        self._reader, self._writer = line
        self.artefacts = artefacts
        """Where screenshots go."""
        self._lock = asyncio.Lock()
        """One command at a time."""

    @classmethod
    async def start(cls, driver: Driver, artefacts: Path) -> Self:
        """Without a page; nobody else asks this driver until it is closed."""
        return cls(driver, await driver.line(), artefacts)

    @property
    def pid(self) -> int:
        """As `Driver.pid`."""
        return self._driver.pid

    async def ask(self, *, patience: float = PATIENCE, **command: Any) -> Any:
        """What the driver answers; raises `PageFailed`."""
        async with self._lock, asyncio.timeout(patience):
            if not self._driver.is_usable:
                raise PageFailed("an earlier command has had no answer")
            self._driver.is_usable = False
            self._writer.write(json.dumps(command).encode() + b"\n")
            await self._writer.drain()
            line = await self._reader.readline()
            if not line:
                raise PageFailed("Chromium or its driver has ended")
            self._driver.is_usable = True
        reply = json.loads(line)
        if "error" in reply:
            raise PageFailed(reply["error"])
        return reply["value"]

    async def open(
        self, name: str, url: str, context: dict[str, Any] | str | None = None, before: str = ""
    ) -> "Page":
        """A page of its own, or one that shares the storage of another. `before`: runs first."""
        await self.ask(do="open", page=name, url=url, context=context or {}, before=before)
        return Page(self, name)

    @contextlib.asynccontextmanager
    async def without_server(self) -> AsyncIterator[None]:
        """A server that does not answer is no fault; leave it once pages are connected."""
        await self.ask(do="server", is_down=True)
        try:
            yield
        finally:
            await self.ask(do="server", is_down=False)

    async def faults(self) -> list[str]:
        """What pages have reported as errors since this was asked last."""
        messages: list[str] = await self.ask(do="faults")
        return messages

    async def close(self) -> None:
        """All its pages, with their storage; another may ask the driver then, if it is usable."""
        try:
            if self._driver.is_usable:
                await self.ask(do="renew")
        except PageFailed:
            self._driver.is_usable = False
            raise
        finally:
            self._writer.close()
            await self._writer.wait_closed()


class Page:
    """One page; selectors are Playwright's."""

    def __init__(self, browser: Browser, name: str) -> None:
        self._browser = browser
        self.name = name

    async def do(self, command: str, *args: Any) -> Any:
        """Any method of Playwright's page, as `mouse.move` or `context.setOffline`."""
        return await self._browser.ask(do=command, page=self.name, args=list(args))

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

    async def value(self, expression: str, patience: float = PATIENCE) -> Any:
        """What a JavaScript expression, or the promise that it is, comes to."""
        return await self._browser.ask(
            do="value", page=self.name, expression=expression, patience=patience
        )

    async def debugger(self, method: str, **params: Any) -> Any:
        """A command of the DevTools protocol, and its answer."""
        return await self._browser.ask(do="debugger", page=self.name, method=method, params=params)

    async def trace(
        self, categories: Sequence[str], names: Sequence[str], expression: str, patience: float
    ) -> list[dict[str, Any]]:
        """Chromium's trace events of these names, while an expression's promise is awaited."""
        reply = await self._browser.ask(
            do="trace",
            page=self.name,
            categories=list(categories),
            names=list(names),
            expression=expression,
            patience=patience,
        )
        events: list[dict[str, Any]] = reply["events"]
        return events

    async def press(self, selector: str, *keys: str) -> None:
        """Keys, with the focus on an element."""
        await self.do("focus", selector)
        for key in keys:
            await self.do("keyboard.press", key)

    async def screenshot(self, name: str) -> None:
        """Kept as an artefact."""
        await self.do("screenshot", {"path": str(self._browser.artefacts / f"{name}.png")})

    async def close(self) -> None:
        """And the storage that it had for itself."""
        await self._browser.ask(do="end", page=self.name)

    async def accessible(self) -> None:
        """Raises `PageFailed` where axe-core knows of something serious that is wrong with it."""
        violations = await self._browser.ask(do="axe", page=self.name)
        if violations:
            raise PageFailed("\n".join(violations))
