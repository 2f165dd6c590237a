"""What may go wrong in any word of `loadtest`, and is told in one line."""

from files.broken_song import BrokenSong
from files.upload import UploadIncomplete
from loadtest.attack.raw_client import ConnectionClosed, NoHandshake
from loadtest.attack.target import Unusable
from loadtest.load.saturating_writer import WriterFailed
from loadtest.nodes.child_programs import ChildFailed
from loadtest.people.settled_copies import NotSettled
from loadtest.scenarios import command as scenarios_command
from machine.children.child_program import ServerFailed
from prime_client.failures import CallFailed, CannotConnect, ConnectionOver, RoomClosed

NO_ANSWER = (ConnectionClosed, NoHandshake, OSError)
"""Of these a server may be to blame that was named on the command line."""

EXPECTED = (
    BrokenSong,
    CallFailed,
    CannotConnect,
    ChildFailed,
    ConnectionOver,
    ServerFailed,
    NotSettled,
    RoomClosed,
    Unusable,
    UploadIncomplete,
    WriterFailed,
    *NO_ANSWER,
    *scenarios_command.EXPECTED,
)
