"""What both journals must agree on about a payload: its hash, and whether it can be kept."""

import re
from hashlib import blake2b

from rooms.journal_entry import Proposal

NUL_IN_JSON = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def payload_hash(proposal: Proposal) -> bytes:
    """Two proposals of one id are the same proposal if these are equal."""
    digest = blake2b(proposal.author.encode(), digest_size=16)
    digest.update(b"\x01" if proposal.atomic else b"\x00")
    digest.update(proposal.ops)
    return digest.digest()


def is_storable(proposal: Proposal) -> bool:
    """PostgreSQL keeps no NUL: one in a delta would make every later checkpoint fail."""
    texts = (proposal.delta_id, proposal.member)
    return all("\0" not in text for text in texts) and not NUL_IN_JSON.search(proposal.ops)
