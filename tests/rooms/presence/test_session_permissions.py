"""What a seat may by its role and by what the host agrees to (rules R1, R38, R39)."""

import pytest

from rooms.presence.session_permissions import (
    NOTHING_AGREED,
    WHY,
    DeniedActions,
    SessionPermissions,
    denied_actions,
)
from rooms.roles import CONTRIBUTES, SEES
from schema.calling.session_permission_calls import PermitInSession


@pytest.mark.parametrize("role", sorted(CONTRIBUTES))
def test_R38_everyone_may_what_nothing_was_agreed_on(role: str) -> None:
    assert denied_actions(NOTHING_AGREED, "ben", role) == DeniedActions()


@pytest.mark.parametrize("role", sorted(SEES - CONTRIBUTES))
def test_R1_no_permission_mends_a_role(role: str) -> None:
    permits = SessionPermissions("ben", {what: frozenset({"ben"}) for what in WHY})
    assert None not in denied_actions(permits, "ben", role)


def test_R38_the_host_and_owners_need_no_permission_and_the_others_are_named() -> None:
    permits = SessionPermissions("ann", {"edit": frozenset({"cid"})})
    assert denied_actions(permits, "ann", "editor") == DeniedActions()
    assert denied_actions(permits, "eve", "owner") == DeniedActions()
    assert denied_actions(permits, "cid", "contributor") == DeniedActions()
    assert denied_actions(permits, "ben", "editor") == DeniedActions(WHY["edit"], WHY["edit"])


def test_R39_each_permission_is_of_its_own() -> None:
    permits = SessionPermissions("ann", {"gesture": frozenset(), "transport": frozenset()})
    assert denied_actions(permits, "ben", "editor") == DeniedActions(
        None, WHY["gesture"], WHY["transport"]
    )
    assert permits.told() == {"gesture": [], "transport": []}


def test_R38_the_call_has_a_field_for_each_permission() -> None:
    assert set(PermitInSession.__struct_fields__) == {"session", *WHY}
