"""What PostgreSQL can keep: no NUL, neither in a text nor in what a jsonb is made of."""

import re

from rooms.journal.entry import Proposal

_NUL_IN_JSON = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def is_storable_text(text: str) -> bool:
    """Whether it can be a text."""
    return "\0" not in text


def is_storable_json(json: bytes) -> bool:
    """Whether it, valid JSON, can be a jsonb."""
    # The search for the plain bytes is a hundred times as fast, and mostly enough.
    return b"u0000" not in json or not _NUL_IN_JSON.search(json)


def is_storable(proposal: Proposal) -> bool:
    """A NUL in a delta would make every later checkpoint fail."""
    texts = (proposal.delta_id, proposal.member, proposal.step or "")
    return all(map(is_storable_text, texts)) and is_storable_json(proposal.payload)
