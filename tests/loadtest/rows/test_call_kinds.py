from typing import Any

from loadtest.rows.call_kinds import KINDS, ROWS_OF_EACH, TOKEN, Caller, with_new_id
from schema.calls import METHODS


def caller() -> Caller:
    presets = [f"preset {n}" for n in range(ROWS_OF_EACH)]
    return Caller(0, "user", None, "project", presets)  # type: ignore[arg-type]


def test_every_kind_is_a_call_that_exists() -> None:
    assert {kind.method for kind in KINDS} <= METHODS.keys()
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    for kind in KINDS:
        assert isinstance(kind.params(caller(), 7), dict)


def test_a_token_becomes_an_id_that_is_new_each_time() -> None:
    params: Any = {"uses": [{"id": TOKEN, "key": "a"}], "name": f"New {TOKEN}", "limit": 5}
    first, second = with_new_id(params), with_new_id(params)
    assert first["uses"][0]["id"] != TOKEN != second["uses"][0]["id"] != first["uses"][0]["id"]
    assert first["name"].startswith("New ")
    assert TOKEN not in first["name"]
    assert first["limit"] == 5
