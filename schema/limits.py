"""Every bound of the protocol, with its unit and its reason."""

MAX_MESSAGE_BYTES = 1_048_576
"""One message after login: a paste of some 10,000 notes still fits."""

MAX_MESSAGE_BYTES_BEFORE_LOGIN = 16_384
"""One message of a stranger: an e-mail address, a password, a name."""

MAX_OPS_PER_DELTA = 10_000
"""Ops in one delta: the largest real song, inserted at once."""

MAX_PROPS_PER_OP = 64
"""Properties in one `set` or `insert`: no entity type has half as many."""

MAX_PARAMS_PER_DEVICE = 4_096
"""Leaves of one device's `params`: large synthesizers have a thousand."""

MAX_ENTITIES = 200_000
"""Entities of one project: twenty times the largest real song."""

MAX_STATE_BYTES = 20 * 1_048_576
"""One project state, as the sum of its entities in the encoding that the digest is made of."""

MAX_STRING_LENGTH = 256
"""Characters of a name or any other short text in the project state."""

MAX_NAME_LENGTH = 120
"""Characters of a display name, a device name, a project name."""

MAX_PASSWORD_LENGTH = 1_024
"""Characters of a password; past it hashing would be an attack (OWASP)."""

MIN_PASSWORD_LENGTH = 8
"""Characters of a password (OWASP ASVS 5.0, 6.2.1)."""

MAX_SELECTION = 256
"""Entities that a member shows as selected."""

MAX_GESTURES = 8
"""Gestures that one member has under way at once: two hands on a controller."""

MAX_PREVIEWED = 256
"""Entities whose values one gesture shows: a large selection, dragged."""

MAX_UNDO_STEPS = 200
"""Steps that one member can undo, and as many that it can redo."""

MAX_ROOMS_PER_CONNECTION = 16
"""Projects that one connection may have open at once."""

MAX_MEMBERS_PER_ROOM = 500
"""Members of one room, all devices counted."""

MAX_DELTAS_IN_FLIGHT = 256
"""Deltas of one connection sent and not yet answered."""

MAX_CALLS_IN_FLIGHT = 16
"""Calls of one connection sent and not yet answered."""

HEARTBEAT_SECONDS = 10
"""A client pings this often; two and a half of them missed and it is gone."""

HELLO_SECONDS = 5
"""A new connection says hello within this time or is closed."""

LOGIN_SECONDS = 60
"""A connection without a login may live this long, for typing a password."""

STATE_PART_BYTES = 131_072
"""One part of a project state in flight: other rooms' messages go between two parts."""

MAX_BEATS = 1_000_000.0
"""The latest musical time: five days at 120 bpm."""
