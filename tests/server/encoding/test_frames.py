"""Frames of a server as bytes."""

import pytest

from server.encoding.codec import JSON
from server.encoding.frames import frame_header, payload_of


@pytest.mark.parametrize(
    ("length", "header"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_a_frame_s_header_tells_its_length(length: int, header: bytes) -> None:
    payload = bytes(length)
    assert frame_header(JSON.first_byte, payload) == header
    assert payload_of(header + payload) == payload
