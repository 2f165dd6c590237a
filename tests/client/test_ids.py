"""Ids that a client makes."""

from prime_client.ids import new_id
from schema.entities import ENTITY_ID


def test_an_id_is_good_for_an_entity_and_another_one_each_time() -> None:
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(len(one) == 16 and ENTITY_ID.fullmatch(one) for one in ids)
