"""The pages and the SDK are built from `web/`: the same bytes each time, and not too many."""

import gzip
import hashlib
from base64 import b64encode
from pathlib import Path

import pytest

from tests.javascript.node import Node
from tests.web.building import build_pages
from tests.web.pages_command import DIST, differences

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

MOST_KB = {"prime.js": 26, "studio.js": 150, "operator.js": 150}
"""File -> KB that it may have, zipped: what issue 19 allows."""


@pytest.fixture(scope="module")
def pages(web: Node, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the sources make."""
    folder = tmp_path_factory.mktemp("pages")
    build_pages(web, folder)
    return folder


def test_what_git_has_is_what_the_sources_make(pages: Path) -> None:
    assert differences(pages, DIST) == [], "run ./run web, and commit web/dist"


def test_a_file_that_is_another_one_missing_or_too_many_is_told(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, names in ((one, "abc"), (two, "bcd")):
        folder.mkdir()
        for name in names:
            (folder / name).write_text(name + (folder.name if name == "b" else ""))
    assert differences(one, two) == ["a", "b", "d"]
    assert differences(one, tmp_path / "none") == ["a", "b", "c"]


def test_the_same_sources_make_the_same_bytes(web: Node, pages: Path, tmp_path: Path) -> None:
    build_pages(web, tmp_path)
    assert differences(pages, tmp_path) == []


def test_the_bundles_are_small_and_the_page_names_their_hashes(pages: Path) -> None:
    zipped = {name: len(gzip.compress((pages / name).read_bytes())) for name in MOST_KB}
    assert {name for name, most in MOST_KB.items() if zipped[name] > most * 1_000} == set()
    page = (pages / "studio.html").read_text()
    for name in ("studio.js", "studio.css"):
        digest = hashlib.sha384((pages / name).read_bytes()).digest()
        assert f'"/web/{name}" integrity="sha384-{b64encode(digest).decode()}"' in page
