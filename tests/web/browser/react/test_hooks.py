"""The hooks of `web/react` in a real browser, in React and in Preact, against a node."""

from pathlib import Path
from typing import Any

import pytest

from tests.javascript.node import Node as JavaScript
from tests.server.conftest import Node, Nodes, create_project
from tests.server.wire import Wire
from tests.web.browser.driving import Browser, Page, in_chromium
from tests.web.browser.studio import address_of
from tests.web.building import WEB, bundled_page

pytestmark = in_chromium()

CHANNEL = "ch_lead_01"


@pytest.fixture(params=["react", "preact"])
def pages(
    request: pytest.FixtureRequest, web: JavaScript, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """What nodes of this test serve: a page of all hooks."""
    folder = tmp_path / "pages"
    bundled_page(web, WEB / "tests" / "react" / "page.tsx", folder, request.param)
    (folder / "page.html").write_text(
        '<!doctype html><title>Hooks</title><link rel="icon" href="data:,"><body></body>'
        '<script type="module" src="/web/page.js"></script>'
    )
    monkeypatch.setattr("server.app.FOLDER", folder)
    return folder


async def song(node: Node) -> tuple[Wire, str]:
    """Ann, in the room of a project with two channels."""
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    await ann.edit(project, channel(CHANNEL, "Lead"), channel("ch_bass_01", "Bass"))
    return ann, project


def channel(name_id: str, name: str) -> dict[str, Any]:
    """An op that inserts one."""
    entity = {"name": name, "dest": "ch_master", "order": "a1"}
    return {"op": "insert", "col": "channels", "id": name_id, "entity": entity}


def named(name: str, entity: str = CHANNEL) -> dict[str, Any]:
    """An op that names a channel."""
    return {"op": "set", "col": "channels", "id": entity, "props": {"name": name}}


async def logged_in(node: Node, browser: Browser, ann: Wire, project: str) -> Page:
    """The page, with ben, who may edit the project."""
    await node.musician("ben")
    await ann.result("members.grant", project=project, email="ben@example.org", role="editor")
    page = await browser.open("ben", address_of(node, "/web/page.html"))
    await page.value('client.login("ben@example.org", "correct horse").then(() => 0)')
    await reads(page, "status", "connected")
    return page


async def show(page: Page, project: str | None) -> None:
    """Mount what needs a project; None: take it away."""
    await page.value(f"state.show({'null' if project is None else repr(project)})")


async def reads(page: Page, element: str, text: str) -> None:
    """Wait until an element has this text."""
    await page.until(f"document.getElementById({element!r})?.textContent === {text!r}")


async def drawn(page: Page) -> dict[str, int]:
    """Component -> how often it was drawn so far."""
    found: dict[str, int] = await page.value("({...drawn})")
    return found


async def moved(ann: Wire, project: str, time: float) -> None:
    """Ann's cursor is elsewhere."""
    await ann.send(
        {"t": "presence", "project": project, "cursor": {"time": time, "track": None, "y": 0.5}}
    )


async def ridden(ann: Wire, project: str, volume: float | None) -> None:
    """Ann rides the fader; None: she lets it go."""
    values = {CHANNEL: {"col": "channels", "props": {"volume": volume}}}
    await ann.send(
        {
            "t": "gesture", "project": project, "id": "gesture_01",
            "values": None if volume is None else values,
        }
    )  # fmt: skip


async def test_in_strict_mode_a_room_is_joined_once_and_left_once_and_a_quick_remount_stays_in(
    node: Node, browser: Browser
) -> None:
    ann, project = await song(node)
    page = await logged_in(node, browser, ann, project)
    await show(page, project)
    await reads(page, "room", "joined")
    await show(page, None)
    await page.until("document.getElementById('room') === null")
    await show(page, project)
    await reads(page, "names", "Master,Bass,Lead")
    assert await page.value("[sent.join, sent.leave ?? 0]") == [1, 0]
    await show(page, None)
    await page.until("sent.leave === 1")
    await ann.until("member_left")
    await show(page, project)
    await reads(page, "names", "Master,Bass,Lead")
    assert await page.value("[sent.join, sent.leave]") == [2, 1]


async def test_only_what_reads_it_is_drawn_again(node: Node, browser: Browser) -> None:
    ann, project = await song(node)
    page = await logged_in(node, browser, ann, project)
    await show(page, project)
    await reads(page, "people", "ann:owner")
    await reads(page, "edits", "0 false false")
    at = await drawn(page)

    async def drew(*components: str) -> None:
        """Only these, since this was asked last."""
        nonlocal at
        now = await drawn(page)
        assert {name for name in now if now[name] != at[name]} == set(components)
        at = now

    for time in (1.5, 2.5):
        await moved(ann, project, time)
        await reads(page, "cursors", str(time))
    await drew("cursors")
    await ridden(ann, project, 0.25)
    await reads(page, "ridden", "0.25 by another")
    await drew("ridden")
    await ridden(ann, project, None)
    await reads(page, "ridden", "1")
    await drew("ridden")
    await ann.edit(project, named("Low", "ch_bass_01"))
    await reads(page, "names", "Master,Low,Lead")
    await reads(page, "filtered", "Low,Lead")
    await drew("names", "filtered")
    await ann.edit(project, named("Deep", "ch_bass_01"))
    await reads(page, "filtered", "Lead")
    await ann.edit(project, named("Dark", "ch_bass_01"))
    await reads(page, "names", "Master,Dark,Lead")
    await drew("names", "filtered")
    before = at["filtered"]
    await ann.edit(project, named("Dim", "ch_bass_01"))
    await reads(page, "names", "Master,Dim,Lead")
    assert (await drawn(page))["filtered"] == before, "what does not pass is not drawn"


async def test_a_fader_shows_our_own_ride_and_is_one_edit_that_undo_takes_back(
    node: Node, browser: Browser
) -> None:
    ann, project = await song(node)
    page = await logged_in(node, browser, ann, project)
    await show(page, project)
    await reads(page, "ridden", "1")
    for value in (0.9, 0.8, 0.7):
        await page.value(f"state.fader.to({value})")
        await reads(page, "ridden", str(value))
    await page.value("state.fader.end()")
    delta = await ann.until("delta")
    assert [op["props"] for op in delta["ops"]] == [{"volume": 0.7}]
    await reads(page, "edits", "0 true false")
    await page.value("state.undo.undo()")
    await reads(page, "ridden", "1")
    await reads(page, "edits", "0 false true")
    await page.value("state.fader.to(0.3)")
    await page.value("state.fader.cancel()")
    await reads(page, "ridden", "1")
    await page.value("state.undo.redo()")
    await reads(page, "ridden", "0.7")
    await reads(page, "edits", "0 true false")


async def test_what_goes_wrong_with_a_room_is_a_value(node: Node, browser: Browser) -> None:
    ann, project = await song(node)
    page = await logged_in(node, browser, ann, project)
    other = await create_project(ann, "Not for ben")
    await show(page, other)
    await reads(page, "room", "PrimeError not_found Again")
    await show(page, project)
    await reads(page, "room", "joined")
    ben = await page.value("client.user.value.id")
    await ann.result("members.revoke", project=project, user=ben)
    await reads(page, "room", "Left access_revoked Again")
    await ann.result("members.grant", project=project, email="ben@example.org", role="editor")
    await page.click("button")
    await reads(page, "names", "Master,Bass,Lead")


async def test_who_logs_out_is_out_and_the_next_user_is_let_in(
    node: Node, nodes: Nodes, browser: Browser
) -> None:
    ann, project = await song(node)
    page = await logged_in(node, browser, ann, project)
    await show(page, project)
    await reads(page, "room", "joined")
    await page.value("client.logout().then(() => 0)")
    await reads(page, "room", "joining")
    await page.value('client.login("ann@example.org", "correct horse").then(() => 0)')
    await reads(page, "room", "joined")
    await reads(page, "people", "ann:owner")
