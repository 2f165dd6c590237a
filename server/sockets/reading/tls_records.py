"""How many TLS records a connection sends: each costs a few microseconds, be it a byte or 16 KiB.

What comes is read by the kernel's buffer, so one read may be thousands of records, and they are
deciphered before we see any of it. The kernel says how much has come, records and all; what that is
more than they held tells how many there were.
"""

import asyncio

from schema.limits import TLS_RECORDS_PER_SECOND
from server.sockets.tcp_info import taken_bytes
from server.token_bucket import TokenBucket

SMALL_READ = 4_096
"""A shorter one, in the middle of a frame, may be many records, and is the last of its turn."""

READ_AHEAD = 16_384
"""Bytes as they come that wait at most, beside one read, while a connection is not read."""

ONE_READ = 262_144
"""Bytes of one read at most, as they come."""

AROUND = 29
"""Bytes around what a record holds, at most: in TLS 1.2 with AES-GCM. In 1.3 they are 22."""

LONGEST = 16_384 + 256
"""Bytes of one record, as it comes: its beginning may be there, and not deciphered yet."""

RECORDS_OF_A_FRAME = 2
"""They are not counted: some write header and payload apart."""

BYTES_OF_A_RECORD = 512
"""So many bytes may come in a record that is not counted, as long messages do."""

BURST_SECONDS = 4.0

LOOK_AFTER = 2_048
"""So many bytes, out of their records, go by without a look at the kernel's figure."""

LOOK_SECONDS = 1.0
"""So long does a connection that says little go without one."""


class TlsRecords:
    """Those of one connection."""

    __slots__ = {  # name -> what it holds
        "_around": "bytes around what records held, as of the look that found most",
        "_bucket": "records that may come just now, beside those that are not counted",
        "_frames": "frames that had come and been dealt with at the last look",
        "_held": "bytes that records had held at the last look",
        "_transport": "what is asked how much has come",
    }

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        burst = TLS_RECORDS_PER_SECOND * BURST_SECONDS
        self._bucket = TokenBucket(TLS_RECORDS_PER_SECOND, burst)
        self._around = LONGEST
        self._frames = 0
        self._held = 0

    def begin_anew(self, held: int, frames: int, now: float) -> None:
        """All that has come is deciphered and dealt with: it counts no more."""
        taken = taken_bytes(self._transport)
        if taken is not None:
            self._around = taken - held + LONGEST
        self._frames, self._held = frames, held
        self._bucket.level, self._bucket.filled_at = self._bucket.burst, now

    def hold_nothing(self, held: int) -> bool:
        """Whether more has come than fits around records of a byte each, and before them.

        Of changes of keys nothing is ever handed over, so nobody can be given turns for them.
        """
        taken = taken_bytes(self._transport)
        waiting = READ_AHEAD + ONE_READ + LONGEST
        return taken is not None and taken > held * (AROUND + 1) + waiting

    def is_due(self, held: int, now: float) -> bool:
        """Whether enough has come since the last look, or that was long ago."""
        return held - self._held >= LOOK_AFTER or now - self._bucket.filled_at >= LOOK_SECONDS

    def are_too_many(self, held: int, frames: int, waiting: int, now: float) -> bool:
        """Whether more have come than may. `held`: bytes of all time that came out of them, in so
        many frames; as many as `waiting` may be in what is left of a read. Who has sent fewer than
        it may has that back, up to what may come at once."""
        taken = taken_bytes(self._transport)
        if taken is None:
            return False
        around = max(0, taken - held - self._around)
        free = (frames - self._frames + waiting) * RECORDS_OF_A_FRAME
        records = around / AROUND - free - (held - self._held) / BYTES_OF_A_RECORD
        self._around += around
        self._frames, self._held = frames, held
        # Fewer than none: that is given back.
        return records > self._bucket.burst or not self._bucket.take(records, now)
