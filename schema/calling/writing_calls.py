"""Which calls change something, and how: these take an `idempotency_key`, the others do not."""

from enum import StrEnum

from schema.operating.operator_calls import OPERATING, OPERATOR_METHODS
from schema.tables.all_tables import TABLES
from schema.tables.description import Verb


class Write(StrEnum):
    """How a call writes, and with that when its key is kept."""

    AT_ONCE = "at once"
    """In one transaction, which keeps its key too: both are stored, or neither is."""
    IN_PARTS = "in parts"
    """The key is stored before, and the reply behind what was done. A node that dies between the
    two leaves a key without a reply: the call is then done again, with the same id."""


WRITING = frozenset({Verb.CREATE, Verb.UPDATE, Verb.DELETE})

OF_ROWS: dict[str, Verb] = {
    f"{table.calls}.{verb}": verb
    for table in TABLES.values()
    for verb in sorted(table.verbs - {Verb.WATCH})
}
"""Methods that are answered by what all tables have in common: the calls of an atomic batch."""

WRITES: dict[str, Write] = {
    "batch": Write.AT_ONCE,
    "projects.create": Write.AT_ONCE,
    "projects.update": Write.AT_ONCE,
    "projects.archive": Write.AT_ONCE,
    "members.grant": Write.AT_ONCE,
    "members.join": Write.AT_ONCE,
    "members.revoke": Write.AT_ONCE,
    "invitations.withdraw": Write.AT_ONCE,
    "invitations.accept": Write.AT_ONCE,
    "snapshots.create": Write.IN_PARTS,
    "snapshots.update": Write.AT_ONCE,
    "snapshots.restore": Write.IN_PARTS,
    "snapshots.fork": Write.IN_PARTS,
    "snapshots.delete": Write.AT_ONCE,
    "sessions.end": Write.AT_ONCE,
    "sessions.permit": Write.AT_ONCE,
    "auth_sessions.revoke": Write.AT_ONCE,
    "auth_sessions.rename": Write.AT_ONCE,
    **{method: Write.AT_ONCE for method, verb in OF_ROWS.items() if verb in WRITING},
    "recall.observe": Write.AT_ONCE,
    "recall.correct": Write.AT_ONCE,
    "recall.forget": Write.AT_ONCE,
    "recall.erase": Write.AT_ONCE,
    "recall.settings": Write.AT_ONCE,
    "presets.copy": Write.AT_ONCE,
    "presets.publish": Write.AT_ONCE,
    "presets.unpublish": Write.AT_ONCE,
    "presets.use": Write.AT_ONCE,
    "audio_files.set_status": Write.AT_ONCE,
}
"""Method -> how it writes."""

STOPPED_IN_ARCHIVED = frozenset(
    {
        "snapshots.create",
        "snapshots.update",
        "snapshots.restore",
        "snapshots.delete",
        "audio_files.set_status",
        *(
            f"{table.calls}.{verb}"
            for table in TABLES.values()
            if table.is_content
            for verb in table.verbs & WRITING
        ),
    }
)
"""Methods that change what a project holds: refused with `archived` while it is archived (R14)."""

_WATCHES = frozenset(
    f"{table.calls}.{Verb.WATCH}" for table in TABLES.values() if Verb.WATCH in table.verbs
)

READS = frozenset(
    {
        "history.list",
        "history.blame",
        "history.at",
        "history.ops",
        "snapshots.state",
        "snapshots.diff",
        "timeline.between",
        "timeline.seconds",
        "timeline.beats",
        "sessions.history",
        *(method for method, verb in OF_ROWS.items() if verb not in WRITING),
        "recall.suggest",
        "recall.export",
        "audio_files.stems",
        "invitations.look",
        *OPERATOR_METHODS.keys() - OPERATING,
    }
)
"""Methods that change nothing: they may be called again at any time. Those of `auth` are neither:
what they change is who is logged in."""

TOLD_ONCE = frozenset({"invitations.create"})
"""Methods that write and whose reply holds a secret: no key keeps it, and one more is made."""

HELD_IN_MAINTENANCE = frozenset(
    {
        *WRITES.keys() - {"batch", "auth_sessions.revoke"},
        *TOLD_ONCE,
        "auth.register",
        "auth.register_guest",
        "auth.upgrade_guest",
        "auth.request_deletion",
        "auth.delete_account",
    }
)
"""Methods that wait while nobody edits (rule R53)."""

GOES_ON_IN_MAINTENANCE: dict[str, frozenset[str]] = {
    "it reads": frozenset(
        {
            *READS,
            *_WATCHES,
            "watch.end",
            "auth.deletion_preview",
            "auth.device_look",
            "auth.identities",
            "auth.providers",
            "auth.second_factor_state",
        }
    ),
    "it lets people in, or out": frozenset(
        {
            "auth.device_begin",
            "auth.device_poll",
            "auth.login",
            "auth.logout",
            "auth.provider_begin",
            "auth.provider_finish",
            "auth.refresh",
            "auth.second_factor",
            "auth_sessions.revoke",
        }
    ),
    "it says who is let in: a stolen password does not wait": frozenset(
        {
            "auth.change_email",
            "auth.change_password",
            "auth.confirm_email",
            "auth.device_approve",
            "auth.device_deny",
            "auth.link_begin",
            "auth.link_finish",
            "auth.recovery_codes",
            "auth.request_reset",
            "auth.reset_password",
            "auth.send_verification",
            "auth.totp_begin",
            "auth.totp_confirm",
            "auth.totp_disable",
            "auth.totp_remove",
            "auth.unlink",
            "auth.verify",
        }
    ),
    "each of its calls is looked at by itself": frozenset({"batch"}),
    "it is an operator's": OPERATING,
}
"""Why methods do not wait -> which. `auth.provider_finish` logs in whoever has an account, and
looks itself whether it may make one."""
