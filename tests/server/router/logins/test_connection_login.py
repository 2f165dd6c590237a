"""However a login comes about, it makes the connection somebody's by the same rule."""

from dataclasses import replace

from schema.close_codes import SESSION_REVOKED
from server.accounts.usage import Usage
from server.identity import Identity
from server.router.logins.connection_login import ConnectionLogins
from server.sockets.connection import Connection
from server.sockets.connection_states import Leaving
from tests.server.sockets.test_connection import ANN, opened

BEN = Identity("another user", "ben", "Ben", "his login")


def logged_in() -> tuple[ConnectionLogins, Usage, Connection]:
    usage = Usage()
    login, (connection, _) = ConnectionLogins(usage), opened()
    usage.on_connect(connection.id, "here")
    connection.greet("laptop")
    login.log_in(connection, ANN)
    return login, usage, connection


def test_a_connection_of_one_user_is_never_given_to_another() -> None:
    """As when a token is still being looked at while a call logs somebody else in."""
    login, usage, connection = logged_in()
    login.log_in(connection, BEN)
    assert connection.identity == ANN
    assert list(usage.sockets.sockets_by_user) == [ANN.user]


def test_a_login_renewed_keeps_the_rooms() -> None:
    login, _, connection = logged_in()
    connection.rooms.add("song")
    renewed = replace(ANN, auth_session="renewed")
    login.log_in(connection, renewed)
    assert connection.identity == renewed
    assert connection.rooms == {"song"}


def test_a_connection_that_is_leaving_stays_so() -> None:
    login, _, connection = logged_in()
    connection.close(SESSION_REVOKED)
    login.log_in(connection, ANN)
    assert isinstance(connection.session, Leaving)
    assert connection.session.identity == ANN


def test_a_login_that_comes_when_the_connection_is_gone_counts_nothing() -> None:
    """A call of it may still be under way."""
    login, usage, connection = logged_in()
    connection.connection_lost(None)
    usage.sockets.remove(connection.id)
    login.log_in(connection, ANN)
    assert not usage.sockets.sockets_by_user
