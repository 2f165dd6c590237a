"""All that can go wrong beneath, in our own words instead of a driver's."""


class PersistenceError(Exception):
    """Base of this folder's errors; the message is a sentence for an operator or a client."""

    exit_code = 1
    """Of a command that fails with it."""
    cure = ""
    """What helps, as an operator does it; empty: the message says it."""

    @property
    def in_full(self) -> str:
        """The message, and what helps."""
        return f"{self}; {self.cure}" if self.cure else str(self)


class Unavailable(PersistenceError):
    """The database did not answer, or too late; what was asked may or may not have happened."""


class OtherHistory(Unavailable):
    """The journal is not the one that the caller knows: its room is about to be closed."""


class Busy(Unavailable):
    """The database answered that it gives up: a lock, a deadlock, its time limit.

    Perhaps that concerns only what was asked here; others may fare better.
    """


class TooSlow(Busy):
    """It took longer than a statement of its lane may take."""


class Faulty(PersistenceError):
    """The database answered with an error that no query of ours expects: our mistake or its damage.

    `sqlstate` says which (empty: the driver's own); what was asked has not happened.
    """

    def __init__(
        self, sqlstate: str, message: str, constraint: str | None = None, column: str | None = None
    ) -> None:
        super().__init__(
            f"the database answered with error {sqlstate or 'of its driver'}: {message}"
        )
        self.sqlstate = sqlstate
        self.constraint = constraint
        self.column = column


class ToRepair(PersistenceError):
    """The operator has something to repair, whoever asks: no mistake of ours, and no outage."""


class NotGranted(Faulty, ToRepair):
    """A role has no right that Prime relies on: what the operator did or restored took it away."""


class Pooled(Faulty, ToRepair):
    """What stands between gives each transaction another connection of the server."""


class BadValue(Faulty):
    """It cannot store a value, or a rule of its tables (`constraint`) forbids it."""


class NotFound(PersistenceError):
    """There is no such row, or it is not that user's to see."""


class NoSuchProject(NotFound):
    """There is no such project, or the user is no member: strangers get one answer to both."""

    def __init__(self) -> None:
        super().__init__("there is no such project, or you are not a member of it")


class BadCursor(PersistenceError):
    """What names the beginning of a page is none that a page before has given."""

    def __init__(self, field: str = "after") -> None:
        cursor_name = "previous" if field == "before" else "next"
        super().__init__(f"`{field}` is the `{cursor_name}` of a page of this very list, unchanged")
        self.field = field


class BadQuery(PersistenceError):
    """What was asked of rows cannot be asked; `field` is its place, the message what is allowed."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"`{field}` {text}")
        self.field = field


class Forbidden(PersistenceError):
    """The user may see the row and not do that to it; the message says who may."""


class LoginEnded(PersistenceError):
    """The login that asks was ended meanwhile."""


class Conflict(PersistenceError):
    """The row's version is another one than the caller read."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the row is at version {version} now; read it again")
        self.version = version


class Compacted(PersistenceError):
    """What was asked for lies in history whose ops are gone: they are kept after seq `oldest`."""

    def __init__(self, oldest: int) -> None:
        super().__init__(f"history is kept after seq {oldest} only; begin at a newer position")
        self.oldest = oldest


class Taken(PersistenceError):
    """A value that must be unique is in use."""

    def __init__(self, field: str) -> None:
        super().__init__(f"that {field} is in use")
        self.field = field


class IdReused(PersistenceError):
    """The id was given to a row that was made of other values."""

    def __init__(self, id: str, name: str) -> None:
        super().__init__(f"the id {id} was used before with another `{name}`; make a new id")


class TooMany(PersistenceError):
    """There are as many as there may be; the message says of what."""


class TooManyInvitations(TooMany):
    """So many may be accepted that no more are made."""

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} invitations of this project are open; withdraw some")


class TooManySnapshots(TooMany):
    """As many snapshots of the project are kept for good as may be."""

    def __init__(self, most: float) -> None:
        super().__init__(
            f"there may be {most:.0f} snapshots kept for good; delete some you no longer need"
        )


class TooManyTracks(TooMany):
    """A contributor would have more tracks than one may have."""

    def __init__(self, most: int) -> None:
        super().__init__(f"a contributor may have {most} tracks; a folder is one track")


class TooManyMembers(TooMany):
    """The project has as many members as it may have."""

    def __init__(self, most: float) -> None:
        super().__init__(
            f"there may be {most:.0f} members of this project; an owner can put someone out, or"
            " raise its `member_limit` as far as the table of limits allows"
        )


class LastOwner(PersistenceError):
    """The change would leave a project without an owner."""


class LeavingOwner(PersistenceError):
    """Whoever deletes their account becomes no owner of anything."""

    def __init__(self) -> None:
        super().__init__("that account is being deleted: it becomes no owner; name someone else")


class GuestOwner(PersistenceError):
    """A guest becomes no owner of anything."""

    def __init__(self) -> None:
        super().__init__("a guest becomes no owner: let them make an account first, or name others")


class Unfit(ToRepair):
    """The database is one that Prime will not serve from; the message says why and what to do."""


class BadSetting(PersistenceError):
    """What the operator has set cannot be meant; nothing was tried. Exit code 2 everywhere."""

    exit_code = 2
