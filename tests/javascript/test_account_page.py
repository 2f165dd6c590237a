"""The script of the page for accounts, in Node, against a server."""

import json

import pytest

from server.router.account_page.page import FOLDER
from tests.javascript.node import HERE
from tests.javascript.node import Node as JavaScript
from tests.server.conftest import Node

pytestmark = pytest.mark.postgres

TOKEN = "a" * 43

USED_UP = [
    ("auth.verify", {"token": TOKEN}, "verify"),
    ("auth.reset_password", {"token": TOKEN, "password": "a kettle of 7 songs"}, "reset"),
    ("auth.confirm_email", {"token": TOKEN}, "confirm"),
    ("invitations.look", {"token": TOKEN}, "invite"),
    ("auth.device_look", {"user_code": "BCDF-GHJK"}, "device"),
]
"""Calls of the page with a secret that is good no more, and what of."""


async def test_Z1_the_page_makes_the_calls_that_links_ask_for(
    node: Node, packages: JavaScript
) -> None:
    script, calls = HERE / "account_page.mjs", FOLDER / "calls.mjs"
    done = await packages.run_beside(script, node.url, str(calls), json.dumps(USED_UP))
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 7
