"""Wrong logins at a rate, and right ones that wait when they are told to."""

import asyncio
from typing import Any, cast

from loadtest.bare.bare_prime import BarePrime, PrimeRefused
from loadtest.scenarios.accounts.login_attempts import (
    KnownAccount,
    RightLogins,
    WrongLogins,
    patiently,
)


class Door:
    """Answers in turn with what it is given; an error is raised."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[str, dict[str, Any]]] = []

    async def call(self, method: str, **params: Any) -> object:
        self.calls.append((method, params))
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def door(*answers: object) -> BarePrime:
    return cast("BarePrime", Door(*answers))


async def test_wrong_logins_are_sent_by_the_clock_and_counted_by_answer() -> None:
    guessers = [door(PrimeRefused("auth_failed: wrong")) for _ in range(2)]
    wrong = WrongLogins(guessers, 500.0, ["ann", "nobody"])
    await wrong.run(0.1)
    assert wrong.sent >= 40
    assert wrong.answers["auth_failed"] > 10
    passwords = [params["password"] for _, params in cast("Any", guessers[0]).calls]
    assert len(set(passwords)) > 1


async def test_right_logins_wait_as_they_are_told_and_count_it() -> None:
    right = RightLogins()
    told = PrimeRefused("unavailable: busy", 1.0)
    await right.run([(KnownAccount("ann", "here"), door(told, {}, {}))], 0.05)
    assert right.refused == {"unavailable": 1}
    assert right.login_ms


async def test_patience_ends_where_nobody_says_when_to_come_again() -> None:
    assert await patiently(door(PrimeRefused("rate_limited: soon", 1.0), 7), "x") == 7
