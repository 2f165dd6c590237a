from schema.limits import MAX_OUTBOX_BYTES, STALL_SECONDS
from schema.server_limits import WRITABLE_BELOW_BYTES
from server.sockets.outbox import OfferOutcome, Outbox

FULL = WRITABLE_BELOW_BYTES
"""What a socket's buffer holds when nothing more goes to it."""


def test_J6_frames_go_out_in_order_and_none_overtakes() -> None:
    outbox = Outbox()
    assert outbox.offer(b"one", 0, 0) is OfferOutcome.WRITE
    assert outbox.offer(b"two", FULL, 0) is OfferOutcome.WAIT
    assert outbox.offer(b"three", 0, 0) is OfferOutcome.WAIT
    assert outbox.take(FULL) is None
    assert [outbox.take(0), outbox.take(0), outbox.take(0)] == [b"two", b"three", None]
    assert outbox.waiting_bytes == 0
    assert outbox.offer(b"four", 0, 0) is OfferOutcome.WRITE


def test_P4_a_tick_that_cannot_be_written_is_skipped_and_owed() -> None:
    outbox = Outbox()
    assert outbox.offer_tick("song", FULL) is OfferOutcome.SKIP
    assert outbox.offer_tick("song", FULL) is OfferOutcome.SKIP
    assert outbox.offer_tick("other", FULL) is OfferOutcome.SKIP
    assert outbox.owed_ticks == {"song", "other"}
    assert outbox.waiting_bytes == 0
    assert not outbox.waiting_frames


def test_P4_a_tick_that_can_be_written_is_not_owed() -> None:
    outbox = Outbox()
    assert outbox.offer_tick("song", FULL - 1) is OfferOutcome.WRITE
    assert outbox.take_owed_ticks() == set()


def test_what_waits_and_is_owed_takes_memory_only_once_there_is_some() -> None:
    outbox = Outbox()
    assert outbox.offer(b"one", 0, 0) is OfferOutcome.WRITE
    assert outbox.offer_tick("song", 0) is OfferOutcome.WRITE
    assert (outbox.waiting_frames, outbox.owed_ticks) == (None, None)
    assert outbox.unsent_rest is Outbox().unsent_rest
    outbox.offer_tick("song", FULL)
    assert outbox.take_owed_ticks() == {"song"}
    assert outbox.owed_ticks is None


def test_P4_a_tick_never_overtakes_a_delta_that_waits() -> None:
    outbox = Outbox()
    outbox.offer(b"delta", FULL, 0)
    assert outbox.offer_tick("song", 0) is OfferOutcome.SKIP
    assert outbox.owed_ticks == {"song"}


def test_P4_any_number_of_ticks_cuts_nobody_off() -> None:
    outbox = Outbox()
    for _ in range(1_000):
        assert outbox.offer_tick("song", MAX_OUTBOX_BYTES) is OfferOutcome.SKIP
    assert outbox.waiting_bytes == 0


def test_X2_who_overflows_the_outbox_is_cut_off() -> None:
    outbox = Outbox()
    frame = bytes(1_000_000)
    offered = [outbox.offer(frame, FULL, 0) for _ in range(5)]
    assert offered == [OfferOutcome.WAIT] * 4 + [OfferOutcome.CUT_OFF]
    assert outbox.waiting_bytes + FULL <= MAX_OUTBOX_BYTES == 4 * 1_048_576


def test_X2_bytes_in_the_socket_count_as_well() -> None:
    outbox = Outbox()
    assert outbox.offer(b"x", MAX_OUTBOX_BYTES - 1, 0) is OfferOutcome.WAIT
    assert outbox.offer(b"x", MAX_OUTBOX_BYTES - 1, 0) is OfferOutcome.CUT_OFF


def test_X2_the_bound_is_bytes_and_not_messages() -> None:
    outbox = Outbox()
    assert {outbox.offer(b"tiny", FULL, 0) for _ in range(10_000)} == {OfferOutcome.WAIT}


def test_X2_what_was_taken_makes_room() -> None:
    outbox = Outbox()
    frame = bytes(MAX_OUTBOX_BYTES - FULL)
    assert outbox.offer(frame, FULL, 0) is OfferOutcome.WAIT
    assert outbox.offer(frame, FULL, 0) is OfferOutcome.CUT_OFF
    assert outbox.take(0) == frame
    assert outbox.offer(frame, FULL, 0) is OfferOutcome.WAIT


def test_X2_who_takes_nothing_for_five_seconds_is_stalled() -> None:
    outbox = Outbox()
    outbox.offer(b"delta", FULL, 100)
    assert not outbox.is_stalled(FULL, 0, 100)
    assert not outbox.is_stalled(FULL, 0, 100 + STALL_SECONDS - 0.1)
    assert outbox.is_stalled(FULL, 0, 100 + STALL_SECONDS)
    assert STALL_SECONDS == 5


def test_X2_who_reads_slowly_is_not_stalled() -> None:
    outbox = Outbox()
    outbox.offer(b"delta", FULL, 100)
    for now in range(101, 130, 4):
        assert not outbox.is_stalled(FULL, 0, now)
        outbox.progressed(FULL, now)
    assert outbox.is_stalled(FULL, 0, 130 + STALL_SECONDS)


def test_X2_a_socket_that_is_full_with_nothing_waiting_stalls_too() -> None:
    outbox = Outbox()
    assert not outbox.is_stalled(FULL, 0, 100)
    assert outbox.is_stalled(FULL, 0, 105)


def test_X2_who_has_read_everything_starts_anew() -> None:
    outbox = Outbox()
    outbox.offer(b"delta", FULL, 100)
    outbox.take(0)
    outbox.progressed(0, 101)
    assert not outbox.is_stalled(0, 0, 200)
    outbox.offer(b"delta", FULL, 200)
    assert not outbox.is_stalled(FULL, 0, 204)


def test_X2_an_old_stall_is_forgotten_with_the_first_frame_that_goes_through() -> None:
    outbox = Outbox()
    outbox.offer(b"delta", FULL, 100)
    outbox.take(0)
    assert outbox.offer(b"delta", 0, 101) is OfferOutcome.WRITE
    outbox.offer(b"delta", FULL, 200)
    assert not outbox.is_stalled(FULL, 0, 201)


def test_X2_a_slow_line_that_still_takes_bytes_is_not_stalled() -> None:
    outbox = Outbox()
    for second in range(20):
        assert not outbox.is_stalled(FULL + 10_000 - 400 * second, 0, 100.0 + second)


def test_X2_who_acknowledges_is_not_stalled_however_large_the_pieces_the_system_takes() -> None:
    outbox = Outbox()
    outbox.offer(b"x", FULL, 100)
    for second in range(60):
        assert not outbox.is_stalled(FULL, 1_000 + second, 100.0 + second)
    assert outbox.is_stalled(FULL, 1_059, 160 + STALL_SECONDS)
