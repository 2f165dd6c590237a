"""Bounds of contributors, invitations and permissions (rules R20, R30, R38)."""

from typing import Any

from schema import limits
from schema.bounds import Past
from schema.calling.invitation_calls import CreateInvitation
from schema.calling.projects.member_calls import GrantRole
from schema.calling.session_permission_calls import PermitInSession
from schema.errors import ErrorCode
from tests.bounds.cases import Seen, case, live_case
from tests.bounds.rows.message_cases import PROJECT, called
from tests.server.conftest import Node, create_project


def _asked(**params: Any) -> Past | None:
    return called(CreateInvitation, **{"project": PROJECT, "role": "viewer"} | params)


def _granted(count: int) -> Past | None:
    tracks = [f"track-{n:03}" for n in range(count)]
    who = {"project": PROJECT, "email": "ben@example.org", "role": "contributor"}
    return called(GrantRole, **who, tracks=tracks)


@case("MAX_CONTRIBUTOR_TRACKS")
def contributor_tracks() -> Seen:
    return Seen(
        _granted(limits.MAX_CONTRIBUTOR_TRACKS), _granted(limits.MAX_CONTRIBUTOR_TRACKS + 1)
    )


@case("MAX_INVITATION_USES")
def invitation_uses() -> Seen:
    most = limits.MAX_INVITATION_USES
    return Seen(_asked(max_uses=most), _asked(max_uses=most + 1))


@case("MIN_INVITATION_SECONDS")
def short_invitations() -> Seen:
    least = limits.MIN_INVITATION_SECONDS
    return Seen(_asked(expires_in=least), _asked(expires_in=least - 1))


@case("MAX_INVITATION_SECONDS")
def long_invitations() -> Seen:
    most = limits.MAX_INVITATION_SECONDS
    return Seen(_asked(expires_in=most), _asked(expires_in=most + 1))


@case("MAX_PERMITTED")
def permitted() -> Seen:
    def tried(count: int) -> Past | None:
        return called(PermitInSession, session=PROJECT, edit=[PROJECT] * count)

    return Seen(tried(limits.MAX_PERMITTED), tried(limits.MAX_PERMITTED + 1))


FILL = """
INSERT INTO invitations (project_id, inviter_id, token_hash, role, max_uses, expires_at)
SELECT $1::text::uuid, $2::text::uuid, sha256(n::text::bytea), 'viewer', 1, now() + interval '1 day'
FROM generate_series(1, $3) AS n
"""


@live_case("MAX_INVITATIONS_PER_PROJECT")
async def invitations_per_project(node: Node) -> Seen:
    ann = await node.musician("ann")
    project = await create_project(ann)
    filled = limits.MAX_INVITATIONS_PER_PROJECT - 1
    await node.context.db.execute(FILL, project, ann.user, filled)

    async def tried() -> Past | None:
        answer = await ann.call("invitations.create", project=project, role="viewer")
        return ErrorCode(answer["code"]) if answer["t"] == "error" else None

    return Seen(await tried(), await tried())
