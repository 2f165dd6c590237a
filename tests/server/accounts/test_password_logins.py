"""Logging in while someone guesses; and making accounts."""

import asyncio
from typing import Any

import bcrypt
import pytest
from structlog.testing import capture_logs

from persistence.pool import Database
from persistence.tables.mail_outbox import MailKind
from schema.limits import MAX_FREE_GUESSES, MAX_GUESSES_PER_HOUR
from server.accounts import password_logins
from server.accounts.admission import Admission
from server.accounts.password_logins import GRID_SECONDS, seconds_to_grid
from server.accounts.usage_limits import UsageLimits
from tests.server.calls.accounts.self_service.letters import Letters, letters
from tests.server.conftest import Node, Nodes
from tests.server.test_limits import LOOPBACK, node_with, status
from tests.server.wire import Message, Wire

__all__ = ["letters"]

pytestmark = pytest.mark.postgres

RIGHT, OTHER = "correct horse", "wrong horse"


async def from_address(node: Node, address: str) -> Wire:
    """A guest that a proxy says is there."""
    assert await status(node, **{"X-Forwarded-For": address}) == 101
    wire = node.wires[-1]
    await wire.hello()
    return wire


async def log_in(wire: Wire, password: str, name: str = "ann", **shown: Any) -> Message:
    """`shown`: what else the call has, as a device's token."""
    email = f"{name}@example.org"
    return await wire.call("auth.login", email=email, password=password, **shown)


def codes(answers: list[Message]) -> list[str]:
    return [str(answer.get("code", answer["t"])) for answer in answers]


@pytest.mark.parametrize("name", ["ann", "nobody"])
async def test_A4_after_some_wrong_passwords_one_waits_whether_there_is_an_account_or_not(
    nodes: Nodes, name: str
) -> None:
    node = await nodes.start(proxies=LOOPBACK)
    home = await from_address(node, "192.0.2.1")
    await register(home, "ann")
    stranger = await from_address(node, "192.0.2.66")
    with capture_logs() as logs:
        answers = [await log_in(stranger, OTHER, name) for _ in range(MAX_FREE_GUESSES + 2)]
    assert codes(answers) == ["auth_failed"] * MAX_FREE_GUESSES + ["rate_limited"] * 2
    assert 0 < answers[-1]["details"]["retry_after_ms"] <= 1_000
    assert codes([await log_in(stranger, RIGHT, name)]) == ["rate_limited"]
    told = [line for line in logs if "password" in line["event"]]
    assert [line["event"] for line in told] == ["wrong passwords", "passwords held back"]
    assert {line["address"] for line in told} == {"192.0.2.66"}
    assert told[0]["user"] == (home.user if name == "ann" else None)
    assert "example.org" not in str(logs)
    assert "prime_login_failed_total 5.0" in node.metrics.text()
    assert "prime_login_held_back_total 3.0" in node.metrics.text()


async def test_A4_strangers_do_not_keep_the_owner_out(nodes: Nodes) -> None:
    """Neither by guessing from its neighbourhood nor from many places, on whatever node."""
    one, two = await nodes.start(proxies=LOOPBACK), await nodes.start(proxies=LOOPBACK)
    await register(await from_address(one, "192.0.2.1"), "ann")
    strangers = [await from_address(one, f"198.51.100.{n}") for n in range(25)]
    answers = await asyncio.gather(*(log_in(wire, OTHER) for wire in strangers))
    assert set(codes(list(answers))) == {"auth_failed", "rate_limited"}
    elsewhere = await from_address(two, "203.0.113.5")
    assert codes([await log_in(elsewhere, RIGHT)]) == ["rate_limited"]
    home = await from_address(two, "192.0.2.1")
    assert codes([await log_in(home, RIGHT)]) == ["reply"]


async def besieged(node: Node) -> None:
    """Four addresses with five wrong passwords each, and one more as soon as it is heard."""
    for n in range(4):
        stranger = await from_address(node, f"198.51.{n}.1")
        answers = [await log_in(stranger, OTHER) for _ in range(MAX_FREE_GUESSES)]
        assert set(codes(answers)) == {"auth_failed"}
    assert codes([await log_in(await from_address(node, "203.0.113.7"), RIGHT)]) == ["rate_limited"]


async def test_A74_a_device_that_was_logged_in_on_is_heard_from_any_address(nodes: Nodes) -> None:
    """On every node, while strangers keep all addresses that are not known busy."""
    one, two = await nodes.start(proxies=LOOPBACK), await nodes.start(proxies=LOOPBACK)
    ann = await from_address(one, "192.0.2.1")
    await register(ann, "ann")
    await besieged(one)
    shown = ann.tokens["device_token"]
    hotel = await from_address(two, "203.0.113.5")
    assert codes([await log_in(hotel, RIGHT)]) == ["rate_limited"]
    answer = await log_in(hotel, RIGHT, device_token=shown)
    assert answer["t"] == "reply"
    assert answer["result"]["device_token"] != shown
    again = await from_address(one, "203.0.113.5")
    assert codes([await log_in(again, RIGHT)]) == ["reply"], "the address is known from now on"


async def test_A74_a_stolen_one_guesses_no_faster_than_from_home(nodes: Nodes) -> None:
    """From however many addresses; and neither the owner's home nor another device waits for it."""
    node = await nodes.start(proxies=LOOPBACK)
    home = await from_address(node, "192.0.2.1")
    await register(home, "ann")
    stolen = home.tokens["device_token"]
    answers = []
    for n in range(MAX_FREE_GUESSES + 2):
        thief = await from_address(node, f"198.51.{n}.1")
        answers.append(await log_in(thief, OTHER, device_token=stolen))
    assert codes(answers) == ["auth_failed"] * MAX_FREE_GUESSES + ["rate_limited"] * 2
    assert codes([await log_in(thief, RIGHT, device_token=stolen)]) == ["rate_limited"]
    assert codes([await log_in(home, RIGHT)]) == ["reply"]
    other = (await log_in(home, RIGHT))["result"]["device_token"]
    cafe = await from_address(node, "203.0.113.5")
    assert codes([await log_in(cafe, RIGHT, device_token=other)]) == ["reply"]


async def test_A74_one_that_is_none_changes_nothing(nodes: Nodes) -> None:
    node = await nodes.start(proxies=LOOPBACK)
    for name in ("ann", "ben"):
        await register(home := await from_address(node, "192.0.2.1"), name)
    await besieged(node)
    cafe = await from_address(node, "203.0.113.5")
    for shown in ("x", "A" * 52, home.tokens["device_token"], home.tokens["refresh_token"][:128]):
        assert codes([await log_in(cafe, RIGHT, device_token=shown)]) == ["rate_limited"]


async def test_A74_a_network_that_tried_too_many_accounts_keeps_no_known_device_out(
    nodes: Nodes,
) -> None:
    node = await node_with(nodes, "wrong_secrets_per_network=10", proxies=LOOPBACK)
    ann = await from_address(node, "192.0.2.1")
    await register(ann, "ann")
    for n in range(100, 112):
        await log_in(await from_address(node, f"203.0.113.{n}"), OTHER, f"user{n}")
    neighbour = await from_address(node, "203.0.113.5")
    assert codes([await log_in(neighbour, RIGHT)]) == ["rate_limited"]
    shown = ann.tokens["device_token"]
    assert codes([await log_in(neighbour, RIGHT, device_token=shown)]) == ["reply"]


async def test_A74_a_reset_by_mail_lets_the_owner_in_where_all_addresses_are_kept_busy(
    nodes: Nodes, letters: Letters
) -> None:
    """Also without such a device: whoever has the mailbox waits for nobody."""
    node = await nodes.start(proxies=LOOPBACK)
    await register(await from_address(node, "192.0.2.1"), "ann")
    await besieged(node)
    cafe = await from_address(node, "203.0.113.5")
    await cafe.result("auth.request_reset", email="ann@example.org")
    mail = await letters.newest(node, MailKind.RESET_PASSWORD)
    await cafe.result("auth.reset_password", token=mail["token"], password="violet anvil")
    assert codes([await log_in(cafe, "violet anvil")]) == ["reply"]


async def looked_at(node: Node, network: str, tokens: list[str | None]) -> int:
    """How many of wrong passwords, five with each token, each from an address of its own."""
    told = []
    for n, token in enumerate(tokens):
        stranger = await from_address(node, f"{network}.{n}")
        wrong = {"email": "ann@example.org", "password": OTHER, "device_token": token}
        told += [await stranger.call("auth.login", **wrong) for _ in range(MAX_FREE_GUESSES)]
    assert set(codes(told)) <= {"auth_failed", "rate_limited"}
    return codes(told).count("auth_failed")


async def tokens_of(wire: Wire, count: int) -> list[str | None]:
    login = {"email": "ann@example.org", "password": RIGHT}
    return [(await wire.result("auth.login", **login))["device_token"] for _ in range(count)]


AT_ONCE = int(MAX_GUESSES_PER_HOUR / 5)


async def test_A74_all_devices_of_an_account_together_are_heard_no_more_than_strangers(
    nodes: Nodes,
) -> None:
    """Whoever stole many of them; and an address where the account was is heard as before."""
    node = await nodes.start(proxies=LOOPBACK)
    home = await from_address(node, "192.0.2.1")
    await register(home, "ann")
    stolen = await tokens_of(home, 6)
    assert await looked_at(node, "198.51.100", stolen) == AT_ONCE
    assert codes([await log_in(home, RIGHT)]) == ["reply"]


@pytest.mark.parametrize("how", ["taken over", "reset", "changed"])
async def test_A74_what_was_known_before_a_take_over_or_another_password_is_not_known(
    nodes: Nodes, letters: Letters, how: str
) -> None:
    """Neither a device nor an address; the one where it was done is, and new devices are."""
    node = await nodes.start(proxies=LOOPBACK)
    evil = await from_address(node, "192.0.2.1")
    await register(evil, "ann")
    kept = await tokens_of(evil, 6)
    home = await from_address(node, "203.0.113.5")
    if how == "changed":
        await home.result("auth.login", email="ann@example.org", password=RIGHT)
        await home.result("auth.change_password", password=RIGHT, new_password="violet anvil")
    if how == "taken over":
        await home.result("auth.send_verification", email="ann@example.org")
        mail = await letters.newest(node, MailKind.VERIFY_ADDRESS)
        await home.result("auth.verify", token=mail["token"])
    if how == "reset":
        await home.result("auth.request_reset", email="ann@example.org")
        mail = await letters.newest(node, MailKind.RESET_PASSWORD)
        await home.result("auth.reset_password", token=mail["token"], password="violet anvil")
    assert await looked_at(node, "198.51.100", [*kept, None]) == AT_ONCE
    assert codes([await log_in(await from_address(node, "192.0.2.1"), OTHER)]) == ["rate_limited"]
    right = how != "taken over"
    told = await log_in(home, "violet anvil")
    assert codes([told]) == ["reply" if right else "auth_failed"]
    if right:
        hotel = await from_address(node, "203.0.113.9")
        login = {"email": "ann@example.org", "password": "violet anvil"}
        shown = told["result"]["device_token"]
        assert (await hotel.call("auth.login", **login, device_token=shown))["t"] == "reply"


async def test_A4_right_passwords_that_come_at_once_are_all_right(nodes: Nodes) -> None:
    """Also where nobody has logged in before, on two nodes, and with wrong ones among them."""
    one, two = await nodes.start(proxies=LOOPBACK), await nodes.start(proxies=LOOPBACK)
    await register(await from_address(one, "192.0.2.1"), "ann")
    windows = [await from_address(node, "192.0.2.9") for node in [one, two] * 6]
    answers = await asyncio.gather(*(log_in(wire, RIGHT) for wire in windows))
    assert codes(list(answers)) == ["reply"] * 12
    left = "SELECT sum(under_way), sum(wrong) FROM login_tries"
    assert tuple((await one.context.db.fetch(left))[0]) == (0, 0)


async def test_A4_wrong_passwords_that_come_at_once_are_as_few_as_one_by_one(
    nodes: Nodes,
) -> None:
    one, two = await nodes.start(proxies=LOOPBACK), await nodes.start(proxies=LOOPBACK)
    await register(await from_address(one, "192.0.2.1"), "ann")
    windows = [await from_address(node, "192.0.2.9") for node in [one, two] * 6]
    guesses = (log_in(wire, OTHER) for wire in windows)
    told = codes(list(await asyncio.gather(*guesses)))
    assert told.count("auth_failed") == MAX_FREE_GUESSES
    assert told.count("rate_limited") == len(windows) - MAX_FREE_GUESSES


async def test_A20_so_many_wait_for_what_becomes_of_others_and_no_more(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And whoever waits in vain is told to come again, as nothing of it was wrong."""
    node = await nodes.start()
    ann = await node.musician("ann")
    lost = "UPDATE login_tries SET under_way = $1, lost_at = now() + interval '1 hour'"
    await node.context.db.execute(lost, MAX_FREE_GUESSES)
    monkeypatch.setattr(password_logins, "MAX_PASSWORD_WAIT_SECONDS", 0.0)
    assert codes([await log_in(await node.guest(), RIGHT)]) == ["unavailable"]
    assert node.context.logins._undecided_tries == 0
    monkeypatch.setattr(password_logins, "MAX_PASSWORDS_WAITING", 0)
    assert codes([await log_in(await node.guest(), RIGHT)]) == ["unavailable"]
    await node.context.db.execute(lost, MAX_FREE_GUESSES - 1)
    assert codes([await log_in(await node.guest(), RIGHT)]) == ["reply"]
    assert ann.user


async def test_A4_an_address_has_so_many_wrong_passwords_over_all_accounts(nodes: Nodes) -> None:
    node = await node_with(nodes, "wrong_passwords_per_hour=3")
    guest = await node.guest()
    answers = [await log_in(guest, OTHER, f"user{n}") for n in range(4)]
    assert codes(answers) == ["auth_failed"] * 3 + ["rate_limited"]


async def test_H8_tokens_that_are_none_keep_nobody_waiting(
    nodes: Nodes,
) -> None:
    turns: list[float] = []

    class Counted(Admission):
        def turn(self, now: float) -> float:
            turns.append(now)
            return super().turn(now)

    limits = UsageLimits.read("connects_per_second=0")
    node = await nodes.start(limits=limits, admission=Counted())
    ann = await node.musician("ann")
    for _ in range(20):
        wire = await node.connect()
        await wire.send({"t": "hello", "versions": [1], "device": "x", "token": "x"})
        await wire.closed(4507)
    assert turns == []
    await node.again(ann, "phone")
    assert len(turns) == 1
    assert "prime_bad_tokens_total 20.0" in node.metrics.text()


async def test_H8_tokens_that_are_none_cost_connections(nodes: Nodes) -> None:
    node = await node_with(nodes, "connects_per_second=3")
    for _ in range(2):
        wire = await node.connect()
        await wire.send({"t": "hello", "versions": [1], "device": "x", "token": "x"})
        await wire.closed(4507)
    assert [await status(node) for _ in range(12)].count(429) >= 3


async def test_A5_accounts_are_made_at_a_rate(nodes: Nodes) -> None:
    node = await node_with(nodes, "registrations_per_hour=7")
    guest = await node.guest()
    await register(guest, "ann")
    assert (await try_to_register(guest, "ann"))["code"] == "taken"
    await register(guest, "ben")  # the answer `taken` has cost five
    refused = await try_to_register(guest, "cid")
    assert refused["code"] == "rate_limited"
    assert refused["details"]["retry_after_ms"] > 60_000


async def test_A5_a_server_may_be_closed_to_new_accounts(nodes: Nodes) -> None:
    open_, closed = await nodes.start(), await nodes.start(registration=False)
    await register(await open_.guest(), "ann")
    guest = await closed.guest()
    refused = await try_to_register(guest, "ben")
    assert refused["code"] == "forbidden"
    assert codes([await log_in(guest, RIGHT)]) == ["reply"]


async def try_to_register(wire: Wire, name: str) -> Message:
    who: dict[str, Any] = {"email": f"{name}@example.org", "username": name}
    return await wire.call("auth.register", **who, password=RIGHT)


async def register(wire: Wire, name: str) -> None:
    answer = await try_to_register(wire, name)
    assert answer["t"] == "reply", answer
    wire.tokens = answer["result"]
    wire.user = wire.tokens["user"]["id"]


async def test_A42_a_spray_from_a_network_keeps_only_strangers_of_it_out(nodes: Nodes) -> None:
    node = await node_with(nodes, "wrong_secrets_per_network=10", proxies=LOOPBACK)
    home = await from_address(node, "192.0.2.1")
    await register(home, "ann")
    attackers = [await from_address(node, f"192.0.2.{n}") for n in range(100, 114)]
    answers = [await log_in(wire, OTHER, f"user{n}") for n, wire in enumerate(attackers)]
    assert codes(answers) == ["auth_failed"] * 10 + ["rate_limited"] * 4
    neighbour, elsewhere = [await from_address(node, at) for at in ("192.0.2.7", "198.51.100.1")]
    assert codes([await log_in(wire, RIGHT) for wire in (neighbour, home, elsewhere)]) == [
        "rate_limited",
        "reply",
        "reply",
    ]
    refreshed = await neighbour.call("auth.refresh", refresh_token=home.tokens["refresh_token"])
    assert refreshed["t"] == "reply", "what nobody can guess is not held back"


@pytest.mark.parametrize("took", [0.001, 0.025, 0.083, 0.2499])
def test_A1_what_a_hash_takes_does_not_show_in_the_time_of_the_answer(took: float) -> None:
    assert took + seconds_to_grid(took, GRID_SECONDS) == pytest.approx(GRID_SECONDS)
    assert seconds_to_grid(took, 0.0) == 0.0
    late = took + GRID_SECONDS
    assert late + seconds_to_grid(late, GRID_SECONDS) == pytest.approx(2 * GRID_SECONDS)


async def test_A1_whatever_is_wrong_is_answered_at_the_grid_and_what_is_right_at_once(
    node: Node, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the pauses that are asked for: of nobody, of an account, of one with a foreign hash."""
    pauses = []

    def at_once(took: float, grid: float) -> float:
        pauses.append((took, grid))
        return 0.0

    monkeypatch.setattr(password_logins, "seconds_to_grid", at_once)
    await node.musician("ann")
    guest = await node.guest()
    assert (await log_in(guest, RIGHT))["t"] == "reply"
    assert pauses == []
    for email in ("nobody@example.org", "ann@example.org"):
        guest = await node.guest()
        await guest.call("auth.login", email=email, password="wrong horse")
    foreign = bcrypt.hashpw(b"correct horse", bcrypt.gensalt(4)).decode()
    await database.execute("UPDATE auth_credentials SET password_hash = $1", foreign)
    await (await node.guest()).call("auth.login", email="ann@example.org", password="wrong horse")
    assert len(pauses) == 3
