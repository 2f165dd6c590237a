"""One person, one account: however an address and a password are spelt."""

import pytest

from persistence import auth_credentials
from persistence.pool import Database
from schema.limits import MAX_FREE_GUESSES
from server.passwords import Passwords
from tests.server.conftest import Node, create_project
from tests.server.wire import Message, Wire

pytestmark = pytest.mark.postgres

SPELLINGS = ("Ann@B\u00fccher.example", "ann@bu\u0308cher.example", "ann@xn--bcher-kva.EXAMPLE")
AS_ON_A_MAC, AS_ELSEWHERE = "gru\u0308ne\u00a0Wiese", "gr\u00fcne Wiese"


async def register(wire: Wire, email: str, password: str, name: str = "ann") -> Message:
    return await wire.call("auth.register", email=email, username=name, password=password)


async def log_in(node: Node, email: str, password: str) -> Message:
    guest = await node.guest()
    return await guest.call("auth.login", email=email, password=password)


async def test_A6_one_address_is_one_account_however_it_is_spelt(node: Node) -> None:
    guest = await node.guest()
    made = await register(guest, SPELLINGS[0], "correct horse")
    ben = await node.musician("ben")
    project = await create_project(ben)
    for email in SPELLINGS:
        again = await register(await node.guest(), email, "other horse", "other")
        assert (again["code"], again["details"]) == ("taken", {"field": "email"})
        there = await log_in(node, email, "correct horse")
        assert there["result"]["user"] == made["result"]["user"]
        granted = await ben.result("members.grant", project=project, email=email, role="editor")
        assert granted["user"]["username"] == "ann"


async def test_A6_what_is_no_address_makes_no_account(node: Node) -> None:
    for email in ("an\u200bn@example.org", "ann@a_b.org", "ann..b@example.org"):
        refused = await register(await node.guest(), email, "correct horse")
        assert (refused["code"], refused["details"]) == ("validation", {"field": "email"})
        assert (await log_in(node, email, "correct horse"))["code"] == "auth_failed"


async def test_A4_tries_are_counted_together_however_the_address_is_spelt(node: Node) -> None:
    await register(await node.guest(), SPELLINGS[0], "correct horse")
    tries = [SPELLINGS[number % 3] for number in range(MAX_FREE_GUESSES + 1)]
    codes = [(await log_in(node, email, "wrong horse"))["code"] for email in tries]
    assert codes == ["auth_failed"] * MAX_FREE_GUESSES + ["rate_limited"]


@pytest.mark.parametrize(
    ("made", "typed"), [(AS_ON_A_MAC, AS_ELSEWHERE), (AS_ELSEWHERE, AS_ON_A_MAC)]
)
async def test_A7_a_password_is_one_however_it_is_typed(node: Node, made: str, typed: str) -> None:
    await register(await node.guest(), "ann@example.org", made)
    for password in (made, typed):
        assert (await log_in(node, "ann@example.org", password))["t"] == "reply"
    for wrong in ("grune Wiese", "gr\u00fcneWiese", typed.upper()):
        assert (await log_in(node, "ann@example.org", wrong))["code"] == "auth_failed"


async def test_A7_who_has_a_password_from_before_logs_in_as_ever_and_then_however_it_is_typed(
    node: Node, database: Database
) -> None:
    made = await register(await node.guest(), "ann@example.org", AS_ELSEWHERE)
    user = made["result"]["user"]["id"]
    passwords = Passwords()
    as_typed = await passwords.hash(AS_ON_A_MAC, "here")
    passwords.close()
    await auth_credentials.set_password(database, user, as_typed)
    assert (await log_in(node, "ann@example.org", AS_ELSEWHERE))["code"] == "auth_failed"
    assert (await log_in(node, "ann@example.org", AS_ON_A_MAC))["t"] == "reply"
    assert await auth_credentials.password_of(database, user) != as_typed
    for password in (AS_ELSEWHERE, AS_ON_A_MAC):
        assert (await log_in(node, "ann@example.org", password))["t"] == "reply"


async def test_A7_a_new_password_is_counted_as_it_is_hashed(node: Node) -> None:
    refused = await register(await node.guest(), "ann@example.org", "u\u0308" * 4)
    assert (refused["code"], refused["details"]) == ("validation", {"field": "password"})
