"""The page for operators: who may see it, and what it shows."""

import pytest

from persistence.pool import Database
from tests.server.conftest import Node, create_project
from tests.web.browser.driving import Browser
from tests.web.browser.studio import PASSWORD, address_of

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.hub,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.longest(10),
]

MAKE_OPERATORS = "UPDATE prime_users SET is_operator = true WHERE username = 'olga'"


async def test_an_operator_sees_nodes_rooms_and_who_is_in_them_and_others_are_told_what_to_do(
    node: Node, browser: Browser, database: Database
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann, "Night drive")
    await ann.join(project)
    page = await browser.open("page", address_of(node, "/operator"))
    await page.accessible()
    await page.click("text=Make an account")
    await page.fill("input[name=username]", "olga")
    await page.fill("input[name=email]", "olga@example.org")
    await page.fill("input[name=password]", PASSWORD)
    await page.click("button:has-text('Make the account')")
    await page.see("[role=alert]:has-text('make-operator olga')")
    await page.accessible()
    await database.execute(MAKE_OPERATORS)
    await page.see("[role=status]:has-text('All is well')")
    await page.see("td:has-text('serving')")
    await page.click("button:has-text('Night drive')")
    await page.see("th:has-text('ann')")
    await page.accessible()
    await page.screenshot("operator")
