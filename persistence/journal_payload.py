"""What both journals must agree on about a payload: whether it can be kept."""

import re

from rooms.journal_entry import Proposal

NUL_IN_JSON = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def is_storable(proposal: Proposal) -> bool:
    """PostgreSQL keeps no NUL: one in a delta would make every later checkpoint fail."""
    texts = (proposal.delta_id, proposal.member, proposal.step or "")
    return all("\0" not in text for text in texts) and not NUL_IN_JSON.search(proposal.ops)
