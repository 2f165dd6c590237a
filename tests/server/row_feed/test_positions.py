"""Positions as texts: what was given comes back, and nothing else is taken."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persistence.tables.internal.change_log import LogPosition
from server.row_feed.positions import SIGNATURE_SIZE, FeedPositions, owner

PLACE = LogPosition("16384/7/00000001", "700:712:701,705")
ANN = owner("ann", b"list")


def test_V8_what_was_given_comes_back_on_every_server() -> None:
    text = FeedPositions(b"secret").write(PLACE, ANN)
    assert FeedPositions(b"secret").read(text, ANN) == PLACE
    assert len(text) < 120


def test_V12_a_position_tells_nothing_to_who_reads_it() -> None:
    text = FeedPositions(b"secret").write(PLACE, ANN)
    seen = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    for part in (b"16384", b"0000", b"700", b"712"):
        assert part not in seen[SIGNATURE_SIZE:]
    later = FeedPositions(b"secret").write(LogPosition(PLACE.cluster, "700:713:701,705"), ANN)
    assert sum(a == b for a, b in zip(text, later, strict=True)) < len(text) / 4


def test_V12_another_servers_and_what_was_tampered_with_are_refused() -> None:
    text = FeedPositions(b"secret").write(PLACE, ANN)
    for wrong in (text[:-4], text[4:], text + "AAAA", text.swapcase(), "", "%", "é", "A" * 9_999):
        with pytest.raises(ValueError):  # noqa: PT011
            FeedPositions(b"secret").read(wrong, ANN)
    with pytest.raises(ValueError, match="has given"):
        FeedPositions(b"other").read(text, ANN)


@given(st.text())
def test_V12_no_text_does_harm(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        FeedPositions(b"secret").read(text, ANN)


def test_V8_a_position_is_good_for_one_user_and_one_list() -> None:
    text = FeedPositions(b"secret").write(PLACE, ANN)
    for other in (owner("ben", b"list"), owner("ann", b"another list"), b"\0" * 9):
        assert FeedPositions(b"secret").read(text, other) is None
