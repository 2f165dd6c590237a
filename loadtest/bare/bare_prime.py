"""Prime's protocol on bare connections: thousands of members from one account."""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import msgpack

from loadtest.bare.bare_client import BareConnection, connect
from loadtest.bare.frames import Messages, frame
from prime_client.connecting.codec import Message

SUBPROTOCOL = "prime.v1.msgpack"
ANSWER_SECONDS = 60.0


class PrimeRefused(Exception):
    """The server answered with an error, or with none; the message has its code and sentence.

    `retry_after_ms`: when the server asked to come again, if it did.
    """

    def __init__(self, text: str, retry_after_ms: float | None = None) -> None:
        super().__init__(text)
        self.retry_after_ms = retry_after_ms


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who is logged in; any number of devices may use the token for 15 minutes."""

    url: str
    email: str
    token: str
    user: str


def pack(message: Message) -> bytes:
    """A message as a frame, masked."""
    return frame(msgpack.packb(message))


class BarePrime:
    """One device of one account. `on_message` gets every message that nobody waits for."""

    def __init__(self, connection: BareConnection, on_message: Callable[[Message], None]) -> None:
        self.connection = connection
        self.on_message = on_message
        self.joined: dict[str, Message] = {}
        """The `joined` of each project this device is in."""
        self._reply_futures: dict[str, asyncio.Future[Message]] = {}
        self._state_parts_left: dict[str, int] = {}
        self._request = 0

    @classmethod
    async def open(
        cls,
        url: str,
        device: str,
        token: str | None = None,
        on_message: Callable[[Message], None] = lambda _: None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Connect and say hello; raises `PrimeRefused`, and whatever `connect` does."""
        messages = Messages(lambda _: None)
        connection = await connect(url, messages, SUBPROTOCOL, headers=headers)
        prime = cls(connection, on_message)
        messages.on_message = prime.received
        connection.on_lost = prime.lost
        hello = {"t": "hello", "versions": [1], "device": device, "token": token}
        await prime.ask("welcome", hello)
        return prime

    def send(self, message: Message) -> None:
        """One message."""
        self.connection.send(pack(message))

    async def ask(self, key: str, message: Message) -> Message:
        """Send, and wait for the answer: by its `id`, or by the name of a message without."""
        if not self.connection.is_open:
            raise PrimeRefused(f"not connected (close code {self.connection.close_code})")
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._reply_futures[key] = answer
        self.send(message)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await answer
        except TimeoutError:
            raise PrimeRefused(f"no answer to {message['t']}") from None
        finally:
            self._reply_futures.pop(key, None)

    async def call(self, method: str, **params: Any) -> Any:
        """The result of a call."""
        self._request += 1
        key = f"c{self._request}"
        reply = await self.ask(key, {"t": "call", "id": key, "method": method, "params": params})
        return reply["result"]

    async def join(self, project: str, position: Message | None = None) -> Message:
        """Enter a room; returns `joined` once the whole state has come in."""
        key = f"j{project}"
        message: Message = {"t": "join", "id": key, "project": project}
        return await self.ask(
            key, message if position is None else {**message, "position": position}
        )

    def close(self) -> None:
        """Leave."""
        self.connection.close()

    def received(self, payload: bytes) -> None:
        """The `on_message` of this connection: to whoever waits, else to its own."""
        message: Message = msgpack.unpackb(payload)
        match message["t"]:
            case "tick" | "pong":
                self.on_message(message)
            case "welcome":
                self._answer("welcome", message)
            case "reply":
                self._answer(message["id"], message)
            case "ack" if message["id"] in self._reply_futures:
                self._answer(message["id"], message)
            case "joined":
                self._joined(message)
            case "state":
                self._state(message)
            case "error":
                self._error(message)
            case _:
                self.on_message(message)

    def lost(self, connection: BareConnection) -> None:
        """The `on_lost` of this connection: nobody waits in vain."""
        problem = PrimeRefused(f"the connection was lost (close code {connection.close_code})")
        for answer in self._reply_futures.values():
            if not answer.done():
                answer.set_exception(problem)

    def _joined(self, message: Message) -> None:
        project = message["project"]
        self.joined[project] = message
        self._state_parts_left[project] = message["parts"]
        if not message["parts"]:
            self._answer(message["id"], message)

    def _state(self, message: Message) -> None:
        project = message["project"]
        self._state_parts_left[project] -= 1
        if not self._state_parts_left[project]:
            join_message = self.joined[project]
            self._answer(join_message["id"], join_message)

    def _answer(self, key: str, message: Message) -> None:
        answer = self._reply_futures.get(key)
        if answer is not None and not answer.done():
            answer.set_result(message)

    def _error(self, message: Message) -> None:
        answer = self._reply_futures.get(message["id"] or "welcome")
        if answer is None or answer.done():
            self.on_message(message)
        else:
            text = f"{message['code']}: {message['message']}"
            retry_after_ms = message.get("details", {}).get("retry_after_ms")
            answer.set_exception(PrimeRefused(text, retry_after_ms))


async def register(url: str) -> Account:
    """A new account with a name of its own."""
    unique = f"load-{time.time_ns():x}-{secrets.token_hex(2)}"[-32:]
    email = f"{unique}@load.example"
    stranger = await BarePrime.open(url, "registering")
    tokens = await stranger.call(
        "auth.register", email=email, username=unique, password=secrets.token_urlsafe(16)
    )
    stranger.close()
    return Account(url, email, tokens["access_token"], tokens["user"]["id"])


async def create_project(account: Account, name: str) -> str:
    """The id of a new project that the account owns."""
    owner = await BarePrime.open(account.url, "owner", account.token)
    project = await owner.call("projects.create", name=name)
    owner.close()
    return str(project["id"])


async def grant(owner: Account, project: str, member: Account, role: str = "editor") -> None:
    """Let another account into a project."""
    device = await BarePrime.open(owner.url, "granting", owner.token)
    await device.call("members.grant", project=project, email=member.email, role=role)
    device.close()


async def enter(
    account: Account,
    device: str,
    project: str,
    on_message: Callable[[Message], None] = lambda _: None,
) -> BarePrime:
    """A device of the account, inside the room of the project."""
    prime = await BarePrime.open(account.url, device, account.token, on_message)
    await prime.join(project)
    return prime
