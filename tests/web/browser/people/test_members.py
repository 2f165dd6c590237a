"""The list of members on the studio page follows whoever changes it, wherever it is open."""

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import enter_by, invited, page_of, song, synced

pytestmark = in_chromium()

ROW = "[aria-label=Members] li:has-text('{}')"
ROLE = "document.querySelector('[aria-label=\"Role of cleo\"]')?.value"


async def test_R3_V1_roles_and_members_are_as_they_are_now_in_each_tab_and_at_each_member(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    user = await ben.value("prime.studio.client.user.value.id")
    await ann.result("members.grant", project=project, user=user, role="owner")
    dan = await enter_by(browser, "Dan", await invited(ann, project, node))
    other = await browser.open("other", page_of(node, f"#project={project}"), "Ben")
    await synced(other)
    for page in (ben, other, dan):
        await page.click("text=People")
        await page.see(ROW.format("Ben"))
    cleo = await node.musician("cleo")  # she never comes into the room
    token = (await invited(ann, project, node)).partition("#invite=")[2]
    await cleo.result("invitations.accept", token=token)
    for page in (ben, other, dan):
        await page.see(ROW.format("cleo"))
    await ben.see("[aria-label=Invitations] li:has-text('1 of 10 came')")
    await ben.do("selectOption", "[aria-label='Role of cleo']", "commenter")
    for page in (ben, other):
        await page.until(f"{ROLE} === 'commenter'")
    await dan.see(f"{ROW.format('cleo')}:has-text('Commenter')")
    [hers] = [
        member["user"]["id"]
        for member in (await ann.result("members.list", project=project))["members"]
        if member["user"]["username"] == "cleo"
    ]
    tracks = {"role": "contributor", "tracks": ["tr_lead_01"]}
    await ann.result("members.grant", project=project, user=hers, **tracks)
    for page in (ben, other):
        await page.until(f"{ROLE} === 'contributor'")
    await ann.result("members.revoke", project=project, user=hers)
    for page in (ben, other, dan):
        await page.until(
            "!document.querySelector('[aria-label=Members]').innerText.includes('cleo')"
        )
    await dan.accessible()
