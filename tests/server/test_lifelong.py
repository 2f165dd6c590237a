"""What a node does by itself, for as long as it is there."""

import pytest

from tests.server.conftest import Node

pytestmark = [pytest.mark.postgres, pytest.mark.hub]

GO_ON_IN_MAINTENANCE = {
    "it looks, and tells what it sees": (
        *("announcing rooms", "counting popular presets", "looking ", "measuring "),
        *("noting who is connected", "reading ", "saying that this node is there", "watching "),
    ),
    "it stores or sends what was accepted before": (
        *("committing edits", "counting uses of presets", "sending mail", "the bus"),
        *("writing behind", "writing the audit"),
    ),
    "it forgets what is over": (
        *("clearing ", "closing orphaned sessions", "collecting garbage", "compacting history"),
        *("tidying up behind nodes", "trimming "),
    ),
    "logins need it": ("rotating signing keys",),
    "its user asked for it days ago, and was told when": ("erasing deleted accounts",),
}
"""Why a job does not wait -> how its name begins. One that does something for users waits."""


def test_R53_of_every_job_it_is_said_why_it_goes_on(node: Node) -> None:
    beginnings = tuple(each for said in GO_ON_IN_MAINTENANCE.values() for each in said)
    jobs = node.server.supervisor.tasks.keys() - node.server.foundation.servers.keys()
    assert {job for job in jobs if not job.startswith(beginnings)} == set()
    assert {each for each in beginnings if not any(job.startswith(each) for job in jobs)} == set()
