"""What systemd waits for: that a service says when it is ready (`sd_notify(3)`, Type=notify)."""

import os
import socket
from contextlib import suppress

ABSTRACT = "@"
"""How the address of a socket without a file begins in the variable."""

SEND_SECONDS = 1.0


def tell(state: str) -> None:
    """Send `state`, as `READY=1`, to who started us by NOTIFY_SOCKET; else nothing. Never raises.

    A service manager that does not listen is no reason not to serve.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith(ABSTRACT):
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending:
        sending.settimeout(SEND_SECONDS)
        sending.sendto(state.encode(), address)
