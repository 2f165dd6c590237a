"""What both journals must agree on: whether a payload can be kept, and what else they say."""

from persistence.journal.storable import is_storable_json, is_storable_text
from rooms.journal.entry import Proposal

NOT_OURS = "the journal is not the one that this room knows; come back in a moment"


def is_storable(proposal: Proposal) -> bool:
    """A NUL in a delta would make every later checkpoint fail."""
    texts = (proposal.delta_id, proposal.member, proposal.step or "")
    return all(map(is_storable_text, texts)) and is_storable_json(proposal.payload)
