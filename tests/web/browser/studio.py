"""What somebody does on the studio page, step by step."""

from typing import Any

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, Page

PASSWORD = "a kettle of 7 songs"
ROOM = "prime.studio.room.value"


def address_of(node: Node, path: str) -> str:
    """Of a page of a node."""
    return node.url.replace("ws", "http", 1).removesuffix("/v1") + path


async def register(page: Page, name: str) -> None:
    """Make an account on the page that asks for one."""
    await page.click("text=Make an account")
    await page.fill("input[name=name]", name)
    await page.fill("input[name=username]", name.lower())
    await page.fill("input[name=email]", f"{name.lower()}@example.org")
    await page.fill("input[name=password]", PASSWORD)
    await page.click("button:has-text('Make the account')")


async def enter_by(browser: Browser, name: str, address: str, **context: Any) -> Page:
    """Come by an invitation's address, with a new account, into its project."""
    page = await browser.open(name, address, context)
    await register(page, name)
    await synced(page)
    return page


async def guest_by(browser: Browser, name: str, address: str, **context: Any) -> Page:
    """Come as a guest by the address of an invitation that lets guests in."""
    page = await browser.open(name, address, context)
    await page.fill("input[name=name]", name)
    await page.click("button:has-text('Come in')")
    await synced(page)
    return page


async def synced(page: Page) -> None:
    """Wait until the song is there, and all edits are saved."""
    await page.until(f"{ROOM}?.isSynced.value === true && {ROOM}.unsaved.value === 0")


async def digest(page: Page) -> str:
    """Of what is confirmed."""
    found: str = await page.value(f"{ROOM}.digest")
    return found


async def seq(page: Page) -> int:
    """Of the newest edit that is here."""
    found: int = await page.value(f"{ROOM}.position.seq")
    return found
