"""Who makes something with a name types the name next, and no shortcut takes a letter of it."""

from tests.server.conftest import Node
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import ROOM, enter_by, invited, seq, song, synced

pytestmark = in_chromium()

WORD = "btkgls 123"
"""Each of its letters is a shortcut."""


def has(collection: str, name: str) -> str:
    """Whether the song has something of that name."""
    return f"[...{ROOM}.all('{collection}').values()].some((each) => each.name === '{name}')"


async def test_a_track_comes_into_sight_and_what_is_typed_is_its_name(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ops = [
        {"op": "insert", "col": "tracks", "id": f"tr_more_{n:02}", "entity": {"name": f"More {n}"}}
        for n in range(60)
    ]
    await ann.edit(project, *ops)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ben.value("document.activeElement.blur()")
    first = await seq(ben)
    await ben.do("keyboard.type", f"t{WORD}")
    await ben.see("input.naming:focus")
    is_seen = (
        "(({top, bottom}, box) => top >= box.top && bottom <= box.bottom)("
        "document.activeElement.getBoundingClientRect(),"
        " document.querySelector('.tracks').getBoundingClientRect())"
    )
    assert await ben.value(is_seen)
    await ben.accessible()
    await ben.screenshot("a track that is named")
    await ben.do("keyboard.press", "Enter")
    await ben.see(f".track-head:focus:has-text('{WORD}')")
    await synced(ben)
    assert await seq(ben) == first + 2, "the track, and its name"
    assert await ben.value(has("channels", WORD)), "its channel has the same name"
    await ben.do("keyboard.press", "F2")
    await ben.see("input.naming:focus")
    await ben.do("keyboard.type", "not this")
    await ben.do("keyboard.press", "Escape")
    await ben.see(".track-head:focus")
    await ben.do("keyboard.press", "F2")
    await ben.do("keyboard.type", "Bells")
    await ben.click(".position")
    await ben.until(has("tracks", "Bells"))
    await synced(ben)
    assert await seq(ben) == first + 3


AT_THE_PLAYHEAD = {
    "k": ("markers", WORD, f"name === '{WORD}'"),
    "b": ("tempo", "96", "bpm === 96"),
    "g": ("signatures", "7", "num === 7"),
}
"""Key -> the collection it puts something into, what is typed next, and what that makes of it."""


async def test_what_a_key_puts_into_the_ruler_is_named_by_the_next_keys_and_gives_them_back(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    for key, (collection, typed, expected) in AT_THE_PLAYHEAD.items():
        await ben.value("prime.studio.seek(8); 0")
        await ben.do("focus", "[aria-label='Volume of Lead']")
        first = await seq(ben)
        await ben.do("keyboard.type", f"{key}{typed}")
        await ben.see(".inspector input:focus")
        assert await ben.value("document.activeElement.value") == typed
        await ben.do("keyboard.press", "Enter")
        await ben.see("[aria-label='Volume of Lead']:focus")
        entity = f"[...{ROOM}.all('{collection}').values()].find(({{time}}) => time === 8)"
        await ben.until(f"{entity}?.{expected}")
        await synced(ben)
        assert await seq(ben) == first + 2, "made, and named"
        await ben.value("document.activeElement.blur(); prime.studio.seek(15); 0")
        await ben.do("keyboard.type", f"{key}99")
        await ben.do("keyboard.press", "Escape")
        await ben.until("document.activeElement === document.body")
        await synced(ben)
        assert await seq(ben) == first + 3, "what was typed is not taken"
        await ben.accessible()


async def test_a_scene_is_named_by_the_next_keys_and_its_clips_play_in_place_of_the_song(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node))
    await ben.click(".lower .tabs >> text=Scenes")
    await ben.click("button:has-text('+ Scene')")
    await ben.see(".inspector input:focus")
    await ben.do("keyboard.type", WORD)
    await ben.do("keyboard.press", "Enter")
    await ben.until(has("scenes", WORD))
    await ben.see("button:has-text('+ Scene'):focus")
    assert await ben.value(f"{ROOM}.all('scenes').size") == 1, "Enter has pressed nothing"
    await ben.click("[aria-label^='New clip of Lead']")
    await ben.see("button.slot:focus")
    await ben.click("[aria-label^='Play Lead in']")
    await ben.until(
        "prime.studio.isPlaying.value && prime.studio.launches.running.value.size === 1"
    )
    await ben.accessible()
    await ben.screenshot("a clip of a scene that plays")
    await ben.click("button:has-text('Back to the song')")
    await ben.until("prime.studio.launches.running.value.size === 0")
    await ben.click("[aria-label='Stop']")
    await ben.click(".side .tabs >> text=Snapshots")
    await ben.fill("input[name=name]", "first")
    await ben.do("keyboard.press", "Enter")
    await ben.click(".snapshot button:has-text('Rename')")
    await ben.see("dialog input:focus")
    await ben.do("keyboard.type", WORD)
    await ben.do("keyboard.press", "Enter")
    await ben.see(f".snapshot:has-text('{WORD}')")
