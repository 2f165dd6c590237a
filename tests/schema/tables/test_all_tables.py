"""Descriptions hold together: what a table says of its columns is there, and can be asked."""

import pytest

from schema.roles import RIGHTS, ROLES_OF, Whom
from schema.tables.all_tables import TABLES
from schema.tables.description import REQUIRED, SEARCHING, Operator, SqlType, Table, Verb
from schema.text.text_rules import OF_EVERY_OBJECT

each_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)

FIT: dict[SqlType, set[Operator]] = {
    SqlType.TEXTS: {Operator.OVERLAP, Operator.CONTAINS},
    SqlType.UUIDS: {Operator.OVERLAP, Operator.CONTAINS},
    SqlType.JSON: {Operator.CONTAINS, Operator.PATH},
}


def test_rights_are_said_of_each_table_and_of_no_other() -> None:
    assert RIGHTS.keys() == TABLES.keys()


def test_no_two_tables_have_one_name() -> None:
    for name in ("calls", "row"):
        names = [getattr(table, name) for table in TABLES.values()]
        assert len(set(names)) == len(names), name


@each_table
def test_what_it_is_named_ordered_and_owned_by_are_columns(table: Table) -> None:
    names = {*table.names, *filter(None, (table.user, table.project, table.version))}
    assert names <= table.by_name.keys()
    assert len(table.by_name) == len(table.columns)
    assert not OF_EVERY_OBJECT & table.by_name.keys()
    for name in (*table.order, *(name for each in table.lists for name in each.order)):
        assert table.by_name[name.removeprefix("-")].sorts, name


@each_table
def test_whoever_has_a_right_can_be_told_by_a_column(table: Table) -> None:
    rights = RIGHTS[table.relation]
    for whom in {*rights.see, *rights.create, *rights.change, *rights.delete}:
        if whom in (Whom.SELF, Whom.PEER, Whom.MAKER):
            assert table.user
        elif whom in ROLES_OF:
            assert table.project
        elif whom is Whom.OPERATOR:
            assert Verb.WATCH not in table.verbs, "the feed knows no operators"
        else:
            assert "is_public" in table.by_name


@each_table
def test_verbs_have_what_they_need(table: Table) -> None:
    rights = RIGHTS[table.relation]
    assert rights.see
    assert bool(list(table.creates)) >= (Verb.CREATE in table.verbs)
    assert bool(list(table.changes)) >= (Verb.UPDATE in table.verbs)
    assert bool(table.version) >= (Verb.UPDATE in table.verbs)
    assert bool(rights.create) >= (Verb.CREATE in table.verbs)
    assert bool(rights.change) >= (Verb.UPDATE in table.verbs)
    assert bool(rights.delete) >= (Verb.DELETE in table.verbs)


@each_table
def test_what_a_column_can_be_asked_fits_its_type(table: Table) -> None:
    for column in table.columns:
        fit = FIT.get(column.sql)
        if fit is None:
            assert not column.filters & {Operator.OVERLAP, Operator.CONTAINS, Operator.PATH}
        else:
            assert column.filters <= fit | {Operator.IS_NULL}
        if column.filters & SEARCHING:
            assert column.sql in {SqlType.TEXT, *FIT}, column.name
        assert not column.embeds or column.embeds in TABLES
        assert column.default is REQUIRED or column.creates, column.name


@each_table
def test_the_lists_that_are_shipped_can_be_asked(table: Table) -> None:
    assert (len(table.lists) >= 2) >= (Verb.LIST in table.verbs)
    for each in table.lists:
        for name, wanted in each.where.items():
            operators = wanted if isinstance(wanted, dict) else {"eq": wanted}
            assert operators.keys() <= set(map(str, table.by_name[name].filters)), name


@each_table
def test_a_constraint_names_a_field_and_says_what_is_allowed(table: Table) -> None:
    for name, (at_fault, sentence) in table.refuses.items():
        assert name.startswith(table.relation)
        assert at_fault in table.by_name
        assert sentence
