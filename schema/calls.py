"""Every call: its name, its parameters, its result, and what it does."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from schema.limits import MAX_NAME_LENGTH, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from schema.messages import ProjectId, User

Email = Annotated[
    str, Meta(max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+\Z")
]
Username = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{2,32}\Z")]
Password = Annotated[str, Meta(max_length=MAX_PASSWORD_LENGTH)]
NewPassword = Annotated[str, Meta(min_length=MIN_PASSWORD_LENGTH, max_length=MAX_PASSWORD_LENGTH)]
PlainName = Annotated[str, Meta(max_length=MAX_NAME_LENGTH, pattern=r"^[^\x00-\x1f\x7f]*\Z")]
ProjectName = Annotated[
    str, Meta(min_length=1, max_length=MAX_NAME_LENGTH, pattern=r"^[^\x00-\x1f\x7f]+\Z")
]
Description = Annotated[str, Meta(max_length=10_000, pattern=r"^[^\x00]*\Z")]
Tag = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+\Z")]
Tags = Annotated[list[Tag], Meta(max_length=32)]
MusicalKey = Annotated[str, Meta(max_length=16, pattern=r"^[^\x00-\x1f\x7f]*\Z")]
Scale = Annotated[str, Meta(max_length=32, pattern=r"^[^\x00-\x1f\x7f]*\Z")]
Bpm = Annotated[float, Meta(ge=10, le=1_000)]
Signature = Annotated[str, Meta(pattern=r"^([1-9]|[1-5][0-9]|6[0-4])/(1|2|4|8|16|32)\Z")]
Role = Literal["owner", "editor", "viewer"]
Version = Annotated[int, Meta(ge=1, le=2**53)]


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """What every call's parameters have in common: unknown names are refused."""


# auth


class Register(Params, frozen=True, forbid_unknown_fields=True):
    """Make an account and log in."""

    email: Email
    username: Username
    password: NewPassword
    name: PlainName = ""


class Login(Params, frozen=True, forbid_unknown_fields=True):
    """Log in with e-mail address and password."""

    email: Email
    password: Password


class Refresh(Params, frozen=True, forbid_unknown_fields=True):
    """Trade a refresh token for a new pair. A token used twice ends the auth session."""

    refresh_token: Annotated[str, Meta(max_length=256)]


class Logout(Params, frozen=True, forbid_unknown_fields=True):
    """End this auth session; its sockets are closed."""


class Tokens(Struct, frozen=True):
    """An auth session: the access token for hello, the refresh token for `auth.refresh`."""

    user: User
    access_token: str
    expires_in: int
    refresh_token: str


# projects


class CreateProject(Params, frozen=True, forbid_unknown_fields=True):
    """Make a project and own it. With an `id`, sending the call again makes no second one."""

    name: ProjectName
    id: ProjectId | None = None
    description: Description = ""
    bpm: Bpm = 120.0
    key: MusicalKey | None = None
    scale: Scale | None = None
    signature: Signature = "4/4"
    tags: Tags = []


class GetProject(Params, frozen=True, forbid_unknown_fields=True):
    """The row of a project you are a member of."""

    project: ProjectId


class ListProjects(Params, frozen=True, forbid_unknown_fields=True):
    """Your projects, last changed first; `after` is the `next` of the page before."""

    archived: bool = False
    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    after: Annotated[str, Meta(max_length=128)] | None = None


class UpdateProject(Params, frozen=True, forbid_unknown_fields=True):
    """Change fields of the row, if `version` is still the one you read."""

    project: ProjectId
    version: Version
    name: ProjectName | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    bpm: Bpm | UnsetType = UNSET
    key: MusicalKey | UnsetType | None = UNSET
    scale: Scale | UnsetType | None = UNSET
    signature: Signature | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET


class ArchiveProject(Params, frozen=True, forbid_unknown_fields=True):
    """Archive a project, or bring it back: an archived one can be read and not edited."""

    project: ProjectId
    archived: bool = True


class Project(Struct, frozen=True):
    """A row of `studio_projects`, without its state."""

    id: str
    owner: str
    name: str
    description: str
    bpm: float
    key: str | None
    scale: str | None
    signature: str
    tags: list[str]
    role: str
    head: int
    epoch: str
    archived: bool
    version: int
    created_at: float
    updated_at: float


class ProjectPage(Struct, frozen=True):
    """Some projects, and where the next page starts (null: this was the last)."""

    projects: list[Project]
    next: str | None


# members


class ListMembers(Params, frozen=True, forbid_unknown_fields=True):
    """Who may see a project, and in which role."""

    project: ProjectId


class GrantRole(Params, frozen=True, forbid_unknown_fields=True):
    """Give a user (by e-mail address) a role, or another one; owners only."""

    project: ProjectId
    email: Email
    role: Role


class RevokeRole(Params, frozen=True, forbid_unknown_fields=True):
    """Put a user out of a project; owners only, but everyone may leave."""

    project: ProjectId
    user: ProjectId


class ProjectMember(Struct, frozen=True):
    """A row of `project_members`."""

    user: User
    role: str


class ProjectMembers(Struct, frozen=True):
    """All members of a project, owners first."""

    members: list[ProjectMember]


class Done(Struct, frozen=True):
    """It is done; there is nothing more to say."""


METHODS: dict[str, tuple[type[Params], type[Struct]]] = {
    "auth.register": (Register, Tokens),
    "auth.login": (Login, Tokens),
    "auth.refresh": (Refresh, Tokens),
    "auth.logout": (Logout, Done),
    "projects.create": (CreateProject, Project),
    "projects.get": (GetProject, Project),
    "projects.list": (ListProjects, ProjectPage),
    "projects.update": (UpdateProject, Project),
    "projects.archive": (ArchiveProject, Project),
    "members.list": (ListMembers, ProjectMembers),
    "members.grant": (GrantRole, ProjectMember),
    "members.revoke": (RevokeRole, Done),
}
"""Method name -> (parameters, result). `schema.generate` makes the table of PROTOCOL.md from it."""

WITHOUT_LOGIN = frozenset({"auth.register", "auth.login", "auth.refresh"})
"""Methods that a connection may call before it has logged in."""
