"""A project is named by its id, or by the beginning of it, in whatever case."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from files.exporting.named_project import NoSuchProject, id_or_beginning, whole_id
from prime_client.client import Client
from tests.client.fake_server import FakeServer, fake_server

ID = "0b8f7a52-6f0e-4c1c-9a39-3d2f1f0f6a7"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """Of an account with a project and an archived one that begin alike, two a page, and others."""
    ids = {
        False: [f"{ID}1", f"1111{ID[4:]}1", f"2222{ID[4:]}1"],
        True: [f"3333{ID[4:]}1", f"{ID}2"],
    }

    def list_(server: FakeServer, message: Any) -> None:
        params = message["params"]
        first = int(params.get("after") or 0)
        rows = [{"id": id, "name": f"Song {id[-1]}"} for id in ids[params["archived"]]]
        more = str(first + 2) if len(rows) > first + 2 else None
        result = {"projects": rows[first : first + 2], "next": more, "previous": None}
        server.say(t="reply", id=message["id"], result=result)

    async with fake_server() as server:
        server.reactions["projects.list"] = list_
        async with Client(server.url, device="desk") as one:
            yield one


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (f"{ID}1", f"{ID}1"),
        (f"{ID}1".upper(), f"{ID}1"),
        (f"{ID}1".replace("-", ""), f"{ID}1"),
        ("0b8f", "0b8f"),
        ("0B8F7A52-", "0b8f7a52-"),
    ],
)
def test_an_id_or_its_beginning_is_read_in_any_case(typed: str, read: str) -> None:
    assert id_or_beginning(typed) == read


@pytest.mark.parametrize("typed", ["", "0b8", "song", "0b8f%", "-0b8f", f"{ID}12", "*"])
def test_what_no_id_begins_with_is_none(typed: str) -> None:
    with pytest.raises(ValueError, match="badly formed"):
        id_or_beginning(typed)


async def test_the_one_that_begins_so_is_found_on_whatever_page_also_if_it_is_archived(
    client: Client,
) -> None:
    for beginning in ("1111", "2222", "3333", f"2222{ID[4:]}"):
        assert await whole_id(client, beginning) == f"{beginning[:4]}{ID[4:]}1"
    with pytest.raises(NoSuchProject, match="no project whose id begins with 4444"):
        await whole_id(client, "4444")
    assert await whole_id(client, f"4444{ID[4:]}1") == f"4444{ID[4:]}1", "the server says of it"


async def test_several_that_begin_alike_are_named(client: Client) -> None:
    with pytest.raises(NoSuchProject) as several:
        await whole_id(client, "0b8f")
    for last in "12":
        assert f"{ID}{last} (Song {last})" in str(several.value)
    assert "and others" not in str(several.value)
