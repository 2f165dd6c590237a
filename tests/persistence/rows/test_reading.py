"""Rows that users ask for: of every table, whatever was chosen; pages on and back."""

import pytest

from persistence.errors import BadQuery, NotFound
from persistence.rows.reading import count, get, list_, no_such
from persistence.rows.writing import create
from schema.tables.all_tables import TABLES
from schema.tables.plugin_presets import PLUGIN_PRESETS as PRESETS
from tests.persistence.rows.conftest import Asked

pytestmark = pytest.mark.postgres


async def make_preset(asked: Asked, name: str, user: str = "", **values: object) -> str:
    row = await create(
        asked.access, PRESETS, user or asked.ann, {"plugin": "OTT", "name": name, **values}
    )
    return str(row["id"])


async def test_every_table_can_be_listed_in_every_order(asked: Asked) -> None:
    for table in TABLES.values():
        for name in (one.name for one in table.columns if one.sorts):
            for order in ([name], [f"-{name}"]):
                page = await list_(asked.access, table, asked.ann, order=order)
                rows = (await list_(asked.access, table, asked.ann)).rows
                assert len(page.rows) == len(rows)


async def test_what_is_not_yours_is_not_found(asked: Asked) -> None:
    mine = await make_preset(asked, "Warm")
    assert (await get(asked.access, PRESETS, asked.ann, mine))["name"] == "Warm"
    with pytest.raises(NotFound):
        await get(asked.access, PRESETS, asked.bob, mine)
    names = [row["name"] for row in (await list_(asked.access, PRESETS, asked.bob)).rows]
    assert names == ["Mine"]


async def test_pages_lead_on_and_back(asked: Asked) -> None:
    for n in range(6):
        await make_preset(asked, f"p{n}")
    there: list[str] = []
    pages = []
    after = None
    while True:
        page = await list_(asked.access, PRESETS, asked.ann, order=["name"], limit=3, after=after)
        pages.append(page)
        there += [row["name"] for row in page.rows]
        if page.next is None:
            break
        after = page.next
    assert there == ["Mine", *[f"p{n}" for n in range(6)]]
    assert pages[0].previous is None
    back = await list_(
        asked.access, PRESETS, asked.ann, order=["name"], limit=3, before=pages[2].previous
    )
    assert back.rows == pages[1].rows
    first = await list_(
        asked.access, PRESETS, asked.ann, order=["name"], limit=3, before=back.previous
    )
    assert first.rows == pages[0].rows
    assert first.previous is None
    assert first.next is not None


async def test_a_search_finds_ids_first(asked: Asked) -> None:
    for n in range(5):
        await make_preset(asked, f"Bass {n}", tags=["bass"], parameters={"f": {"cut": n}})
    where = {"name": {"ilike": "%BASS%"}, "tags": {"overlap": ["bass"]}}
    page = await list_(asked.access, PRESETS, asked.ann, where=where, order=["name"], limit=2)
    assert [row["name"] for row in page.rows] == ["Bass 0", "Bass 1"]
    page = await list_(
        asked.access, PRESETS, asked.ann, where=where, order=["name"], limit=9, after=page.next
    )
    assert [row["name"] for row in page.rows] == ["Bass 2", "Bass 3", "Bass 4"]
    assert (await count(asked.access, PRESETS, asked.ann, where=where)).count == 5
    path = {"parameters": {"path": {"at": ["f", "cut"], "gte": 3}}}
    found = await list_(asked.access, PRESETS, asked.ann, where=path)
    assert sorted(row["name"] for row in found.rows) == ["Bass 3", "Bass 4"]
    assert asked.hidden == []


async def test_columns_are_chosen(asked: Asked) -> None:
    await make_preset(asked, "Warm")
    page = await list_(asked.access, PRESETS, asked.ann, fields=["name"])
    assert set(page.rows[0]) == {"id", "name"}
    with pytest.raises(BadQuery, match="allowed: id"):
        await list_(asked.access, PRESETS, asked.ann, fields=["nope"])


async def test_Q11_names_are_found_by_what_is_like_them_and_by_their_words(asked: Asked) -> None:
    for name in ("Reese bass", "Rees bas", "Warm pad", "bass of Reese"):
        await make_preset(asked, name)

    async def found(**where: str) -> list[str]:
        page = await list_(asked.access, PRESETS, asked.ann, where={"name": where}, order=["name"])
        return [row["name"] for row in page.rows]

    assert await found(similar="reese bass") == ["Rees bas", "Reese bass", "bass of Reese"]
    assert await found(search="bass reese") == ["Reese bass", "bass of Reese"]
    assert await found(search='"reese bass" or pad') == ["Reese bass", "Warm pad"]
    assert await found(search="bass -of") == ["Reese bass"]
    assert await found(ilike="%BAS") == ["Rees bas"]
    assert await found(like="%BAS") == []


async def test_C8_a_page_of_large_rows_ends_early_and_leads_on(asked: Asked) -> None:
    for n in range(9):
        await make_preset(asked, f"{n}", parameters={"a": "x" * 60_000}, tags=["large"])
    for where in ({"plugin": "OTT"}, {"tags": {"overlap": ["large"]}}):
        page = await list_(asked.access, PRESETS, asked.ann, where=where, order=["name"])
        names = [row["name"] for row in page.rows]
        assert names == ["0", "1", "2", "3", "4"]
        while page.next is not None:
            page = await list_(
                asked.access, PRESETS, asked.ann, where=where, order=["name"], after=page.next
            )
            names += [row["name"] for row in page.rows]
        assert [name for name in names if name != "Mine"] == [f"{n}" for n in range(9)]
        back = await list_(
            asked.access, PRESETS, asked.ann, where=where, order=["name"], before=page.previous
        )
        assert back.next is not None
    small = await list_(asked.access, PRESETS, asked.ann, order=["name"], fields=["name"])
    assert len(small.rows) == 10


def test_Q2_what_is_missing_is_named_with_what_it_is_within() -> None:
    for table in TABLES.values():
        text = str(no_such(table))
        assert "_" not in text, text
        assert all(name in text for name in table.within), text
    assert str(no_such(TABLES["session_states"])) == (
        "there is no such device of that session and user, or you may not see it"
    )
