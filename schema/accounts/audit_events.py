"""What is noted of accounts and roles, as data: `audit_log` holds it, `audit.list` shows it."""

from enum import StrEnum


class AuditEvent(StrEnum):
    """What happened; none of it holds a secret."""

    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    LOGIN_HELD_BACK = "login_held_back"
    LOGOUT = "logout"
    TOKEN_REFUSED = "token_refused"
    REFRESH_FAILED = "refresh_failed"
    REFRESH_REUSED = "refresh_reused"
    SESSION_REVOKED = "session_revoked"
    DEVICE_RENAMED = "device_renamed"
    ACCOUNT_MADE = "account_made"
    GUEST_MADE = "guest_made"
    GUEST_UPGRADED = "guest_upgraded"
    DELETION_REQUESTED = "deletion_requested"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_REOPENED = "account_reopened"
    ACCOUNT_DELETED = "account_deleted"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_REMOVED = "password_removed"
    PASSWORD_FAILED = "password_failed"
    RESET_REQUESTED = "reset_requested"
    PASSWORD_RESET = "password_reset"
    VERIFICATION_SENT = "verification_sent"
    ADDRESS_VERIFIED = "address_verified"
    ADDRESS_CHANGED = "address_changed"
    ONE_TIME_FAILED = "one_time_failed"
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_UNLINKED = "identity_unlinked"
    PROVIDER_FAILED = "provider_failed"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    SECOND_FACTOR_FAILED = "second_factor_failed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    DEVICE_APPROVED = "device_approved"
    DEVICE_DENIED = "device_denied"
    DEVICE_FAILED = "device_failed"
    ROLE_CHANGED = "role_changed"
    ACCESS_REVOKED = "access_revoked"
    PERMISSIONS_CHANGED = "permissions_changed"
    INVITATION_MADE = "invitation_made"
    INVITATION_ACCEPTED = "invitation_accepted"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    INVITATION_FAILED = "invitation_failed"
    KEY_ROTATED = "key_rotated"
    OPERATOR_MADE = "operator_made"
    OPERATOR_UNMADE = "operator_unmade"
    KICKED = "kicked"
    ROOM_CLOSED = "room_closed"
    ROOM_OPENED = "room_opened"
    MAINTENANCE_BEGUN = "maintenance_begun"
    MAINTENANCE_ENDED = "maintenance_ended"
    NODE_DRAINED = "node_drained"
    NODE_UNDRAINED = "node_undrained"
    ENTRIES_LOST = "entries_lost"


AUDIT_EVENTS: dict[AuditEvent, str] = {
    AuditEvent.LOGIN: "Someone logged in; `by` says how, `device` on what.",
    AuditEvent.LOGIN_FAILED: "A password was wrong, or there is no such account.",
    AuditEvent.LOGIN_HELD_BACK: "Too many were wrong: the next was not looked at.",
    AuditEvent.LOGOUT: "A user ended a login.",
    AuditEvent.TOKEN_REFUSED: "An access token was not valid.",
    AuditEvent.REFRESH_FAILED: "A refresh token was not valid.",
    AuditEvent.REFRESH_REUSED: "An old refresh token came again: it or the newest was stolen.",
    AuditEvent.SESSION_REVOKED: "A login was ended by its user, an operator or a rule.",
    AuditEvent.DEVICE_RENAMED: "A device got another name.",
    AuditEvent.ACCOUNT_MADE: "An account was made.",
    AuditEvent.GUEST_MADE: "Someone came in as a guest, by an invitation.",
    AuditEvent.GUEST_UPGRADED: "A guest became an account.",
    AuditEvent.DELETION_REQUESTED: "A mail with a code that deletes the account was asked for.",
    AuditEvent.ACCOUNT_CLOSED: "Its user deleted an account: it is erased after the grace time.",
    AuditEvent.ACCOUNT_REOPENED: "Its user came back within the grace time.",
    AuditEvent.ACCOUNT_DELETED: "An account was erased.",
    AuditEvent.PASSWORD_CHANGED: "The password was changed by who knew it.",
    AuditEvent.PASSWORD_REMOVED: "Who proved the address did not show the password: it is void.",
    AuditEvent.PASSWORD_FAILED: "A password that had to be given once more was wrong.",
    AuditEvent.RESET_REQUESTED: "A mail or a link with which to set a new password was asked for.",
    AuditEvent.PASSWORD_RESET: "A new password was set by such a mail.",
    AuditEvent.VERIFICATION_SENT: "A mail that proves the address was asked for.",
    AuditEvent.ADDRESS_VERIFIED: "The e-mail address was proved.",
    AuditEvent.ADDRESS_CHANGED: "The account has another e-mail address.",
    AuditEvent.ONE_TIME_FAILED: "A one-time token or code was not valid; `purpose` says of what.",
    AuditEvent.IDENTITY_LINKED: "A provider's identity was linked to the account.",
    AuditEvent.IDENTITY_UNLINKED: "A provider's identity was taken off the account.",
    AuditEvent.PROVIDER_FAILED: "A login by a provider was refused.",
    AuditEvent.SECOND_FACTOR_ADDED: "A second factor was confirmed.",
    AuditEvent.SECOND_FACTOR_REMOVED: "The second factor was taken off.",
    AuditEvent.SECOND_FACTOR_FAILED: "A code of the second factor was wrong.",
    AuditEvent.RECOVERY_CODES_MADE: "New recovery codes were made; those of before are void.",
    AuditEvent.RECOVERY_CODE_USED: "A recovery code stood in for the second factor.",
    AuditEvent.DEVICE_APPROVED: "A device without a browser was let in.",
    AuditEvent.DEVICE_DENIED: "A device without a browser was turned away.",
    AuditEvent.DEVICE_FAILED: "A user code of the device flow was not valid.",
    AuditEvent.ROLE_CHANGED: "Someone got a role in a project, or another one.",
    AuditEvent.ACCESS_REVOKED: "Someone was put out of a project, or left it.",
    AuditEvent.PERMISSIONS_CHANGED: "A host changed what members may do in a session.",
    AuditEvent.INVITATION_MADE: "An invitation was made.",
    AuditEvent.INVITATION_ACCEPTED: "An invitation was accepted.",
    AuditEvent.INVITATION_WITHDRAWN: "An invitation was withdrawn.",
    AuditEvent.INVITATION_FAILED: "An invitation was not valid, used up or not for this user.",
    AuditEvent.KEY_ROTATED: "Tokens are signed with another key from now on.",
    AuditEvent.OPERATOR_MADE: "Someone became an operator.",
    AuditEvent.OPERATOR_UNMADE: "Someone is no operator any more.",
    AuditEvent.KICKED: "An operator ended logins, or a member's seats; they may come again.",
    AuditEvent.ROOM_CLOSED: "An operator closed a room; `before`: as it was closed already.",
    AuditEvent.ROOM_OPENED: "An operator opened a room; `before`: how it had been closed.",
    AuditEvent.MAINTENANCE_BEGUN: "From now on nobody edits; `before`: what was said until then.",
    AuditEvent.MAINTENANCE_ENDED: "Everyone edits again; `before`: what was said until then.",
    AuditEvent.NODE_DRAINED: "An operator sent the members of a node elsewhere.",
    AuditEvent.NODE_UNDRAINED: "A node takes members again.",
    AuditEvent.ENTRIES_LOST: "So many entries found no room, or could not be written.",
}
"""What each says, as PROTOCOL.md and operators read it."""

DETAILS_OF: dict[AuditEvent, tuple[str, ...]] = {
    AuditEvent.LOGIN: ("by", "device"),
    AuditEvent.LOGIN_FAILED: ("cause",),
    AuditEvent.TOKEN_REFUSED: ("cause",),
    AuditEvent.REFRESH_FAILED: ("cause",),
    AuditEvent.REFRESH_REUSED: ("cause",),
    AuditEvent.SESSION_REVOKED: ("reason", "by"),
    AuditEvent.DEVICE_RENAMED: ("device",),
    AuditEvent.ACCOUNT_MADE: ("by", "provider"),
    AuditEvent.ACCOUNT_DELETED: ("projects",),
    AuditEvent.PASSWORD_FAILED: ("cause",),
    AuditEvent.RESET_REQUESTED: ("by", "way"),
    AuditEvent.ONE_TIME_FAILED: ("purpose", "cause"),
    AuditEvent.IDENTITY_LINKED: ("provider",),
    AuditEvent.IDENTITY_UNLINKED: ("provider",),
    AuditEvent.PROVIDER_FAILED: ("provider", "cause"),
    AuditEvent.SECOND_FACTOR_REMOVED: ("by",),
    AuditEvent.SECOND_FACTOR_FAILED: ("cause",),
    AuditEvent.DEVICE_APPROVED: ("device", "name", "asked_from"),
    AuditEvent.DEVICE_DENIED: ("device", "name", "asked_from"),
    AuditEvent.DEVICE_FAILED: ("cause",),
    AuditEvent.ROLE_CHANGED: ("role", "before", "by", "tracks"),
    AuditEvent.PERMISSIONS_CHANGED: ("session", "permissions"),
    AuditEvent.INVITATION_MADE: ("invitation", "role", "uses", "guests"),
    AuditEvent.INVITATION_ACCEPTED: ("invitation", "role"),
    AuditEvent.INVITATION_WITHDRAWN: ("invitation",),
    AuditEvent.INVITATION_FAILED: ("cause",),
    AuditEvent.KEY_ROTATED: ("kid", "at_once", "by"),
    AuditEvent.KICKED: ("whom", "reason", "ended", "by"),
    AuditEvent.ROOM_CLOSED: ("reason", "for_ms", "before", "by"),
    AuditEvent.ROOM_OPENED: ("before", "by"),
    AuditEvent.MAINTENANCE_BEGUN: ("message", "before", "by"),
    AuditEvent.MAINTENANCE_ENDED: ("before", "by"),
    AuditEvent.NODE_DRAINED: ("node", "by"),
    AuditEvent.NODE_UNDRAINED: ("node", "by"),
    AuditEvent.OPERATOR_MADE: ("by",),
    AuditEvent.OPERATOR_UNMADE: ("by",),
}
"""Event -> what may be in `details`; what is not here has none. A test reads the code for more."""

COUNTED_TOGETHER = frozenset(
    {
        AuditEvent.LOGIN_FAILED,
        AuditEvent.LOGIN_HELD_BACK,
        AuditEvent.TOKEN_REFUSED,
        AuditEvent.REFRESH_FAILED,
        AuditEvent.DEVICE_RENAMED,
        AuditEvent.PASSWORD_FAILED,
        AuditEvent.RESET_REQUESTED,
        AuditEvent.VERIFICATION_SENT,
        AuditEvent.ONE_TIME_FAILED,
        AuditEvent.PROVIDER_FAILED,
        AuditEvent.SECOND_FACTOR_FAILED,
        AuditEvent.DEVICE_FAILED,
        AuditEvent.INVITATION_FAILED,
    }
)
"""What one may bring about ever again: those alike within seconds are one entry, counted."""


class Cause(StrEnum):
    """Why a secret was refused: the client is told `auth_failed` alone, whichever it is."""

    UNKNOWN_ACCOUNT = "unknown_account"
    WRONG_PASSWORD = "wrong_password"
    WRONG_CODE = "wrong_code"
    NO_PASSWORD = "no_password"
    MALFORMED = "malformed"
    FORGED = "forged"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REUSED = "reused"
    USED_UP = "used_up"
    WITHDRAWN = "withdrawn"
    TOO_MANY_TRIES = "too_many_tries"
    UNVERIFIED = "unverified"
    NOT_YOURS = "not_yours"
    DELETION_REQUESTED = "deletion_requested"
    ACCOUNT_CLOSED = "account_closed"


SECRET_WORDS = (
    "authorization",
    "challenge",
    "code",
    "cookie",
    "credential",
    "dsn",
    "hash",
    "password",
    "secret",
    "signature",
    "ticket",
    "token",
    "verifier",
)
"""A key with one of these in it holds a secret, or may: its value is in no log and no audit."""

NO_SECRET = frozenset({"close_code", "error_code", "codes", "code_kind", "sqlstate"})
"""Keys that have such a word and hold none."""
