"""What both journals must agree on about a payload: whether it can be kept."""

import re

from rooms.journal_entry import Proposal

NUL_IN_JSON = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def is_storable(proposal: Proposal) -> bool:
    """PostgreSQL keeps no NUL: one in a delta would make every later checkpoint fail."""
    texts = (proposal.delta_id, proposal.member, proposal.step or "")
    if any("\0" in text for text in texts):
        return False
    # The search for the plain bytes is a hundred times as fast, and mostly enough.
    return b"u0000" not in proposal.ops or not NUL_IN_JSON.search(proposal.ops)
