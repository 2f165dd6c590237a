"""Bytes as text that goes into an address: each has one spelling, and no other is read (RFC 4648).

A text of another spelling (padded, with stray bits in its last letter, with letters of the other
alphabet) would be the same token under a name that nobody has noted (rule A67).
"""

import base64


def encode(data: bytes) -> str:
    """In letters, digits, - and _, without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode(text: str) -> bytes:
    """The bytes back; raises `ValueError` for every text but the one that `encode` makes."""
    data = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), b"-_", validate=True)
    if encode(data) != text:
        raise ValueError("not spelt as it was given out")
    return data
