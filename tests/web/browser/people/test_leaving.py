"""Who leaves a project, or is put out of it, reads on the studio page what is true."""

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import enter_by, invited, page_of, song, synced

pytestmark = in_chromium()

OUT = "document.body.textContent.includes('put you out')"


async def test_R3_who_leaves_by_themselves_reads_so_in_each_tab_and_who_is_put_out_then_reads_that(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    user = await ben.value("prime.studio.client.user.value.id")
    other = await browser.open("other", page_of(node, f"#project={project}"), "Ben")
    await synced(other)
    await ben.click("text=People")
    await ben.click("[aria-label='Leave the project']")
    await ben.click("dialog button:has-text('Leave')")
    for page in (ben, other):
        await page.see(".toast:has-text('You have left Song.')")
        await page.see("h1:has-text('Projects')")
        assert await page.value(OUT) is False
    await ann.result("members.grant", project=project, email="ben@example.org", role="editor")
    await ben.value(f"location.hash = '#project={project}'; 0")
    await synced(ben)
    await ann.result("members.revoke", project=project, user=user)
    await ben.see(".toast:has-text('an owner has put you out')")
