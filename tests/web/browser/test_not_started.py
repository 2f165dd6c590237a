"""Pages that cannot start in a browser: each says why, and what to do."""

import hashlib
import shutil
from base64 import b64encode
from pathlib import Path

import pytest

from tests.server.conftest import Node, Nodes
from tests.web.browser.driving import Browser, in_chromium
from tests.web.browser.studio import address_of

pytestmark = in_chromium()

PAGES = ["studio", "operator"]
TOLD = "#not-started"

LACKING = [
    ("delete window.WebSocket", "WebSocket, to talk with the server"),
    ("delete window.DecompressionStream", "DecompressionStream, to read a song"),
    ("delete window.ResizeObserver", "ResizeObserver, to draw it"),
    ("delete Crypto.prototype.getRandomValues", "getRandomValues, to name what is new"),
    ("delete HTMLDialogElement.prototype.showModal", "showModal, to ask"),
]


def with_script(built: Path, folder: Path, page: str, script: str) -> Path:
    """The pages, one of them with another script, whose hash is right."""
    shutil.copytree(built, folder)
    before, after = (
        b64encode(hashlib.sha384(text).digest()).decode()
        for text in ((folder / f"{page}.js").read_bytes(), script.encode())
    )
    html = (folder / f"{page}.html").read_text()
    assert before in html
    (folder / f"{page}.html").write_text(html.replace(before, after))
    (folder / f"{page}.js").write_text(script)
    return folder


@pytest.mark.parametrize("page", PAGES)
async def test_what_a_browser_lacks_is_named_before_the_page_needs_it(
    node: Node, browser: Browser, page: str
) -> None:
    for number, (without, words) in enumerate(LACKING):
        poor = await browser.open(f"poor{number}", address_of(node, f"/{page}"), before=without)
        await poor.see(f"{TOLD}[role=alert]:has-text('{words}')")
        await poor.see(f"{TOLD}:has-text('Update it')")
        assert await poor.value("document.body.children.length") == 3, "the page has not started"
        await poor.accessible()
        await poor.do("close")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("let ? = 1;", "could not start in this browser (Uncaught SyntaxError"),
        ("throw new Error('no such thing');", "could not start in this browser (Uncaught Error"),
        ("await Promise.reject(new Error('late'));", "could not start in this browser (Uncaught"),
    ],
)
async def test_a_script_that_the_browser_cannot_run_is_told(
    nodes: Nodes, browser: Browser, built: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, page: str, script: str, words: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("server.app.FOLDER", with_script(built, tmp_path / "pages", page, script))
    node = await nodes.start()
    old = await browser.open("old", address_of(node, f"/{page}"))
    await old.see(f"{TOLD}:has-text('{words}')")
    await old.see(f"{TOLD}:has-text('current Firefox')")
    faults = await browser.faults()
    assert len(faults) == 1, "the script's own error, and no other"


@pytest.mark.parametrize("page", PAGES)
async def test_a_script_that_is_not_what_the_page_expects_is_told(
    nodes: Nodes, browser: Browser, built: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, page: str,
) -> None:  # fmt: skip
    folder = with_script(built, tmp_path / "pages", page, "1;")
    (folder / f"{page}.js").write_text("2;")
    monkeypatch.setattr("server.app.FOLDER", folder)
    node = await nodes.start()
    mixed = await browser.open("mixed", address_of(node, f"/{page}"))
    await mixed.see(f"{TOLD}:has-text('could not be loaded ({page}.js). Load the page again')")
    assert all("integrity" in fault for fault in await browser.faults())


@pytest.mark.parametrize("page", PAGES)
async def test_without_scripts_the_page_asks_for_them(
    node: Node, browser: Browser, page: str
) -> None:
    address = address_of(node, f"/{page}")
    bare = await browser.open("bare", address, {"javaScriptEnabled": False})
    await bare.see(f"{TOLD}:has-text('allow JavaScript for this address')")
