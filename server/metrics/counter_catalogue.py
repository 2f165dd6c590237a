"""Every counter of a node as data: its name, what it counts, and each value of its label."""

from dataclasses import dataclass

from schema.accounts.audit_events import AuditEvent, Cause
from schema.calls import METHODS
from schema.close_codes import CLOSE_CODES
from schema.errors import ResyncReason

ABORT_REASONS = (
    "fell_behind",
    "feed_failed",
    "no_handshake",
    "outbox_full",
    "send_failed",
    "slow_reader",
    "stopping",
    "too_many_sockets",
)
"""Why a connection is cut off without a close frame: what `Connection.abort` is told."""

OUTAGES = ("bus", "bus_over", "journal", "journal_over", "project", "project_over")
"""What was out, and then was back: `project` is one that cannot be written to."""

CALL_GROUPS = tuple(dict.fromkeys(method.split(".")[0] for method in METHODS))
"""Of calls, what their names begin with: `auth`, `projects`, ..."""


@dataclass(frozen=True, slots=True)
class CounterRow:
    """One counter; code counts `name`, or `name.value` where it has a label.

    `is_alarming`: it must not rise without a fault to explain it.
    """

    name: str
    meaning: str
    label: str = ""
    values: tuple[str, ...] = ()
    is_alarming: bool = False

    @property
    def family(self) -> str:
        """As it is shown, without `_total`."""
        return f"prime_{self.name}"

    @property
    def kinds(self) -> dict[str, str]:
        """What code counts -> the value of the label."""
        if not self.label:
            return {self.name: ""}
        return {f"{self.name}.{value}": value for value in self.values}


def _alarming(name: str, meaning: str) -> CounterRow:
    return CounterRow(name, meaning, is_alarming=True)


COUNTERS = (
    CounterRow("received_messages", "Messages that clients sent."),
    CounterRow("received_bytes", "Bytes of the messages that clients sent."),
    CounterRow("deltas_committed", "Deltas that a COMMIT has answered, repeated ones among them."),
    CounterRow("commit_batches", "Transactions that stored deltas of everyone together."),
    CounterRow("commit_groups", "Large undos and restores, each stored by its own transaction."),
    CounterRow("calls", "Calls that were answered, by method.", "method", tuple(METHODS)),
    CounterRow(
        "outages",
        "Outages that began, and (`_over`) that ended, by what was out.",
        "what",
        OUTAGES,
    ),
    _alarming("calls_failed", "Calls, hellos and joins that were answered internal."),
    CounterRow("states_encoded", "States that were encoded for joiners."),
    CounterRow("fell_behind", "Readers that became too slow for their room."),
    _alarming("rows_hidden", "Rows that a query gave and row-level security held back."),
    CounterRow(
        "watches_ended",
        "Watches that ended because what changed could not be told, by reason.",
        "reason",
        tuple(ResyncReason),
    ),
    CounterRow("changes_untold", "Changes of rows that could not be read or sent to who watches."),
    CounterRow("ticks_skipped", "Ticks of presence that were not written to a slow reader."),
    CounterRow("paced_connections", "Connections that began to be read a little at a time."),
    CounterRow("rate_limited", "Messages over the rate of a client or user."),
    CounterRow("bad_messages", "Frames that hold no message, and messages that make no sense."),
    CounterRow("bad_tokens", "Hellos with a token that no node has signed."),
    CounterRow("login_failed", "Logins with a wrong password."),
    CounterRow("login_held_back", "Logins that were refused unchecked, as they came too soon."),
    CounterRow("auth_refused", "Secrets that were not valid, by cause.", "cause", tuple(Cause)),
    CounterRow("asked_mail_dropped", "Mails that were asked for and not sent: too many for one."),
    CounterRow("mail_sent", "Mails that the mail server has taken."),
    CounterRow("mail_failed", "Tries to hand over a mail that failed."),
    CounterRow("mail_given_up", "Mails that will not be sent any more."),
    CounterRow("audit_entries", "Entries of the audit, by event.", "event", tuple(AuditEvent)),
    CounterRow("audit_entries_lost", "Entries of the audit that found no room."),
    CounterRow("bad_requests", "Connections whose first bytes were no request of HTTP."),
    CounterRow("handshakes_refused", "Handshakes that were one too many of an address."),
    CounterRow(
        "closed_connections",
        "Connections that the server closed, by the name of the close code.",
        "code",
        tuple(code.name for code in CLOSE_CODES),
    ),
    CounterRow(
        "aborted_connections",
        "Connections that the server cut off without a close frame, by reason.",
        "reason",
        ABORT_REASONS,
    ),
    CounterRow("bus_dropped", "Messages to other nodes that were not sent."),
    CounterRow("bus_subscribe_late", "Rooms that were opened before the bus had confirmed."),
    _alarming("bus_forged", "Messages of the bus that no node has signed."),
    _alarming("bus_malformed", "Messages of the bus that are signed and cannot be read."),
    CounterRow("bus_other_version", "Messages of nodes of another version of the bus."),
    _alarming("journal_went_back", "Rooms closed because acknowledged deltas were lost."),
    CounterRow("epoch_changed", "Rooms closed because their project has another epoch now."),
    CounterRow("copy_differed", "Copies of clients that were not the server's when they joined."),
    _alarming("room_loaded_anew", "Rooms whose state was not what is stored."),
    _alarming("diverged", "Copies of clients that differed, once a minute for each room."),
    CounterRow("diverged_again", "Copies of clients that differed, which `diverged` left out."),
    _alarming("nodes_diverged", "Times that two nodes held different states of a project."),
    _alarming("entries_quarantined", "Entries of the journal that could not be applied."),
    CounterRow("append_failed", "Appends that failed with an error that nobody expects."),
    _alarming("task_failed", "Tasks of the server that failed."),
    CounterRow("feed_queries", "Questions of the feed to the database."),
    CounterRow("feed_changes", "Changed rows that the feed has read."),
)
"""A new one is a line here, a row in docs/operating.md, and a panel, an alarm or a reason."""

KINDS = {kind for counted in COUNTERS for kind in counted.kinds}
"""All that code may count."""

ALARMING = tuple(sorted(counted.name for counted in COUNTERS if counted.is_alarming))
"""Counters that must not rise without a fault to explain them."""
