"""Names that look like a page's own parts are text wherever a name is shown, and nothing else."""

from typing import Any

from persistence.pool import Database
from tests.server.conftest import Node
from tests.server.wire import Wire
from tests.web.browser.driving import Browser, Page, in_chromium
from tests.web.browser.studio import (
    HOSTILE,
    PASSWORD,
    address_of,
    enter_by,
    invited,
    song,
    synced,
)

pytestmark = in_chromium()

ELEMENT = "<img src=x onerror=alert(1)>"
"""Of a name that may hold nothing invisible: a user's, a project's, a snapshot's."""

PANELS = ("Mixer", "Notes", "Scenes", "People", "Inspector", "Snapshots", "History")

CLOSED = (
    "[...document.querySelectorAll('.tabs button')]"
    ".find((each) => each.textContent === 'PANEL').ariaExpanded !== 'true'"
)

MADE = "document.querySelectorAll('img[src=x], script:not([src])').length"
"""Elements that no page of ours has: each would be a name that was taken for one."""


async def hostile_song(ann: Wire) -> str:
    """Everything in it that has a name has that one."""
    project = await song(ann, HOSTILE)
    ops: list[dict[str, Any]] = [
        {"op": "insert", "col": "markers", "id": "mk_drop_01",
         "entity": {"time": 4.0, "name": HOSTILE}},
        {"op": "insert", "col": "scenes", "id": "sc_intro_01", "entity": {"name": HOSTILE}},
        {"op": "insert", "col": "devices", "id": "de_synth_01",
         "entity": {"channel": "ch_lead_01", "name": HOSTILE}},
    ]  # fmt: skip
    for op in ops:
        said = await ann.edit(project, op)
        assert said["t"] == "ack", said
    row = await ann.result("projects.get", project=project)
    await ann.result("projects.update", project=project, version=row["version"], name=ELEMENT)
    account = await ann.result("account.get")
    await ann.result("account.update", version=account["version"], name=ELEMENT)
    await ann.result("snapshots.create", project=project, name=ELEMENT, description=HOSTILE)
    return project


async def shows(page: Page, text: str) -> bool:
    """Whether the page has it as text."""
    found: bool = await page.value(f"document.body.textContent.includes({text!r})")
    return found


async def test_every_panel_of_the_studio_shows_them_as_text(node: Node, browser: Browser) -> None:
    ann = await node.musician("ann")
    project = await hostile_song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ann.send(
        {"t": "presence", "project": project, "cursor": {"time": 5, "track": "tr_lead_01"}}
    )
    for panel in PANELS:
        if await ben.value(CLOSED.replace("PANEL", panel)):
            await ben.click(f".tabs button:text-is('{panel}')")
        await ben.see(f".tabs [aria-expanded=true]:has-text('{panel}')")
        assert await ben.value(MADE) == 0, panel
        assert await shows(ben, ELEMENT), panel
    await ben.screenshot("hostile names")
    await ben.accessible()
    await ann.result(
        "members.revoke", project=project, user=await ben.value("prime.studio.client.user.value.id")
    )
    await ben.see(".toast")
    assert await ben.value(MADE) == 0, "also where one is told that one is out"


async def test_the_list_of_projects_and_the_page_for_operators_show_them_as_text(
    node: Node, browser: Browser, database: Database
) -> None:
    ann = await node.musician("ann")
    project = await hostile_song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await synced(ben)
    await ben.click("[aria-label='To the projects']")
    await ben.see(".project-row")
    assert await shows(ben, ELEMENT)
    assert await ben.value(MADE) == 0
    await database.execute("UPDATE prime_users SET is_operator = true WHERE username = 'ben'")
    olga = await browser.open("olga", address_of(node, "/operator"))
    await olga.fill("input[name=email]", "ben@example.org")
    await olga.fill("input[name=password]", PASSWORD)
    await olga.click("button:has-text('Log in')")
    await olga.see(f"button:has-text('{ELEMENT}')")
    await olga.click(f"button:has-text('{ELEMENT}')")
    await olga.see("th:has-text('<img src=x')")
    assert await olga.value(MADE) == 0


async def test_a_name_of_ten_thousand_characters_is_refused_with_a_sentence(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ben.value(
        "prime.studio.room.value.edit((tx) => tx.set('tracks', 'tr_lead_01',"
        " { name: 'x'.repeat(10_000) })); 0"
    )
    await ben.see(".toast.failure, .toast.warning")
    await ben.until("prime.studio.room.value.get('tracks', 'tr_lead_01').name === 'Lead'")
    await ben.accessible()
