"""The rest of the table of bounds: what a server keeps to inside, which no client needs to know."""

# Long: one table of bounds.

from schema.bounds import Bounds, Instead
from schema.errors import ErrorCode

SERVER_BOUNDS = Bounds()

MAX_FORM_BYTES = SERVER_BOUNDS.add(
    "MAX_FORM_BYTES",
    32 * 1_024,
    "bytes",
    "a request that posts a form, with its head",
    Instead.CUT_OFF,
    "server/sockets/handshaking/posted_form.py",
    "A code, a state, an ID token that is not looked at; cookies of other services of the host.",
)

HANDSHAKE_SECONDS = SERVER_BOUNDS.add(
    "HANDSHAKE_SECONDS",
    5.0,
    "seconds",
    "a socket",
    Instead.CUT_OFF,
    "server/sockets/handshaking/handshake.py",
    "From the TCP connection to the end of the HTTP request, or a plain answer to it.",
)

CLOSING_SECONDS = SERVER_BOUNDS.add(
    "CLOSING_SECONDS",
    1.0,
    "seconds",
    "a socket",
    Instead.CUT_OFF,
    "server/sockets/connection.py",
    "What a client gets to answer a close frame.",
)

WRITABLE_BELOW_BYTES = SERVER_BOUNDS.add(
    "WRITABLE_BELOW_BYTES",
    131_072,
    "bytes",
    "a connection, out",
    Instead.WAITS,
    "server/sockets/outbox.py",
    "While the socket's own buffer holds less than this, frames go straight to it.",
)

PREPAID_BYTES = SERVER_BOUNDS.add(
    "PREPAID_BYTES",
    8_192,
    "bytes",
    "a connection, in",
    Instead.TAKEN,
    "server/sockets/rate_limit.py",
    "Of small messages, taken from the bucket of bytes together: most messages are small.",
)

MAX_TAIL_BYTES = SERVER_BOUNDS.add(
    "MAX_TAIL_BYTES",
    8 * 1_048_576,
    "bytes",
    "a room's tail",
    Instead.OLDEST_FORGOTTEN,
    "rooms/journal/tail.py",
    "All that is held of the newest deltas, frames and objects: some ten thousand ordinary ones.",
)

MAX_FED_TAIL_BYTES = SERVER_BOUNDS.add(
    "MAX_FED_TAIL_BYTES",
    64 * 1_048_576,
    "bytes",
    "a room's tail",
    Instead.CUT_OFF,
    "rooms/journal/tail.py",
    "While a member still needs them: who reads slower than the others write comes back to a "
    "fresh state.",
)

STALE_STATE_BYTES = SERVER_BOUNDS.add(
    "STALE_STATE_BYTES",
    524_288,
    "bytes",
    "a room's encoded state",
    Instead.ENCODED_ANEW,
    "rooms/joining.py",
    "An encoded state serves joiners until what the tail holds after it weighs so much, or "
    "as much as the state itself. So those that are still being fed weigh no more than the tail.",
)

MAX_PUSHED_BYTES = SERVER_BOUNDS.add(
    "MAX_PUSHED_BYTES",
    1_048_576,
    "bytes",
    "a connection, out",
    Instead.WAITS,
    "server/sockets/outbox.py",
    "Deltas that wait in the outbox; past it the reader gets them from the tail, at its own pace.",
)

MAX_HELD_ACKS = SERVER_BOUNDS.add(
    "MAX_HELD_ACKS",
    16_384,
    "acks",
    "a connection, out",
    Instead.CUT_OFF,
    "rooms/journal/feed.py",
    "Answers to a member that still gets the state, each for its place: one for each seq.",
)

FED_AT_ONCE_BYTES = SERVER_BOUNDS.add(
    "FED_AT_ONCE_BYTES",
    65_536,
    "bytes",
    "a connection, out",
    Instead.SPLIT,
    "server/sockets/outbox.py",
    "One write of what a reader gets at its own pace: a larger frame goes in pieces.",
)

UNSENT_BYTES = SERVER_BOUNDS.add(
    "UNSENT_BYTES",
    65_536,
    "bytes",
    "a socket",
    Instead.WAITS,
    "server/sockets/connection.py",
    "Bytes in the kernel that are not on their way: so a slow line is seen to take some.",
)

MADE_OPS = SERVER_BOUNDS.add(
    "MADE_OPS",
    1_000,
    "ops",
    "undo, restore",
    Instead.SPLIT,
    "rooms/edits/made_ops.py",
    "In one delta of an undo or a restore; a larger one becomes a group of several.",
)

MADE_BYTES = SERVER_BOUNDS.add(
    "MADE_BYTES",
    262_144,
    "bytes",
    "undo, restore",
    Instead.SPLIT,
    "rooms/edits/made_ops.py",
    "Of ops in one delta of a group, unless one op alone is larger.",
)

MAX_GROUPS_BYTES = SERVER_BOUNDS.add(
    "MAX_GROUPS_BYTES",
    256 * 1_048_576,
    "bytes of ops",
    "undo, restore",
    ErrorCode.UNAVAILABLE,
    "server/commits/group_committer.py",
    "Of all groups of a node that wait to be stored, unless it is only one.",
)

READ_BYTES = SERVER_BOUNDS.add(
    "READ_BYTES",
    4 * 1_048_576,
    "bytes",
    "the journal, read back",
    Instead.NEXT_PAGE,
    "persistence/journal/postgres.py",
    "Of ops in one read, unless one entry alone is larger.",
)

MAX_STEP_CHANGES = SERVER_BOUNDS.add(
    "MAX_STEP_CHANGES",
    800_000,
    "changes of an entity",
    "undo, redo",
    ErrorCode.LIMIT_REACHED,
    "server/states/stored_state.py",
    "That one undo takes back, worked out from the journal: one full project in another's place.",
)

MAX_EARLY = SERVER_BOUNDS.add(
    "MAX_EARLY",
    64,
    "entries",
    "a room, from other nodes",
    Instead.READ_FROM_JOURNAL,
    "rooms/journal/follower.py",
    "Entries of other nodes that came before those between; the bus bounds the size of each.",
)

MAX_REMEMBERED_CHANGES = SERVER_BOUNDS.add(
    "MAX_REMEMBERED_CHANGES",
    20_000,
    "changes",
    "a room's undo",
    Instead.READ_FROM_JOURNAL,
    "rooms/edits/undo_stacks.py",
    "Of all members, kept in memory; older ones are worked out from the journal again.",
)

MAX_LOOKED_BACK = SERVER_BOUNDS.add(
    "MAX_LOOKED_BACK",
    2_000,
    "changes",
    "a member's deltas",
    Instead.COUNTS_AS_OVERTAKEN,
    "rooms/edits/author_view.py",
    "Gone back over to see what a delta was made on, where it is impossible now: some 20 ms.",
)

MAX_NODES_KNOWN = SERVER_BOUNDS.add(
    "MAX_NODES_KNOWN",
    64,
    "nodes",
    "a room, from other nodes",
    Instead.OLDEST_FORGOTTEN,
    "rooms/presence/remote_members.py",
    "Nodes whose last number is remembered, so that nothing old is taken for news.",
)

MAX_WAITING_TICKS = SERVER_BOUNDS.add(
    "MAX_WAITING_TICKS",
    32,
    "ticks",
    "a room, from other nodes",
    Instead.SKIPPED,
    "rooms/presence/remote_members.py",
    "Ticks of other nodes that wait for our own; with one more, "
    "a tick with everyone in it tells what they said.",
)

MAX_PASSWORD_WAIT_SECONDS = SERVER_BOUNDS.add(
    "MAX_PASSWORD_WAIT_SECONDS",
    2.0,
    "seconds",
    "the node",
    ErrorCode.UNAVAILABLE,
    "server/accounts/hashing/hashing_queue.py",
    "The longest wait for a hash; on a slow machine fewer may wait for that.",
)

MAX_ARGON2_KIB = SERVER_BOUNDS.add(
    "MAX_ARGON2_KIB",
    131_072,
    "KiB",
    "an imported hash",
    ErrorCode.AUTH_FAILED,
    "server/accounts/hashing/hashes.py",
    "128 MiB: a hash that asks for more would take the memory of the node.",
)

MAX_ARGON2_PASSES = SERVER_BOUNDS.add(
    "MAX_ARGON2_PASSES",
    10,
    "passes",
    "an imported hash",
    ErrorCode.AUTH_FAILED,
    "server/accounts/hashing/hashes.py",
    "With the most memory some seconds, in which nobody else's password is looked at.",
)

MAX_BCRYPT_COST = SERVER_BOUNDS.add(
    "MAX_BCRYPT_COST",
    14,
    "doublings",
    "an imported hash",
    ErrorCode.AUTH_FAILED,
    "server/accounts/hashing/hashes.py",
    "About a second; each more takes twice as long.",
)

MAX_SCRYPT_BYTES = SERVER_BOUNDS.add(
    "MAX_SCRYPT_BYTES",
    128 * 1_048_576,
    "bytes",
    "an imported hash",
    ErrorCode.AUTH_FAILED,
    "server/accounts/hashing/firebase.py",
    "As of argon2; what Firebase makes takes 16 MiB.",
)

MAX_ASKED_MAILS = SERVER_BOUNDS.add(
    "MAX_ASKED_MAILS",
    500,
    "mails",
    "the node",
    ErrorCode.UNAVAILABLE,
    "server/accounts/proving/asked_mails.py",
    "Asked for and not yet looked into; each takes some milliseconds.",
)

MAX_PASSWORDS_WAITING = SERVER_BOUNDS.add(
    "MAX_PASSWORDS_WAITING",
    32,
    "hashes",
    "the node",
    ErrorCode.UNAVAILABLE,
    "server/accounts/hashing/hashing_queue.py",
    "Behind the one under way: at 50 ms each the last one waits under two seconds.",
)

MAX_PAGES_BYTES = SERVER_BOUNDS.add(
    "MAX_PAGES_BYTES",
    64 * 1_048_576,
    "bytes",
    "the node",
    Instead.OLDEST_FORGOTTEN,
    "server/states/state_pages.py",
    "Encoded states that are asked for part by part; the one used longest ago goes first.",
)

RECORD_BYTES = SERVER_BOUNDS.add(
    "RECORD_BYTES",
    524_288,
    "bytes",
    "a statement",
    Instead.SPLIT,
    "server/live/room_checkpoints.py",
    "Recorded effects in one statement.",
)

CATCH_UP_ENTRIES = SERVER_BOUNDS.add(
    "CATCH_UP_ENTRIES",
    1_000,
    "entries",
    "a journal read",
    Instead.NEXT_PAGE,
    "server/live/room_journal.py",
    "Read at once after a gap.",
)

MAX_BLAMED_BYTES = SERVER_BOUNDS.add(
    "MAX_BLAMED_BYTES",
    2 * 1_048_576,
    "bytes",
    "a journal read",
    Instead.NEXT_PAGE,
    "persistence/journal/history.py",
    "Of ops that are looked through at once for who set a property: more than one message holds.",
)

MAX_BUS_MESSAGE_BYTES = SERVER_BOUNDS.add(
    "MAX_BUS_MESSAGE_BYTES",
    1_048_576,
    "bytes",
    "a bus message",
    Instead.DROPPED,
    "server/nodes/bus_redis.py",
    "Two hundred members with all that they have selected.",
)

MAX_BUS_WAITING_BYTES = SERVER_BOUNDS.add(
    "MAX_BUS_WAITING_BYTES",
    4 * 1_048_576,
    "bytes",
    "the bus, out",
    Instead.DROPPED,
    "server/nodes/bus_redis.py",
    "What they told is found in the journal.",
)

MAX_LOG_WAITING_BYTES = SERVER_BOUNDS.add(
    "MAX_LOG_WAITING_BYTES",
    1_048_576,
    "bytes",
    "the log, out",
    Instead.LOST,
    "server/logs/log_writer.py",
    "A node waits for nobody who reads its log: minutes of it, with some traces.",
)

MAX_ENTRY_BYTES = SERVER_BOUNDS.add(
    "MAX_ENTRY_BYTES",
    65_536,
    "bytes",
    "a bus message",
    Instead.READ_FROM_JOURNAL,
    "server/nodes/room_broadcast.py",
    "Of a larger entry of the journal only the seq is told: others read it there.",
)

SIGNATURE_BYTES = SERVER_BOUNDS.add(
    "SIGNATURE_BYTES",
    16,
    "bytes",
    "a bus message",
    Instead.DROPPED,
    "server/nodes/bus_codec.py",
    "What is not signed is dropped.",
)

MAX_BATCH = SERVER_BOUNDS.add(
    "MAX_BATCH",
    64,
    "proposals",
    "a transaction",
    Instead.WAITS,
    "server/commits/committer.py",
    "The event loop encodes them, and reads what became of them, "
    "in one go, "
    "in 16 us each. Larger batches commit hardly more in a second, and delay cursors.",
)

MAX_BATCH_BYTES = SERVER_BOUNDS.add(
    "MAX_BATCH_BYTES",
    262_144,
    "bytes",
    "a transaction",
    Instead.WAITS,
    "server/commits/committer.py",
    "Ops in one transaction, unless one proposal alone is larger.",
)

MAX_CALLS_AT_ONCE = SERVER_BOUNDS.add(
    "MAX_CALLS_AT_ONCE",
    2,
    "calls",
    "a user on a node",
    Instead.WAITS,
    "server/calls/call_queue.py",
    "Of all connections of a user: half of the smallest lane of connections to the database.",
)

MAX_SEARCHES_AT_ONCE = SERVER_BOUNDS.add(
    "MAX_SEARCHES_AT_ONCE",
    1,
    "searches",
    "a user on a node",
    Instead.WAITS,
    "server/app.py",
    "Half of the lane `searches`: one that finds nothing may take its two seconds.",
)

LARGE_DELTA_BYTES = SERVER_BOUNDS.add(
    "LARGE_DELTA_BYTES",
    65_536,
    "bytes",
    "a transaction",
    Instead.SPLIT,
    "server/commits/committer.py",
    "A larger delta is appended alone, over another connection: nobody waits until it is written.",
)

MAX_SPREAD_MS = SERVER_BOUNDS.add(
    "MAX_SPREAD_MS",
    5_000,
    "milliseconds",
    "a node that leaves",
    Instead.CLIPPED,
    "server/router/sending_away.py",
    "How long after the goodbye members are asked to come back, so that no herd does.",
)

BALANCER_BUFFER_BYTES = SERVER_BOUNDS.add(
    "BALANCER_BUFFER_BYTES",
    256 * 1_024,
    "bytes",
    "a link of the balancer",
    Instead.WAITS,
    "machine/balancer.py",
    "Held for a reader that is slow; past it, the other side is not read.",
)

MAX_MISSED = SERVER_BOUNDS.add(
    "MAX_MISSED",
    1_000,
    "entries",
    "a journal read",
    Instead.NEXT_PAGE,
    "persistence/journal/memory.py",
    "Entries of one project that an append brings along; past it the caller reads on.",
)

STORED_PART_BYTES = SERVER_BOUNDS.add(
    "STORED_PART_BYTES",
    524_288,
    "bytes",
    "a stored state",
    Instead.SPLIT,
    "persistence/journal/state_slices.py",
    "One part of a state as it is written to PostgreSQL.",
)

READ_ANYHOW_BYTES = SERVER_BOUNDS.add(
    "READ_ANYHOW_BYTES",
    65_536,
    "bytes",
    "a message that is none",
    Instead.CLIPPED,
    "server/encoding/decode_errors.py",
    "Read without a type, to tell what is wrong: that may take fifty times as much memory.",
)

LOG_BYTES_KEPT = SERVER_BOUNDS.add(
    "LOG_BYTES_KEPT",
    8 * 1_048_576,
    "bytes",
    "a log of an embedded server",
    Instead.OLDEST_FORGOTTEN,
    "machine/children/child_process.py",
    "A log that is larger is kept aside at the next start.",
)

MAX_ADDRESSES_COUNTED = SERVER_BOUNDS.add(
    "MAX_ADDRESSES_COUNTED",
    65_536,
    "addresses",
    "counting by address",
    Instead.OLDEST_FORGOTTEN,
    "server/accounts/usage.py",
    "Whose rates are remembered; 8 MiB.",
)

MAX_RETURNING = SERVER_BOUNDS.add(
    "MAX_RETURNING",
    16_384,
    "users",
    "the node",
    Instead.OLDEST_FORGOTTEN,
    "server/accounts/admission.py",
    "Who closed a connection in the last minute, and so may come back to a full node; 2 MiB.",
)

MAX_DOCUMENT_CALLS_WAITING = SERVER_BOUNDS.add(
    "MAX_DOCUMENT_CALLS_WAITING",
    16,
    "calls",
    "calls that need a whole state",
    ErrorCode.UNAVAILABLE,
    "server/states/document_slots.py",
    "Of one user, on all connections; one call of all users has a document at a time.",
)

MAX_STATEMENT_TEXTS = SERVER_BOUNDS.add(
    "MAX_STATEMENT_TEXTS",
    1_000,
    "texts",
    "queries of rows",
    Instead.OLDEST_FORGOTTEN,
    "persistence/rows/statements.py",
    "Of SQL, one a shape of query: what was not asked for longest is built again.",
)

MAX_RECALL_CONTEXTS_KEPT = SERVER_BOUNDS.add(
    "MAX_RECALL_CONTEXTS_KEPT",
    20_000,
    "rows",
    "`recall.observe`",
    Instead.CLIPPED,
    "persistence/recall/observing.py",
    "Contexts of keys of one user in one category: past it uses count without their context.",
)

MAX_USES_GATHERED = SERVER_BOUNDS.add(
    "MAX_USES_GATHERED",
    10_000,
    "uses of presets",
    "a node",
    ErrorCode.UNAVAILABLE,
    "server/calls/library/preset_uses.py",
    "Pairs of a preset and a user that wait for a second to be counted (L9).",
)

MAX_CHANGES_READ = SERVER_BOUNDS.add(
    "MAX_CHANGES_READ",
    10_000,
    "changes",
    "the feed",
    Instead.RESYNC,
    "server/row_feed/reader.py",
    "Read of the change log at once; past it everyone who watches on this server begins anew.",
)

MAX_PROVIDER_BYTES = SERVER_BOUNDS.add(
    "MAX_PROVIDER_BYTES",
    262_144,
    "bytes",
    "an answer of a provider",
    ErrorCode.AUTH_FAILED,
    "server/accounts/providers/fetching.py",
    "What it says of itself, its keys, tokens and users; none is packed.",
)

MAX_PROVIDER_REQUESTS = SERVER_BOUNDS.add(
    "MAX_PROVIDER_REQUESTS",
    16,
    "requests",
    "a host of a provider",
    Instead.WAITS,
    "server/accounts/providers/fetching.py",
    "That one server makes of it at once.",
)

MAX_DEVICES_WAITING = SERVER_BOUNDS.add(
    "MAX_DEVICES_WAITING",
    200,
    "calls",
    "`auth.device_poll`",
    Instead.TAKEN,
    "server/accounts/device_codes.py",
    "That wait for a decision on one server, each with a look at the database a second.",
)

MAX_LISTS_ANEW = SERVER_BOUNDS.add(
    "MAX_LISTS_ANEW",
    64,
    "lists",
    "the feed",
    Instead.RESYNC,
    "server/row_feed/reader.py",
    "Read anew at once because roles have changed.",
)

MAX_MAILS_PER_HOUR = SERVER_BOUNDS.add(
    "MAX_MAILS_PER_HOUR",
    10,
    "mails",
    "an address, and a user",
    Instead.NOT_SENT,
    "persistence/tables/mail_outbox.py",
    "Of one kind that somebody asks for: to verify, reset, change, invite. A user has more "
    "invitations sent.",
)

MAX_NOTICES_PER_HOUR = SERVER_BOUNDS.add(
    "MAX_NOTICES_PER_HOUR",
    20,
    "mails",
    "an address, and a user",
    Instead.NOT_SENT,
    "persistence/tables/mail_outbox.py",
    "Of one kind that tells what has happened to an account.",
)

MAX_AUDIT_BYTES = SERVER_BOUNDS.add(
    "MAX_AUDIT_BYTES",
    1_048_576,
    "bytes",
    "a node",
    Instead.OLDEST_FORGOTTEN,
    "server/accounts/audit_trail.py",
    "Entries of the audit that wait to be written; what finds no room is counted, and that is "
    "written.",
)

MAX_AUDIT_TEXT = SERVER_BOUNDS.add(
    "MAX_AUDIT_TEXT",
    256,
    "characters",
    "a text in an entry of the audit",
    Instead.CUT_SHORT,
    "persistence/tables/audit_log.py",
    "Names of devices and the like; the rest is left out.",
)

MAX_EVENTS = SERVER_BOUNDS.add(
    "MAX_EVENTS",
    1_000,
    "events",
    "a node",
    Instead.OLDEST_FORGOTTEN,
    "server/events/events.py",
    "What went wrong of late, for operators; of the kind that has most.",
)

MAX_EVENTS_SIZE = SERVER_BOUNDS.add(
    "MAX_EVENTS_SIZE",
    524_288,
    "characters",
    "a node",
    Instead.OLDEST_FORGOTTEN,
    "server/events/events.py",
    "Of all events together.",
)

MAX_EVENT_TEXT = SERVER_BOUNDS.add(
    "MAX_EVENT_TEXT",
    200,
    "characters",
    "an event",
    Instead.CUT_SHORT,
    "server/events/events.py",
    "What is said of it in words.",
)

MAX_EVENT_NAME = SERVER_BOUNDS.add(
    "MAX_EVENT_NAME",
    64,
    "characters",
    "an event",
    Instead.CUT_SHORT,
    "server/events/events.py",
    "Whatever names somebody or something in it.",
)
