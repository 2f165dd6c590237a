"""The studio page in a real browser, against a node: who comes in, edits, and is put out."""

import pytest

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import (
    HOSTILE,
    PASSWORD,
    ROOM,
    SLIDER,
    axis,
    box_of,
    digest,
    enter_by,
    guest_by,
    invited,
    page_of,
    register,
    seq,
    song,
    synced,
)

pytestmark = in_chromium()


async def test_an_account_is_made_a_project_too_and_a_track_and_all_of_it_is_there_after_a_reload(
    node: Node, browser: Browser
) -> None:
    page = await browser.open("ann", page_of(node))
    await page.see("button:has-text('Log in')")
    await page.until("document.activeElement.name === 'email'")
    await page.accessible()
    await page.screenshot("entry")
    await register(page, "Ann")
    await page.see("h1:has-text('Projects')")
    await page.accessible()
    await page.click("button:has-text('New project')")
    await page.until("document.activeElement.name === 'name'")
    await page.fill("input[name=name]", HOSTILE[:28])
    await page.click("button:has-text('Make the project')")
    await synced(page)
    await page.click("button:has-text('+ Track')")
    await page.see(".track-head:has-text('Track 1')")
    await synced(page)
    before = await digest(page)
    await page.do("reload")
    await page.see(".track-head:has-text('Track 1')")
    await synced(page)
    assert await digest(page) == before
    assert "<img" in await page.value("document.querySelector('.bar h1').textContent")
    assert await page.value("document.querySelector('img[src=x]')") is None
    await page.click("button[aria-label='To the projects']")
    await page.see(".project-row")
    await page.click("button:has-text('Ann')")
    await page.see("h2:has-text('Logins')")
    await page.accessible()
    await page.screenshot("account")
    await page.see("li:has-text('this one'):has-text('Chrome on Linux')")
    await page.fill("form[aria-label='Change the password'] input[name=password]", "wrong")
    await page.fill("input[name=new_password]", PASSWORD)
    await page.click("button:has-text('Change the password')")
    await page.see("[role=alert]:has-text('The one of now: it is not your password')")
    await page.fill("form[aria-label='Change the password'] input[name=password]", PASSWORD)
    await page.click("button:has-text('Change the password')")
    await page.until("document.querySelector('input[name=new_password]').value === ''")
    await page.fill("input[name=name]", "Annabel")
    await page.click("button:has-text('Save the name')")
    await page.click("button:has-text('To the projects')")
    await page.see("button:has-text('Annabel')")
    await page.click("button:has-text('Annabel')")
    await page.click("button:has-text('Log out')")
    await page.see("button:has-text('Log in')")
    await page.fill("input[name=email]", "ann@example.org")
    await page.fill("input[name=password]", "wrong")
    await page.click("button:has-text('Log in')")
    await page.see("[role=alert]")
    await page.fill("input[name=password]", PASSWORD)
    await page.click("button:has-text('Log in')")
    await page.see(".sheet, .project-page")


FORM_SEEN = """new MutationObserver(() => {
  globalThis.sawForm ||= document.querySelector("input[name=password]") !== null;
}).observe(document, { childList: true, subtree: true });"""


async def test_who_has_logged_in_before_sees_no_form_on_the_way_to_a_project(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    await enter_by(browser, "Ben", await invited(ann, project, node))
    stranger = await browser.open("stranger", page_of(node), before=FORM_SEEN)
    await stranger.see("input[name=password]")
    assert await stranger.value("sawForm") is True
    address = page_of(node, f"#project={project}")
    again = await browser.open("again", address, "Ben", FORM_SEEN)
    await synced(again)
    assert await again.value("globalThis.sawForm") is False


async def test_a_fader_ride_is_one_delta_and_one_undo_and_others_see_it_move(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    cleo = await enter_by(browser, "Cleo", await invited(ann, project, node))
    first = await seq(ben)
    x, y, width, height = await box_of(ben, SLIDER)
    await ben.do("mouse.move", x + width / 2, y + height * 0.2)
    await ben.do("mouse.down")
    for step in range(20):
        await ben.do("mouse.move", x + width / 2, y + height * (0.2 + step * 0.03))
    await cleo.see(".mover:has-text('Ben')")
    await cleo.screenshot("a fader that somebody else rides")
    await ben.do("mouse.up")
    await synced(ben)
    assert await seq(ben) == first + 1
    volume = await ben.value(f"{ROOM}.get('channels', 'ch_lead_01').volume")
    assert 0 < volume < 1
    await cleo.until(f"{ROOM}.get('channels', 'ch_lead_01').volume === {volume}")
    await ben.click("button:has-text('Undo')")
    await cleo.until(f"{ROOM}.get('channels', 'ch_lead_01').volume === 1")
    await ben.until(f"{ROOM}.position.seq === {first + 2}")
    await ben.accessible()


async def test_all_of_it_is_done_without_a_mouse(node: Node, browser: Browser) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    first = await seq(ben)
    await ben.press(SLIDER, "PageDown", "ArrowDown", "ArrowDown")
    await synced(ben)
    volume = await ben.value(f"{ROOM}.get('channels', 'ch_lead_01').volume")
    assert round(volume, 3) == round(10 ** (-7 / 20), 3)
    await ben.press("[role=row]:has-text('Lead')", "ArrowDown")
    await ben.press(".clip-keys button", "ArrowRight", "ArrowRight")
    await ben.until(f"{ROOM}.get('clips', 'cl_lead_01').time === 6")
    await ben.press(".clip-keys button", "Enter")
    await ben.press(".note-keys button:has-text('C4')", "ArrowUp")
    await ben.until(f"{ROOM}.get('notes', 'no_lead_01').key === 61")
    await ben.press(".note-keys > button", "Enter")
    await ben.until(f"{ROOM}.all('notes').size === 2")
    await synced(ben)
    for _ in range(7):  # fewer where keys came in quick succession
        await ben.press("body", "Control+z")
    await synced(ben)
    assert await ben.value(f"{ROOM}.get('channels', 'ch_lead_01').volume") == 1
    assert await ben.value(f"{ROOM}.all('notes').size") == 1
    assert await ben.value(f"{ROOM}.get('clips', 'cl_lead_01').time") == 4
    assert await seq(ben) > first
    await ben.accessible()


async def test_a_clip_is_dragged_and_the_past_is_looked_at_and_brought_back(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    first = await seq(ben)
    x, y, scale = await axis(ben)
    await ben.do("mouse.move", x + 6 * scale, y + 62 + 14)
    await ben.do("mouse.down")
    await ben.do("mouse.move", x + 8 * scale, y + 62 + 14)
    await ben.do("mouse.move", x + 9 * scale, y + 62 + 14)
    await ben.do("mouse.up")
    await synced(ben)
    assert await ben.value(f"{ROOM}.get('clips', 'cl_lead_01').time") == 7
    assert await seq(ben) == first + 1
    await ben.see(".entry:has-text('to 2.4')")
    await ben.fill("[aria-label='Moment of the project']", str(first))
    await ben.see(".scrubber.past")
    await ben.until("prime.studio.moment.value.song.get('clips', 'cl_lead_01').time === 4")
    await ben.screenshot("a moment of the past")
    await ben.accessible()
    await ben.do("keyboard.press", "Escape")
    await ben.see(".scrubber:not(.past)")
    await ben.fill("[aria-label='Moment of the project']", str(first))
    await ben.see(".scrubber.past")
    await ben.click("button:has-text('Bring back what is selected')")
    await ben.until(f"{ROOM}.get('clips', 'cl_lead_01').time === 4")
    await ben.see(".scrubber:not(.past)")
    await synced(ben)
    await ben.click("text=Snapshots")
    await ben.fill("input[name=name]", "before the drop")
    await ben.click("button:has-text('Take a snapshot')")
    await ben.see(".snapshot:has-text('before the drop')")
    await ben.accessible()


async def test_a_role_that_is_taken_away_is_told_and_the_page_reads_only_and_then_leaves(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    user = await ben.value("prime.studio.client.user.value.id")
    await ann.result("members.grant", project=project, user=user, role="viewer")
    await ben.see(".toast:has-text('not edit')")
    await ben.see(f"{SLIDER}[aria-disabled=true]")
    await ben.see("button:has-text('+ Track'):disabled")
    await ann.result("members.revoke", project=project, user=user)
    await ben.see(".toast:has-text('put you out')")
    await ben.see("h1:has-text('Projects')")


async def test_R70_a_guest_comes_in_with_a_name_and_is_there_again_after_a_reload(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    gus = await guest_by(browser, "Gus", await invited(ann, project, node, guests=True))
    assert (await ann.until("member_joined"))["member"]["name"] == "Gus"
    await gus.click("button:has-text('+ Track')")
    await gus.see(".track-head:has-text('Track 2')")
    await synced(gus)
    await gus.do("reload")
    await gus.see(".track-head:has-text('Track 2')")
    await gus.accessible()


async def test_a_link_that_is_used_up_and_a_browser_that_lacks_something_are_told_what_to_do(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    address = await invited(ann, project, node, "viewer", max_uses=1)
    await enter_by(browser, "Ben", address)
    late = await browser.open("late", address)
    await late.see("[role=alert]:has-text('Ask whoever sent you the link')")
    assert "invite" not in await late.value("location.href")
    await late.accessible()
    without = "delete window.DecompressionStream"
    poor = await browser.open("poor", page_of(node), before=without)
    await poor.see("[role=alert]:has-text('lacks what the page needs')")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1920, 1080)])
@pytest.mark.parametrize("colours", ["dark", "light"])
async def test_it_fits_phones_and_wide_screens_in_dark_and_light(
    node: Node, browser: Browser, width: int, height: int, colours: str
) -> None:
    ann = await node.musician("ann")
    project = await song(ann, HOSTILE)
    address = await invited(ann, project, node)
    size = {"width": width, "height": height}
    ben = await enter_by(browser, "Ben", address, viewport=size, colorScheme=colours)
    await ben.see(".track-head")
    assert await ben.value("document.documentElement.scrollWidth") <= width
    await ben.screenshot(f"{width} {colours}")
    await ben.accessible()


async def test_the_list_shows_a_tempo_that_a_midi_file_made_as_it_was_meant(
    node: Node, browser: Browser
) -> None:
    page = await browser.open("ann", page_of(node))
    await register(page, "Ann")
    await page.see("h1:has-text('Projects')")
    elsewhere = await node.guest()
    await elsewhere.result("auth.login", email="ann@example.org", password=PASSWORD)
    await elsewhere.result("projects.create", name="From a file", bpm=92.50007)
    await page.fill("input[type=search]", "From a file")  # asks anew
    await page.see("li:has-text('From a file'):has-text(' 92.5 bpm ')")
