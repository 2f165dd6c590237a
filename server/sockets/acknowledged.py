"""How much of what was written to a socket its peer has acknowledged, as Linux says."""

import asyncio
import os
import socket
import struct
import sys

BYTES_ACKED = struct.Struct("@120xQ")
"""`tcpi_bytes_acked` in `struct tcp_info` (include/uapi/linux/tcp.h, since Linux 4.1)."""


def acknowledged_bytes(transport: asyncio.Transport) -> int:
    """Bytes of all time; 0 where the system does not say."""
    if sys.platform != "linux":
        return 0
    try:
        # The event loop's own socket object has no options to be asked for.
        with socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno())) as ours:
            info = ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, BYTES_ACKED.size)
    except OSError:
        return 0
    return int(BYTES_ACKED.unpack(info)[0]) if len(info) == BYTES_ACKED.size else 0
