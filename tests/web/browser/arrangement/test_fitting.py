"""The studio page on phones, with the system's own colours, and without motion."""

import pytest

from tests.server.conftest import Node, create_project
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import PHONE, ROOM, SLIDER, enter_by, invited, song

pytestmark = in_chromium()

PANELS = ("Notes", "Scenes", "Mixer", "History", "Inspector", "Snapshots", "People")

SMALL = """
[...document.querySelectorAll("button, select, input, summary, a[href], [role=slider]")]
  .map((each) => [each.closest("label") ?? each, each])
  .map(([place, each]) => [place.getBoundingClientRect(), each])
  .filter(([{ width, height }, each]) => each.checkVisibility({ visibilityProperty: true })
    && width > 1 && height > 1 && (width < 43.5 || height < 43.5))
  .map(([{ width, height }, each]) =>
    `${Math.round(width)} x ${Math.round(height)}: ${each.outerHTML.slice(0, 120)}`)
"""
"""What a finger would press and is smaller than one."""


CUT = """
[...document.querySelectorAll(".panel p, .panel h2, .panel label, .panel small")]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > innerWidth)
  .map((each) => each.textContent)
"""
"""Sentences of panels that run out of the window."""


async def test_sentences_of_panels_are_not_cut_off_in_a_narrow_window(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    narrow = {"width": 360, "height": 740}
    ben = await enter_by(browser, "Ben", await invited(ann, project, node), viewport=narrow)
    user = await ben.value("prime.studio.client.user.value.id")
    await ann.result("members.grant", project=project, user=user, role="owner")
    for panel in PANELS:
        button = f".tabs button:text-is('{panel}')"
        await ben.click(button)
        await ben.see(f"{button}[aria-expanded=true]")
        assert await ben.value(CUT) == [], panel
    await ben.click(".tabs button:text-is('Scenes')")
    await ben.see("p:has-text('This song has no scenes.')")
    await ben.screenshot("no scenes in a narrow window")


async def test_on_a_phone_mixer_and_people_come_first_and_all_is_as_large_as_a_finger(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    ben = await enter_by(browser, "Ben", await invited(ann, project, node), **PHONE)
    tops = await ben.value(
        "['.lower', '.side', '.song', '.moments'].map("
        "(part) => document.querySelector(part).getBoundingClientRect().top)"
    )
    assert tops == sorted(tops)
    await ben.see(".side [aria-expanded=true]:has-text('People')")
    for panel in PANELS:
        button = f".tabs button:text-is('{panel}')"
        await ben.click(button)
        if not await ben.value("document.querySelector('.lower .panel') !== null"):
            await ben.click(button)
        small = await ben.value(SMALL)
        assert small == [], panel
        assert await ben.value("document.documentElement.scrollWidth") <= 390, panel
        await ben.accessible()
    await ben.do("screenshot", {"path": ".artefacts/phone whole.png", "fullPage": True})


@pytest.mark.parametrize("colours", ["dark", "light"])
async def test_with_the_systems_own_colours_faders_and_what_is_chosen_are_seen(
    node: Node, browser: Browser, colours: str
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    context = {"forcedColors": "active", "colorScheme": colours}
    ben = await enter_by(browser, "Ben", await invited(ann, project, node), **context)
    ground = await ben.value("getComputedStyle(document.body).backgroundColor")
    line = f"getComputedStyle(document.querySelector(\"{SLIDER}\"), '::before')"
    assert await ben.value(f"{line}.backgroundColor") != ground
    knob = "getComputedStyle(document.querySelector('.fader.pan .fader-knob'))"
    assert await ben.value(f"{knob}.borderTopColor") != ground
    chosen = "getComputedStyle(document.querySelector('.tools [aria-pressed=true]'))"
    assert await ben.value(f"{chosen}.outlineStyle") == "solid"
    pixel = (
        "((c) => [...c.getContext('2d').getImageData(c.width - 3, c.height - 3, 1, 1).data]"
        ".slice(0, 3))(document.querySelector('.timeline canvas'))"
    )
    expected = [int(part) for part in ground.removeprefix("rgb(").removesuffix(")").split(",")]
    await ben.until(f"JSON.stringify({pixel}) === '{expected}'.replaceAll(' ', '')")
    await ben.screenshot(f"forced colours {colours}")
    await ben.accessible()


async def test_with_more_contrast_and_less_motion_nothing_glides(
    node: Node, browser: Browser
) -> None:
    ann = await node.musician("ann")
    project = await song(ann)
    context = {"reducedMotion": "reduce", "contrast": "more"}
    ben = await enter_by(browser, "Ben", await invited(ann, project, node), **context)
    await ben.see(SLIDER)
    moving = (
        "[...document.querySelectorAll('*')].filter((each) => each.getAnimations().length > 0 ||"
        " getComputedStyle(each).transitionDuration.split(', ').some((d) => parseFloat(d) > 0)"
        ").length"
    )
    assert await ben.value(moving) == 0
    colour = "getComputedStyle(document.querySelector('{}')).color"
    quiet = await ben.value(colour.format(".snap"))
    text = await ben.value(colour.format("body"))
    assert quiet == text
    assert await ben.value(f"{ROOM}.isSynced.value")
    await ben.accessible()
