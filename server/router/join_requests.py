"""From `join` to the seat: whether someone may come in is asked of PostgreSQL, then of the room."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog

from persistence.errors import NoSuchProject
from persistence.tables import project_members
from rooms.presence.seat import LATER_JOIN, LEFT_FIRST, JoinRequest, member_id
from rooms.roles import Grant
from schema.close_codes import OVERLOADED
from schema.errors import ErrorCode
from schema.limits import CALL_SECONDS, MAX_ROOMS_PER_CONNECTION
from schema.messages import Digest, Error, Join, Leave, Left, Position
from server.accounts.usage import Usage
from server.calls.context import Context
from server.calls.failures import as_error, counted
from server.events.events import EventSubject
from server.live.hub import Hub
from server.logs.log_throttle import LogThrottle
from server.metrics.durations import Observe
from server.metrics.metrics import Count
from server.refused import Refused
from server.sockets.connection import Connection
from server.sockets.connection_states import LoggedIn
from server.states.encoded_state import form_for

DIVERGENCES_SECONDS = 60.0
"""The log says at most once in so long that clients' copies of one room differ."""

USERS_DIVERGENCES_SECONDS = 3_600.0
"""The same of one user, in whatever room: anyone can say so, and it is to alarm nobody alone."""

log = structlog.get_logger()


class JoinRequests:
    """Those of a node's connections. `clock`: seconds since 1970. `on_duration`: of an entry."""

    def __init__(
        self,
        connections: Mapping[str, Connection],
        hub: Hub,
        usage: Usage,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        context: Context,
        count: Count,
        on_duration: Observe,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connections = connections
        self._hub = hub
        self._usage = usage
        self._spawn = spawn
        self._context = context
        self._count = count
        self._on_duration = on_duration
        self._clock = clock
        self._divergences = LogThrottle(DIVERGENCES_SECONDS)
        """By project."""
        self._users_divergences = LogThrottle(USERS_DIVERGENCES_SECONDS)
        """By user."""

    def join(self, connection: Connection, session: LoggedIn, message: Join) -> None:
        """Someone wants into a room: too many rooms are refused, the rest is looked up."""
        if len(self._rooms_of(connection) | {message.project}) > MAX_ROOMS_PER_CONNECTION:
            text = f"a connection may be in {MAX_ROOMS_PER_CONNECTION} rooms; leave one"
            code = ErrorCode.LIMIT_REACHED
            self._refuse(connection, Error(message.id, code, text, message.project))
            return
        if message.project not in session.rooms and self._rooms_are_full(session.identity.user):
            most = self._usage.limits.rooms_per_user
            text = f"you are in {most:.0f} rooms over all your connections; leave one"
            code = ErrorCode.LIMIT_REACHED
            self._refuse(connection, Error(message.id, code, text, message.project))
            return
        self._end_join(connection, session, message.project, LATER_JOIN)
        self._hub.make_way(connection.id, message.project)
        session.rooms.add(message.project)
        session.joins[message.project] = message
        self._spawn(self._let_in(connection, session, message))

    def leave(self, connection: Connection, session: LoggedIn, message: Leave) -> None:
        """Someone asks to go out of a room: a join that waits is answered before (rule J7)."""
        project = message.project
        self._end_join(connection, session, project, LEFT_FIRST)
        session.rooms.discard(project)
        if not self._hub.leave(connection.id, message):
            connection.send(Left(project, message.id))

    def failed(
        self, connection: Connection, session: LoggedIn, message: Join, answer: Error
    ) -> None:
        """It does not come to its room: this is its answer."""
        project = message.project
        if session.joins.get(project) is message:
            del session.joins[project]
        if project not in session.joins and not self._hub.is_in(connection.id, project):
            session.rooms.discard(project)
        self._refuse(connection, answer)

    def _end_join(self, connection: Connection, session: LoggedIn, project: str, text: str) -> None:
        """Answer a join that has not come to its room, and that will not come there now."""
        ended = session.joins.pop(project, None)
        if ended is not None:
            refused = Refused(ErrorCode.NOT_JOINED, text)
            self._refuse(connection, counted(as_error(ended.id, refused, project), self._count))

    def _refuse(self, connection: Connection, error: Error) -> None:
        """Answer a join, behind the `leave`s that it came after (rule D22)."""
        if not self._hub.answer_behind_leave(connection.id, error):
            connection.send(error)

    def _rooms_are_full(self, user: str) -> bool:
        """Whether this user is in as many rooms as one may be in on this node (rule K3)."""
        usage = self._usage
        connections_of_user = [
            connection
            for socket in usage.sockets.sockets_by_user.get(user, ())
            if (connection := self._connections.get(socket)) is not None
        ]
        most = usage.limits.rooms_per_user
        for rooms_of in (self._rooms_noted, self._rooms_of):  # the first costs a tenth
            if sum(len(rooms_of(connection)) for connection in connections_of_user) < most:
                return False
        return True

    def _rooms_noted(self, connection: Connection) -> set[str]:
        """`_rooms_of`, and those that it has been put out of since it last asked for one."""
        return connection.rooms | self._hub.leaving(connection.id)

    def _rooms_of(self, connection: Connection) -> set[str]:
        """Those it is in or on the way into; out of some of them it may have been put."""
        session = connection.session
        if isinstance(session, LoggedIn):
            session.rooms = {
                project
                for project in session.rooms
                if project in session.joins or self._hub.is_in(connection.id, project)
            }
        return self._rooms_noted(connection)

    async def _let_in(self, connection: Connection, session: LoggedIn, message: Join) -> None:
        project, began_at = message.project, time.monotonic()
        try:
            with self._context.deadlines.within(CALL_SECONDS):
                request = await self._request(connection, session, message)
                if message.diverged is not None:
                    self._report_divergence(session, project, message.diverged)
                is_in = await self._hub.join(
                    request, project, lambda: session.joins.get(project) is message
                )
            if not is_in:
                return  # a later join or a leave has ended it, or its connection is gone
            del session.joins[project]
            self._on_duration(time.monotonic() - began_at)
        except Exception as error:  # whatever it is, who wants to join hears of it
            answer = counted(as_error(message.id, error, project), self._count)
            if session.joins.get(project) is message:  # else it is answered
                self.failed(connection, session, message, answer)
        else:
            await self._look_at_role_again(connection, request, project)

    async def _request(
        self, connection: Connection, session: LoggedIn, message: Join
    ) -> JoinRequest:
        """What the room is asked; raises `NoSuchProject`."""
        context, identity = self._context, session.identity
        user, project = identity.user, message.project
        membership = await project_members.standing_of(context.db, project, user)
        if membership is None:
            raise NoSuchProject
        colors = await context.colors.of(context.db, project, (user,))
        return JoinRequest(
            connection=connection.id,
            request=message.id,
            user=user,
            name=identity.name,
            device=session.device,
            auth_session=identity.auth_session,
            role=membership.role,
            tracks=membership.tracks,
            permits=membership.permits,
            known_head=Position(membership.epoch, membership.head),
            asked_at=int(self._clock() * 1_000),
            position=message.position,
            member=member_id(context.member_key, user, session.device),
            diverged_digest=message.diverged,
            digest=message.digest,
            unanswered=message.unanswered,
            fence=membership.fence,
            color=colors[user],
            state_form=form_for(connection.codec, message.state),
            seats_allowed=self._usage.limits.seats_per_user,
        )

    async def _look_at_role_again(
        self, connection: Connection, request: JoinRequest, project: str
    ) -> None:
        """It may have been changed while the room was opened: nobody sat there to be told.

        Who cannot be looked at is sent to come again: its join is answered, and only once.
        """
        try:
            with self._context.deadlines.within(CALL_SECONDS):
                membership = await project_members.standing_of(
                    self._context.db, project, request.user
                )
        except Exception as error:
            counted(as_error(request.request, error, project), self._count)
            connection.close(OVERLOADED)
            return
        if membership is not None:
            self._hub.permit(project, membership.permits)
        grant = None if membership is None else Grant(membership.role, membership.tracks)
        if grant != Grant(request.role, request.tracks):
            self._hub.role_changed(project, request.user, grant)

    def _report_divergence(self, session: LoggedIn, project: str, client_digest: Digest) -> None:
        now, user = asyncio.get_running_loop().time(), session.identity.user
        is_new = self._users_divergences.count_if_due(user, now)
        times = is_new and self._divergences.count_if_due(project, now)
        if not times:
            self._count("diverged_again")
            return
        client_text = (
            f"device {session.device}, {session.device_said.client or 'a client that does not say'}"
        )
        self._count(
            "diverged", 1, EventSubject(project, "", user, session.identity.name, text=client_text)
        )
        log.error(
            "a client's copy has diverged; it gets fresh state",
            project=project,
            user=user,
            device=session.device,
            seq=client_digest.seq,
            digest=client_digest.digest,
            times=times,
        )
