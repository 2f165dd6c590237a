"""An entry of the journal applied to a model of the song, as a room applies it."""

from rooms.document.document import GIVE_WAY, AppliedDelta, Document
from rooms.journal.entry import Entry
from schema.ops import decode_ops


def apply_entry(document: Document, entry: Entry) -> AppliedDelta:
    """By its purpose too: an undo takes the place of nothing (rule U3)."""
    gives_way = entry.purpose in GIVE_WAY
    return document.apply(decode_ops(entry.payload), atomic=entry.atomic, gives_way=gives_way)
