"""What somebody does on the studio page, step by step."""

import json
from typing import Any

from tests.server.conftest import Node, create_project
from tests.server.wire import Wire
from tests.web.browser.driving import Browser, Page

PASSWORD = "a kettle of 7 songs"
ROOM = "prime.studio.room.value"
HOSTILE = "<img src=x onerror=alert(1)>" + "x" * 120 + "\u202eabc\u202c"
SLIDER = "[role=slider][aria-label='Volume of Lead']"
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "hasTouch": True}


def address_of(node: Node, path: str) -> str:
    """Of a page of a node."""
    return node.url.replace("ws", "http", 1).removesuffix("/v1") + path


def page_of(node: Node, part: str = "") -> str:
    """The address of the studio page."""
    return address_of(node, f"/studio{part}")


async def invited(ann: Wire, project: str, node: Node, role: str = "editor", **more: Any) -> str:
    """The page's address with an invitation for ten; `more`: what else it says."""
    said = {"project": project, "role": role, "max_uses": 10} | more
    made = await ann.result("invitations.create", **said)
    return page_of(node, f"#invite={made['token']}")


async def song(ann: Wire, name: str = "Lead") -> str:
    """A project with a track, its channel and a clip with a note; ann is in its room."""
    project = await create_project(ann)
    await ann.join(project)
    channel = {"name": name, "dest": "ch_master"}
    ops: list[dict[str, Any]] = [
        {"op": "insert", "col": "channels", "id": "ch_lead_01", "entity": channel},
        {"op": "insert", "col": "tracks", "id": "tr_lead_01",
         "entity": {"name": name, "channel": "ch_lead_01"}},
        {"op": "insert", "col": "clips", "id": "cl_lead_01",
         "entity": {"track": "tr_lead_01", "time": 4.0, "duration": 4.0, "name": name}},
        {"op": "insert", "col": "notes", "id": "no_lead_01",
         "entity": {"clip": "cl_lead_01", "time": 0.0, "duration": 1.0, "key": 60}},
    ]  # fmt: skip
    said = await ann.edit(project, *ops)
    assert said["t"] == "ack", said
    return project


async def register(page: Page, name: str) -> None:
    """Make an account on the page that asks for one."""
    await page.click("text=Make an account")
    await page.fill("input[name=name]", name)
    await page.fill("input[name=username]", name.lower())
    await page.fill("input[name=email]", f"{name.lower()}@example.org")
    await page.fill("input[name=password]", PASSWORD)
    await page.click("button:has-text('Make the account')")


async def enter_by(
    browser: Browser, name: str, address: str, before: str = "", **context: Any
) -> Page:
    """Come by an invitation's address, with a new account, into its project."""
    page = await browser.open(name, address, context, before)
    await register(page, name)
    await synced(page)
    return page


async def guest_by(
    browser: Browser, name: str, address: str, before: str = "", page: str = "", **context: Any
) -> Page:
    """Come as a guest by the address of an invitation that lets guests in; `page`: its own name,
    where another has that of the guest."""
    opened = await browser.open(page or name, address, context, before)
    await opened.fill("input[name=name]", name)
    await opened.click("button:has-text('Come in')")
    await synced(opened)
    return opened


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


async def box_of(page: Page, selector: str, nth: int = 0) -> tuple[float, float, float, float]:
    """Left, top, width and height of what is on the page."""
    x, y, width, height = await page.value(
        "(({x, y, width, height}) => [x, y, width, height])"
        f"(document.querySelectorAll({json.dumps(selector)})[{nth}].getBoundingClientRect())"
    )
    return x, y, width, height


async def axis(page: Page) -> tuple[float, float, float]:
    """Left and top of the time line, and pixels a beat, while the whole song is shown."""
    x, y, _, _ = await box_of(page, ".timeline canvas")
    return x, y, await page.value("(document.querySelector('.timeline').clientWidth - 16) / 16")
