"""A project that an owner archives is shown on the studio page as one that nobody edits."""

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import ROOM, SLIDER, enter_by, invited, song, synced

pytestmark = in_chromium()

SAID = ".toast:has-text('This project is archived'):has-text('{}')"
SNAPSHOT = ".snapshot:has-text('before')"


async def test_R14_tools_rest_while_a_project_is_archived_also_after_a_reload(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    await ann.result("snapshots.create", project=project, name="before")
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ben.click("text=Snapshots")
    await ben.see(f"{SNAPSHOT}:has-text('Restore')")
    await ann.result("projects.archive", project=project)
    await ben.see(SAID.format("an owner can bring it back"))
    for _ in range(2):
        await ben.see("button:has-text('+ Track'):disabled")
        await ben.see(f"{SLIDER}[aria-disabled=true]")
        await ben.see(".bar .pill:has-text('archived')")
        await ben.see(f"{SNAPSHOT}:not(:has-text('Restore')):not(:has-text('Rename'))")
        assert await ben.value("document.querySelector('[aria-label=\"New snapshot\"]') === null")
        await ben.accessible()
        await ben.press(".track-head", "Control+z")
        await ben.see(SAID.format("nobody edits it"))
        await ben.do("reload")
        await synced(ben)
        await ben.see(SAID.format("nobody edits it"))
        await ben.click("text=Snapshots")
    assert await ben.value(f"{ROOM}.unsaved.value") == 0
    user = await ben.value("prime.studio.client.user.value.id")
    await ann.result("members.grant", project=project, user=user, role="owner")
    await ben.press(".track-head", "t")
    await ben.see(SAID.format("in the list of projects"))
    await ben.click("text=People")
    await ben.see("[aria-label='Role of ann']:enabled")  # owners go on changing members
    await ann.result("projects.archive", project=project, archived=False)
    await ben.see(".toast:has-text('it can be edited again')")
    await ben.click("button:has-text('+ Track'):enabled")
    await ben.see(".track-head:has-text('Track 2')")
    await synced(ben)
    assert await ben.value("document.querySelector('.bar .pill.busy') === null")
