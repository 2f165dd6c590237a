"""The React program of docs/web.md, in a real browser."""

from pathlib import Path

import pytest

from tests.javascript.node import Node as JavaScript
from tests.server.conftest import Node, create_project
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import address_of
from tests.web.building import bundled_page, program_in_react

pytestmark = in_chromium()

SERVER = '"ws://127.0.0.1:8787/v1"'
HERE = 'location.origin.replace("http", "ws") + "/v1"'
PAGE = (
    '<!doctype html><title>In React</title><link rel="icon" href="data:,"><div id="app"></div>'
    '<script type="module" src="/web/program.js"></script>'
)


@pytest.fixture
def pages(web: JavaScript, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What nodes of this test serve: the program, which asks the host that it comes from."""
    program = program_in_react()
    assert program.count(SERVER) == 1
    source = tmp_path / "program.tsx"
    source.write_text(program.replace(SERVER, HERE))
    folder = tmp_path / "pages"
    bundled_page(web, source, folder)
    (folder / "page.html").write_text(PAGE)
    monkeypatch.setattr("server.app.FOLDER", folder)
    return folder


async def test_the_program_of_the_page_draws_faders_that_ride(node: Node, browser: Browser) -> None:
    wire = await node.guest()
    account = {"email": "ada@example.org", "username": "ada", "password": "a long password"}
    wire.tokens = await wire.result("auth.register", **account)
    await create_project(wire)
    ada = await browser.open("ada", address_of(node, "/web/page.html"))
    await ada.see("label:has-text('Master')")
    await ada.press("input", "ArrowDown")
    await ada.see("button:not([disabled])")
    assert await ada.value("document.querySelector('input').value") == "0.99"
    await ada.click("button")
    await ada.until("document.querySelector('input').value === '1'")
    other = await browser.open("other", address_of(node, "/web/page.html"))
    await other.see("p:has-text('With ada')")
