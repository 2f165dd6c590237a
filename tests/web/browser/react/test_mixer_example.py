"""The example `web/examples/mixer` in a real browser, against a node: two guests and a musician."""

import shutil
from pathlib import Path

import pytest

from tests.javascript.node import Node as JavaScript
from tests.server.conftest import Node, create_project
from tests.web.browser.driving import Browser, Page, in_chromium
from tests.web.browser.studio import address_of, box_of
from tests.web.building import WEB, bundled_page

pytestmark = in_chromium()

EXAMPLE = WEB / "examples" / "mixer"
FADER = "input[aria-label='Volume of Lead']"
MOST_LINES = 150


@pytest.fixture
def pages(web: JavaScript, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What nodes of this test serve: the example."""
    folder = tmp_path / "pages"
    bundled_page(web, EXAMPLE / "mixer.tsx", folder)
    for name in ("index.html", "mixer.css"):
        shutil.copy(EXAMPLE / name, folder)
    monkeypatch.setattr("server.app.FOLDER", folder)
    return folder


async def come_in(browser: Browser, node: Node, name: str, invitation: str) -> Page:
    """As a guest."""
    page = await browser.open(name, address_of(node, "/web/index.html"))
    await fill_in(page, node, name, invitation)
    return page


async def fill_in(page: Page, node: Node, name: str, invitation: str) -> None:
    await page.fill("input[name=link]", address_of(node, f"/studio#invite={invitation}"))
    await page.fill("input[name=name]", name)
    await page.click("button")


async def test_guests_come_by_a_link_ride_faders_see_each_other_and_undo(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    lead = {"name": "Lead", "dest": "ch_master", "order": "a1"}
    await ann.edit(project, {"op": "insert", "col": "channels", "id": "ch_lead_01", "entity": lead})
    made = await ann.result(
        "invitations.create", project=project, role="editor", max_uses=5, guests=True
    )
    ben = await come_in(browser, node, "Ben", made["token"])
    await ben.see(FADER)
    await ben.accessible()
    cleo = await come_in(browser, node, "Cleo", made["token"])
    await cleo.see("header li:has-text('Ben')")
    await ben.see("header li:has-text('Cleo')")

    await ben.do("hover", f"section:has({FADER})")
    await cleo.see(f"section:has({FADER}) li:has-text('Ben')")
    x, y, width, height = await box_of(ben, FADER)
    await ben.do("hover", FADER)
    await ben.do("mouse.down")
    for part in (0.6, 0.7, 0.8):
        await ben.do("mouse.move", x + width / 2, y + height * part)
    await cleo.see("output:has-text('Ben moves it')")
    await ben.screenshot("mixer-example")
    await ben.do("mouse.up")
    delta = await ann.until("delta")
    [op] = delta["ops"]
    assert (op["id"], set(op["props"])) == ("ch_lead_01", {"volume"})
    volume = round(op["props"]["volume"], 2)
    assert volume < 1
    await cleo.until(f'document.querySelector("{FADER}").value === "{volume}"')
    await cleo.until("!document.body.textContent.includes('moves it')")
    await ben.click("button:has-text('Undo')")
    await cleo.until(f'document.querySelector("{FADER}").value === "1"')
    await ben.press(FADER, "ArrowDown")
    await cleo.until(f'document.querySelector("{FADER}").value === "0.99"')
    await ben.click(f"section:has({FADER}) button")
    await cleo.see(f"section:has({FADER}) button[aria-pressed=true]")
    await cleo.see("[role=status]:has-text('saved')")
    await ben.do("reload")
    await fill_in(ben, node, "Somebody else", made["token"])
    await ben.see(FADER)
    names = "[...document.querySelectorAll('header li')].map((each) => each.textContent).join()"
    await cleo.until(f"{names} === 'ann,Ben'")  # the same guest, who was logged in


async def test_a_link_that_lets_nobody_in_is_a_sentence(node: Node, browser: Browser) -> None:
    page = await come_in(browser, node, "Ben", "none-such")
    await page.until("document.querySelector('[role=alert]').textContent !== ''")


def test_it_is_short() -> None:
    assert len((EXAMPLE / "mixer.tsx").read_text().splitlines()) <= MOST_LINES
