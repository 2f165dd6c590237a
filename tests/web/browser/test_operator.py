"""The page for operators: who may see it, what it shows, and what is done from it."""

from typing import Any

import pytest

from persistence.pool import Database
from server.control_plane.latencies import histogram_map
from server.events.events import EventSubject
from server.metrics.durations import Durations
from tests.server.conftest import Node, Nodes, create_project, eventually
from tests.server.wire import Wire, marker
from tests.web.browser.driving import Browser, Page, in_chromium
from tests.web.browser.studio import PASSWORD, address_of

pytestmark = in_chromium()


@pytest.fixture(autouse=True)
def nothing_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine of a test may be busy: that is no finding here."""

    def nothing(*each: Durations) -> dict[str, Any]:
        return histogram_map(Durations(each[0].bounds))

    monkeypatch.setattr("server.node_figures.node_health.histogram_map", nothing)


MAKE_OPERATORS = "UPDATE prime_users SET is_operator = true WHERE username = 'olga'"


async def a_room(node: Node) -> tuple[Wire, str]:
    ann = await node.musician("ann")
    project = await create_project(ann, "Night drive")
    await ann.join(project)
    assert (await ann.edit(project, marker("marker_01")))["t"] == "ack"
    return ann, project


async def registered(node: Node, browser: Browser, context: dict[str, Any] | None = None) -> Page:
    """The page, as olga has it, who is no operator yet."""
    page = await browser.open("page", address_of(node, "/operator"), context)
    await page.click("text=Make an account")
    await page.fill("input[name=username]", "olga")
    await page.fill("input[name=email]", "olga@example.org")
    await page.fill("input[name=password]", PASSWORD)
    await page.click("button:has-text('Make the account')")
    await page.see("[role=alert]:has-text('make-operator olga')")
    return page


async def of_an_operator(
    node: Node, browser: Browser, database: Database, context: dict[str, Any] | None = None
) -> Page:
    page = await registered(node, browser, context)
    await database.execute(MAKE_OPERATORS)
    await page.see("table:has-text('Night drive')")
    return page


async def confirmed(page: Page, opens: str, word: str, reason: str = "") -> None:
    """Open a dialog, say why, and do it."""
    await page.click(opens)
    await page.see("dialog[open]")
    await page.accessible()
    if reason:
        await page.fill("dialog input[name=reason]", reason)
    await page.click(f"dialog button:has-text('{word}')")
    await page.until("document.querySelector('dialog') === null")


async def test_an_operator_sees_nodes_rooms_and_who_is_in_them_and_others_are_told_what_to_do(
    node: Node, browser: Browser, database: Database
) -> None:
    await a_room(node)
    page = await registered(node, browser)
    await page.accessible()
    await database.execute(MAKE_OPERATORS)
    await page.see("[role=status]:has-text('All is well')")
    await page.see("td:has-text('serving')")
    await page.see("caption:has-text('how long things take of late')")
    await page.click("button:has-text('Night drive')")
    await page.see("th:has-text('ann')")
    await page.see("td:text-is('msgpack')")
    await page.see("svg[aria-label*='to its ack: half within']")
    await page.accessible()
    await page.screenshot("operator")


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_what_went_wrong_is_on_top_with_what_helps_also_on_a_narrow_page(
    node: Node, browser: Browser, database: Database, scheme: str
) -> None:
    _, project = await a_room(node)
    narrow = {"colorScheme": scheme, "viewport": {"width": 390, "height": 800}}
    page = await of_an_operator(node, browser, database, narrow)
    node.metrics.events.note("diverged", EventSubject(project, name="ann", text="device laptop"), 3)
    node.metrics.events.note("closed_connections.silent", EventSubject(name="ben"))
    node.hub.bus.is_up = False
    await page.see("[role=status]:has-text('2 things to look at')")
    await page.see(".health.bad .finding.bad:has-text('The bus is down')")
    await page.see(".finding.bad .helps code")
    await page.see("th:has-text('A client sent nothing for too long')")
    await page.accessible()
    await page.press("tr:has-text('A client sent nothing') summary", "Enter")
    await page.see("tr:has-text('docs/operating/events.md#closed_connectionssilent') pre")
    await page.do("selectOption", "select[name=kind]", "diverged")
    await page.until("!document.body.textContent.includes('sent nothing for too long')")
    width = "document.documentElement.scrollWidth <= innerWidth"
    assert await page.value(width)
    await page.screenshot(f"operator-narrow-{scheme}")
    node.hub.bus.is_up = True
    await page.see("[role=status]:has-text('One thing to look at')")


async def test_a_member_is_sent_out_and_a_room_closed_and_opened_from_the_page(
    node: Node, browser: Browser, database: Database
) -> None:
    ann, project = await a_room(node)
    page = await of_an_operator(node, browser, database)
    await page.click("button:has-text('Night drive')")
    await confirmed(page, "button:has-text('Send out')", "Send out", "The stage is needed.")
    left = await ann.until("left")
    assert (left["reason"], left["message"]) == ("kicked", "The stage is needed.")
    await page.see("[role=status]:has-text('ann is out of the room')")
    await page.see(".done summary:has-text('olga sent ann out: “The stage is needed.”')")
    await page.see(
        "tr:has(th:has-text('olga')):has(summary:has-text('sent ann out'))"
        " td:has-text('Night drive')"
    )
    entry = "tr:has(summary:has-text('sent ann out')) .stored"
    assert not await page.value("document.querySelector('tr .stored[open]') !== null")
    await page.press(f"{entry} summary", "Enter")
    await page.see(f'{entry}[open] pre:has-text("kicked")')
    await page.accessible()
    await page.screenshot("operator-audit")
    await ann.join(project)
    await confirmed(page, "text=Close this room", "Close the room", "It is mended.")
    await ann.closed(1012)
    await page.see(".done summary:has-text('olga closed the room: “It is mended.”')")
    await page.see("td:has-text('It is mended.')")
    await confirmed(page, "tr:has-text('It is mended.') button", "Open the room")
    await page.see(".done summary:has-text('olga opened the room')")
    again = await node.again(ann)
    await node.server.operator_orders.look()
    await again.join(project)


async def test_maintenance_and_a_drain_are_begun_and_ended_by_keys_alone(
    nodes: Nodes, node: Node, browser: Browser, database: Database
) -> None:
    await a_room(node)
    page = await of_an_operator(node, browser, database)
    await page.press("text=Make all read-only", "Enter")
    await page.see("dialog[open]")
    await page.do("keyboard.press", "Escape")  # nothing happens
    await page.until("document.querySelector('dialog') === null")
    assert await page.value("document.activeElement.textContent.includes('read-only')")
    assert node.hub.standing_orders.maintenance is None
    await page.press("text=Make all read-only", "Enter")
    await page.see("dialog[open]")
    await page.press("dialog input[name=reason]", *"Back", "Enter")
    await page.see(".done summary:has-text('olga made all read-only: “Back”')")
    assert await node.http("/readyz") == (200, "ready; read-only: Back\n")
    await page.see(".finding:has-text('All is read-only: Back')")
    await page.press("text=Let everyone edit again", "Enter")
    await page.see("dialog[open]")
    await page.press("dialog button[type=submit]", "Enter")
    await page.see(".done summary:has-text('olga let everyone edit again')")
    assert await node.http("/readyz") == (200, "ready\n")
    await page.press("button:has-text('Drain')", "Enter")
    await page.see("dialog:has-text('There is no other node')")
    await nodes.start()  # while that is read
    await page.see("dialog:has-text('One other node serves')")
    await page.press("dialog button[type=submit]", "Enter")

    async def drains() -> bool:
        return node.server.draining.is_on

    assert await eventually(drains)


async def test_users_of_one_name_are_told_apart(
    node: Node, browser: Browser, database: Database
) -> None:
    ann, ben, project = await node.pair()
    for wire in (ann, ben):
        version = (await wire.result("account.get"))["version"]
        await wire.result("account.update", version=version, name="Mia")
    for wire in (ann, ben):
        await wire.ask({"t": "leave", "id": "away", "project": project})
        await (await node.again(wire)).join(project)
    page = await registered(node, browser)
    await database.execute(MAKE_OPERATORS)
    await page.click("button:has-text('Song')")
    for wire in (ann, ben):
        await page.see(f"th:has-text('Mia ({wire.user[:8]})')")
        await page.see(f"button:has-text('Send out… Mia ({wire.user[:8]})')")
        await page.see(f"summary:has-text('made Mia ({ben.user[:8]}) editor')")
