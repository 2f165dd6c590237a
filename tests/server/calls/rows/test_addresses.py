"""Addresses that others' programs open are of the web (rule E14): none runs where it is shown."""

import asyncpg
import pytest

from schema.tables.all_tables import TABLES
from schema.tables.prime_users import Address
from tests.server.conftest import Node

pytestmark = [pytest.mark.postgres, pytest.mark.node]

OTHERS = (
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "//example.org/a.png",
    "https://",
    "https://example.org/a b.png",
    "https://example.org/a\n.png",
    "",
)


async def test_E14_an_address_is_of_the_web_and_what_a_row_has_stays(
    node: Node, database_url: str
) -> None:
    ann = await node.musician("ann")
    for wrong in OTHERS:
        refused = await ann.call("account.update", version=1, avatar_url=wrong)
        assert (refused["code"], refused["details"]) == ("validation", {"field": "avatar_url"})
        assert "begins with https:// or http://" in refused["message"]
    for version, right in enumerate(
        ("https://example.org/a.png", "HTTP://é.example/ü?a=b", None), 1
    ):
        account = await ann.result("account.update", version=version, avatar_url=right)
        assert account["avatar_url"] == right
    psql = await asyncpg.connect(database_url, timeout=10)
    await psql.execute("UPDATE prime_users SET avatar_url = 'javascript:alert(1)'")
    await psql.close(timeout=10)
    kept = await ann.result("account.get")
    assert kept["avatar_url"] == "javascript:alert(1)"
    changed = await ann.result("account.update", version=kept["version"], name="Ann")
    assert changed["avatar_url"] == "javascript:alert(1)"


def test_E14_every_column_that_is_an_address_takes_no_other() -> None:
    found = {
        (table.calls, column.name): column.type
        for table in TABLES.values()
        for column in table.columns
        if column.name.endswith(("url", "uri", "link", "href"))
    }
    assert ("account", "avatar_url") in found
    assert all(kind == Address | None for kind in found.values()), found
