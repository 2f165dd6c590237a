"""No control of the studio page is offered that the server refuses to a role, or to a guest."""

from pathlib import Path
from typing import Any

import pytest

from tests.server.conftest import Node
from tests.server.wire import Wire
from tests.web.browser.driving import Browser, Page, in_chromium
from tests.web.browser.studio import enter_by, guest_by, invited, song

pytestmark = in_chromium(longest=20)

WALK = (Path(__file__).parent / "walk.js").read_text(encoding="utf-8")

PLACES = [
    ("history", "mixer", "tracks", "tr_lead_01"),
    ("people", "pianoroll", "notes", "no_lead_01"),
    ("inspector", "launcher", "clips", "cl_lead_01"),
    ("inspector", "mixer", "channels", "ch_lead_01"),
    ("snapshots", "launcher", "scenes", "sc_intro_01"),
]


async def a_song(node: Node) -> tuple[Wire, str]:
    """With a scene, a snapshot of ann's, and everyone's history."""
    ann = await node.musician("ann")
    project = await song(ann)
    scene = {"op": "insert", "col": "scenes", "id": "sc_intro_01", "entity": {"name": "Intro"}}
    assert (await ann.edit(project, scene))["t"] == "ack"
    await ann.result("snapshots.create", project=project, name="before")
    return ann, project


async def walked(page: Page) -> list[str]:
    """What the server has refused of all that the page offers."""
    await page.value(f"{WALK}; 0")
    for side, lower, collection, entity in PLACES:
        await page.value(f"show('{side}', '{lower}', '{collection}', '{entity}')")
        await page.value("walk()", patience=120)
    assert await page.value("pressed.length") >= 35
    refused: list[str] = await page.value("refused")
    return refused


@pytest.mark.parametrize("role", ["viewer", "commenter"])
async def test_who_looks_and_listens_is_offered_nothing_that_is_refused(
    node: Node, browser: Browser, role: str
) -> None:
    ann, project = await a_song(node)
    gus = await guest_by(browser, "Gus", await invited(ann, project, node, role, guests=True))
    assert await walked(gus) == []
    assert await gus.value("prime.studio.room.value.position.seq") == 2
    pressed = await gus.value("pressed.join('; ')")
    assert "Look" in pressed
    for never in ("Fork", "Rename", "Restore", "Delete", "+ Track"):
        assert f"/ {never}" not in pressed


async def test_a_guest_who_edits_is_offered_what_editors_are_and_nothing_that_takes_an_account(
    node: Node, browser: Browser
) -> None:
    ann, project = await a_song(node)
    gus = await guest_by(browser, "Gus", await invited(ann, project, node, guests=True))
    assert await walked(gus) == []
    pressed = await gus.value("pressed.join('; ')")
    for offered in ("+ Track", "Restore", "Rename"):
        assert f"/ {offered}" in pressed
    await gus.click("[aria-label='To the projects']")
    await gus.see("p:has-text('You are here as a guest, and own no projects.')")
    assert await gus.value("document.body.textContent.includes('New project')") is False
    await gus.accessible()
    await gus.click("button:has-text('Make an account')")
    await gus.fill("input[name=username]", "gus")
    await gus.fill("input[name=email]", "gus@example.org")
    await gus.fill("input[name=password]", "a kettle of 7 songs")
    await gus.click("form button:has-text('Make the account')")
    await gus.click("button:has-text('To the projects')")
    await gus.see("button:has-text('New project')")


async def test_a_contributor_reads_why_what_is_not_theirs_is_not_taken(
    node: Node, browser: Browser
) -> None:
    ann, project = await a_song(node)
    other = {"op": "insert", "col": "tracks", "id": "tr_other_01", "entity": {"name": "Other"}}
    assert (await ann.edit(project, other))["t"] == "ack"
    granted: dict[str, Any] = {"role": "contributor", "tracks": ["tr_other_01"]}
    ben = await enter_by(browser, "Ben", await invited(ann, project, node, **granted))
    refused = await walked(ben)
    assert set(refused) <= {"edit: forbidden", "edit: nothing_to_undo", "edit: nothing_to_redo"}
    await ben.value("show('history', 'mixer', 'tracks', 'tr_lead_01')")
    await ben.click(".track-head:has-text('Lead') [aria-label=Mute]")
    await ben.see(".toast:has-text('An edit was taken back: changed channel “Lead”: muted')")
