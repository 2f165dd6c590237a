"""What Linux says of a socket: what its peer has acknowledged, how soon, and if it is gone."""

import asyncio
import fcntl
import socket
import struct
import sys
import termios

BYTES_ACKED = struct.Struct("@120xQ")
"""`tcpi_bytes_acked` in `struct tcp_info` (include/uapi/linux/tcp.h, since Linux 4.1)."""

BYTES_RECEIVED = struct.Struct("@128xQ")
"""`tcpi_bytes_received` in the same: also what nobody has read yet."""

ROUND_TRIP = struct.Struct("@68xI")
"""`tcpi_rtt` in the same, in microseconds."""


STATE = struct.Struct("@B")
"""`tcpi_state` in the same."""

PEER_CLOSED = (6, 7, 8, 9, 11)
"""TIME_WAIT, CLOSE (also when it was reset), CLOSE_WAIT, LAST_ACK, CLOSING
(include/net/tcp_states.h)."""


def acknowledged_bytes(transport: asyncio.Transport) -> int:
    """Bytes of all time; 0 where the system does not say."""
    return _read(transport, BYTES_ACKED) or 0


def taken_bytes(transport: asyncio.Transport) -> int | None:
    """Bytes of all time that were read of the socket; None where the system does not say."""
    received = _read(transport, BYTES_RECEIVED)
    if received is None:
        return None
    unread = bytearray(4)
    try:
        fcntl.ioctl(transport.get_extra_info("socket").fileno(), termios.FIONREAD, unread)
    except OSError:
        return None
    return received - int.from_bytes(unread, sys.byteorder)


def round_trip_ms(transport: asyncio.Transport) -> float | None:
    """To whoever has the other end and back, smoothed; None where the system does not say.

    Behind a proxy that is the proxy. It costs nothing but when it is asked.
    """
    microseconds = _read(transport, ROUND_TRIP)
    return None if microseconds is None else microseconds / 1_000


def is_peer_gone(transport: asyncio.Transport) -> bool:
    """Whether it has closed, or reset; that is known before all that it sent has been read."""
    return _read(transport, STATE) in PEER_CLOSED


def _read(transport: asyncio.Transport, field: struct.Struct) -> int | None:
    peer = transport.get_extra_info("socket")
    if sys.platform != "linux" or peer is None:  # a connection by TLS that is cut off has none
        return None
    try:
        # The event loop's own socket object has no options to be asked for; this one borrows.
        borrowing = socket.socket(peer.family, peer.type, peer.proto, fileno=peer.fileno())
    except (OSError, ValueError):  # it is closed
        return None
    try:
        info = borrowing.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, field.size)
    except OSError:
        return None
    finally:
        borrowing.detach()
    return int(field.unpack(info)[0]) if len(info) == field.size else None
