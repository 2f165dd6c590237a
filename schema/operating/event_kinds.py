"""What can go wrong on a node, as data: each kind of event, what it means, and its alarm.

The kinds are counters of `/metrics`, with the value of the label behind a dot.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventKind:
    """`alarm`: the paragraph of docs/operating/alarms.md that says what to do; empty: none has it,
    and docs/operating/events.md does."""

    means: str
    alarm: str = ""


EVENT_KINDS = {
    "outages.journal": EventKind("Edits could not be stored any more.", "PrimeCannotCommit"),
    "outages.journal_over": EventKind("Edits could be stored again."),
    "outages.project": EventKind("One project could not be written to.", "PrimeProjectHeldUp"),
    "outages.project_over": EventKind("The project could be written to again."),
    "outages.bus": EventKind("The bus was lost: other nodes heard late.", "PrimeBusDown"),
    "outages.bus_over": EventKind("The bus was back."),
    "task_failed": EventKind("A task of the server failed and began again.", "PrimeTaskDown"),
    "calls_failed": EventKind(
        "A call, a hello or a join was answered `internal`, or for want of a grant.",
        "PrimeMistakes",
    ),
    "append_failed": EventKind(
        "PostgreSQL answered an append with an error that nobody expects; it is tried again.",
        "PrimeMistakes",
    ),
    "journal_went_back": EventKind(
        "The journal had lost what was acknowledged; the room got a new epoch.", "PrimeDeltasLost"
    ),
    "epoch_changed": EventKind("The project has another epoch now; its room was closed."),
    "entries_quarantined": EventKind(
        "An entry of the journal could not be applied; it does nothing.", "PrimeMistakes"
    ),
    "changes_untold": EventKind(
        "A change of rows could not be read or sent: who watched them began anew.",
        "PrimeMistakes",
    ),
    "nodes_diverged": EventKind(
        "Two nodes held different states of a project.", "PrimeStatesDiffer"
    ),
    "room_loaded_anew": EventKind(
        "A room's state was not what is stored; it was loaded anew.", "PrimeStatesDiffer"
    ),
    "diverged": EventKind(
        "A client's copy was not the server's; it got fresh state.", "PrimeClientsDiverge"
    ),
    "copy_differed": EventKind(
        "A client came back with a copy that was not ours; it got fresh state.",
        "PrimeClientsDiverge",
    ),
    "fell_behind": EventKind("A reader was too slow for its room: it gets edits at its own pace."),
    "aborted_connections.fell_behind": EventKind(
        "A connection was cut off: its line is slower than the others' edits.",
        "PrimeCutsMusiciansOff",
    ),
    "aborted_connections.feed_failed": EventKind(
        "A connection was cut off by a mistake of the server.", "PrimeCutsMusiciansOff"
    ),
    "aborted_connections.send_failed": EventKind(
        "A connection was cut off, as the server could not send to it, by a mistake of its own.",
        "PrimeCutsMusiciansOff",
    ),
    "aborted_connections.outbox_full": EventKind(
        "A connection was cut off: too much waited for it.", "PrimeCutsMusiciansOff"
    ),
    "aborted_connections.slow_reader": EventKind(
        "A connection was cut off: it took no byte for five seconds.", "PrimeCutsMusiciansOff"
    ),
    "aborted_connections.no_handshake": EventKind("Somebody connected and said nothing."),
    "bad_requests": EventKind("Somebody sent bytes that are no request of HTTP."),
    "aborted_connections.too_many_sockets": EventKind(
        "A connection was cut off: its address had far too many.", "PrimeHandshakesRefused"
    ),
    "aborted_connections.stopping": EventKind(
        "A connection was cut off as this node stopped.", "PrimeCutsMusiciansOff"
    ),
    "closed_connections.overloaded": EventKind(
        "Somebody was turned away: the node was full.", "PrimeTurnsMusiciansAway"
    ),
    "closed_connections.silent": EventKind("A client sent nothing for too long (4002)."),
    "closed_connections.token_expired": EventKind("A client did not refresh its token (4003)."),
    "closed_connections.rate_limited": EventKind("A client sent too much for too long (4004)."),
    "closed_connections.too_many_connections": EventKind("A user had too many connections (4005)."),
    "closed_connections.no_hello": EventKind("Somebody connected and did not log in (4006)."),
    "closed_connections.replaced": EventKind(
        "The same user connected again on the same device (4500)."
    ),
    "closed_connections.session_revoked": EventKind("A login was ended (4501)."),
    "closed_connections.bad_messages": EventKind(
        "A client sent frames that hold no message (4503)."
    ),
    "closed_connections.unsupported_version": EventKind(
        "A client speaks no version that this server does (4506)."
    ),
    "closed_connections.auth_failed": EventKind("A token was not valid (4507)."),
    "paced_connections": EventKind(
        "A connection sent very much in very small pieces: it is read a little at a time."
    ),
    "rate_limited": EventKind("A client came over its rate, and was told to wait."),
    "bad_messages": EventKind("A client sent a message that makes no sense."),
    "handshakes_refused": EventKind(
        "An address had too many connections or tries.", "PrimeHandshakesRefused"
    ),
    "bad_tokens": EventKind("Somebody came with a token that no node signed.", "PrimeTokensForged"),
    "login_held_back": EventKind(
        "Somebody tried passwords too fast, and was held back.", "PrimeGuessing"
    ),
    "bus_forged": EventKind("Somebody else writes to this bus.", "PrimeBusForged"),
    "mail_given_up": EventKind("A mail was given up.", "PrimeMailGivenUp"),
    "audit_entries_lost": EventKind("Entries of the audit found no room.", "PrimeAuditLost"),
}
"""Kind -> what it means."""
