"""What both journals must agree on about a payload: whether it can be kept."""

from persistence.storable import is_storable_json, is_storable_text
from rooms.journal_entry import Proposal


def is_storable(proposal: Proposal) -> bool:
    """A NUL in a delta would make every later checkpoint fail."""
    texts = (proposal.delta_id, proposal.member, proposal.step or "")
    return all(map(is_storable_text, texts)) and is_storable_json(proposal.ops)
