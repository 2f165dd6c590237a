"""What the server makes of an imported song: all of it, or the test that asks fails."""

import json

from files.imported_song import Song
from rooms.document.document import Document
from schema.entities import empty_state
from schema.ops import decode_ops


def taken_whole(song: Song) -> list[str]:
    """What of the ops of an import the server would refuse, drop, or keep otherwise."""
    document = Document(empty_state("new"))
    ops = decode_ops(json.dumps(song.to_ops()).encode())
    refused = [f"{ops[drop.op]}: {drop.detail}" for drop in document.rehearse(ops)]
    applied = document.apply(ops)
    dropped = [f"{ops[drop.op]}: {drop.reason} {drop.detail}" for drop in applied.drops]
    other = [
        f"{collection}/{entity_id} is {document.get(entity_id)}"
        for collection, entities in song.state.items()
        for entity_id, entity in entities.items()
        if document.get(entity_id) != entity
    ]
    return (refused + dropped + other)[:5]
