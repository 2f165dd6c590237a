"""A write whose connection is cut, or whose node dies, at every moment: done once, and answered."""

import random
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from typing import Any

import pytest

from persistence.errors import Unavailable
from persistence.pool import Transaction
from prime_client.client import Client
from server.calls.dispatch import dispatch
from server.router import call_replies
from tests.server.conftest import Node

pytestmark = pytest.mark.postgres

STATEMENTS = ("fetch", "fetchrow", "fetchval", "execute")


class AtOnce(random.Random):
    """A client that comes back without a pause."""

    def random(self) -> float:
        return 0.0


class Moments:
    """What happens at one of the moments of the next call: before and behind each statement."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._is_call: ContextVar[bool] = ContextVar("is_call", default=False)
        self.fatal = -1
        """The moment that is bad; of one call only."""
        self.passed = 0
        """Moments of the call so far."""
        self.dies = False
        """Whether the node dies then; else only the connection is cut."""

    def pass_one(self) -> None:
        """One more; raises `Unavailable` where the node dies."""
        if not self._is_call.get():
            return
        self.passed += 1
        if self.passed - 1 == self.fatal:
            self.fatal = -1
            for connection in list(self._node.connections.values()):
                connection.abort("")
            if self.dies:
                raise Unavailable("the node died")

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Every statement of every call, from now on."""

        async def watched(*args: Any) -> Any:
            token = self._is_call.set(True)
            try:
                result = await dispatch(*args)
                self.pass_one()
                return result
            finally:
                self._is_call.reset(token)

        patch.setattr(call_replies, "dispatch", watched)
        for name in STATEMENTS:
            patch.setattr(Transaction, name, self._around(getattr(Transaction, name)))

    def _around(self, statement: Callable[..., Any]) -> Callable[..., Any]:
        async def run(transaction: Transaction, *args: object) -> Any:
            self.pass_one()
            result = await statement(transaction, *args)
            self.pass_one()
            return result

        return run


@pytest.fixture
async def client(node: Node) -> AsyncIterator[Client]:
    async with Client(node.url, device="desk", rng=AtOnce()) as made:
        await made.register("ann@example.org", "ann", "correct horse battery")
        yield made


async def made_names(client: Client, project: str) -> list[str]:
    """Of the projects, and of the snapshots of one that were made by someone."""
    projects = (await client.projects.list(limit=200))["projects"]
    snapshots = (await client.snapshots.list(project=project, kind="manual"))["snapshots"]
    return sorted(row["name"] for row in [*projects, *snapshots])


@pytest.mark.parametrize("dies", [False, True], ids=["cut off", "the node dies"])
@pytest.mark.parametrize("method", ["projects.create", "snapshots.create"])
async def test_C10_a_write_that_was_cut_off_at_any_moment_is_done_once(
    node: Node, client: Client, monkeypatch: pytest.MonkeyPatch, method: str, *, dies: bool
) -> None:
    first = (await client.projects.create(name="first"))["id"]
    params = {"project": first} if method == "snapshots.create" else {}
    moments = Moments(node)
    moments.watch(monkeypatch)
    moments.dies = dies
    names = ["first"]
    while True:
        moment = len(names) - 1
        moments.fatal, moments.passed = moment, 0
        name = f"made {moment:02}"
        made = await client.call(method, name=name, **params)
        assert made["name"] == name
        names.append(name)
        if moments.fatal != -1:
            break  # it came through before that moment
    monkeypatch.undo()
    assert len(names) > 6, "claim, write and reply"
    assert await made_names(client, first) == names
