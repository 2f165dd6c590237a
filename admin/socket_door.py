"""Asks a node of this machine over its socket: a JSON object a line, both ways."""

import json
import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from admin.door import PERHAPS, NotDone, Result
from machine.sockets.admin_sockets import NoSocket, sockets_in

PATIENCE = 15.0
"""Seconds that a node gets to answer: more than it gives a call."""

LONGEST_ANSWER = 16 * 1_048_576
"""Bytes."""


class SocketDoor:
    """The first node that listens in a directory, or the one whose socket is named.

    `other_places`: other directories to look into behind that one.
    """

    def __init__(self, place: Path, other_places: Sequence[Path] = ()) -> None:
        self._paths = [
            path for directory in (place, *other_places) for path in sockets_of(directory)
        ]
        self._socket_path = place

    def ask(self, method: str, params: Result) -> Result:
        """All nodes of a deployment answer alike; raises `NotDone`."""
        line = json.dumps({"id": 1, "method": method, "params": params}).encode() + b"\n"
        forbidden_paths: list[Path] = []
        for path in self._paths:
            with socket.socket(socket.AF_UNIX) as door:
                door.settimeout(PATIENCE)
                try:
                    door.connect(str(path))
                except PermissionError:
                    forbidden_paths.append(path)
                    continue
                except OSError:
                    continue
                return _result_of(_exchange(door, line, path))
        if forbidden_paths:
            raise NotDone(_no_right(forbidden_paths[0]))
        raise NotDone(_nobody(self._socket_path, self._paths))


def sockets_of(place: Path) -> list[Path]:
    """Of a directory all that are in it; raises `NotDone`."""
    try:
        if place.is_socket():
            return [place]
        return sockets_in(place)
    except NoSocket as error:
        raise NotDone(str(error)) from error
    except PermissionError as error:
        raise NotDone(_no_right(place)) from error


def _exchange(door: socket.socket, line: bytes, path: Path) -> Result:
    try:
        with suppress(BrokenPipeError):  # it has said why, and closed
            door.sendall(line)
        with door.makefile("rb") as answers:
            answer = answers.readline(LONGEST_ANSWER)
    except TimeoutError:
        raise NotDone(
            f"the node of {path} did not answer within {PATIENCE:.0f} s; {PERHAPS}"
        ) from None
    except OSError as error:
        raise NotDone(f"the node of {path} ended: {error.strerror}; {PERHAPS}") from error
    if not answer:
        raise NotDone(f"the node of {path} has ended; {PERHAPS}")
    try:
        answer_map: Any = json.loads(answer)
    except ValueError:
        answer_map = {}
    if not isinstance(answer_map, dict) or not {"result", "error"} & answer_map.keys():
        raise NotDone(
            f"what listens at {path} is no node of Prime, so nothing was done;"
            " --socket names another directory"
        )
    result: Result = answer_map
    return result


def _result_of(answer: dict[str, Any]) -> Result:
    error = answer.get("error")
    if error is not None:
        raise NotDone(error["message"], 2 if error["code"] in ("validation", "bad_message") else 1)
    result: Result = answer["result"]
    return result


def _no_right(path: Path) -> str:
    return f"this user may not use {path}: run it as the user of the nodes, or as root"


def _nobody(directory: Path, paths: Sequence[Path]) -> str:
    why = "nobody listens at the sockets" if paths else "there is no socket"
    return (
        f"no node answers: {why} in {directory}. Is one running on this machine, by this user,"
        " with the same PRIME_ADMIN_SOCKET or --data? --socket names another directory;"
        " --url asks a server of any machine"
    )
