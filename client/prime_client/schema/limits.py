# Made by `python -m schema.generate` from schema/limits.py: change it there.
"""The bounds that a client can meet."""

MAX_MESSAGE_BYTES = 1_048_576
"""After login: a paste of some 10,000 notes still fits. (bytes; a message)"""

MAX_MESSAGE_BYTES_BEFORE_LOGIN = 16_384
"""Of a stranger: an e-mail address, a password, a name. (bytes; a message)"""

MESSAGES_PER_SECOND = 400.0
"""Sustained; two seconds of it may come at once. Presence over it is dropped in silence.
(messages a second; a connection, in)"""

BYTES_PER_SECOND = 4_194_304.0
"""Sustained; two seconds of it may come at once. (bytes a second; a connection, in)"""

FRAMES_PER_SECOND = 400.0
"""Pings, pongs and fragments of less than 1 KiB; two seconds of it may come at once. (frames a
second; a connection, in)"""

FRAMES_PER_SECOND_BEFORE_LOGIN = 16.0
"""The same of a stranger: a ping now and then. (frames a second; a connection, in)"""

TLS_RECORDS_PER_SECOND = 256.0
"""Beside two for each frame and one for each 512 bytes they hold; four seconds of it may come at
once. (records a second; a connection, in)"""

MAX_FRAGMENTS = 1_024
"""The longest message in pieces of 1 KiB. (fragments; a message)"""

OPS_PER_SECOND = 10_000.0
"""Of one user at one server, over all connections; four seconds of it may come at once. A
message counts ten ops more, and one of over 8 KiB one for each KiB. (ops a second; `delta`,
`undo`, `redo`)"""

MAX_SECONDS_OVER_RATE = 10.0
"""How long a connection may go on sending more than it may. (seconds; a connection, in)"""

BAD_MESSAGES_ALLOWED = 4
"""Bytes that name no message (E4): who sends more is no client. (messages in ten seconds; a
connection, in)"""

LOGINS_NEEDED_ALLOWED = 16
"""Messages that need a login (E4): who has none and goes on costs those who have one. (messages
in ten seconds; a connection that is not logged in, in)"""

HELLO_SECONDS = 5
"""From the handshake to hello. (seconds; a connection)"""

LOGIN_SECONDS = 60
"""From the TCP connection to a login: for typing a password. (seconds; a connection)"""

TOKEN_WARNING_SECONDS = 60
"""So long before its access token runs out it hears `token_expiring`: refresh it. (seconds; a
connection)"""

HEARTBEAT_SECONDS = 10
"""A client pings this often; two and a half of them missed and it is gone. (seconds; a
connection)"""

MAX_ROOMS_PER_CONNECTION = 16
"""Projects that one connection may have open at once. (rooms; `join`)"""

MAX_MEMBERS_PER_ROOM = 500
"""All devices counted, on all servers. (members; `join`)"""

MAX_CALLS_IN_FLIGHT = 16
"""Of one connection, sent and not yet answered. (calls; `call`)"""

CALL_SECONDS = 15.0
"""What a call did by then may stand. (seconds; `call`, `join`)"""

MAX_CALLS_IN_BATCH = 20
"""Of one message, answered one after the other. (calls; `batch`)"""

KEPT_REPLY_SECONDS = 86_400
"""So long a write may be sent again with its key, and is done once. (seconds; `call` with an
`idempotency_key`)"""

MAX_KEPT_REPLIES = 10_000
"""Of one user, on all servers; looked at now and then, so there may be a hundred more. (replies;
`call` with an `idempotency_key`)"""

MAX_KEPT_REPLY_BYTES = 16_777_216
"""Of one user's replies together, likewise. (bytes; `call` with an `idempotency_key`)"""

MAX_DELTAS_IN_FLIGHT = 256
"""Of one member, sent and not yet answered. (deltas; `delta`, `undo`, `redo`)"""

MAX_UNANSWERED = 256
"""As many deltas as one member may have on the wire. (ids; `join`)"""

MAX_WAITING_BYTES = 16_777_216
"""Ops of all deltas that wait for their commit. (bytes; a room, in)"""

MAX_OPS_PER_DELTA = 10_000
"""The largest real song, inserted at once. (ops; `delta`)"""

MAX_PROPS_PER_OP = 64
"""Of one `set` or `insert`: no entity type has half as many. (properties; an op)"""

MAX_PARAMS_PER_DEVICE = 4_096
"""Of one device's `params`: large synthesizers have a thousand. (leaves; an op)"""

MAX_PARAMS_BYTES = 131_072
"""Of one device's `params` in the encoding of the digest: 4,096 leaves of 32 bytes. (bytes; an
op)"""

MAX_STRING_LENGTH = 256
"""A name or any other short text in the project state. (characters; an op)"""

MAX_KEY_LENGTH = 64
"""An order key: `spread` makes short ones anew. (characters; an op)"""

MAX_BEATS = 1_000_000.0
"""The latest musical time: five days at 120 bpm. (In presence `bad_message`, in a call
`validation`.) (beats; an op, presence, a call)"""

MAX_ENTITIES = 200_000
"""Twenty times the largest real song. (entities; the project state)"""

MAX_ROUTE_LINKS = 512
"""Looked at from both ends, to see that no channel feeds itself; real songs have twenty. (links;
an op that leads sound somewhere)"""

MAX_STATE_BYTES = 20_971_520
"""The sum of its entities in the encoding that the digest is made of. (bytes; the project state)"""

MAX_NAME_LENGTH = 120
"""A display name, a device name, a project name. (In `hello`: `bad_message`.) (characters;
`hello`, a call)"""

MAX_ADDRESS_LENGTH = 254
"""An e-mail address (RFC 5321). (characters; a call)"""

MAX_LOCAL_BYTES = 64
"""Of an e-mail address, before the @ (RFC 5321). (bytes; auth.register)"""

MAX_PASSWORD_LENGTH = 1_024
"""Past it hashing would be an attack (OWASP). (characters; a call)"""

MAX_PASSWORD_BYTES = 1_024
"""In UTF-8, in the form in which it is hashed (A7). (bytes; a new password)"""

MIN_PASSWORD_LENGTH = 8
"""At least (OWASP ASVS 5.0, 6.2.1). (characters; a call)"""

MAX_SELECTION = 256
"""Shown as selected by one member. (entities; `presence`)"""

MAX_GESTURES = 8
"""Of one member at once: two hands on a controller. (gestures; `gesture`)"""

MAX_PREVIEWED = 256
"""Whose values one gesture shows: a large selection, dragged. (entities; `gesture`)"""

MAX_STEP_DELTAS = 500
"""Of one name, undone at once; the next one begins a new step. (deltas; a step)"""

MAX_STEP_BYTES = 8_388_608
"""Of one name, undone at once; the next delta begins a new step. (bytes of ops; a step)"""

MAX_GROUP_BYTES = 201_326_592
"""Stored at once: any project state can be restored over any other. (bytes of ops; `undo`,
`redo`, `snapshots.restore`)"""

MAX_DROPPED_BYTES = 524_288
"""As JSON: some 5,000 notes; `dropped_total` says how many there are. (bytes; `ack.dropped` of
`undo`, `redo`, `snapshots.restore`)"""

MAX_SHOWN_BYTES = 32_768
"""About, of all values that one member shows: two of each of the largest selection fit. (bytes;
`gesture`)"""

MAX_SHOWN_IN_ROOM_BYTES = 262_144
"""About, of all values that all members show: each joiner is told all of it at once. (bytes;
`gesture`)"""

MAX_SELECTED_TOLD = 4_096
"""Selected by all members together; past it the first of each are told. (ids; `joined`, a whole
`tick`)"""

MAX_UNDO_STEPS = 200
"""That one member can undo, and as many that it can redo. (steps; `undo`, `redo`)"""

STATE_PART_BYTES = 131_072
"""Other rooms' messages go between two parts. (bytes; `state`, `history.at`, `snapshots.state`)"""

MAX_ROWS = 200
"""The largest `limit`; the rest is on the next page. (rows; a call that lists rows)"""

MAX_MAP_BYTES = 65_536
"""As JSON, the parameters of a preset or the analysis of an audio file: large ones have 20 KB.
(bytes; a map of a client's own)"""

MAX_MAP_DEPTH = 16
"""One inside the other. (maps and lists; a map of a client's own)"""

MAX_PAGE_BYTES = 262_144
"""About: a page ends when it has so many, however many its `limit` allows. (bytes; a reply that
lists)"""

MAX_MEDIA_TOLD = 1_000
"""Of one project, those that are not available; of more, these many are told of (L1). (audio
files; `joined`, `media`)"""

MAX_STEMS_TOLD = 200
"""The nearest to the file first; `clipped` says that there are more (L5). (audio files; the
reply of `audio_files.stems`)"""

MAX_REPLY_BYTES = 1_048_576
"""All of it, in any encoding: ask for less. (bytes; a reply)"""

MAX_ENTRY_SHOWN_BYTES = 65_536
"""The ops of one entry (`total` says how many there are), or the values of one change. (bytes;
`history.list`, `snapshots.diff`)"""

MAX_TIMES = 1_000
"""Of one call: beats up to 1,000,000, seconds up to 10,000,000, none below 0. (values;
`timeline.seconds`, `timeline.beats`)"""

MAX_TEMPI_TOLD = 256
"""In `musical_context`; `counts` says how many there are. (tempi; a snapshot)"""

MAX_OPS_SHOWN = 100
"""Of one entry; `total` says how many there are. (ops; `history.list`)"""

MAX_SENTENCES = 200
"""The rest is counted. (sentences; `snapshots.diff`)"""

MAX_PHRASES = 12
"""Of one sentence; the rest is counted. (phrases; `snapshots.diff`)"""

MAX_INSTRUMENTS = 200
"""In `musical_context`; `counts` says how many devices there are. (names; a snapshot)"""

MAX_OUTBOX_BYTES = 4_194_304
"""What waits for one reader: come back and resume. (bytes; a connection, out)"""

STALL_SECONDS = 5.0
"""A reader that takes no byte for so long is gone or might as well be. (seconds; a connection,
out)"""

MAX_SOCKETS_PER_ADDRESS = 1_000
"""Of one server: two windows of everyone in a school behind one address. (sockets; a handshake)"""

MAX_STRANGERS_PER_ADDRESS = 200
"""Of one server, without a login yet: a class that logs in at once. (sockets; a handshake)"""

MAX_STRANGERS = 4_096
"""Of one server, without a login yet: past it the one that has waited longest goes. (sockets; a
handshake)"""

MAX_CONNECTS_PER_SECOND = 100.0
"""Of one address at one server; ten seconds of it may come at once: a school comes back.
(handshakes a second; a handshake)"""

MAX_SOCKETS_PER_USER = 64
"""Of one server. (A call that logs in is refused with `limit_reached`.) (sockets; `hello`,
`auth.login`)"""

MAX_ROOMS_PER_USER = 64
"""Of one server, over all connections of the user. (rooms; `join`)"""

MAX_SEATS_PER_USER = 16
"""Devices of one user in one room, on all servers. (members; `join`)"""

MAX_STRANGER_CALLS_PER_SECOND = 50.0
"""Of one address at one server, before anything is looked up; ten seconds of it at once (A59).
(calls a second; any call without a login)"""

MAX_REFRESHES_PER_HOUR = 120.0
"""Of one login at one server, in all its windows (A59). (calls an hour; `auth.refresh`)"""

MAX_REGISTRATIONS_PER_HOUR = 60.0
"""Of one address at one server: a class. One that is answered `taken` counts five times.
(accounts an hour; `auth.register`)"""

MAX_WRONG_PASSWORDS_PER_HOUR = 300.0
"""Of one address at one server, over all accounts. (tries an hour; `auth.login`)"""

MAX_WRONG_CODES_PER_HOUR = 60.0
"""Of one address, or of one user who is logged in, at one server (A42). (tries an hour; calls
that take a code, or a password once more)"""

MAX_WRONG_SECRETS_PER_NETWORK = 1_000.0
"""Of one /24, or one /48 of IPv6, at all servers together (A42). (tries an hour; calls that take
a password or a code)"""

MAX_GUESSES_PER_HOUR = 100.0
"""Of one account, from addresses where it never logged in (OWASP ASVS); a fifth at once. (tries
an hour; `auth.login`)"""

MAX_FREE_GUESSES = 5
"""Wrong in a row, of one account from one address; then each doubles the wait, from 1 s. (tries;
`auth.login`)"""

MAX_GUESS_SECONDS = 900.0
"""The longest wait after a wrong password. (seconds; `auth.login`)"""

MAX_KNOWN_GUESS_SECONDS = 30.0
"""The same from an address where the account has logged in, in the last 90 days. (seconds;
`auth.login`)"""

MAX_CODES_PER_HOUR = 10
"""Of one account: all at once, then one each six minutes; each ten more double that (A58).
(tries an hour; codes of a second factor)"""

MAX_CODE_SECONDS = 21_600.0
"""The longest wait after a wrong one. (seconds; codes of a second factor)"""

MAX_MAILS_ASKED_PER_HOUR = 30.0
"""Asked for from one address at one server, for whatever account. (mails an hour;
`auth.request_reset`, `auth.send_verification`, `auth.change_email`)"""

MAX_WRONG_CODES = 5
"""Then this code is void; the link of the same mail is not. (tries; a code of six digits)"""

MAX_MAILED_CODES_A_DAY = 10
"""Of one account for one purpose: each code may be guessed at. (mails; a link and a code by
mail)"""

MAX_PROVIDER_LOGINS_PER_HOUR = 300.0
"""Begun by a provider, of one address at one server. (logins an hour; `auth.provider_begin`,
`auth.link_begin`)"""

MAX_IDENTITIES_PER_USER = 20
"""Of providers, linked to one account. (identities; `auth.link_finish`)"""

MAX_DEVICE_CODES_PER_HOUR = 120.0
"""Of one address at one server: a class that starts its machines at once. (devices an hour;
`auth.device_begin`)"""

MAX_USER_CODE_TRIES_PER_HOUR = 20.0
"""Of one user at one server, with which no device asks. (codes an hour; `auth.device_look`,
`auth.device_approve`, `auth.device_deny`)"""

MAX_DEVICE_WAIT_MS = 8_000
"""That one call waits for a decision: less than a client waits for any answer. (milliseconds;
`auth.device_poll`)"""

MAX_APPS_PER_USER = 10
"""A phone, a tablet, one in a safe. (authenticator apps; `auth.totp_begin`)"""

MAX_LOGINS_PER_USER = 100
"""Of one user, on all servers. (auth sessions; `auth.login`)"""

MAX_PROJECTS_SHOWN = 200
"""Those for which an owner is to be named come first; so many may be named at once. (projects;
`auth.deletion_preview`)"""

MAX_PROJECTS_PER_USER = 1_000
"""Whose `owner` one user is, archived ones too. The role `owner` does not count. (projects;
`projects.create`, `snapshots.fork`)"""

MAX_MEMBERS_PER_PROJECT = 500
"""Users with a role in one project. (members; `members.grant`, `members.join`,
`invitations.accept`)"""

MAX_SNAPSHOTS_PER_PROJECT = 1_000
"""Made by someone; automatic ones are thinned out by themselves. (snapshots; `snapshots.create`)"""

MAX_PRESETS_PER_USER = 10_000
"""Of one user; large sets of bought presets have some thousands. (presets; `presets.create`)"""

MAX_AUDIO_FILES_PER_PROJECT = 10_000
"""Of one project, stems among them. (audio files; `audio_files.create`)"""

MAX_LOOKUPS_PER_HOUR = 60.0
"""Of one user at one server: answers that tell of an account or id of others whether it exists.
(answers an hour; `members.grant`, `projects.create`, `snapshots.create`)"""

MAX_WHERE_DEPTH = 4
"""A map in `and`, `or` or `not` is one level more. (levels of maps; `where`)"""

MAX_WHERE_NODES = 50
"""Each comparison, and each `and`, `or` and `not`. (conditions; `where`)"""

MAX_IN = 500
"""Of `in`, `overlap` and `contains`. (values; a list of values in `where`)"""

MAX_TEXT_ASKED = 1_000
"""Also a key in `path` and `contains`. (characters; a text in `where`)"""

MAX_PATTERN_LENGTH = 256
"""Longer than any name. (characters; `like` and `ilike`)"""

MAX_PATTERN_WILDCARDS = 8
"""Each makes a text that does not match cost one walk more. (`%`; `like` and `ilike`)"""

MAX_PATH_KEYS = 16
"""As deep as one looks into a map. (keys; `path` and `contains`)"""

MAX_LEAVES_ASKED = 64
"""Each is looked up in an index. (leaves; `contains` of a map)"""

MAX_ORDER = 3
"""Behind them come the columns that name a row. (columns; `order`)"""

MAX_COUNTED = 10_000
"""Counting goes no further; then `exact` is false. (rows; `count`)"""

MAX_RECALL_USES = 200
"""In one call: what a client gathered while it was away goes in several. (uses;
`recall.observe`)"""

MAX_RECALL_CONTEXTS = 4
"""Of the context of a use, beside the key that was used before. (entries; `recall.observe`,
`recall.suggest`)"""

MAX_RECALL_KEYS = 2_000
"""Of one user in one category; the 300 warmest are ranked. (keys; `recall.observe`)"""

MAX_RECALL_CATEGORIES = 100
"""Of one user. (categories; `recall.observe`, `recall.settings`)"""

MAX_RECALL_USES_PER_HOUR = 10_000.0
"""Of one user at one server: their ids are kept for 14 days. (uses an hour; `recall.observe`)"""

MAX_WATCHES_PER_CONNECTION = 64
"""Of one connection at once; `watch.end` makes room. (watches; the calls `watch`)"""

MAX_CONTRIBUTOR_TRACKS = 64
"""Of one contributor; what hangs on a track needs no place of its own. A folder is one track.
(tracks; `members.grant`, `invitations.create`)"""

MAX_PERMITTED = 500
"""With one permission: all members that a project may have. Host and owners need not be named.
(users; `sessions.permit`)"""

MAX_INVITATION_USES = 500
"""As many as a project has members. (accepted; `invitations.create`)"""

MIN_INVITATION_SECONDS = 60
"""At least, so that whoever gets it can open it. (seconds; `invitations.create`)"""

MAX_INVITATION_SECONDS = 2_592_000
"""30 days: a link that nobody remembers lets nobody in. (seconds; `invitations.create`)"""

MAX_INVITATIONS_PER_PROJECT = 100
"""That may be accepted now. (invitations; `invitations.create`)"""

MAX_INVITATIONS_MAILED_PER_HOUR = 30
"""Of one user, to whomever (A57). (mails an hour; `invitations.create` with `email`)"""

MAX_INVITATIONS_TO_ONE_PER_HOUR = 3
"""Of one user to one address, in whatever project (A57). (mails an hour; `invitations.create`
with `email`)"""

MAX_WATCHES_PER_USER = 256
"""Of one server, over all connections of the user. (watches; the calls `watch`)"""

MAX_WATCH_STEPS = 1_000
"""What one `where` costs for a row that changes: one for a comparison, for each value of
`overlap` or `contains`, for 8 values of `in`, for each name in the path to a value of a map,
and for each part of a pattern between `%`; a part with `_` counts by its characters. (steps;
the calls `watch`)"""

MAX_WATCH_STEPS_PER_USER = 4_000
"""Of one server, all watches of the user together. (steps; the calls `watch`)"""

MAX_WATCHED_ROWS = 1_000
"""That one watch shows; a list that grows past it gets `resync`. (rows; the calls `watch`)"""

MAX_WATCHED_BYTES = 1_048_576
"""About: of the texts, lists and maps of all rows that one watch begins with. (bytes; the calls
`watch`)"""

MAX_CHANGES_AT_ONCE = 1_000
"""Of one watch at one moment; past it, reading the list anew is less. (rows; `rows`)"""
