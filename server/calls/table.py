"""Method name -> the function that answers it; a test holds this against `schema.calls.METHODS`."""

from collections.abc import Awaitable, Callable
from typing import Any

from server.calls import auth, members, projects
from server.calls.context import Caller, Context

Answer = Callable[[Context, Caller, Any], Awaitable[Any]]

ANSWERS: dict[str, Answer] = {
    "auth.register": auth.register,
    "auth.login": auth.login,
    "auth.refresh": auth.refresh,
    "auth.logout": auth.logout,
    "projects.create": projects.create,
    "projects.get": projects.get,
    "projects.list": projects.list_,
    "projects.update": projects.update,
    "projects.archive": projects.archive,
    "members.list": members.list_,
    "members.grant": members.grant,
    "members.revoke": members.revoke,
}
