"""Whether a node serves whoever comes, and what it says of itself."""

from types import SimpleNamespace
from typing import Any

import pytest

from server.router.readiness import Readiness


def hub_at_rest() -> Any:
    """As much of a hub as is asked."""
    return SimpleNamespace(
        commits=SimpleNamespace(is_degraded=False, committer=SimpleNamespace(held_up=[])),
        gathering=SimpleNamespace(is_full=False),
        bus=SimpleNamespace(is_up=True),
        standing_orders=SimpleNamespace(maintenance=None, closed={}),
    )


class FakeNode:
    """A node that is ready, until something of it is changed."""

    def __init__(self) -> None:
        self.hub = hub_at_rest()
        self.reads_and_writes = True
        self.tasks_down: list[str] = []
        self.readiness = Readiness(self.hub, lambda: self.reads_and_writes, lambda: self.tasks_down)
        self.readiness.is_ready = True


@pytest.fixture
def node() -> FakeNode:
    return FakeNode()


def test_a_node_is_not_ready_before_it_serves() -> None:
    readiness = Readiness(hub_at_rest(), lambda: True, list)
    assert readiness.now() == (False, "starting or stopping")
    assert (readiness.is_leaving, readiness.is_draining) == (False, False)


def test_what_keeps_a_node_from_serving_is_said_the_worst_first(node: FakeNode) -> None:
    readiness = node.readiness
    assert readiness.now() == (True, "ready")
    node.hub.gathering.is_full = True
    full = "full: over its share of a core, and all rooms gather as long as they can"
    assert readiness.now() == (False, full)
    node.tasks_down = ["mail", "row feed"]
    assert readiness.now() == (False, "down: mail, row feed")
    node.reads_and_writes = False
    assert readiness.now() == (False, "database unavailable; down: mail, row feed")
    readiness.is_draining = True
    assert readiness.now() == (False, "draining")
    readiness.is_ready = False
    assert readiness.now() == (False, "starting or stopping")


def test_the_database_answers_only_when_the_journal_does_and_all_beside_it(node: FakeNode) -> None:
    answers = []
    for is_degraded, reads_and_writes in ((False, True), (True, True), (False, False)):
        node.hub.commits.is_degraded, node.reads_and_writes = is_degraded, reads_and_writes
        answers.append((node.readiness.database_answers, *node.readiness.now()))
    unavailable = (False, False, "database unavailable")
    assert answers == [(True, True, "ready"), unavailable, unavailable]


def test_a_node_serves_though_something_is_not_as_it_should_be(node: FakeNode) -> None:
    node.hub.bus.is_up = False
    node.hub.commits.committer.held_up = ["a", "b"]
    node.hub.standing_orders.maintenance = "Back\nat nine."
    node.hub.standing_orders.closed = {"c": ""}
    is_ready, text = node.readiness.now()
    assert is_ready
    assert text.split("; ") == [
        "ready",
        "bus down: other nodes hear late",
        "projects that cannot be written to: 2",
        "read-only: Back at nine.",
        "closed rooms: 1",
    ]
