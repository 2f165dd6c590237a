"""Descriptions of tables, each by itself."""

import pytest

from schema.roles import RIGHTS
from schema.tables.all_tables import TABLES
from schema.tables.description import Table, Verb


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_description_names_columns_that_it_has(table: Table) -> None:
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)
    named = {table.key, table.user, table.project, *(word.lstrip("-") for word in table.order)}
    assert named - {""} <= set(names)
    for shipped in table.lists:
        assert {word.lstrip("-") for word in shipped.order} <= set(names)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_what_a_description_lets_be_done_someone_may_do(table: Table) -> None:
    rights = RIGHTS[table.relation]
    for verb, whom in (
        (Verb.LIST, rights.see),
        (Verb.CREATE, rights.create),
        (Verb.UPDATE, rights.change),
        (Verb.DELETE, rights.delete),
    ):
        assert whom or verb not in table.verbs
