"""The studio page in a load test: opened by somebody who has logged in before, and measured."""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from loadtest.bare.bare_prime import BarePrime
from loadtest.browser.driving import Browser, Page
from loadtest.browser.frames import CATEGORIES, NAMES, Frames, frames_of
from loadtest.nodes.server_watch import cpu_seconds

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "web" / "dist"
IN_PAGE = Path(__file__).parent / "in_page.js"

TOKEN = "prime.refresh_token"
"""The page keeps its login under that name."""

FILES: Mapping[str, Sequence[str]] = {
    "sdk": ("prime.js",),
    "page": ("studio.html", "studio.js", "studio.css"),
}
"""What a program loads, and what the page does."""

SLACK_SECONDS = 60.0


def bundle_kb() -> dict[str, float]:
    """What is sent of each, zipped, in thousands of bytes."""
    return {
        name: round(sum(len(gzip.compress((DIST / file).read_bytes())) for file in files) / 1e3, 1)
        for name, files in FILES.items()
    }


class StudioPage:
    """One load of the page, in a context of its own: nothing of it is in a cache."""

    def __init__(self, browser: Browser, page: Page) -> None:
        self._browser = browser
        self._page = page

    @classmethod
    async def open(
        cls, browser: Browser, name: str, url: str, login: tuple[str, str], project: str
    ) -> "StudioPage":
        """`url`: of the server's socket; `login`: e-mail address and password."""
        stranger = await BarePrime.open(url, "the page's login")
        tokens = await stranger.call("auth.login", email=login[0], password=login[1])
        stranger.close()
        keep = f"localStorage.setItem({json.dumps(TOKEN)}, {json.dumps(tokens['refresh_token'])});"
        address = url.replace("ws", "http", 1).removesuffix("/v1") + f"/studio#project={project}"
        before = keep + IN_PAGE.read_text(encoding="utf-8")
        return cls(browser, await browser.open(name, address, {}, before))

    async def first_edit(self) -> dict[str, float]:
        """Milliseconds from the start of the load; see `in_page.js`."""
        edit_ms: dict[str, float] = await self._page.value("measured.firstEdit()")
        return edit_ms

    async def frames(self, seconds: float, *, scrolls: bool) -> tuple[Frames, float]:
        """What a trace of so long shows, and Chromium's processor time for each frame, in ms.

        The second is of as long a time before it: a trace takes as much as what it looks at.
        """
        expression = f"measured.frames({seconds}, {'true' if scrolls else 'false'})"
        patience = seconds * 4 + SLACK_SECONDS
        before = cpu_seconds([self._browser.pid])
        count = await self._page.value(expression, patience)
        cpu_seconds_used = cpu_seconds([self._browser.pid]) - before
        events = await self._page.trace(CATEGORIES, NAMES, expression, patience)
        return frames_of(events), cpu_seconds_used * 1_000 / max(1, count)

    async def slow_down(self, times: float) -> None:
        """Its thread runs so many times slower, as on a phone; 1: as fast as it can."""
        await self._page.debugger("Emulation.setCPUThrottlingRate", rate=times)

    async def heap_mb(self) -> float:
        """What its script holds once what nobody needs is collected."""
        await self._page.debugger("HeapProfiler.collectGarbage")
        used_bytes: float = (await self._page.debugger("Runtime.getHeapUsage"))["usedSize"]
        return used_bytes / 1e6

    async def close(self) -> None:
        """And the storage that it had."""
        await self._page.close()
