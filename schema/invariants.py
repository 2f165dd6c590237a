"""What a project state must hold to, as data: each sentence that an op is refused or dropped with.

The rules of `rooms/` say these sentences and no others, so the table of PROTOCOL.md is whole.
"""

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from schema.errors import DropReason, ErrorCode
from schema.limits import (
    MAX_ENTITIES,
    MAX_PARAMS_BYTES,
    MAX_PARAMS_PER_DEVICE,
    MAX_ROUTE_LINKS,
    MAX_STATE_BYTES,
)


class Invariant(NamedTuple):
    """`of`: which property, op or value. `says`: the sentence; names in braces: what varies.

    `code`: of the refusal; or the reason of the drop, where it is never a refusal.
    """

    of: str
    holds: str
    says: str
    code: ErrorCode | DropReason


INVARIANTS: list[Invariant] = []


def _row(
    of: str, holds: str, says: str, code: ErrorCode | DropReason = ErrorCode.OP_INVALID
) -> str:
    """Add a row; its sentence."""
    INVARIANTS.append(Invariant(of, holds, says, code))
    return says


# Between entities.

HOLDS_NO_TRACKS = _row(
    "tracks.parent",
    "A track lies only in a track whose `content` has `tracks` (the default has `notes` alone).",
    "that track holds no tracks; give it the content 'tracks'",
)
TRACK_IN_ITSELF = _row(
    "tracks.parent",
    "No track is above itself.",
    "a track cannot be inside itself",
    ErrorCode.OP_CYCLE,
)
TOO_DEEP = _row("tracks.parent", "Tracks nest 16 deep.", "tracks nest at most {depth} deep")
CHANNEL_TAKEN = _row(
    "tracks.channel",
    "A channel belongs to one track at most.",
    "that channel belongs to another track",
)
STILL_TRACKS = _row(
    "tracks.content",
    "The word `tracks` stays while tracks lie in it.",
    "the track still holds tracks",
)
STILL_KIND = _row(
    "tracks.content",
    "The kind of each of its clips stays in it.",
    "the track still holds {kind}",
)
ONE_MASTER = _row(
    "channels.role",
    "`ch_master` is `master`, and no other channel.",
    "a project has one master channel",
)
MASTER_LEADS = _row(
    "channels.dest",
    "The master channel has none.",
    "the master channel leads nowhere else",
)
FEEDS_ITSELF = _row(
    "channels.dest, sends.dest",
    "Sound never comes back to a channel by destinations and sends (O18).",
    "a channel cannot feed itself",
    ErrorCode.OP_CYCLE,
)
ROUTE_TOO_FAR = _row(
    "channels.dest, sends.dest",
    "To see that takes at most 512 links (O18).",
    f"a route past more than {MAX_ROUTE_LINKS} links; route past fewer channels",
    ErrorCode.LIMIT_REACHED,
)
HOLDS_NO_KIND = _row(
    "clips.track, clips.kind",
    "A clip's `kind` is in the `content` of its track.",
    "that track holds no {kind}",
)
CLIP_HOLDS_NO = _row(
    "notes.clip, warps.clip",
    "Notes lie in clips of the kind `notes`, warps in `audio` and `video`.",
    "a clip of the kind {kind} holds no {collection}",
)
CLIP_STILL_HOLDS = _row(
    "clips.kind",
    "It stays such while notes or warps lie in the clip.",
    "the clip still holds {collection}",
)
ALIAS_OF_OLD_KIND = _row(
    "clips.kind",
    "An original is of the kind of its aliases.",
    "an alias of this clip is of its old kind",
)
ORIGINAL_IS_ALIAS = _row(
    "clips.ref",
    "A clip that others refer to refers to none, nor to itself.",
    "an original cannot be an alias",
)
ALIAS_OF_OTHER_KIND = _row(
    "clips.ref",
    "An alias refers to a clip of its own kind that is no alias.",
    "an alias refers to an original of its own kind",
)
SLOT_OF_OTHER_TRACK = _row(
    "clips.slot",
    "A clip lies in a slot of its own track.",
    "a clip lies in a slot of its own track",
)
SLOT_IS_FULL = _row("clips.slot", "A slot holds one clip at most.", "that slot holds another clip")
SLOT_STILL_HOLDS = _row(
    "slots.track",
    "It stays while a clip of that track lies in the slot.",
    "the slot still holds a clip of its track",
)
FROM_ZERO = _row(
    "tempo.time, signatures.time",
    "One tempo and one signature stay at time 0 (O10).",
    "{collection} must keep one at time 0",
)
LEADS_TO_ITSELF = _row(
    "a pointer",
    "No entity points at itself.",
    "{collection}.{name} cannot lead to itself",
    ErrorCode.OP_CYCLE,
)
LEADS_TO_NOTHING = _row(
    "a pointer, lanes.target",
    "What it names is there, in the collection that it leads to (O4).",
    "{collection}.{name} leads to nothing",
    DropReason.PARENT_GONE,
)
IN_USE = _row(
    "an id",
    "It is used once in a project, of all collections.",
    "the id {id} is in use",
    ErrorCode.OP_EXISTS,
)
TOO_MANY_ENTITIES = _row(
    "a project",
    "It holds 200,000 entities (O13).",
    f"a project holds at most {MAX_ENTITIES} entities",
    ErrorCode.LIMIT_REACHED,
)
TOO_LARGE = _row(
    "a project",
    "It holds 20 MiB (O16).",
    f"a project holds at most {MAX_STATE_BYTES // 1_048_576} MiB ({{size:,}} of "
    f"{MAX_STATE_BYTES:,} bytes); delete something first",
    ErrorCode.LIMIT_REACHED,
)

# Between the properties of one entity.

LOOP_TOGETHER = _row(
    "clips.loopStart, clips.loopEnd",
    "Both or none.",
    "clips.loopStart and loopEnd go together",
)
LOOP_ORDER = _row(
    "clips.loopEnd, transport.loopEnd",
    "After `loopStart`.",
    "loopEnd must lie after loopStart",
)
FADES = _row(
    "clips.fadeIn, clips.fadeOut, clips.duration",
    "The fades are together no longer than `duration`.",
    "fades must fit into the duration",
)
TOO_MANY_PARAMS = _row(
    "devices.params",
    "4,096 leaves.",
    f"devices.params must have at most {MAX_PARAMS_PER_DEVICE} parameters",
)
TOO_LONG_PARAMS = _row(
    "devices.params",
    "128 KiB (O19).",
    f"devices.params must have at most {MAX_PARAMS_BYTES:,} bytes; make them shorter",
    ErrorCode.LIMIT_REACHED,
)

# One value. The sentence begins with `collection.property`.

NOT_NULL = _row("a value", "Null only where the type allows it.", "must not be null")
NUMBER = _row("a number", "Finite; true and false are none.", "must be a number")
WHOLE = _row("an integer", "A whole number, also as a float.", "must be a whole number")
BETWEEN = _row(
    "a number", "Within its range.", "must be {above} {minimum:,.12g} and at most {maximum:,.12g}"
)
AT_LEAST = "at least"
ONE_OF = _row("a choice", "One of the words.", "must be one of {words}")
LIST_OF = _row("tracks.content", "A list of the words, not empty.", "must be a list out of {words}")
NOT_TWICE = _row("tracks.content", "No word twice.", "must not name anything twice")
TRUE_OR_FALSE = _row("true or false", "Nothing else, not 0 or 1.", "must be true or false")
TEXT = _row("a text", "A text.", "must be a text")
LENGTH = _row("a text", "At most so many code points.", "must have at most {length} characters")
NO_NUL = _row("a text, devices.params", "No NUL.", "must not hold the character U+0000")
PATH = _row(
    "lanes.target",
    "`collection/id/property`, of `params` with the leaf behind.",
    "must be collection/id/property, of params with the name of a leaf behind it",
)
PATH_OF_AUTOMATION = _row(
    "lanes.target",
    "Of no lane or point: automation of automation could take itself away.",
    "must not lead to {collection}: automation is not automated",
)
POINTER = _row("a pointer", "In the form of an entity's id.", "must be an entity's id")
ORDER_KEY = _row("an order key", "As O11 says.", "is no order key: {why}")
MAP = _row("devices.params", "A map.", "must be a map of parameter names to values")
MANY_LEAVES = _row("devices.params", "4,096 leaves.", "must have at most {most} parameters")
FINITE_LEAVES = _row("devices.params", "Finite numbers.", "must not hold NaN or infinity")
LARGE_LEAVES = _row("devices.params", "Numbers up to 2^53.", "must hold numbers up to 2^53")
LEAVES = _row(
    "devices.params",
    "Leaves are numbers, texts, true, false; null removes one.",
    "must hold numbers, texts, true, false or null",
)

# One op.

NO_COLLECTION = _row("an op", "`col` is a collection.", "there is no collection {collection!r}")
NO_PROPERTY = _row(
    "an op", "Properties are those of the type.", "{collection} have no property {name!r}"
)
REQUIRED = _row("`insert`", "What has no default is given.", "{collection}.{name} is required")
ID_OF_SINGLETON = _row(
    "an id",
    "That of `project` is `project`, that of `transport` is `transport`.",
    "the id of {collection} is {collection!r}",
)
ID_FORM = _row(
    "an id",
    "Of an entity, as under Shapes.",
    "an id has 8 to 36 letters, digits, '-' or '_'",
)
EMPTY_SET = _row("`set`", "One property at least.", "a set names a property")
EMPTY_MOVE = _row("`move`", "One of the three at least.", "a move names parent, order or time")
NO_PARENT = _row(
    "`move`",
    "`parent` only where there is one (O6).",
    "{collection} have no parent",
)
ALWAYS_THERE = _row(
    "`insert`",
    "Not of `project` and `transport`.",
    "{collection} is always there; set its properties",
)
NEVER_DELETED = _row(
    "`delete`", "Not of `project` and `transport`.", "{collection} cannot be deleted"
)
MASTER_STAYS = _row("`delete`", "Not of `ch_master`.", "the master channel cannot be deleted")
NOT_THERE = _row(
    "`set`, `move`, `delete`",
    "The entity is there (O3).",
    "{collection}/{id} is not there",
    DropReason.GONE,
)
AS_EXPECTED = _row(
    "`expect`", "The values are those (O7).", "{name} was changed", DropReason.CHANGED
)
ALONE = _row(
    "`delete` with `alone`",
    "Nothing points at the entity (O17).",
    "others have put something on {id}",
    DropReason.CHANGED,
)
TWO_ALREADY = _row(
    "an op of an undo or a redo",
    "There is room at its time for one more point or tempo (U3).",
    "others have put {left} and {right} there",
    DropReason.CHANGED,
)

# What a contributor may do (R20 to R23).

FOREIGN = _row(
    "an op of a contributor",
    "About the tracks of the contributor and what hangs on them, and leads to nothing else.",
    "{collection}/{id} is none of your tracks, and does not hang on one",
    ErrorCode.FORBIDDEN,
)
HANGS_ON_NOTHING = _row(
    "an op of a contributor",
    "Makes, takes away and places only what hangs on one of its tracks.",
    "of {collection}, a contributor makes, takes away and places only what hangs on its tracks",
    ErrorCode.FORBIDDEN,
)
EDITORS_ONLY = _row(
    "tracks.channel, channels.dest, channels.role, channels.order, channels.audioChannels",
    "Not changed by a contributor: editors make the mixer.",
    "{collection}.{name} is changed by editors and owners only",
    ErrorCode.FORBIDDEN,
)


def field_of(sentence: str, collection: str, names_said: Collection[str] = ()) -> str | None:
    """Which property of an entity of this collection a sentence is about, or field of the op.

    `names_said`: the properties that an op names; of several it is one of these.
    """
    if sentence.startswith(_ABOUT_AN_ID):
        return "id"
    match = _NAMES_ONE.match(sentence)
    if match is not None and match[1] == collection:
        return match[2] or match[3]
    for pattern, row in _PATTERNS:
        if pattern.fullmatch(sentence):
            names = [name for where, name in _PROPERTY.findall(row.of) if where == collection]
            named_here = next(
                (name for name in names if name in names_said), next(iter(names), None)
            )
            return named_here or FIELD_OF.get(row.says)
    return None


def bound_of(sentence: str) -> str | None:
    """The row of the table of limits that a sentence is about, if it is about one."""
    for pattern, row in _PATTERNS:
        if row.says in BOUND_OF and pattern.fullmatch(sentence):
            return BOUND_OF[row.says]
    return None


FIELD_OF: Mapping[str, str] = {
    NO_COLLECTION: "col",
    ID_FORM: "id",
    EMPTY_SET: "props",
    EMPTY_MOVE: "parent",
    NO_PARENT: "parent",
    ALWAYS_THERE: "col",
    NEVER_DELETED: "id",
    MASTER_STAYS: "id",
}
"""Sentence -> the field of the op that it is about, where that is no property of the entity."""

_ABOUT_AN_ID = "the id "

BOUND_OF: Mapping[str, str] = {
    TOO_MANY_ENTITIES: "MAX_ENTITIES",
    TOO_LARGE: "MAX_STATE_BYTES",
    ROUTE_TOO_FAR: "MAX_ROUTE_LINKS",
    TOO_LONG_PARAMS: "MAX_PARAMS_BYTES",
}
"""Sentence -> the row of the table of limits: all that an op is refused for as `limit_reached`."""

_PROPERTY = re.compile(r"(\w+)\.(\w+)")
_NAMES_ONE = re.compile(r"(\w+)(?:\.(\w+) | have no property '(.*)'$)")
_PATTERNS = [
    (re.compile(".+".join(map(re.escape, re.split(r"\{[^}]*\}", row.says))), re.DOTALL), row)
    for row in INVARIANTS
]
