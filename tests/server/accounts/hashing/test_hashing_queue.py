"""The one thread that looks at passwords, shared by addresses."""

import asyncio
import itertools
import os
import sys
import threading

import pytest

from schema.server_limits import MAX_PASSWORD_WAIT_SECONDS, MAX_PASSWORDS_WAITING
from server.accounts.hashing.hashes import Hashes
from server.accounts.hashing.hashing_queue import BEHIND_THE_LOOP, HashingQueue, TooBusy


class Gated(Hashes):
    """What is verified waits at a gate; `order` is what was, by password."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.order: list[str] = []

    def is_right(self, stored: str | None, password: str) -> bool:
        self.gate.wait(10)
        self.order.append(password)
        return True


class Slow(HashingQueue):
    """The thread waits at a gate; each hash takes `seconds` on its clock."""

    def __init__(self, seconds: float = 0.001) -> None:
        now = itertools.count()
        super().__init__(clock=lambda: next(now) * seconds)
        self._hashes = self.hashes = Gated()
        self.gate = self.hashes.gate

    @property
    def order(self) -> list[str]:
        return self.hashes.order

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


async def test_A20_where_hashing_is_slow_fewer_wait_and_the_rest_is_told_at_once() -> None:
    passwords = Slow(seconds=MAX_PASSWORD_WAIT_SECONDS / 4)
    passwords.gate.set()
    assert await ended(passwords.ask("here", "first")) == [True]
    passwords.gate.clear()
    tasks = [passwords.ask(f"address {n}", f"a{n}") for n in range(8)]
    await asyncio.sleep(0)
    assert [task.done() for task in tasks] == [False] * 5 + [True] * 3  # one under way, four wait
    passwords.gate.set()
    told = await ended(*tasks)
    assert [isinstance(answer, TooBusy) for answer in told] == [False] * 5 + [True] * 3
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
    passwords = HashingQueue()
    known = await passwords.hash("correct horse", "here")
    assert await passwords.verify("correct horse", known, "here")
    assert not await passwords.verify("wrong horse", known, "here")
    assert not await passwords.verify("the password of nobody", None, "here")
    with pytest.raises(AttributeError):  # and the next one is answered all the same
        await passwords.verify(1, known, "here")  # type: ignore[arg-type]
    assert await passwords.verify("correct horse", known, "here")
    passwords.close()


class Niceness(Hashes):
    """A password is right where the thread that looks at it has the nice value it should."""

    def is_right(self, stored: str | None, password: str) -> bool:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == int(password)


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has its own nice value on Linux")
async def test_hashing_goes_behind_the_loop_and_takes_nobody_with_it() -> None:
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    passwords = HashingQueue()
    passwords._hashes = Niceness()
    assert await passwords.verify(str(min(19, own + BEHIND_THE_LOOP)), None, "here")
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == own
    passwords.close()
