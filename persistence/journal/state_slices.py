"""States in slices: cut by PostgreSQL on the way out, joined to one JSON text on the way in."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec

from persistence.journal.contract import SLICE_ENTITIES, Checkpoint
from rooms.aspect import AspectState, StateSlice
from rooms.document.digest import digest_of
from rooms.journal.entry import DOCUMENT
from schema.server_limits import STORED_PART_BYTES

_SLICED = """
SELECT stored.project_id, stored.epoch, stored.seq, stored.digest, last.delta_id,
    cut.aspect, cut.aspect_digest, cut.collection, cut.entities
FROM ({stored}) AS stored
LEFT JOIN project_deltas AS last
    ON last.project_id = stored.project_id AND last.seq = stored.seq
LEFT JOIN LATERAL (
    SELECT 'document' AS aspect, NULL AS aspect_digest, c.key AS collection,
        convert_to(json_object_agg(e.key, e.value)::text, 'UTF8') AS entities
    FROM jsonb_each(stored.state) AS c (key, value)
    CROSS JOIN jsonb_each(
        CASE jsonb_typeof(c.value) WHEN 'object' THEN c.value ELSE '{{}}' END
    ) WITH ORDINALITY AS e (key, value, n)
    GROUP BY c.key, (e.n - 1) / {slice_entities}
    UNION ALL
    SELECT a.key, a.value ->> 'digest', c.key, convert_to(c.value::text, 'UTF8')
    FROM jsonb_each(stored.aspects) AS a (key, value)
    LEFT JOIN LATERAL jsonb_each(a.value -> 'slices') AS c (key, value) ON true
) AS cut ON true
"""


def sliced(stored_sql: str) -> str:
    """A query for the slices of the one state that `stored_sql` selects, all in one snapshot.

    `stored_sql` gives project_id, epoch, seq, digest, state and aspects (jsonb).
    """
    return _SLICED.format(stored=stored_sql.strip(), slice_entities=SLICE_ENTITIES)


def checkpoint_of(rows: Sequence[Any]) -> Checkpoint | None:
    """The rows of a `sliced` query; None: there were none."""
    if not rows:
        return None
    first = rows[0]
    slices = tuple(
        StateSlice(row["collection"], row["entities"])
        for row in rows
        if row["collection"] is not None and row["aspect"] == DOCUMENT
    )
    return Checkpoint(
        first["project_id"],
        first["epoch"],
        first["seq"],
        first["digest"],
        slices,
        first["delta_id"],
        _aspects_of(rows),
    )


def aspects_json(checkpoint: Checkpoint) -> str:
    """What `project_states.aspects` holds of a checkpoint."""
    return msgspec.json.encode(
        {
            name: {
                "digest": state.digest,
                "slices": {part.collection: msgspec.Raw(part.entities) for part in state.slices},
            }
            for name, state in checkpoint.aspects.items()
        }
    ).decode()


def _aspects_of(rows: Sequence[Any]) -> dict[str, AspectState]:
    digests: dict[str, str] = {}
    slices: dict[str, list[StateSlice]] = defaultdict(list)
    for row in rows:
        name = row["aspect"]
        if name is not None and name != DOCUMENT:
            digests[name] = row["aspect_digest"]
            if row["collection"] is not None:
                slices[name].append(StateSlice(row["collection"], row["entities"]))
    return {name: AspectState(digest, tuple(slices[name])) for name, digest in digests.items()}


def joined(slices: Iterable[StateSlice]) -> Iterator[bytes]:
    """The whole state as JSON, in parts of `STORED_PART_BYTES`; an object for each collection."""
    by_collection: dict[str, list[bytes]] = defaultdict(list)
    for piece in slices:
        by_collection[piece.collection].append(piece.entities)
    pieces = [b"{"]
    size = 0
    for number, (collection, pieces_of_it) in enumerate(by_collection.items()):
        pieces.append((b"," if number else b"") + msgspec.json.encode(collection) + b":{")
        insides = filter(None, map(_inner_json, pieces_of_it))  # one at a time: each is a copy
        for n, slice_content in enumerate(insides):
            pieces += [b",", slice_content] if n else [slice_content]
            size += len(slice_content)
            if size >= STORED_PART_BYTES:
                yield b"".join(pieces)
                pieces.clear()
                size = 0
        pieces.append(b"}")
    yield b"".join([*pieces, b"}"])


def cut(state: bytes) -> tuple[StateSlice, ...]:
    """What PostgreSQL does to a stored state, for one that is small or a test's."""
    collections: dict[str, dict[str, Any]] = msgspec.json.decode(state)
    return tuple(
        StateSlice(collection, msgspec.json.encode(dict(batch)))
        for collection, entities in collections.items()
        for batch in _batches(entities.items())
    )


def digest_of_state(state: bytes) -> str:
    """The digest of a state that is small or a test's."""
    collections: dict[str, dict[str, Any]] = msgspec.json.decode(state)
    return digest_of(
        (collection, entity_id, entity)
        for collection, entities in collections.items()
        for entity_id, entity in entities.items()
    )


def _inner_json(entities: bytes) -> bytes:
    bare = entities.strip()
    if not (bare.startswith(b"{") and bare.endswith(b"}")):
        raise ValueError("a slice of a state is no JSON object")
    return bare[1:-1].strip()


def _batches(items: Iterable[tuple[str, Any]]) -> Iterator[list[tuple[str, Any]]]:
    remaining = iter(items)
    while batch := list(islice(remaining, SLICE_ENTITIES)):
        yield batch
