"""Links of invitations on the studio page, opened by whom they let in and by whom they do not."""

import json

from persistence.pool import Database
from tests.server.conftest import Node
from tests.web.browser.driving import Browser, Page, in_chromium
from tests.web.browser.studio import (
    PASSWORD,
    enter_by,
    guest_by,
    invited,
    page_of,
    register,
    song,
    synced,
)

pytestmark = in_chromium()

NEWEST_MAIL = "SELECT payload FROM mail_outbox ORDER BY id DESC LIMIT 1"

EXPIRE = "UPDATE invitations SET expires_at = now() - interval '1 s' WHERE id = $1"

MOVED = """
let messages = 0;
globalThis.WebSocket = class extends WebSocket {
  set onmessage(hear) {
    super.onmessage = (message) => setTimeout(() => hear(message), messages++ === 0 ? 0 : 300);
  }
};
new MutationObserver(() => {
  const isThere = (what) => document.querySelector(what) !== null;
  globalThis.sawForm ||= isThere("form");
  globalThis.sawFormAlone ||= isThere("form") && !isThere("[aria-label=Invitation], [role=alert]");
}).observe(document, { childList: true, subtree: true });"""
"""What the server says behind its welcome is heard late; `sawFormAlone`: a form was there before
what comes above it, and moved as that came."""


async def mailed_token(database: Database) -> str:
    """The secret of the invitation that was mailed last."""
    payload = json.loads(await database.fetchval(NEWEST_MAIL))
    token: str = payload["token"]
    return token


async def test_an_invitation_that_is_not_good_any_more_says_what_to_do_to_everyone(
    node: Node, browser: Browser, database: Database
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    made = [await ann.result("invitations.create", project=project, role="editor") for _ in "123"]
    used_up, withdrawn, expired = (page_of(node, f"#invite={one['token']}") for one in made)
    await enter_by(browser, "Ben", used_up)
    await ann.result("invitations.withdraw", invitation=made[1]["id"])
    await database.execute(EXPIRE, made[2]["id"])
    late = await browser.open("late", page_of(node))
    for address in (used_up, withdrawn, expired, page_of(node, "#invite=nothing")):
        await late.do("goto", "about:blank")
        await late.do("goto", address)
        await late.see("[role=alert]:has-text('Ask whoever sent you the link for another one')")
        await late.see("[role=alert]:has-text('log in, and the project opens')")
        assert "invite" not in await late.value("location.href")
    await late.accessible()
    await register(late, "Cleo")
    await late.see("[role=alert]:has-text('You are logged in as Cleo')")
    await late.accessible()
    await late.click("button:has-text('To your projects')")
    await late.see("h1:has-text('Projects')")


async def test_no_form_moves_as_the_invitation_comes_above_it(node: Node, browser: Browser) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    for guests in (False, True):
        address = await invited(ann, project, node, guests=guests)
        ben = await browser.open(f"Ben {guests}", address, before=MOVED)
        await ben.see("form")
        assert await ben.value("[sawForm, globalThis.sawFormAlone ?? false]") == [True, False]
    late = await browser.open("late", page_of(node, "#invite=nothing"), before=MOVED)
    await late.see("form")
    assert await late.value("[sawForm, globalThis.sawFormAlone ?? false]") == [True, False]


async def test_R31_a_member_who_opens_the_link_again_is_in_the_project(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    made = await ann.result("invitations.create", project=project, role="editor")
    address = page_of(node, f"#invite={made['token']}")
    ben = await enter_by(browser, "Ben", address)
    await again(ben, address)
    await synced(ben)
    elsewhere = await browser.open("elsewhere", address)
    await elsewhere.see("[role=alert]:has-text('Ask whoever sent you the link')")
    await elsewhere.fill("input[name=email]", "ben@example.org")
    await elsewhere.fill("input[name=password]", PASSWORD)
    await elsewhere.click("button:has-text('Log in')")
    await synced(elsewhere)
    guests = await ann.result("invitations.create", project=project, role="viewer", guests=True)
    for_guests = page_of(node, f"#invite={guests['token']}")
    gus = await guest_by(browser, "Gus", for_guests)
    await again(gus, for_guests)
    await synced(gus)
    better = await ann.result("invitations.create", project=project, role="editor")
    await again(gus, page_of(node, f"#invite={better['token']}"))
    await gus.until("prime.studio.role.value === 'editor'")


async def test_R73_a_guest_makes_an_account_and_comes_back_with_it_as_the_same(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    gus = await guest_by(browser, "Gus", await invited(ann, project, node, guests=True))
    user = await gus.value("prime.studio.client.user.value.id")
    await gus.click("button[aria-label='To the projects']")
    await gus.see(".pill:text-is('connected')")
    await gus.click("button:has-text('Gus')")
    await gus.see("h2:has-text('Make an account')")
    await gus.see("h2:has-text('Logins')")
    assert await gus.value("document.querySelectorAll('[name=new_password]').length") == 0
    await gus.accessible()
    await gus.fill("input[name=username]", "gus")
    await gus.fill("input[name=email]", "gus@example.org")
    await gus.fill("form[aria-label='Make an account'] input[name=password]", PASSWORD)
    await gus.click("button:has-text('Make the account')")
    await gus.see("h2:has-text('Password')")
    await gus.click("button:has-text('Log out')")
    await gus.fill("input[name=email]", "gus@example.org")
    await gus.fill("input[name=password]", PASSWORD)
    await gus.click("button:has-text('Log in')")
    await gus.until(f"prime.studio.client.user.value?.id === '{user}'")
    await gus.see(".sheet, .project-page")


async def again(page: Page, address: str) -> None:
    """Open an address in a tab that shows something else."""
    await page.do("goto", "about:blank")
    await page.do("goto", address)


async def test_R36_who_is_logged_in_with_another_account_is_told_and_may_change_it(
    node: Node, browser: Browser, database: Database
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    email = "cleo@example.org"
    await ann.result("invitations.create", project=project, role="editor", email=email)
    address = page_of(node, f"#invite={await mailed_token(database)}")
    page = await browser.open("page", page_of(node))
    await register(page, "Ben")
    await page.see("h1:has-text('Projects')")
    await again(page, address)
    await page.click("button:has-text('Open the project')")
    await page.see("[role=alert]:has-text('mailed to another address')")
    await page.see("[role=alert]:has-text('You are logged in as Ben')")
    await page.accessible()
    await page.click("button:has-text('Log in with another account')")
    await register(page, "Cleo")
    await synced(page)
    assert await page.value("prime.studio.client.user.value.name") == "Cleo"
