"""A9, A11 and A12: attacks on passwords and on what proves an address, against two nodes.

Their reactions: the same answer and the same work for known and unknown
accounts; a bound on length, and a full gate that says so while the loop goes on; one success among
all that use a one-time token, on whatever node.
"""

import asyncio
import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from persistence.tables import users
from persistence.tables.mail_outbox import MailKind
from schema.limits import MAX_PASSWORD_LENGTH, MAX_WRONG_CODES
from server.accounts.hashing.hashes import Hashes
from server.accounts.hashing.hashing_queue import UNUSED_PASSWORD
from tests.server.calls.accounts.self_service.letters import Letters, letters, wrong_code
from tests.server.conftest import Node, Nodes, nodes
from tests.server.wire import Message

__all__ = ["letters", "nodes"]

pytestmark = pytest.mark.postgres

ANN, NOBODY = "ann@example.org", "nobody@example.org"
NEW = "violet anvil"


@dataclass
class Hub:
    here: Node
    there: Node

    async def ask(self, node: Node, method: str, **params: object) -> Message:
        guest = await node.guest()
        answer = await guest.call(method, **params)
        await guest.socket.close()
        return answer | {"id": 0}


@pytest.fixture
async def hub(nodes: Nodes) -> Hub:
    made = Hub(await nodes.start(), await nodes.start())
    await made.here.musician("ann")
    return made


async def reset(hub: Hub, letters: Letters) -> Message:
    assert (await hub.ask(hub.here, "auth.request_reset", email=ANN))["t"] == "reply"
    return await letters.newest(hub.here, MailKind.RESET_PASSWORD)


class Work:
    """Which hashes the server has computed for those who ask, not to measure what one takes."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        is_right, make = Hashes.is_right, Hashes.make

        def verified(self_: Hashes, stored: str | None, password: str) -> bool:
            if password != UNUSED_PASSWORD:
                self.done.append("verify")
            return is_right(self_, stored, password)

        def made(self_: Hashes, password: str) -> str:
            self.done.append("hash")
            return make(self_, password)

        patch.setattr(Hashes, "is_right", verified)
        patch.setattr(Hashes, "make", made)


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("auth.login", {"password": "wrong horse"}),
        ("auth.login", {"password": "gru\u0308ne Wiese"}),
        ("auth.request_reset", {}),
        ("auth.send_verification", {}),
        ("auth.reset_password", {"code": "123456", "password": NEW}),
        ("auth.verify", {"code": "123456"}),
    ],
)
async def test_attack_A9_known_and_unknown_accounts_get_one_answer_for_as_much_work(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, method: str, more: dict[str, object]
) -> None:
    work = Work(monkeypatch)
    seen = []
    for node in (hub.here, hub.there):
        for email in (ANN, NOBODY):
            work.done.clear()
            answer = await hub.ask(node, method, email=email, **more)
            seen.append((answer, tuple(work.done)))
    assert len({repr(each) for each in seen}) == 1, "\n".join(map(repr, seen))
    # A hash is a thousand times a statement: nothing else of an answer is slow.
    expected = {"auth.login": 1, "auth.reset_password": 1}.get(method, 0)
    assert len(seen[0][1]) == expected * (2 if "\u0308" in str(more) else 1)


@pytest.mark.slow
async def test_attack_A9_no_time_tells_known_from_unknown_accounts(
    nodes: Nodes, record_property: Callable[[str, object], None]
) -> None:
    """Mann-Whitney over both, taken in turns; measured, and with room for a busy machine."""
    node = await nodes.start()
    await node.musician("ann")
    guest = await node.guest()
    clock = asyncio.get_running_loop().time
    took: dict[str, list[float]] = {ANN: [], NOBODY: []}
    for _ in range(100):
        emails = [ANN, NOBODY]
        random.shuffle(emails)
        for email in emails:
            await node.context.db.execute("DELETE FROM login_tries")
            node.context.logins._waits.clear()
            began = clock()
            await guest.call("auth.login", email=email, password="wrong horse")
            took[email].append(clock() - began)
    known, unknown = took[ANN], took[NOBODY]
    wins = sum((a > b) + (a == b) / 2 for a in known for b in unknown)
    share = wins / (len(known) * len(unknown))
    medians = [statistics.median(each) * 1_000 for each in (known, unknown)]
    record_property("median_ms", medians)
    record_property("probability_that_known_is_slower", share)
    assert 0.2 < share < 0.8, medians


async def test_attack_A11_a_password_past_the_bound_is_refused_before_it_is_hashed(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(monkeypatch)
    long = "x" * (MAX_PASSWORD_LENGTH + 1)
    wide = "\N{MUSICAL SYMBOL G CLEF}" * 300
    for method, params in (
        ("auth.login", {"email": ANN, "password": long}),
        ("auth.register", {"email": NOBODY, "username": "ben", "password": long}),
        ("auth.register", {"email": NOBODY, "username": "ben", "password": wide}),
        ("auth.reset_password", {"token": "none", "password": wide}),
        ("auth.reset_password", {"email": ANN, "code": "123456", "password": long}),
    ):
        told = await hub.ask(hub.here, method, **params)
        assert told["code"] in ("validation", "bad_message"), told
    none = {"token": "none", "password": NEW}
    assert (await hub.ask(hub.here, "auth.reset_password", **none))["code"] == "auth_failed"
    assert work.done == []


async def test_attack_A11_a_flood_of_passwords_is_shed_and_the_loop_goes_on(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the thread stands still at a gate: whoever is shed is told, all else is answered."""
    from tests.server.accounts.hashing.test_hashing_queue import Gated

    gated = Gated()
    monkeypatch.setattr(hub.here.context.hashing_queue, "_hashes", gated)
    wrong = {"password": "wrong horse"}
    tries = [
        asyncio.create_task(hub.ask(hub.here, "auth.login", email=f"a{n}@example.org", **wrong))
        for n in range(40)
    ]
    done, waiting = await asyncio.wait(tries, return_when=asyncio.FIRST_COMPLETED)
    assert {task.result()["code"] for task in done} <= {"unavailable", "rate_limited"}
    ann = await hub.there.guest()
    assert (await ann.call("auth.login", email=ANN, password="correct horse"))["t"] == "reply"
    busy = await hub.here.guest()
    assert (await busy.call("auth.request_reset", email=ANN))["t"] == "reply"
    gated.gate.set()
    await asyncio.gather(*waiting)


@pytest.mark.parametrize("by", ["token", "code"])
async def test_attack_A12_of_many_that_use_a_token_at_once_on_two_nodes_one_succeeds(
    hub: Hub, letters: Letters, by: str
) -> None:
    mail = await reset(hub, letters)
    given = {"token": mail["token"]} if by == "token" else {"email": ANN, "code": mail["code"]}
    tries = [
        hub.ask(node, "auth.reset_password", **given, password=f"{NEW} {number}")
        for number in range(4)
        for node in (hub.here, hub.there)
    ]
    answers = await asyncio.gather(*tries)
    codes = sorted(str(answer.get("code", answer["t"])) for answer in answers)
    assert codes == ["auth_failed"] * 7 + ["reply"]
    [winner] = [number for number, answer in enumerate(answers) if answer["t"] == "reply"]
    password = f"{NEW} {winner // 2}"
    assert (await hub.ask(hub.there, "auth.login", email=ANN, password=password))["t"] == "reply"


async def test_attack_A12_guesses_on_both_nodes_count_together(hub: Hub, letters: Letters) -> None:
    mail = await reset(hub, letters)
    wrong = [wrong_code(mail["code"], by=n) for n in range(1, MAX_WRONG_CODES + 1)]
    for number, code in enumerate([*wrong, mail["code"]]):
        node = (hub.here, hub.there)[number % 2]
        told = await hub.ask(node, "auth.reset_password", email=ANN, code=code, password=NEW)
        assert told["code"] == "auth_failed"
    link = {"token": mail["token"], "password": NEW}
    assert (await hub.ask(hub.there, "auth.reset_password", **link))["t"] == "reply"


async def test_attack_A12_an_old_token_after_a_new_one_and_one_of_another_purpose(
    hub: Hub, letters: Letters, nodes: Nodes
) -> None:
    old, new = await reset(hub, letters), await reset(hub, letters)
    await hub.ask(hub.there, "auth.send_verification", email=ANN)
    other = await letters.newest(hub.there, MailKind.VERIFY_ADDRESS)
    codes = []
    for token in (old["token"], other["token"], new["token"], new["token"]):
        told = await hub.ask(hub.there, "auth.reset_password", token=token, password=NEW)
        codes.append(told.get("code", told["t"]))
    assert codes == ["auth_failed", "auth_failed", "reply", "auth_failed"]
    told = await hub.ask(hub.here, "auth.verify", token=other["token"])
    assert told["code"] == "auth_failed"  # a new password voids it too


async def test_attack_A12_one_that_has_run_out_and_one_in_the_database_are_none(
    hub: Hub, letters: Letters, nodes: Nodes
) -> None:
    """What is stored is no secret: neither of its hashes is taken for one."""
    mail = await reset(hub, letters)
    db = hub.here.server.foundation.db.calls
    stored = await db.fetchval("SELECT encode(token_hash, 'hex') FROM one_time_tokens")
    await db.execute("UPDATE one_time_tokens SET expires_at = now(), code_expires_at = now()")
    for given in (
        {"token": mail["token"]},
        {"token": stored},
        {"email": ANN, "code": mail["code"]},
    ):
        told = await hub.ask(hub.there, "auth.reset_password", **given, password=NEW)
        assert told["code"] == "auth_failed"
    ann = await users.by_email(db, ANN)
    assert ann is not None
    assert not await users.is_verified(db, ann.id)
