"""One caller's calls, against a connection that answers as it is told."""

from typing import Any

import msgpack

from loadtest.bare.bare_prime import BarePrime
from loadtest.bare.frames import Messages
from loadtest.scenarios.calls.call_kinds import TOKEN
from loadtest.scenarios.calls.call_loop import CallLoop


class Answering:
    """In place of a connection: each call is answered at once, from the `refused`th on with no."""

    def __init__(self, refused: int | None = None) -> None:
        self.receiver = Messages(lambda _: None)
        self.asked: list[dict[str, Any]] = []
        self.is_open = True
        self._refused = refused

    def send(self, data: bytes) -> None:
        """A masked frame of a client, whose mask is of zeros."""
        size = data[1] & 0x7F
        head = 2 if size < 126 else 4
        self._take(data[head + 4 :])

    def _take(self, payload: bytes) -> None:
        call = msgpack.unpackb(payload)
        self.asked.append(call)
        if len(self.asked) == self._refused:
            told = {"t": "error", "id": call["id"], "code": "conflict", "message": "no"}
        else:
            told = {"t": "reply", "id": call["id"], "result": {"reply": 1}}
        self.receiver.on_message(msgpack.packb(told))


def prime_of(connection: Answering) -> BarePrime:
    given: Any = connection
    return BarePrime(given, lambda _: None)


async def test_samples_are_asked_in_turn_and_each_is_counted() -> None:
    connection = Answering()
    loop = CallLoop([prime_of(connection)], "presets.get", [{"preset": "a"}, {"preset": "b"}])
    await loop.run(calls=3)
    assert [call["params"]["preset"] for call in connection.asked] == ["a", "b", "a"]
    assert {call["method"] for call in connection.asked} == {"presets.get"}
    assert len(loop.call_ms) == 3
    assert not loop.failed


async def test_a_token_becomes_an_id_that_is_new_each_time() -> None:
    connection = Answering()
    params = {"uses": [{"id": TOKEN, "key": "a"}], "name": f"New {TOKEN}", "limit": 5}
    loop = CallLoop([prime_of(connection)], "recall.observe", [params])
    await loop.run(calls=2)
    ids = [call["params"]["uses"][0]["id"] for call in connection.asked]
    assert len({*ids, TOKEN}) == 3
    assert all(call["params"]["name"].startswith("New ") for call in connection.asked)
    assert all(TOKEN not in str(call) for call in connection.asked)


async def test_a_version_is_the_one_that_the_call_before_has_left() -> None:
    connection = Answering()
    loop = CallLoop([prime_of(connection)], "presets.update", [{"preset": "a", "version": 4}])
    await loop.run(calls=3)
    assert [call["params"]["version"] for call in connection.asked] == [4, 5, 6]
    assert loop.samples == [{"preset": "a", "version": 7}]


async def test_connections_are_asked_in_turn() -> None:
    connections = [Answering(), Answering()]
    primes = [prime_of(one) for one in connections]
    await CallLoop(primes, "presets.get", [{"preset": "a"}]).run(calls=5)
    assert [len(one.asked) for one in connections] == [3, 2]


async def test_the_first_refusal_is_told_and_the_last_call() -> None:
    connection = Answering(refused=2)
    loop = CallLoop([prime_of(connection)], "presets.get", [{"preset": "a"}])
    await loop.run(calls=9)
    assert loop.failed == "conflict: no"
    assert (len(connection.asked), len(loop.call_ms)) == (2, 1)
