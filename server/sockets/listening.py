"""The socket that a node listens on; loaded before a node is."""

import socket

from server.commands.command_failures import CannotListen


def listening_socket(host: str, port: int) -> socket.socket:
    """Bound, not listening yet; raises `CannotListen`."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise CannotListen(host, port, error) from error
    listening.setblocking(False)
    return listening


def require_port(host: str, port: int) -> None:
    """Whether it could listen there just now; raises `CannotListen`."""
    listening_socket(host, port).close()
