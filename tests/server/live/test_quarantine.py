"""D17 on two nodes: one poisoned entry does nothing anywhere, and stops nobody."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from rooms.document.document import Document
from server.states.journal_audit import audit
from tests.server.conftest import Nodes, create_project
from tests.server.wire import marker

pytestmark = [pytest.mark.postgres, pytest.mark.node]


@pytest.fixture
def _poison(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever applies this marker for good, after all others of its delta, raises."""
    insert = Document._insert

    def poisoned(self: Document, op: Any) -> Any:
        if op.id == "poisoned" and not self._is_at_door:
            raise KeyError("planted")
        return insert(self, op)

    monkeypatch.setattr(Document, "_insert", poisoned)


@pytest.mark.usefixtures("_poison")
@pytest.mark.usefixtures("quick_rounds")
async def test_D17_one_entry_that_raises_stops_nobody(nodes: Nodes, database_url: str) -> None:
    one, two = await nodes.start(), await nodes.start()
    ann, ben = await one.musician("ann"), await two.musician("ben")
    project = await create_project(ann)
    await ann.result("members.grant", project=project, email="ben@example.org", role="editor")
    await ann.join(project)
    await ben.until("role_changed")
    await ben.join(project)
    await ann.until("member_joined")
    with capture_logs():
        ack = await ann.edit(project, marker("marker_1"), marker("poisoned"))
        assert (ack["t"], ack["seq"], ack["ops"]) == ("ack", 1, [])
        assert [drop["reason"] for drop in ack["dropped"]] == ["quarantined"] * 2
        delta = await ben.until("delta")
        assert (delta["seq"], delta["ops"]) == (1, [])
        assert (await ben.edit(project, marker("marker_2")))["seq"] == 2
        for node in (one, two):
            assert "prime_entries_quarantined_total 1.0" in node.metrics.text()
            assert "prime_nodes_diverged_total 0.0" in node.metrics.text()
        page = await ann.result("history.list", project=project, limit=10)
        assert [entry["ops"] for entry in page["entries"]][1] == []
        three = await nodes.start()  # as after a restart: it replays
        cat = await three.again(ann, "phone")
        _, state = await cat.join(project)
        assert set(state["markers"]) == {"marker_2"}
        found = await audit(database_url, project)
        assert (found["checkpoint_ok"], found["gapless"]) == (True, True)


async def test_D17_history_shows_an_entry_that_nobody_can_read(nodes: Nodes) -> None:
    node = await nodes.start()
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    await ann.edit(project, marker("marker_1"))
    await ann.edit(project, marker("marker_2"))
    db = node.context.db
    await db.execute(
        """UPDATE project_deltas SET ops = '[{"op": "conjure", "id": "marker_2"}]' WHERE seq = 2"""
    )
    page = await ann.result("history.list", project=project, limit=10)
    assert [(e["seq"], len(e["ops"])) for e in page["entries"]] == [(2, 0), (1, 1)]
    blamed = await ann.result("history.blame", project=project, entity="marker_1", property="time")
    assert blamed["entry"]["seq"] == 1
