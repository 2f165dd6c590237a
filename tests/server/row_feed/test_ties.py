"""Who sees a row, by what ties them to it."""

from schema.tables.all_tables import TABLES
from server.row_feed.ties import Ties, by_peers, by_role, scope

PRESETS, FILES, USERS = TABLES["plugin_presets"], TABLES["audio_files"], TABLES["prime_users"]


def test_V6_a_row_is_seen_by_its_owner_its_members_its_peers_or_everyone() -> None:
    ties = Ties({"p": {"ann": "owner", "ben": "viewer"}}, {"ann": frozenset({"ben"})})
    assert ties.seers(PRESETS, {"owner": "ann", "is_public": False}) == {"ann"}
    assert ties.seers(PRESETS, {"owner": None, "is_public": True}) is None
    assert ties.seers(FILES, {"owner": "cai", "project": "p"}) == {"ann", "ben"}
    assert ties.seers(FILES, {"owner": "ann", "project": "q"}) == set()
    assert ties.seers(USERS, {"id": "ann"}) == {"ann", "ben"}


def test_every_table_tells_by_which_columns_it_is_known() -> None:
    for table in TABLES.values():
        assert set(scope(table)) <= table.by_name.keys(), table.relation
    assert (by_role(FILES), by_peers(FILES)) == (True, False)
    assert (by_role(USERS), by_peers(USERS)) == (False, True)
