"""The table of bounds, as far as a client can meet them; `schema.server_limits` has the others.

Each constant is defined with its row: unit, door, what happens past it, the file that enforces it.
`tests/bounds` goes to every bound and one past it.
"""

# Long: one table of bounds, from which PROTOCOL.md has its own.

from schema.bounds import Bounds, Instead
from schema.close_codes import (
    BAD_MESSAGES,
    NO_HELLO,
    OVERLOADED,
    RATE_LIMITED,
    SILENT,
    TOKEN_EXPIRED,
    TOO_MANY_CONNECTIONS,
)
from schema.errors import ErrorCode

BOUNDS = Bounds()

MAX_MESSAGE_BYTES = BOUNDS.add(
    "MAX_MESSAGE_BYTES",
    1_048_576,
    "bytes",
    "a message",
    Instead.CLOSED_1009,
    "server/sockets/connection.py",
    "After login: a paste of some 10,000 notes still fits.",
)

MAX_MESSAGE_BYTES_BEFORE_LOGIN = BOUNDS.add(
    "MAX_MESSAGE_BYTES_BEFORE_LOGIN",
    16_384,
    "bytes",
    "a message",
    Instead.CLOSED_1009,
    "server/sockets/connection.py",
    "Of a stranger: an e-mail address, a password, a name.",
)

MESSAGES_PER_SECOND = BOUNDS.add(
    "MESSAGES_PER_SECOND",
    400.0,
    "messages a second",
    "a connection, in",
    ErrorCode.RATE_LIMITED,
    "server/sockets/rate_limit.py",
    "Sustained; two seconds of it may come at once. Presence over it is dropped in silence.",
)

BYTES_PER_SECOND = BOUNDS.add(
    "BYTES_PER_SECOND",
    4.0 * 1_048_576,
    "bytes a second",
    "a connection, in",
    ErrorCode.RATE_LIMITED,
    "server/sockets/rate_limit.py",
    "Sustained; two seconds of it may come at once.",
)

FRAMES_PER_SECOND = BOUNDS.add(
    "FRAMES_PER_SECOND",
    400.0,
    "frames a second",
    "a connection, in",
    Instead.PACED,
    "server/sockets/rate_limit.py",
    "Pings, pongs and fragments of less than 1 KiB; two seconds of it may come at once.",
)

FRAMES_PER_SECOND_BEFORE_LOGIN = BOUNDS.add(
    "FRAMES_PER_SECOND_BEFORE_LOGIN",
    16.0,
    "frames a second",
    "a connection, in",
    Instead.PACED,
    "server/sockets/rate_limit.py",
    "The same of a stranger: a ping now and then.",
)

TLS_RECORDS_PER_SECOND = BOUNDS.add(
    "TLS_RECORDS_PER_SECOND",
    256.0,
    "records a second",
    "a connection, in",
    Instead.PACED,
    "server/sockets/reading/tls_records.py",
    "Beside two for each frame and one for each 512 bytes they hold; four seconds of it may come "
    "at once.",
)

MAX_FRAGMENTS = BOUNDS.add(
    "MAX_FRAGMENTS",
    1_024,
    "fragments",
    "a message",
    Instead.CLOSED_1009,
    "server/sockets/incoming.py",
    "The longest message in pieces of 1 KiB.",
)

OPS_PER_SECOND = BOUNDS.add(
    "OPS_PER_SECOND",
    10_000.0,
    "ops a second",
    "`delta`, `undo`, `redo`",
    ErrorCode.RATE_LIMITED,
    "server/accounts/usage.py",
    "Of one user at one server, over all connections; four seconds of it may come at once. "
    "A message counts ten ops more, and one of over 8 KiB one for each KiB.",
)

MAX_SECONDS_OVER_RATE = BOUNDS.add(
    "MAX_SECONDS_OVER_RATE",
    10.0,
    "seconds",
    "a connection, in",
    RATE_LIMITED,
    "server/sockets/rate_limit.py",
    "How long a connection may go on sending more than it may.",
)

BAD_MESSAGES_ALLOWED = BOUNDS.add(
    "BAD_MESSAGES_ALLOWED",
    4,
    "messages in ten seconds",
    "a connection, in",
    BAD_MESSAGES,
    "server/sockets/incoming.py",
    "Bytes that name no message (E4): who sends more is no client.",
)

LOGINS_NEEDED_ALLOWED = BOUNDS.add(
    "LOGINS_NEEDED_ALLOWED",
    16,
    "messages in ten seconds",
    "a connection that is not logged in, in",
    BAD_MESSAGES,
    "server/sockets/incoming.py",
    "Messages that need a login (E4): who has none and goes on costs those who have one.",
)

HELLO_SECONDS = BOUNDS.add(
    "HELLO_SECONDS",
    5,
    "seconds",
    "a connection",
    NO_HELLO,
    "server/router/liveness.py",
    "From the handshake to hello.",
)

LOGIN_SECONDS = BOUNDS.add(
    "LOGIN_SECONDS",
    60,
    "seconds",
    "a connection",
    NO_HELLO,
    "server/router/liveness.py",
    "From the TCP connection to a login: for typing a password.",
)

TOKEN_WARNING_SECONDS = BOUNDS.add(
    "TOKEN_WARNING_SECONDS",
    60,
    "seconds",
    "a connection",
    TOKEN_EXPIRED,
    "server/router/liveness.py",
    "So long before its access token runs out it hears `token_expiring`: refresh it.",
)

HEARTBEAT_SECONDS = BOUNDS.add(
    "HEARTBEAT_SECONDS",
    10,
    "seconds",
    "a connection",
    SILENT,
    "server/router/liveness.py",
    "A client pings this often; two and a half of them missed and it is gone.",
)

MAX_ROOMS_PER_CONNECTION = BOUNDS.add(
    "MAX_ROOMS_PER_CONNECTION",
    16,
    "rooms",
    "`join`",
    ErrorCode.LIMIT_REACHED,
    "server/router/join_requests.py",
    "Projects that one connection may have open at once.",
)

MAX_MEMBERS_PER_ROOM = BOUNDS.add(
    "MAX_MEMBERS_PER_ROOM",
    500,
    "members",
    "`join`",
    ErrorCode.LIMIT_REACHED,
    "rooms/presence/members.py",
    "All devices counted, on all servers.",
)

MAX_CALLS_IN_FLIGHT = BOUNDS.add(
    "MAX_CALLS_IN_FLIGHT",
    16,
    "calls",
    "`call`",
    ErrorCode.RATE_LIMITED,
    "server/router/call_replies.py",
    "Of one connection, sent and not yet answered.",
)

CALL_SECONDS = BOUNDS.add(
    "CALL_SECONDS",
    15.0,
    "seconds",
    "`call`, `join`",
    ErrorCode.UNAVAILABLE,
    "server/calls/dispatch.py",
    "What a call did by then may stand.",
)

MAX_CALLS_IN_BATCH = BOUNDS.add(
    "MAX_CALLS_IN_BATCH",
    20,
    "calls",
    "`batch`",
    ErrorCode.VALIDATION,
    "schema/calling/batch_calls.py",
    "Of one message, answered one after the other.",
)

KEPT_REPLY_SECONDS = BOUNDS.add(
    "KEPT_REPLY_SECONDS",
    86_400,
    "seconds",
    "`call` with an `idempotency_key`",
    Instead.OLDEST_FORGOTTEN,
    "server/background_tasks.py",
    "So long a write may be sent again with its key, and is done once.",
)

MAX_KEPT_REPLIES = BOUNDS.add(
    "MAX_KEPT_REPLIES",
    10_000,
    "replies",
    "`call` with an `idempotency_key`",
    Instead.OLDEST_FORGOTTEN,
    "persistence/tables/internal/idempotency_keys.py",
    "Of one user, on all servers; looked at now and then, so there may be a hundred more.",
)

MAX_KEPT_REPLY_BYTES = BOUNDS.add(
    "MAX_KEPT_REPLY_BYTES",
    16 * 1_048_576,
    "bytes",
    "`call` with an `idempotency_key`",
    Instead.OLDEST_FORGOTTEN,
    "persistence/tables/internal/idempotency_keys.py",
    "Of one user's replies together, likewise.",
)

MAX_DELTAS_IN_FLIGHT = BOUNDS.add(
    "MAX_DELTAS_IN_FLIGHT",
    256,
    "deltas",
    "`delta`, `undo`, `redo`",
    ErrorCode.RATE_LIMITED,
    "rooms/edits/refusals.py",
    "Of one member, sent and not yet answered.",
)

MAX_UNANSWERED = BOUNDS.add(
    "MAX_UNANSWERED",
    MAX_DELTAS_IN_FLIGHT,
    "ids",
    "`join`",
    ErrorCode.BAD_MESSAGE,
    "schema/messages.py",
    "As many deltas as one member may have on the wire.",
)

MAX_WAITING_BYTES = BOUNDS.add(
    "MAX_WAITING_BYTES",
    16 * 1_048_576,
    "bytes",
    "a room, in",
    ErrorCode.UNAVAILABLE,
    "rooms/edits/refusals.py",
    "Ops of all deltas that wait for their commit.",
)

MAX_OPS_PER_DELTA = BOUNDS.add(
    "MAX_OPS_PER_DELTA",
    10_000,
    "ops",
    "`delta`",
    ErrorCode.BAD_MESSAGE,
    "schema/messages.py",
    "The largest real song, inserted at once.",
)

MAX_PROPS_PER_OP = BOUNDS.add(
    "MAX_PROPS_PER_OP",
    64,
    "properties",
    "an op",
    ErrorCode.OP_INVALID,
    "schema/ops.py",
    "Of one `set` or `insert`: no entity type has half as many.",
)

MAX_PARAMS_PER_DEVICE = BOUNDS.add(
    "MAX_PARAMS_PER_DEVICE",
    4_096,
    "leaves",
    "an op",
    ErrorCode.OP_INVALID,
    "rooms/rules/entity_rules.py",
    "Of one device's `params`: large synthesizers have a thousand.",
)

MAX_PARAMS_BYTES = BOUNDS.add(
    "MAX_PARAMS_BYTES",
    131_072,
    "bytes",
    "an op",
    ErrorCode.LIMIT_REACHED,
    "rooms/document/op_application.py",
    "Of one device's `params` in the encoding of the digest: 4,096 leaves of 32 bytes.",
)

MAX_STRING_LENGTH = BOUNDS.add(
    "MAX_STRING_LENGTH",
    256,
    "characters",
    "an op",
    ErrorCode.OP_INVALID,
    "rooms/rules/entity_rules.py",
    "A name or any other short text in the project state.",
)

MAX_KEY_LENGTH = BOUNDS.add(
    "MAX_KEY_LENGTH",
    64,
    "characters",
    "an op",
    ErrorCode.OP_INVALID,
    "schema/order_keys.py",
    "An order key: `spread` makes short ones anew.",
)

MAX_BEATS = BOUNDS.add(
    "MAX_BEATS",
    1_000_000.0,
    "beats",
    "an op, presence, a call",
    ErrorCode.OP_INVALID,
    "schema/entities.py",
    "The latest musical time: five days at 120 bpm. (In presence `bad_message`, "
    "in a call `validation`.)",
)

MAX_ENTITIES = BOUNDS.add(
    "MAX_ENTITIES",
    200_000,
    "entities",
    "the project state",
    ErrorCode.LIMIT_REACHED,
    "rooms/document/op_application.py",
    "Twenty times the largest real song.",
)

MAX_ROUTE_LINKS = BOUNDS.add(
    "MAX_ROUTE_LINKS",
    512,
    "links",
    "an op that leads sound somewhere",
    ErrorCode.LIMIT_REACHED,
    "rooms/document/channel_routes.py",
    "Looked at from both ends, to see that no channel feeds itself; real songs have twenty.",
)

MAX_STATE_BYTES = BOUNDS.add(
    "MAX_STATE_BYTES",
    20 * 1_048_576,
    "bytes",
    "the project state",
    ErrorCode.LIMIT_REACHED,
    "rooms/document/document.py",
    "The sum of its entities in the encoding that the digest is made of.",
)

MAX_NAME_LENGTH = BOUNDS.add(
    "MAX_NAME_LENGTH",
    120,
    "characters",
    "`hello`, a call",
    ErrorCode.VALIDATION,
    "schema/columns/types.py",
    "A display name, a device name, a project name. (In `hello`: `bad_message`.)",
)

MAX_ADDRESS_LENGTH = BOUNDS.add(
    "MAX_ADDRESS_LENGTH",
    254,
    "characters",
    "a call",
    ErrorCode.VALIDATION,
    "schema/calling/accounts/registration_and_login_calls.py",
    "An e-mail address (RFC 5321).",
)

MAX_LOCAL_BYTES = BOUNDS.add(
    "MAX_LOCAL_BYTES",
    64,
    "bytes",
    "auth.register",
    ErrorCode.VALIDATION,
    "schema/text/email_addresses.py",
    "Of an e-mail address, before the @ (RFC 5321).",
)

MAX_PASSWORD_LENGTH = BOUNDS.add(
    "MAX_PASSWORD_LENGTH",
    1_024,
    "characters",
    "a call",
    ErrorCode.VALIDATION,
    "schema/calling/accounts/registration_and_login_calls.py",
    "Past it hashing would be an attack (OWASP).",
)

MAX_PASSWORD_BYTES = BOUNDS.add(
    "MAX_PASSWORD_BYTES",
    1_024,
    "bytes",
    "a new password",
    ErrorCode.VALIDATION,
    "server/accounts/password_rules.py",
    "In UTF-8, in the form in which it is hashed (A7).",
)

MIN_PASSWORD_LENGTH = BOUNDS.add(
    "MIN_PASSWORD_LENGTH",
    8,
    "characters",
    "a call",
    ErrorCode.VALIDATION,
    "schema/calling/accounts/registration_and_login_calls.py",
    "At least (OWASP ASVS 5.0, 6.2.1).",
)

MAX_SELECTION = BOUNDS.add(
    "MAX_SELECTION",
    256,
    "entities",
    "`presence`",
    ErrorCode.BAD_MESSAGE,
    "schema/messages.py",
    "Shown as selected by one member.",
)

MAX_GESTURES = BOUNDS.add(
    "MAX_GESTURES",
    8,
    "gestures",
    "`gesture`",
    ErrorCode.LIMIT_REACHED,
    "rooms/presence/gestures.py",
    "Of one member at once: two hands on a controller.",
)

MAX_PREVIEWED = BOUNDS.add(
    "MAX_PREVIEWED",
    256,
    "entities",
    "`gesture`",
    ErrorCode.LIMIT_REACHED,
    "rooms/presence/gestures.py",
    "Whose values one gesture shows: a large selection, dragged.",
)

MAX_STEP_DELTAS = BOUNDS.add(
    "MAX_STEP_DELTAS",
    500,
    "deltas",
    "a step",
    Instead.SPLIT,
    "rooms/edits/undo_stacks.py",
    "Of one name, undone at once; the next one begins a new step.",
)

MAX_STEP_BYTES = BOUNDS.add(
    "MAX_STEP_BYTES",
    8 * 1_048_576,
    "bytes of ops",
    "a step",
    Instead.SPLIT,
    "rooms/edits/undo_stacks.py",
    "Of one name, undone at once; the next delta begins a new step.",
)

MAX_GROUP_BYTES = BOUNDS.add(
    "MAX_GROUP_BYTES",
    192 * 1_048_576,
    "bytes of ops",
    "`undo`, `redo`, `snapshots.restore`",
    ErrorCode.LIMIT_REACHED,
    "rooms/edits/made_ops.py",
    "Stored at once: any project state can be restored over any other.",
)

MAX_DROPPED_BYTES = BOUNDS.add(
    "MAX_DROPPED_BYTES",
    524_288,
    "bytes",
    "`ack.dropped` of `undo`, `redo`, `snapshots.restore`",
    Instead.CLIPPED,
    "rooms/edits/group_drops.py",
    "As JSON: some 5,000 notes; `dropped_total` says how many there are.",
)

MAX_SHOWN_BYTES = BOUNDS.add(
    "MAX_SHOWN_BYTES",
    32_768,
    "bytes",
    "`gesture`",
    ErrorCode.LIMIT_REACHED,
    "rooms/presence/gestures.py",
    "About, of all values that one member shows: two of each of the largest selection fit.",
)

MAX_SHOWN_IN_ROOM_BYTES = BOUNDS.add(
    "MAX_SHOWN_IN_ROOM_BYTES",
    262_144,
    "bytes",
    "`gesture`",
    ErrorCode.LIMIT_REACHED,
    "rooms/presence/gestures.py",
    "About, of all values that all members show: each joiner is told all of it at once.",
)

MAX_SELECTED_TOLD = BOUNDS.add(
    "MAX_SELECTED_TOLD",
    4_096,
    "ids",
    "`joined`, a whole `tick`",
    Instead.CLIPPED,
    "rooms/presence/told_selections.py",
    "Selected by all members together; past it the first of each are told.",
)

MAX_UNDO_STEPS = BOUNDS.add(
    "MAX_UNDO_STEPS",
    200,
    "steps",
    "`undo`, `redo`",
    Instead.OLDEST_FORGOTTEN,
    "rooms/edits/undo_stacks.py",
    "That one member can undo, and as many that it can redo.",
)

STATE_PART_BYTES = BOUNDS.add(
    "STATE_PART_BYTES",
    131_072,
    "bytes",
    "`state`, `history.at`, `snapshots.state`",
    Instead.SPLIT,
    "server/states/encoded_state.py",
    "Other rooms' messages go between two parts.",
)

MAX_ROWS = BOUNDS.add(
    "MAX_ROWS",
    200,
    "rows",
    "a call that lists rows",
    ErrorCode.VALIDATION,
    "schema/tables/description.py",
    "The largest `limit`; the rest is on the next page.",
)

MAX_MAP_BYTES = BOUNDS.add(
    "MAX_MAP_BYTES",
    65_536,
    "bytes",
    "a map of a client's own",
    ErrorCode.VALIDATION,
    "schema/columns/json_maps.py",
    "As JSON, the parameters of a preset or the analysis of an audio file: large ones have 20 KB.",
)

MAX_MAP_DEPTH = BOUNDS.add(
    "MAX_MAP_DEPTH",
    16,
    "maps and lists",
    "a map of a client's own",
    ErrorCode.VALIDATION,
    "schema/columns/json_maps.py",
    "One inside the other.",
)

MAX_PAGE_BYTES = BOUNDS.add(
    "MAX_PAGE_BYTES",
    262_144,
    "bytes",
    "a reply that lists",
    Instead.NEXT_PAGE,
    "rooms/byte_bounded_page.py",
    "About: a page ends when it has so many, however many its `limit` allows.",
)

MAX_MEDIA_TOLD = BOUNDS.add(
    "MAX_MEDIA_TOLD",
    1_000,
    "audio files",
    "`joined`, `media`",
    Instead.CLIPPED,
    "persistence/library/audio_files.py",
    "Of one project, those that are not available; of more, these many are told of (L1).",
)

MAX_STEMS_TOLD = BOUNDS.add(
    "MAX_STEMS_TOLD",
    200,
    "audio files",
    "the reply of `audio_files.stems`",
    Instead.CLIPPED,
    "server/calls/library/audio_files.py",
    "The nearest to the file first; `clipped` says that there are more (L5).",
)

MAX_REPLY_BYTES = BOUNDS.add(
    "MAX_REPLY_BYTES",
    1_048_576,
    "bytes",
    "a reply",
    ErrorCode.LIMIT_REACHED,
    "server/router/call_replies.py",
    "All of it, in any encoding: ask for less.",
)

MAX_ENTRY_SHOWN_BYTES = BOUNDS.add(
    "MAX_ENTRY_SHOWN_BYTES",
    65_536,
    "bytes",
    "`history.list`, `snapshots.diff`",
    Instead.CLIPPED,
    "server/calls/projects/history.py",
    "The ops of one entry (`total` says how many there are), or the values of one change.",
)

MAX_TIMES = BOUNDS.add(
    "MAX_TIMES",
    1_000,
    "values",
    "`timeline.seconds`, `timeline.beats`",
    ErrorCode.VALIDATION,
    "schema/calling/projects/timeline_calls.py",
    "Of one call: beats up to 1,000,000, seconds up to 10,000,000, none below 0.",
)

MAX_TEMPI_TOLD = BOUNDS.add(
    "MAX_TEMPI_TOLD",
    256,
    "tempi",
    "a snapshot",
    Instead.CLIPPED,
    "rooms/music/musical_context.py",
    "In `musical_context`; `counts` says how many there are.",
)

MAX_OPS_SHOWN = BOUNDS.add(
    "MAX_OPS_SHOWN",
    100,
    "ops",
    "`history.list`",
    Instead.CLIPPED,
    "server/calls/projects/history.py",
    "Of one entry; `total` says how many there are.",
)

MAX_SENTENCES = BOUNDS.add(
    "MAX_SENTENCES",
    200,
    "sentences",
    "`snapshots.diff`",
    Instead.CLIPPED,
    "rooms/changes/diff_sentences.py",
    "The rest is counted.",
)

MAX_PHRASES = BOUNDS.add(
    "MAX_PHRASES",
    12,
    "phrases",
    "`snapshots.diff`",
    Instead.CLIPPED,
    "rooms/changes/diff_sentences.py",
    "Of one sentence; the rest is counted.",
)

MAX_INSTRUMENTS = BOUNDS.add(
    "MAX_INSTRUMENTS",
    200,
    "names",
    "a snapshot",
    Instead.CLIPPED,
    "rooms/music/musical_context.py",
    "In `musical_context`; `counts` says how many devices there are.",
)

MAX_OUTBOX_BYTES = BOUNDS.add(
    "MAX_OUTBOX_BYTES",
    4 * 1_048_576,
    "bytes",
    "a connection, out",
    Instead.CUT_OFF,
    "server/sockets/outbox.py",
    "What waits for one reader: come back and resume.",
)

STALL_SECONDS = BOUNDS.add(
    "STALL_SECONDS",
    5.0,
    "seconds",
    "a connection, out",
    Instead.CUT_OFF,
    "server/sockets/outbox.py",
    "A reader that takes no byte for so long is gone or might as well be.",
)

MAX_SOCKETS_PER_ADDRESS = BOUNDS.add(
    "MAX_SOCKETS_PER_ADDRESS",
    1_000,
    "sockets",
    "a handshake",
    Instead.STATUS_429,
    "server/accounts/usage.py",
    "Of one server: two windows of everyone in a school behind one address.",
)

MAX_STRANGERS_PER_ADDRESS = BOUNDS.add(
    "MAX_STRANGERS_PER_ADDRESS",
    200,
    "sockets",
    "a handshake",
    Instead.STATUS_429,
    "server/accounts/usage.py",
    "Of one server, without a login yet: a class that logs in at once.",
)

MAX_STRANGERS = BOUNDS.add(
    "MAX_STRANGERS",
    4_096,
    "sockets",
    "a handshake",
    OVERLOADED,
    "server/accounts/usage.py",
    "Of one server, without a login yet: past it the one that has waited longest goes.",
)

MAX_CONNECTS_PER_SECOND = BOUNDS.add(
    "MAX_CONNECTS_PER_SECOND",
    100.0,
    "handshakes a second",
    "a handshake",
    Instead.STATUS_429,
    "server/accounts/usage.py",
    "Of one address at one server; ten seconds of it may come at once: a school comes back.",
)

MAX_SOCKETS_PER_USER = BOUNDS.add(
    "MAX_SOCKETS_PER_USER",
    64,
    "sockets",
    "`hello`, `auth.login`",
    TOO_MANY_CONNECTIONS,
    "server/accounts/usage.py",
    "Of one server. (A call that logs in is refused with `limit_reached`.)",
)

MAX_ROOMS_PER_USER = BOUNDS.add(
    "MAX_ROOMS_PER_USER",
    64,
    "rooms",
    "`join`",
    ErrorCode.LIMIT_REACHED,
    "server/router/join_requests.py",
    "Of one server, over all connections of the user.",
)

MAX_SEATS_PER_USER = BOUNDS.add(
    "MAX_SEATS_PER_USER",
    16,
    "members",
    "`join`",
    ErrorCode.LIMIT_REACHED,
    "server/router/join_requests.py",
    "Devices of one user in one room, on all servers.",
)

MAX_STRANGER_CALLS_PER_SECOND = BOUNDS.add(
    "MAX_STRANGER_CALLS_PER_SECOND",
    50.0,
    "calls a second",
    "any call without a login",
    ErrorCode.RATE_LIMITED,
    "server/accounts/usage.py",
    "Of one address at one server, before anything is looked up; ten seconds of it at once (A59).",
)

MAX_REFRESHES_PER_HOUR = BOUNDS.add(
    "MAX_REFRESHES_PER_HOUR",
    120.0,
    "calls an hour",
    "`auth.refresh`",
    ErrorCode.RATE_LIMITED,
    "server/accounts/usage.py",
    "Of one login at one server, in all its windows (A59).",
)

MAX_REGISTRATIONS_PER_HOUR = BOUNDS.add(
    "MAX_REGISTRATIONS_PER_HOUR",
    60.0,
    "accounts an hour",
    "`auth.register`",
    ErrorCode.RATE_LIMITED,
    "server/accounts/usage.py",
    "Of one address at one server: a class. One that is answered `taken` counts five times.",
)

MAX_WRONG_PASSWORDS_PER_HOUR = BOUNDS.add(
    "MAX_WRONG_PASSWORDS_PER_HOUR",
    300.0,
    "tries an hour",
    "`auth.login`",
    ErrorCode.RATE_LIMITED,
    "server/accounts/usage.py",
    "Of one address at one server, over all accounts.",
)

MAX_WRONG_CODES_PER_HOUR = BOUNDS.add(
    "MAX_WRONG_CODES_PER_HOUR",
    60.0,
    "tries an hour",
    "calls that take a code, or a password once more",
    ErrorCode.RATE_LIMITED,
    "server/accounts/guessing/guesses.py",
    "Of one address, or of one user who is logged in, at one server (A42).",
)

MAX_WRONG_SECRETS_PER_NETWORK = BOUNDS.add(
    "MAX_WRONG_SECRETS_PER_NETWORK",
    1_000.0,
    "tries an hour",
    "calls that take a password or a code",
    ErrorCode.RATE_LIMITED,
    "server/accounts/guessing/guesses.py",
    "Of one /24, or one /48 of IPv6, at all servers together (A42).",
)

MAX_GUESSES_PER_HOUR = BOUNDS.add(
    "MAX_GUESSES_PER_HOUR",
    100.0,
    "tries an hour",
    "`auth.login`",
    ErrorCode.RATE_LIMITED,
    "persistence/guessing/password_tries.py",
    "Of one account, from addresses where it never logged in (OWASP ASVS); a fifth at once.",
)

MAX_FREE_GUESSES = BOUNDS.add(
    "MAX_FREE_GUESSES",
    5,
    "tries",
    "`auth.login`",
    ErrorCode.RATE_LIMITED,
    "persistence/guessing/password_tries.py",
    "Wrong in a row, of one account from one address; then each doubles the wait, from 1 s.",
)

MAX_GUESS_SECONDS = BOUNDS.add(
    "MAX_GUESS_SECONDS",
    900.0,
    "seconds",
    "`auth.login`",
    ErrorCode.RATE_LIMITED,
    "persistence/guessing/password_tries.py",
    "The longest wait after a wrong password.",
)

MAX_KNOWN_GUESS_SECONDS = BOUNDS.add(
    "MAX_KNOWN_GUESS_SECONDS",
    30.0,
    "seconds",
    "`auth.login`",
    ErrorCode.RATE_LIMITED,
    "persistence/guessing/password_tries.py",
    "The same from an address where the account has logged in, in the last 90 days.",
)

MAX_CODES_PER_HOUR = BOUNDS.add(
    "MAX_CODES_PER_HOUR",
    10,
    "tries an hour",
    "codes of a second factor",
    ErrorCode.RATE_LIMITED,
    "persistence/guessing/code_tries.py",
    "Of one account: all at once, then one each six minutes; each ten more double that (A58).",
)

MAX_CODE_SECONDS = BOUNDS.add(
    "MAX_CODE_SECONDS",
    21_600.0,
    "seconds",
    "codes of a second factor",
    ErrorCode.RATE_LIMITED,
    "persistence/guessing/code_tries.py",
    "The longest wait after a wrong one.",
)

MAX_MAILS_ASKED_PER_HOUR = BOUNDS.add(
    "MAX_MAILS_ASKED_PER_HOUR",
    30.0,
    "mails an hour",
    "`auth.request_reset`, `auth.send_verification`, `auth.change_email`",
    ErrorCode.RATE_LIMITED,
    "server/accounts/usage.py",
    "Asked for from one address at one server, for whatever account.",
)

MAX_WRONG_CODES = BOUNDS.add(
    "MAX_WRONG_CODES",
    5,
    "tries",
    "a code of six digits",
    ErrorCode.AUTH_FAILED,
    "persistence/tables/one_time_tokens.py",
    "Then this code is void; the link of the same mail is not.",
)

MAX_MAILED_CODES_A_DAY = BOUNDS.add(
    "MAX_MAILED_CODES_A_DAY",
    10,
    "mails",
    "a link and a code by mail",
    Instead.LINK_ONLY,
    "persistence/tables/one_time_tokens.py",
    "Of one account for one purpose: each code may be guessed at.",
)

MAX_PROVIDER_LOGINS_PER_HOUR = BOUNDS.add(
    "MAX_PROVIDER_LOGINS_PER_HOUR",
    300.0,
    "logins an hour",
    "`auth.provider_begin`, `auth.link_begin`",
    ErrorCode.RATE_LIMITED,
    "server/accounts/usage.py",
    "Begun by a provider, of one address at one server.",
)

MAX_IDENTITIES_PER_USER = BOUNDS.add(
    "MAX_IDENTITIES_PER_USER",
    20,
    "identities",
    "`auth.link_finish`",
    ErrorCode.LIMIT_REACHED,
    "server/calls/accounts/provider_links.py",
    "Of providers, linked to one account.",
)

MAX_DEVICE_CODES_PER_HOUR = BOUNDS.add(
    "MAX_DEVICE_CODES_PER_HOUR",
    120.0,
    "devices an hour",
    "`auth.device_begin`",
    ErrorCode.RATE_LIMITED,
    "server/accounts/usage.py",
    "Of one address at one server: a class that starts its machines at once.",
)

MAX_USER_CODE_TRIES_PER_HOUR = BOUNDS.add(
    "MAX_USER_CODE_TRIES_PER_HOUR",
    20.0,
    "codes an hour",
    "`auth.device_look`, `auth.device_approve`, `auth.device_deny`",
    ErrorCode.RATE_LIMITED,
    "server/accounts/usage.py",
    "Of one user at one server, with which no device asks.",
)

MAX_DEVICE_WAIT_MS = BOUNDS.add(
    "MAX_DEVICE_WAIT_MS",
    8_000,
    "milliseconds",
    "`auth.device_poll`",
    ErrorCode.VALIDATION,
    "schema/calling/accounts/device_login_calls.py",
    "That one call waits for a decision: less than a client waits for any answer.",
)

MAX_APPS_PER_USER = BOUNDS.add(
    "MAX_APPS_PER_USER",
    10,
    "authenticator apps",
    "`auth.totp_begin`",
    ErrorCode.CONFLICT,
    "server/calls/accounts/second_factor.py",
    "A phone, a tablet, one in a safe.",
)

MAX_LOGINS_PER_USER = BOUNDS.add(
    "MAX_LOGINS_PER_USER",
    100,
    "auth sessions",
    "`auth.login`",
    Instead.OLDEST_ENDED,
    "server/calls/accounts/opening_logins.py",
    "Of one user, on all servers.",
)

MAX_PROJECTS_SHOWN = BOUNDS.add(
    "MAX_PROJECTS_SHOWN",
    200,
    "projects",
    "`auth.deletion_preview`",
    Instead.CLIPPED,
    "server/calls/accounts/self_service/account_deletion.py",
    "Those for which an owner is to be named come first; so many may be named at once.",
)

MAX_PROJECTS_PER_USER = BOUNDS.add(
    "MAX_PROJECTS_PER_USER",
    1_000,
    "projects",
    "`projects.create`, `snapshots.fork`",
    ErrorCode.LIMIT_REACHED,
    "server/calls/projects/projects.py",
    "Whose `owner` one user is, archived ones too. The role `owner` does not count.",
)

MAX_MEMBERS_PER_PROJECT = BOUNDS.add(
    "MAX_MEMBERS_PER_PROJECT",
    500,
    "members",
    "`members.grant`, `members.join`, `invitations.accept`",
    ErrorCode.LIMIT_REACHED,
    "server/calls/projects/members.py",
    "Users with a role in one project.",
)

MAX_SNAPSHOTS_PER_PROJECT = BOUNDS.add(
    "MAX_SNAPSHOTS_PER_PROJECT",
    1_000,
    "snapshots",
    "`snapshots.create`",
    ErrorCode.LIMIT_REACHED,
    "server/calls/projects/snapshots.py",
    "Made by someone; automatic ones are thinned out by themselves.",
)

MAX_PRESETS_PER_USER = BOUNDS.add(
    "MAX_PRESETS_PER_USER",
    10_000,
    "presets",
    "`presets.create`",
    ErrorCode.LIMIT_REACHED,
    "schema/tables/plugin_presets.py",
    "Of one user; large sets of bought presets have some thousands.",
)

MAX_AUDIO_FILES_PER_PROJECT = BOUNDS.add(
    "MAX_AUDIO_FILES_PER_PROJECT",
    10_000,
    "audio files",
    "`audio_files.create`",
    ErrorCode.LIMIT_REACHED,
    "schema/tables/audio_files.py",
    "Of one project, stems among them.",
)

MAX_LOOKUPS_PER_HOUR = BOUNDS.add(
    "MAX_LOOKUPS_PER_HOUR",
    60.0,
    "answers an hour",
    "`members.grant`, `projects.create`, `snapshots.create`",
    ErrorCode.RATE_LIMITED,
    "server/accounts/usage.py",
    "Of one user at one server: answers that tell of an account or id of others whether it exists.",
)

MAX_WHERE_DEPTH = BOUNDS.add(
    "MAX_WHERE_DEPTH",
    4,
    "levels of maps",
    "`where`",
    ErrorCode.VALIDATION,
    "persistence/rows/conditions.py",
    "A map in `and`, `or` or `not` is one level more.",
)

MAX_WHERE_NODES = BOUNDS.add(
    "MAX_WHERE_NODES",
    50,
    "conditions",
    "`where`",
    ErrorCode.VALIDATION,
    "persistence/rows/conditions.py",
    "Each comparison, and each `and`, `or` and `not`.",
)

MAX_IN = BOUNDS.add(
    "MAX_IN",
    500,
    "values",
    "a list of values in `where`",
    ErrorCode.VALIDATION,
    "persistence/rows/condition_values.py",
    "Of `in`, `overlap` and `contains`.",
)

MAX_TEXT_ASKED = BOUNDS.add(
    "MAX_TEXT_ASKED",
    1_000,
    "characters",
    "a text in `where`",
    ErrorCode.VALIDATION,
    "persistence/rows/condition_values.py",
    "Also a key in `path` and `contains`.",
)

MAX_PATTERN_LENGTH = BOUNDS.add(
    "MAX_PATTERN_LENGTH",
    256,
    "characters",
    "`like` and `ilike`",
    ErrorCode.VALIDATION,
    "persistence/rows/condition_values.py",
    "Longer than any name.",
)

MAX_PATTERN_WILDCARDS = BOUNDS.add(
    "MAX_PATTERN_WILDCARDS",
    8,
    "`%`",
    "`like` and `ilike`",
    ErrorCode.VALIDATION,
    "persistence/rows/condition_values.py",
    "Each makes a text that does not match cost one walk more.",
)

MAX_PATH_KEYS = BOUNDS.add(
    "MAX_PATH_KEYS",
    16,
    "keys",
    "`path` and `contains`",
    ErrorCode.VALIDATION,
    "persistence/rows/condition_values.py",
    "As deep as one looks into a map.",
)

MAX_LEAVES_ASKED = BOUNDS.add(
    "MAX_LEAVES_ASKED",
    64,
    "leaves",
    "`contains` of a map",
    ErrorCode.VALIDATION,
    "persistence/rows/condition_values.py",
    "Each is looked up in an index.",
)

MAX_ORDER = BOUNDS.add(
    "MAX_ORDER",
    3,
    "columns",
    "`order`",
    ErrorCode.VALIDATION,
    "persistence/rows/pages.py",
    "Behind them come the columns that name a row.",
)

MAX_COUNTED = BOUNDS.add(
    "MAX_COUNTED",
    10_000,
    "rows",
    "`count`",
    Instead.CLIPPED,
    "persistence/rows/reading.py",
    "Counting goes no further; then `exact` is false.",
)

MAX_RECALL_USES = BOUNDS.add(
    "MAX_RECALL_USES",
    200,
    "uses",
    "`recall.observe`",
    ErrorCode.VALIDATION,
    "schema/recall/calls.py",
    "In one call: what a client gathered while it was away goes in several.",
)

MAX_RECALL_CONTEXTS = BOUNDS.add(
    "MAX_RECALL_CONTEXTS",
    4,
    "entries",
    "`recall.observe`, `recall.suggest`",
    ErrorCode.VALIDATION,
    "schema/recall/calls.py",
    "Of the context of a use, beside the key that was used before.",
)

MAX_RECALL_KEYS = BOUNDS.add(
    "MAX_RECALL_KEYS",
    2_000,
    "keys",
    "`recall.observe`",
    ErrorCode.LIMIT_REACHED,
    "persistence/recall/observing.py",
    "Of one user in one category; the 300 warmest are ranked.",
)

MAX_RECALL_CATEGORIES = BOUNDS.add(
    "MAX_RECALL_CATEGORIES",
    100,
    "categories",
    "`recall.observe`, `recall.settings`",
    ErrorCode.LIMIT_REACHED,
    "persistence/recall/settings.py",
    "Of one user.",
)

MAX_RECALL_USES_PER_HOUR = BOUNDS.add(
    "MAX_RECALL_USES_PER_HOUR",
    10_000.0,
    "uses an hour",
    "`recall.observe`",
    ErrorCode.RATE_LIMITED,
    "server/accounts/usage.py",
    "Of one user at one server: their ids are kept for 14 days.",
)

MAX_WATCHES_PER_CONNECTION = BOUNDS.add(
    "MAX_WATCHES_PER_CONNECTION",
    64,
    "watches",
    "the calls `watch`",
    ErrorCode.LIMIT_REACHED,
    "server/row_feed/watches.py",
    "Of one connection at once; `watch.end` makes room.",
)

MAX_CONTRIBUTOR_TRACKS = BOUNDS.add(
    "MAX_CONTRIBUTOR_TRACKS",
    64,
    "tracks",
    "`members.grant`, `invitations.create`",
    ErrorCode.VALIDATION,
    "schema/messages.py",
    "Of one contributor; what hangs on a track needs no place of its own. A folder is one track.",
)

MAX_PERMITTED = BOUNDS.add(
    "MAX_PERMITTED",
    500,
    "users",
    "`sessions.permit`",
    ErrorCode.VALIDATION,
    "schema/calling/session_permission_calls.py",
    "With one permission: all members that a project may have. Host and owners need not be named.",
)

MAX_INVITATION_USES = BOUNDS.add(
    "MAX_INVITATION_USES",
    500,
    "accepted",
    "`invitations.create`",
    ErrorCode.VALIDATION,
    "schema/calling/invitation_calls.py",
    "As many as a project has members.",
)

MIN_INVITATION_SECONDS = BOUNDS.add(
    "MIN_INVITATION_SECONDS",
    60,
    "seconds",
    "`invitations.create`",
    ErrorCode.VALIDATION,
    "schema/calling/invitation_calls.py",
    "At least, so that whoever gets it can open it.",
)

MAX_INVITATION_SECONDS = BOUNDS.add(
    "MAX_INVITATION_SECONDS",
    2_592_000,
    "seconds",
    "`invitations.create`",
    ErrorCode.VALIDATION,
    "schema/calling/invitation_calls.py",
    "30 days: a link that nobody remembers lets nobody in.",
)

MAX_INVITATIONS_PER_PROJECT = BOUNDS.add(
    "MAX_INVITATIONS_PER_PROJECT",
    100,
    "invitations",
    "`invitations.create`",
    ErrorCode.LIMIT_REACHED,
    "persistence/tables/invitations.py",
    "That may be accepted now.",
)

MAX_INVITATIONS_MAILED_PER_HOUR = BOUNDS.add(
    "MAX_INVITATIONS_MAILED_PER_HOUR",
    30,
    "mails an hour",
    "`invitations.create` with `email`",
    ErrorCode.RATE_LIMITED,
    "persistence/tables/mail_outbox.py",
    "Of one user, to whomever (A57).",
)

MAX_INVITATIONS_TO_ONE_PER_HOUR = BOUNDS.add(
    "MAX_INVITATIONS_TO_ONE_PER_HOUR",
    3,
    "mails an hour",
    "`invitations.create` with `email`",
    ErrorCode.RATE_LIMITED,
    "persistence/tables/mail_outbox.py",
    "Of one user to one address, in whatever project (A57).",
)

MAX_WATCHES_PER_USER = BOUNDS.add(
    "MAX_WATCHES_PER_USER",
    256,
    "watches",
    "the calls `watch`",
    ErrorCode.LIMIT_REACHED,
    "server/row_feed/watches.py",
    "Of one server, over all connections of the user.",
)

MAX_WATCH_STEPS = BOUNDS.add(
    "MAX_WATCH_STEPS",
    1_000,
    "steps",
    "the calls `watch`",
    ErrorCode.VALIDATION,
    "server/row_feed/watch_request.py",
    "What one `where` costs for a row that changes: one for a comparison, for each value of"
    " `overlap` or `contains`, for 8 values of `in`, for each name in the path to a value of a map,"
    " and for each part of a pattern between `%`; a part with `_` counts by its characters.",
)

MAX_WATCH_STEPS_PER_USER = BOUNDS.add(
    "MAX_WATCH_STEPS_PER_USER",
    4_000,
    "steps",
    "the calls `watch`",
    ErrorCode.LIMIT_REACHED,
    "server/row_feed/watches.py",
    "Of one server, all watches of the user together.",
)

MAX_WATCHED_ROWS = BOUNDS.add(
    "MAX_WATCHED_ROWS",
    1_000,
    "rows",
    "the calls `watch`",
    ErrorCode.LIMIT_REACHED,
    "server/row_feed/watches.py",
    "That one watch shows; a list that grows past it gets `resync`.",
)

MAX_WATCHED_BYTES = BOUNDS.add(
    "MAX_WATCHED_BYTES",
    1_048_576,
    "bytes",
    "the calls `watch`",
    ErrorCode.LIMIT_REACHED,
    "server/row_feed/watches.py",
    "About: of the texts, lists and maps of all rows that one watch begins with.",
)

MAX_CHANGES_AT_ONCE = BOUNDS.add(
    "MAX_CHANGES_AT_ONCE",
    1_000,
    "rows",
    "`rows`",
    Instead.RESYNC,
    "server/row_feed/watch_notifier.py",
    "Of one watch at one moment; past it, reading the list anew is less.",
)
