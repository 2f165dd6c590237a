"""People of one name are told apart on the studio page, wherever they are listed."""

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import ROOM, enter_by, guest_by, invited, page_of, song, synced

pytestmark = in_chromium(longest=20)


async def test_the_second_guest_of_a_name_has_a_number_in_every_list(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    address = await invited(ann, project, node, guests=True)
    gus = await guest_by(browser, "Gus", address)
    first = await guest_by(browser, "Ada", address)
    other = await guest_by(browser, "Ada", address, page="other")
    await gus.see(".avatar[title='Ada']")
    await gus.see(".avatar[title='Ada (2)']:has-text('A2')")
    await gus.click("text=People")
    await gus.see("[aria-label='Here now'] li:has-text('Ada (2)')")
    await gus.see("[aria-label='Members'] li:has-text('Ada (2)')")
    for page in (first, other):
        marker = "tx.insert('markers', { time: 8, name: 'here' })"
        await page.value(f"{ROOM}.edit((tx) => {{ {marker}; }}); 0")
    await gus.click("text=History")
    await gus.see(".entries li:has-text('Ada (2) added')")
    await gus.see(".entries strong:has(bdi:text-is('Ada'))")
    await gus.accessible()
    await gus.screenshot("two guests of one name")
    await other.see(".avatar[title='Ada']")
    await first.see(".avatar[title='Ada (2)']")


async def test_who_is_here_in_two_tabs_is_one_person(node: Node, browser: Browser) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ben.see(".avatars[aria-label='1 other is here']")
    await synced(await browser.open("other", page_of(node, f"#project={project}"), "Ben"))
    cleo = await enter_by(browser, "Cleo", await invited(ann, project, node))
    await cleo.until(f"{ROOM}.others.value.length === 3")
    await cleo.see(".avatars[aria-label='2 others are here']")
    await cleo.click("text=People")
    await cleo.until("document.querySelectorAll('[aria-label=\"Here now\"] li').length === 2")
    await cleo.accessible()
