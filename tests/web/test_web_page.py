"""The programs of docs/web.md print what the page shows, and no reason lacks what to do."""

import re
from pathlib import Path

import pytest

from schema.close_codes import CLOSE_CODES, FIRST_FINAL_CODE
from schema.errors import Retry
from schema.text.enumerations import WORDS
from tests.javascript.node import WITH_WEBSOCKET
from tests.javascript.node import Node as JavaScript
from tests.server.conftest import Node
from tests.web.building import ROOT, bundled

pytestmark = [pytest.mark.postgres, pytest.mark.node]


ADDRESS = "127.0.0.1:8787"

PAGE = (ROOT / "docs" / "web.md").read_text(encoding="utf-8")

PROGRAMS = re.findall(r"```ts\n(import .*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)
"""With what each prints."""

REASONS = PAGE.split("### What ends, and what to do", 1)[1].split("\n### ", 1)[0]


TOLD = ("room.undo", "auth.register_guest", "prime.feed", "auth.device_poll")
"""One of each program, in their order."""


def test_there_is_a_program_for_each_of_what_the_page_tells() -> None:
    assert [[word for word in TOLD if word in program] for program, _ in PROGRAMS] == [
        [word] for word in TOLD
    ]


@pytest.mark.parametrize(
    ("program", "shown"), PROGRAMS, ids=["first edit", "guest", "rows", "device"]
)
async def test_a_program_of_the_page_prints_what_the_page_shows(
    node: Node, web: JavaScript, tmp_path: Path, program: str, shown: str
) -> None:
    assert ADDRESS in program
    source = tmp_path / "program.ts"
    here = node.url.removeprefix("ws://").removesuffix("/v1")
    source.write_text(program.replace(ADDRESS, here))
    bundled(web, [source], tmp_path)
    done = await web.run_beside(tmp_path / "program.mjs", options=WITH_WEBSOCKET)
    assert (done.returncode, done.stdout) == (0, shown), done.stderr[-2_000:]


@pytest.mark.parametrize(
    "word",
    [
        *WORDS["LeftReason"],
        *(each.name for each in CLOSE_CODES if each.code >= FIRST_FINAL_CODE),
        *Retry,
    ],
)
def test_the_page_says_what_to_do_for_each_reason(word: str) -> None:
    assert f"`{word}`" in REASONS
