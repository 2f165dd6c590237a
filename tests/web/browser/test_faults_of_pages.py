"""A server that does not answer is a fault of the page, unless the test has taken it away."""

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, Page, in_chromium
from tests.web.browser.studio import address_of

pytestmark = in_chromium()


async def cut_off(browser: Browser) -> Page:
    page = await browser.open("page", "about:blank")
    await page.do("context.setOffline", True)
    return page


async def asked(page: Page, node: Node) -> int:
    """1: nobody answers, which Chromium tells as `net::ERR_INTERNET_DISCONNECTED`."""
    found: int = await page.value(f"fetch('{address_of(node, '/')}').then(() => 0, () => 1)")
    return found


async def test_a_server_that_does_not_answer_is_a_fault(node: Node, browser: Browser) -> None:
    page = await cut_off(browser)
    assert await asked(page, node) == 1
    [fault] = await browser.faults()
    assert "net::ERR" in fault


async def test_one_that_was_taken_away_is_none_and_other_errors_are(
    node: Node, browser: Browser
) -> None:
    page = await cut_off(browser)
    async with browser.without_server():
        assert await asked(page, node) == 1
        await page.value("console.error('something else'); 0")
    assert await browser.faults() == ["page: something else"]
    assert await asked(page, node) == 1
    assert len(await browser.faults()) == 1
