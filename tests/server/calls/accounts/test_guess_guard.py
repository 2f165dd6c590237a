"""Every call that takes what can be guessed holds back who guesses."""

import pytest

from schema.calls import METHODS, WITHOUT_LOGIN
from server.calls.accounts.guess_guard import CODES, GUESSED, ON_ITS_OWN
from tests.server.conftest import Nodes
from tests.server.test_limits import node_with

pytestmark = pytest.mark.postgres


def test_A42_every_call_that_takes_a_code_or_a_password_is_guarded() -> None:
    for method, (params, _) in METHODS.items():
        fields = set(params.__struct_fields__)
        if fields & (CODES | {"password"}):
            assert method in GUESSED or method in ON_ITS_OWN, method
    assert ON_ITS_OWN & METHODS.keys() >= {"auth.login", "auth.register"}


async def test_A42_wrong_codes_are_held_back_on_all_connections_of_an_address(
    nodes: Nodes,
) -> None:
    node = await node_with(nodes, "wrong_codes_per_hour=3")
    guests = [await node.guest() for _ in range(3)]
    answers = [
        await guest.call("auth.second_factor", challenge="x" * 43, code="123456")
        for guest in (*guests, guests[0])
    ]
    assert [answer["code"] for answer in answers] == ["auth_failed"] * 3 + ["rate_limited"]
    assert answers[-1]["details"]["retry_after_ms"] > 60_000
    ann = await node.musician("ann")
    assert (await ann.call("auth.totp_disable", code="123456"))["code"] != "rate_limited"


SECRET = "x" * 43
BACK = "http://127.0.0.1:1/"
GIVEN: dict[str, dict[str, str]] = {
    "auth.register": {"email": "a@example.org", "username": "ann", "password": "correct horse"},
    "auth.register_guest": {"invitation": SECRET, "name": "Gus"},
    "auth.login": {"email": "a@example.org", "password": "correct horse"},
    "auth.refresh": {"refresh_token": SECRET},
    "auth.verify": {"token": SECRET},
    "auth.send_verification": {"email": "a@example.org"},
    "auth.request_reset": {"email": "a@example.org"},
    "auth.reset_password": {"token": SECRET, "password": "correct horse"},
    "auth.confirm_email": {"token": SECRET},
    "auth.providers": {},
    "auth.provider_begin": {"provider": "none", "redirect_uri": BACK},
    "auth.provider_finish": {"flow": SECRET, "state": SECRET, "code": "z"},
    "auth.device_begin": {},
    "auth.device_poll": {"device_code": SECRET},
    "auth.second_factor": {"challenge": SECRET, "code": "123456"},
    "auth.totp_begin": {"challenge": SECRET},
    "auth.totp_confirm": {"challenge": SECRET, "code": "123456"},
    "invitations.look": {"token": SECRET},
}


async def test_A59_every_call_without_a_login_has_a_rate_for_each_address(nodes: Nodes) -> None:
    node = await node_with(nodes, "stranger_calls_per_second=0.0001")
    guest = await node.guest()
    await guest.call("auth.providers")
    told = {method: await guest.call(method, **GIVEN.get(method, {})) for method in WITHOUT_LOGIN}
    assert {answer["code"] for answer in told.values()} == {"rate_limited"}
    assert {answer["details"].keys() >= {"retry_after_ms"} for answer in told.values()} == {True}


async def test_A59_a_login_is_refreshed_so_often_on_whatever_connections(nodes: Nodes) -> None:
    node = await node_with(nodes, "refreshes_per_hour=3")
    ann, ben = await node.musician("ann"), await node.musician("ben")
    told = []
    for number in range(4):
        wire = ann if number % 2 else await node.guest()
        told.append(await wire.call("auth.refresh", refresh_token=ann.tokens["refresh_token"]))
    assert [answer.get("code") for answer in told] == [None, None, None, "rate_limited"]
    assert await ben.result("auth.refresh", refresh_token=ben.tokens["refresh_token"])
