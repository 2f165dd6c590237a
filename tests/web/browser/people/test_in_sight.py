"""What somebody needs to read is in sight, and what takes something away asks first."""

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import enter_by, invited, page_of, song

pytestmark = in_chromium()

SMALL = {"width": 800, "height": 600}

# The names of strips that are not all in sight, and the tabs that are cut.
CUT = """
(() => {
  const isWithin = (element, frame) => {
    const [own, around] = [element, frame].map((each) => each.getBoundingClientRect());
    return own.left >= around.left && own.right <= around.right
      && own.top >= around.top && own.bottom <= Math.min(around.bottom, innerHeight);
  };
  const names = [...document.querySelectorAll(".strip-name, .strip-role")];
  const tabs = [...document.querySelectorAll(".tabs button")];
  return [
    ...names.filter((name) => !isWithin(name, name.closest(".panel"))),
    ...tabs.filter((tab) => !isWithin(tab, tab.parentElement)),
  ].map((each) => each.textContent);
})()
"""

LINK = "document.querySelector('[aria-label^=\"Link of the invitation\"]')"

OPEN = "document.querySelectorAll('[aria-label=Invitations] li').length"

GUESTS = """
[...document.querySelectorAll("[aria-label=Invitations] li")]
  .map((each) => each.textContent)
  .filter((words) => words.includes("guests too"))
"""

LINK_IS_IN_SIGHT = f"""
(() => {{
  const own = {LINK}.getBoundingClientRect();
  const around = {LINK}.closest(".panel").getBoundingClientRect();
  return own.top >= around.top && own.bottom <= around.bottom;
}})()
"""

# How far the box of a label is above or below its words.
BESIDE = """
(() => {
  const box = document.querySelector("input[name=guests]");
  const words = document.createRange();
  words.selectNodeContents(box.nextSibling);
  const [own, text] = [box, words].map((each) => each.getBoundingClientRect());
  return own.right <= text.left && own.top < text.bottom && own.bottom > text.top;
})()
"""


async def test_names_of_strips_and_tabs_are_in_sight_in_a_low_window(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    for width, height in ((800, 600), (1280, 657), (1280, 800)):
        screen = {"width": width, "height": height}
        name = f"Ben{width}x{height}"
        ben = await enter_by(browser, name, await invited(ann, project, node), viewport=screen)
        await ben.see(".strip.master .strip-role")
        if width == 800:
            await ben.click("button:has-text('+ Effect')")
        await ben.see(".strip:has-text('send')")
        await ben.screenshot(f"mixer {width}x{height}")
        assert await ben.value(CUT) == [], name


async def test_the_link_of_an_invitation_comes_into_sight(node: Node, browser: Browser) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node), viewport=SMALL)
    user = await ben.value("prime.studio.client.user.value.id")
    await ann.result("members.grant", project=project, user=user, role="owner")
    await ben.click("text=People")
    await ben.see("input[name=guests]")
    assert await ben.value(BESIDE)
    for _ in range(2):
        await ben.value("document.querySelector('.side .panel').scrollTop = 0")
        await ben.value("document.querySelector('.people form').requestSubmit(); 0")
        await ben.until(f"{LINK} !== null && {LINK}.value !== window.before")
        await ben.until(LINK_IS_IN_SIGHT)
        await ben.value(f"window.before = {LINK}.value")
    await ben.until(f"{OPEN} === 3")
    dan = await node.musician("dan")
    token = (await ben.value("window.before")).partition("#invite=")[2]
    await dan.result("invitations.accept", token=token)
    await dan.join(project)
    await ben.until(f"{OPEN} === 2")  # nobody else comes by that link
    assert await ben.value(GUESTS) == []
    await ben.value("document.querySelector('input[name=guests]').click()")
    await ben.value("document.querySelector('.people form').requestSubmit(); 0")
    await ben.until(f"{GUESTS}.length === 1")
    await ben.fill("input[name=email]", "cleo@example.org")
    await ben.value("document.querySelector('.people form').requestSubmit(); 0")
    await ben.see(".toast:has-text('This server sends no mails: make a link and hand it on.')")


async def test_R4_the_only_owner_is_told_at_once_why_they_cannot_leave(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    users = await ann.result("members.list", project=project)
    user = await ben.value("prime.studio.client.user.value.id")
    [other] = [m["user"]["id"] for m in users["members"] if m["user"]["id"] != user]
    await ann.result("members.grant", project=project, user=user, role="owner")
    await ben.click("text=People")
    await ben.click("[aria-label='Leave the project']")
    await ben.see("dialog:has-text('Leave this project')")
    await ben.do("keyboard.press", "Escape")
    await ann.result("members.revoke", project=project, user=other)
    await ben.until("document.querySelectorAll('[aria-label=Members] li').length === 1")
    await ben.click("[aria-label='Leave the project']")
    await ben.see(".toast:has-text('A project needs an owner; make someone else one first.')")
    assert await ben.value("document.querySelector('dialog') === null")


async def test_a_project_is_archived_once_that_is_read(node: Node, browser: Browser) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    user = await ben.value("prime.studio.client.user.value.id")
    await ann.result("members.grant", project=project, user=user, role="owner")
    await ben.do("goto", page_of(node))
    await ben.click("button:has-text('Archive')")
    await ben.see("dialog:has-text('Nobody edits Song any more')")
    assert (await ann.result("projects.get", project=project))["archived"] is False
    await ben.click("button:has-text('Archive it')")
    await ben.until("document.querySelector('.project-row') === null")
    assert (await ann.result("projects.get", project=project))["archived"] is True
