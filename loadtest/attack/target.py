"""The server under attack: accounts and projects there, and a witness who must not notice."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loadtest.attack.raw_client import ConnectionClosed, Message, RawClient
from loadtest.nodes.two_local_nodes import two_local_nodes
from schema.close_codes import SILENT

PASSWORD = "correct horse battery staple"

OWN_ORIGIN = "https://studio.example"
"""What our own server lets in."""

ROLES = ("owner", "viewer", "stranger", "watcher")
"""Of the accounts, in the order in which they are given."""


class Unusable(Exception):
    """The server cannot be attacked like this; the text says what is missing."""


@dataclass(slots=True)
class Account:
    """Someone with a login; `access` is renewed by whoever ends the login."""

    email: str
    password: str
    user: str = ""
    access: str = ""
    refresh: str = ""

    def take(self, tokens: Message) -> None:
        """A new login."""
        self.user = str(tokens["user"]["id"])
        self.access, self.refresh = str(tokens["access_token"]), str(tokens["refresh_token"])


@dataclass(slots=True)
class Target:
    """`owner` owns `project`, `viewer` may look at it, `stranger` may not know of it.

    `watcher`: the account of the witness, so that no attack is counted as its own.
    `nodes`: the addresses of the server, of each node one. `origin`: one that the server lets in,
    if it has a list of them. `logs`: those of the nodes, if they are ours.
    """

    nodes: tuple[str, ...]
    owner: Account
    viewer: Account
    stranger: Account
    watcher: Account
    origin: str | None = None
    logs: tuple[Path, ...] = ()
    project: str = ""
    robbed: Account = field(init=False)
    """A login of the viewer's, whose first refresh token (`stolen`) somebody has copied."""
    stolen: str = ""
    robbed_at: float = 0.0
    """When the login was last refreshed, in seconds of the loop."""
    witness: "Witness" = field(init=False)
    reached_nodes: set[str] = field(default_factory=set)
    """The nodes to which an attack has connected, since whoever asks has emptied it."""
    _nodes_in_turn: Iterator[str] = field(init=False)
    """The nodes, one after the other, without an end."""

    def __post_init__(self) -> None:
        self._nodes_in_turn = itertools.cycle(self.nodes)

    def in_turn(self) -> str:
        """The address of the next node: an attacker's connections come over all of them."""
        node = next(self._nodes_in_turn)
        self.reached_nodes.add(node)
        return node

    def each_node(self) -> Iterator[str]:
        """The address of each, for what every one of them must refuse by itself."""
        for node in self.nodes:
            self.reached_nodes.add(node)
            yield node

    def elsewhere(self, node: str) -> str:
        """Another node than this one; of a server with one address that one."""
        return self.nodes[self.nodes.index(node) - 1]

    async def prepare(self) -> None:
        """Log in, make the project, and put the witness in a room of its own."""
        for account in (self.owner, self.viewer, self.stranger, self.watcher):
            await self.log_in(account)
        await self.rob()
        async with await self.enter(self.owner) as wire:
            self.project = await new_project(wire, "under attack")
            await self.let_in(wire, self.project, self.viewer, "viewer")
        async with await self.enter(self.watcher) as wire:
            self.witness = Witness(self, await new_project(wire, "of the witness"))
        await self.witness.begin()

    async def rob(self) -> None:
        """Trade the tokens of a login so often that the copied one is long out of date."""
        self.robbed = Account(self.viewer.email, self.viewer.password)
        await self.log_in(self.robbed)
        self.stolen = self.robbed.refresh
        async with await RawClient.open(self.in_turn()) as wire:
            await wire.hello()
            for _ in range(3):
                token = {"refresh_token": self.robbed.refresh}
                self.robbed.take(result(await wire.call("auth.refresh", token)))
        self.robbed_at = asyncio.get_running_loop().time()

    async def log_in(self, account: Account) -> None:
        """By password; an account that is not there yet is registered."""
        async with await RawClient.open(self.in_turn()) as wire:
            await wire.hello()
            login = {"email": account.email, "password": account.password}
            answer = await wire.call("auth.login", login)
            if answer["t"] == "error":
                name = account.email.split("@")[0]
                answer = await wire.call("auth.register", {**login, "username": name})
            if answer["t"] == "error":
                raise Unusable(f"no login as {account.email}: {answer['message']}")
            account.take(answer["result"])

    async def enter(
        self, account: Account, device: str = "a raw client", *, node: str | None = None
    ) -> RawClient:
        """A connection that is logged in, to this node; None: to the next in turn."""
        if node is None:
            node = self.in_turn()
        else:
            self.reached_nodes.add(node)
        wire = await RawClient.open(node)
        answer = await wire.hello(account.access, device)
        if answer["t"] == "error" and answer["code"] == "token_expired":
            wire.cut()
            await self.log_in(account)
            return await self.enter(account, device, node=node)
        if answer["t"] == "error":
            raise Unusable(f"{account.email} is not let in: {answer['message']}")
        return wire

    async def enter_room(
        self, account: Account, project: str, device: str = "raw", *, node: str | None = None
    ) -> RawClient:
        """A connection that is in the room, with the state read."""
        wire = await self.enter(account, device, node=node)
        join_answer = await wire.join(project)
        if join_answer["t"] == "error":
            raise Unusable(f"{account.email} cannot join: {join_answer['message']}")
        for _ in range(join_answer["parts"]):
            await wire.until(t="state")
        return wire

    async def let_in(self, wire: RawClient, project: str, account: Account, role: str) -> None:
        """Give an account a role; `wire` is an owner's."""
        params = {"project": project, "email": account.email, "role": role}
        result(await wire.call("members.grant", params))


class Witness:
    """Works in a quiet room of its own, on one connection, and must not notice any attack."""

    def __init__(self, target: Target, project: str) -> None:
        self._target = target
        self._project = project
        self._wire: RawClient | None = None
        self._lock = asyncio.Lock()

    async def begin(self) -> None:
        """Come in; also after the connection was lost."""
        self._wire = await self._target.enter_room(
            self._target.watcher, self._project, "the witness"
        )

    async def end(self) -> None:
        """Go, and wait until the socket is gone."""
        if self._wire is not None:
            self._wire.cut()
            await self._wire.closed()

    async def problem(self) -> str:
        """What keeps the witness from working; nothing: it works."""
        async with self._lock:
            try:
                try:
                    return await self._problem()
                except ConnectionClosed as closed:
                    if closed.code != SILENT.code:
                        raise
                    await self.begin()  # nobody asked for long, and it says nothing by itself
                    return await self._problem()
            except (Unusable, OSError, Exception) as error:
                self._wire = None
                return f"the witness cannot work: {str(error) or type(error).__name__}"

    async def _problem(self) -> str:
        if self._wire is None:
            await self.begin()
        assert self._wire is not None
        props = {"name": f"take {secrets.token_hex(4)}"}
        ops = [{"op": "set", "col": "project", "id": "project", "props": props}]
        answer = await self._wire.edit(self._project, ops)
        return "" if answer["t"] == "ack" else f"the witness is refused: {answer['message']}"


def new_account(name: str) -> Account:
    """One that no earlier run has used."""
    return Account(f"{name}-{secrets.token_hex(4)}@attack.example", PASSWORD)


async def new_project(wire: RawClient, name: str) -> str:
    """Its id."""
    return str(result(await wire.call("projects.create", {"name": name}))["id"])


def result(answer: Mapping[str, Any]) -> Any:
    """Of a call that must succeed."""
    if answer["t"] == "error":
        raise Unusable(f"{answer['code']}: {answer['message']}")
    return answer["result"]


@asynccontextmanager
async def two_nodes(
    directory: Path, given_accounts: Sequence[Account] = ()
) -> AsyncIterator[Target]:
    """Two nodes on one PostgreSQL and one Valkey, until the block ends; not prepared yet."""
    async with two_local_nodes(directory, {"PRIME_ORIGINS": OWN_ORIGIN}) as servers:
        nodes = tuple(server.url for server in servers)
        logs = tuple(server.log for server in servers)
        yield target_of(nodes, given_accounts, origin=OWN_ORIGIN, logs=logs)


def target_of(
    nodes: tuple[str, ...],
    given_accounts: Sequence[Account] = (),
    *,
    origin: str | None = None,
    logs: tuple[Path, ...] = (),
) -> Target:
    """With new accounts for the roles that none is given for."""
    new_accounts = [new_account(name) for name in ROLES[len(given_accounts) :]]
    owner, viewer, stranger, watcher = [*given_accounts, *new_accounts]
    return Target(nodes, owner, viewer, stranger, watcher, origin=origin, logs=logs)
