"""The one thread that looks at passwords, shared by addresses."""

import asyncio
import threading

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from schema.server_limits import MAX_PASSWORDS_WAITING
from server.accounts.passwords import OWASP, Passwords, TooBusy


def test_A1_hashes_are_as_owasp_has_them() -> None:
    """At least: a test's node has quicker ones."""
    kept = extract_parameters(PasswordHasher(**OWASP).hash("correct horse"))
    assert (kept.type, kept.time_cost, kept.memory_cost) == (Type.ID, 2, 19 * 1_024)


class Slow(Passwords):
    """The thread waits at a gate; `order` is what it did, by password."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.order: list[str] = []

    def _verify(self, password_hash: str, password: str) -> bool:
        self.gate.wait(10)
        self.order.append(password)
        return True

    def ask(self, address: str, password: str) -> asyncio.Task[bool]:
        return asyncio.create_task(self.verify(password, "hash", address))


async def ended(*tasks: asyncio.Task[bool]) -> list[object]:
    async with asyncio.timeout(30):
        return list(await asyncio.gather(*tasks, return_exceptions=True))


async def test_A4_addresses_take_turns() -> None:
    passwords = Slow()
    tasks = [passwords.ask("stranger", f"s{n}") for n in range(20)]
    await asyncio.sleep(0)
    tasks += [passwords.ask("ann", "a"), passwords.ask("ben", "b")]
    await asyncio.sleep(0)
    passwords.gate.set()
    assert await ended(*tasks) == [True] * 22
    assert passwords.order[:4] == ["s0", "s1", "a", "b"]
    passwords.close()


async def test_A4_when_all_is_full_who_sent_most_is_shed() -> None:
    passwords = Slow()
    strangers = [passwords.ask("stranger", f"s{n}") for n in range(MAX_PASSWORDS_WAITING + 5)]
    await asyncio.sleep(0)
    others = [passwords.ask(f"address {n}", f"a{n}") for n in range(10)]
    await asyncio.sleep(0)
    passwords.gate.set()
    assert await ended(*others) == [True] * 10
    told = await ended(*strangers)
    assert sum(isinstance(answer, TooBusy) for answer in told) == 14
    assert len(passwords.order) == MAX_PASSWORDS_WAITING + 1
    passwords.close()


async def test_nobody_hashes_for_a_caller_who_has_gone() -> None:
    passwords = Slow()
    first, second, third = (passwords.ask("here", name) for name in ("first", "second", "third"))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    passwords.gate.set()
    assert await ended(first, third) == [True, True]
    assert passwords.order == ["first", "third"]
    passwords.close()


async def test_A1_an_unknown_user_is_wrong_whatever_the_password() -> None:
    passwords = Passwords()
    known = await passwords.hash("correct horse", "here")
    assert await passwords.verify("correct horse", known, "here")
    assert not await passwords.verify("wrong horse", known, "here")
    assert not await passwords.verify("the password of nobody", None, "here")
    with pytest.raises(AttributeError):  # and the next one is answered all the same
        await passwords.verify(1, known, "here")  # type: ignore[arg-type]
    assert await passwords.verify("correct horse", known, "here")
    passwords.close()
