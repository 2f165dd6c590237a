"""The panel of one's own account on the studio page: second factors, and the end of the account."""

import json

import pytest

from persistence.pool import Database
from tests.server.accounts.authenticator import App, stand_still
from tests.server.calls.accounts.self_service.letters import wrong_code
from tests.server.conftest import Node
from tests.web.browser.driving import Browser, Page, in_chromium
from tests.web.browser.studio import PASSWORD, page_of, register

pytestmark = in_chromium()


CODE = "SELECT payload FROM mail_outbox WHERE kind = 'delete_account'"


async def own_account(browser: Browser, node: Node) -> Page:
    """Ann's, just made."""
    page = await browser.open("ann", page_of(node))
    await register(page, "Ann")
    await page.see("h1:has-text('Projects')")
    await page.click("button:has-text('Ann')")
    await page.see("h2:has-text('Second factor')")
    return page


async def confirm(page: Page, name: str) -> App:
    """The app whose key is shown."""
    await page.see("form[aria-label='Confirm the second factor'] code")
    secret = await page.value("document.querySelector('form code.secret').textContent")
    app = App(secret)
    await page.fill("form[aria-label='Confirm the second factor'] input[name=code]", app.code(-1))
    await page.fill("form[aria-label='Confirm the second factor'] input[name=name]", name)
    await page.click("form[aria-label='Confirm the second factor'] button")
    return app


async def test_A75_a_second_app_is_added_and_the_first_taken_off(
    node: Node, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch)
    page = await own_account(browser, node)
    await page.click("button:has-text('Set it up')")
    await confirm(page, "phone")
    await page.see("li code")
    await page.click("button:has-text('I have kept them')")
    await page.click("button:has-text('Add another app')")
    tablet = await confirm(page, "<b>tablet</b>")
    await page.see("li:has-text('<b>tablet</b>')")
    await page.see("li:has-text('phone')")
    await page.accessible()
    await page.fill("form[aria-label='Take off phone'] input[name=code]", tablet.code())
    await page.click("form[aria-label='Take off phone'] button")
    await page.until("document.querySelector('form[aria-label=\"Take off phone\"]') === null")
    ann = await node.guest()
    answer = await ann.call("auth.login", email="ann@example.org", password=PASSWORD)
    assert answer["code"] == "second_factor_required"
    challenge = answer["details"]["challenge"]
    await ann.result("auth.second_factor", challenge=challenge, code=tablet.code(1))


async def test_A28_what_becomes_of_projects_is_shown_again_where_it_changed_meanwhile(
    node: Node, browser: Browser, database: Database
) -> None:
    page = await own_account(browser, node)
    await page.click("button:has-text('Delete the account …')")
    await page.see("dialog:has-text('You own no project.')")
    elsewhere = await node.guest()
    await elsewhere.result("auth.login", email="ann@example.org", password=PASSWORD)
    await elsewhere.result("projects.create", name="Made meanwhile")
    await page.fill("form[aria-label='Delete the account'] input[name=password]", PASSWORD)
    await page.click("form[aria-label='Delete the account'] button")
    await page.see("dialog [role=alert]:has-text('Your projects have changed meanwhile')")
    await page.see("dialog li:has-text('Made meanwhile')")
    assert await database.fetchval("SELECT count(*) FROM account_deletions") == 0
    await page.click("form[aria-label='Delete the account'] button")
    await page.see("text=a login brings it back")
    assert await database.fetchval("SELECT count(*) FROM account_deletions") == 1


async def test_A73_an_account_is_deleted_by_a_mailed_code(
    node: Node, browser: Browser, database: Database
) -> None:
    page = await own_account(browser, node)
    await page.click("button:has-text('Delete the account …')")
    await page.see("[role=dialog], dialog")
    await page.click("button:has-text('Send me a code')")
    await page.see("input[name=code]")
    await page.accessible()
    code = json.loads(await database.fetchval(CODE))["code"]
    wrong = wrong_code(code)
    await page.fill("form[aria-label='Delete the account'] input[name=code]", wrong)
    await page.click("form[aria-label='Delete the account'] button")
    await page.see("form[aria-label='Delete the account'] [role=alert]")
    await page.fill("form[aria-label='Delete the account'] input[name=code]", code)
    await page.click("form[aria-label='Delete the account'] button")
    await page.see("text=a login brings it back")
    assert await database.fetchval("SELECT count(*) FROM account_deletions") == 1
