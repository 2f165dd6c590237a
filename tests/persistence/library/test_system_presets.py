"""The presets that come with Prime: what they say, and how they come into a database."""

import asyncio
import copy
import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from files.importing import read_song
from files.songs.compose import SONG_FILE
from persistence.library import plugin_presets, system_presets
from persistence.pool import Database
from schema.calling.row_calls import RowCalls
from schema.tables.plugin_presets import PLUGIN_PRESETS
from tests.files.helpers.song_files import CORPUS, corpus_file
from tests.persistence.planted_rows import make_user

SHIPPED = system_presets.shipped()
PRESETS, PLUGINS = SHIPPED["presets"], SHIPPED["plugins"]

DIGESTS = {1: "46dce9fb7c43f2c5"}
"""Version -> what the presets come to: whoever changes them gives the set a new version."""

each_preset = pytest.mark.parametrize("preset", PRESETS, ids=[p["key"] for p in PRESETS])


def test_a_changed_set_has_a_new_version() -> None:
    digest = sha256(json.dumps(PRESETS, sort_keys=True).encode()).hexdigest()[:16]
    assert {**DIGESTS, SHIPPED["version"]: digest} == DIGESTS


def test_there_are_many_of_many_plugins_and_none_twice() -> None:
    assert len(PRESETS) >= 60
    assert {preset["plugin"] for preset in PRESETS} == PLUGINS.keys()
    assert len({preset["key"] for preset in PRESETS}) == len(PRESETS)
    assert len({(p["plugin"], p["name"].lower()) for p in PRESETS}) == len(PRESETS)


@each_preset
def test_each_parameter_is_one_of_its_plugin_and_within_its_range(preset: dict[str, Any]) -> None:
    known = PLUGINS[preset["plugin"]]["parameters"]
    assert preset["parameters"]
    for name, value in preset["parameters"].items():
        lowest, highest, _ = known[name]
        assert lowest <= value <= highest, name


@each_preset
def test_each_could_have_been_made_by_a_user(preset: dict[str, Any]) -> None:
    params, _ = RowCalls([PLUGIN_PRESETS]).methods()["presets.create"]
    given = {name: value for name, value in preset.items() if name != "key"}
    msgspec.convert(given, params)


def _parameters(*songs: Any) -> Iterator[tuple[str, str]]:
    for song in songs:
        for device in song.state["devices"].values():
            yield from ((device["deviceId"], name) for name in device["params"])


def test_all_parameters_occur_in_songs() -> None:
    """Of the corpus and the demo song, as our own readers take them in."""
    corpus_file("README.md")
    paths = [*CORPUS.glob("*.mmpz"), SONG_FILE]
    known = set(_parameters(*map(read_song, paths)))
    named = {(p["plugin"], name) for p in PRESETS for name in p["parameters"]}
    assert named - known == set()


async def rows(database: Database) -> dict[str, tuple[Any, ...]]:
    """Key -> id, name and version of the row."""
    found = await database.fetch(
        "SELECT system_key, id, name, version FROM plugin_presets WHERE system_key IS NOT NULL"
    )
    return {row["system_key"]: (row["id"], row["name"], row["version"]) for row in found}


async def install(database: Database, made: dict[str, Any] | None = None) -> bool:
    async with database.transaction() as transaction:
        return await system_presets.install(transaction, made)


@pytest.mark.postgres
async def test_L6_the_set_is_installed_once_however_many_nodes_start(database: Database) -> None:
    await asyncio.gather(*(install(database) for _ in range(4)))
    before = await rows(database)
    assert before.keys() == {preset["key"] for preset in PRESETS}
    assert {version for _, _, version in before.values()} == {1}
    assert not await install(database)
    assert await rows(database) == before


@pytest.mark.postgres
async def test_L6_a_newer_set_changes_what_is_new_and_leaves_copies_alone(
    database: Database,
) -> None:
    await install(database)
    before = await rows(database)
    renamed, gone = PRESETS[0]["key"], PRESETS[1]["key"]
    user = (await make_user(database)).id
    ids = [
        await plugin_presets.copy(database, before[key][0], user, None, None)
        for key in (renamed, gone)
    ]
    newer = copy.deepcopy(SHIPPED) | {"version": SHIPPED["version"] + 1}
    newer["presets"][0]["name"] = "Another name"
    del newer["presets"][1]
    assert await install(database, newer)
    after = await rows(database)
    assert before.keys() - after.keys() == {gone}
    assert after[renamed] == (before[renamed][0], "Another name", 2)
    assert {key for key in after if after[key] != before[key]} == {renamed}
    copies = await database.fetch(
        "SELECT name, forked_from, origin_name FROM plugin_presets WHERE id = ANY ($1)"
        " ORDER BY array_position($1, id)",
        ids,
    )
    names = [preset["name"] for preset in PRESETS[:2]]
    assert [tuple(row) for row in copies] == [
        (names[0], before[renamed][0], names[0]),
        (names[1], None, names[1]),
    ]
    assert not await install(database)  # an older Prime starts beside the newer one
    assert await rows(database) == after
