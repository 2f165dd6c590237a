"""Which ops change which channel leads to which."""

import pytest

from rooms.rules.routing_ops import lead_elsewhere
from schema.ops import Delete, Insert, Op, Set


@pytest.mark.parametrize(
    ("op", "leads_elsewhere"),
    [
        (Set("channels", "channel_1", {"dest": None}), True),
        (Set("sends", "send_one", {"channel": "channel_1"}), True),
        (Set("channels", "channel_1", {"volume": 0.5}), False),
        (Insert("channels", "channel_1", {}), True),
        (Delete("sends", "send_one"), True),
        (Set("tracks", "track_one", {"channel": "channel_1"}), False),
    ],
)
def test_which_ops_change_what_leads_where(op: Op, leads_elsewhere: bool) -> None:
    assert lead_elsewhere([Set("markers", "marker_1", {"time": 1}), op]) is leads_elsewhere
