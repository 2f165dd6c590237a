"""A form that a provider has a browser post to the page for accounts (rule A72).

It is the only body that is read: `websockets` refuses a request with one. So the request is held
back until all of it is there, and then goes on as one without a body, which is kept beside it.
"""

import re

from schema.server_limits import MAX_FORM_BYTES

FIRST_LINE = b"POST /account HTTP/1.1\r\n"
REQUEST_END = b"\r\n\r\n"
"""What a head ends with, and a request that has no body."""

LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*(?=\r\n)", re.IGNORECASE)
IS_FORM = re.compile(
    rb"\r\ncontent-type:[ \t]*application/x-www-form-urlencoded[ \t]*(?:;[^\r\n]*)?\r\n",
    re.IGNORECASE,
)


class PostedForm:
    """Of one connection, from its first byte on."""

    __slots__ = ("_is_over", "_received_bytes", "_size", "body")

    def __init__(self) -> None:
        self._received_bytes = bytearray()
        """What has come, while it may be such a request that is not whole yet."""
        self._size = 0
        """Of all of it, once its head is there: before so much has come nothing is looked at."""
        self.body: bytes | None = None
        """The form, once all of it is there."""
        self._is_over = False
        """It is such a request, and whole, or it is another one: nothing is held back any more."""

    def take(self, data: bytes) -> bytes:
        """What of all that has come is to be read now, as a request without a body."""
        if self._is_over:
            return data
        self._received_bytes += data
        if len(self._received_bytes) < self._size:
            return b""
        if not self._may_be_one() or self._is_too_long():
            released: bytes | None = bytes(self._received_bytes)
        else:
            released = self._whole()
        if released is None:
            return b""
        self._is_over, self._received_bytes = True, bytearray()
        return released

    def _may_be_one(self) -> bool:
        return self._received_bytes[: len(FIRST_LINE)] == FIRST_LINE[: len(self._received_bytes)]

    def _is_too_long(self) -> bool:
        return len(self._received_bytes) > MAX_FORM_BYTES

    def _whole(self) -> bytes | None:
        """The request without its body, or as it came if that is none to read; None: not whole."""
        end = self._received_bytes.find(REQUEST_END)
        if end < 0:
            return None
        head = bytes(self._received_bytes[: end + 2])
        body = bytes(self._received_bytes[end + len(REQUEST_END) :])
        lengths = LENGTH.findall(head)
        if len(lengths) != 1 or int(lengths[0]) > MAX_FORM_BYTES or not IS_FORM.search(head):
            return bytes(self._received_bytes)
        size = int(lengths[0])
        if len(body) < size:
            self._size = end + len(REQUEST_END) + size
            return None
        self.body = body[:size]
        return LENGTH.sub(b"\r\nContent-Length: 0", head) + b"\r\n"
