"""Who sees a row, by their own id, their role, their peers, or as everyone."""

from schema.tables.all_tables import TABLES
from server.row_feed.visibility import (
    Visibility,
    deciding_columns,
    is_seen_by_peers,
    is_seen_by_role,
)

PRESETS, FILES, USERS = TABLES["plugin_presets"], TABLES["audio_files"], TABLES["prime_users"]


def test_V6_a_row_is_seen_by_its_owner_its_members_its_peers_or_everyone() -> None:
    visibility = Visibility({"p": {"ann": "owner", "ben": "viewer"}}, {"ann": frozenset({"ben"})})
    assert visibility.seers(PRESETS, {"owner": "ann", "is_public": False}) == {"ann"}
    assert visibility.seers(PRESETS, {"owner": None, "is_public": True}) is None
    assert visibility.seers(FILES, {"owner": "cai", "project": "p"}) == {"ann", "ben"}
    assert visibility.seers(FILES, {"owner": "ann", "project": "q"}) == set()
    assert visibility.seers(USERS, {"id": "ann"}) == {"ann", "ben"}


def test_every_table_tells_by_which_columns_it_is_known() -> None:
    for table in TABLES.values():
        assert set(deciding_columns(table)) <= table.by_name.keys(), table.relation
    assert (is_seen_by_role(FILES), is_seen_by_peers(FILES)) == (True, False)
    assert (is_seen_by_role(USERS), is_seen_by_peers(USERS)) == (False, True)
