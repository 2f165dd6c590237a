"""What a seat may by its role and by what the host agrees to (rules R1, R38, R39)."""

import pytest

from rooms.presence.session_permissions import NOTHING_AGREED, WHY, May, Permits, may
from rooms.roles import CONTRIBUTES, SEES
from schema.calling.session_permission_calls import PermitInSession


@pytest.mark.parametrize("role", sorted(CONTRIBUTES))
def test_R38_everyone_may_what_nothing_was_agreed_on(role: str) -> None:
    assert may(NOTHING_AGREED, "ben", role) == May()


@pytest.mark.parametrize("role", sorted(SEES - CONTRIBUTES))
def test_R1_no_permission_mends_a_role(role: str) -> None:
    permits = Permits("ben", {what: frozenset({"ben"}) for what in WHY})
    assert None not in may(permits, "ben", role)


def test_R38_the_host_and_owners_need_no_permission_and_the_others_are_named() -> None:
    permits = Permits("ann", {"edit": frozenset({"cid"})})
    assert may(permits, "ann", "editor") == May()
    assert may(permits, "eve", "owner") == May()
    assert may(permits, "cid", "contributor") == May()
    assert may(permits, "ben", "editor") == May(WHY["edit"], WHY["edit"])


def test_R39_each_permission_is_of_its_own() -> None:
    permits = Permits("ann", {"gesture": frozenset(), "transport": frozenset()})
    assert may(permits, "ben", "editor") == May(None, WHY["gesture"], WHY["transport"])
    assert permits.told() == {"gesture": [], "transport": []}


def test_R38_the_call_has_a_field_for_each_permission() -> None:
    assert set(PermitInSession.__struct_fields__) == {"session", *WHY}
